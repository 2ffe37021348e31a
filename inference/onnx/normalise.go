package onnx

import (
	"errors"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func normalisations() map[string]lowering {
	return map[string]lowering{
		"Softmax": softmaxOp(false), "LogSoftmax": softmaxOp(true), "Hardmax": hardmax,
		"BatchNormalization": batchNorm, "LayerNormalization": layerNorm, "InstanceNormalization": instanceNorm,
		"GroupNormalization": groupNorm, "RMSNormalization": rmsNorm, "MeanVarianceNormalization": meanVariance,
		"LRN": lrn, "LpNormalization": lpNorm,
	}
}

// rows gives x the shape in which one axis is normalised: before set 13 all
// dimensions from the axis on form one, and the default axis is 1.
func (c *call) rows() (f *chain, x *value, ax int64, back []int64, err error) {
	in, err := c.args(1)
	if err != nil {
		return nil, nil, 0, nil, err
	}
	def := int64(-1)
	if c.opset < 13 {
		def = 1
	}
	a, err := c.attrInt("axis", def)
	if err != nil {
		return nil, nil, 0, nil, err
	}
	f, x, back = c.chain(), in[0], in[0].Shape
	i, err := axis(a, len(x.Shape))
	if err != nil {
		return nil, nil, 0, nil, err
	}
	if c.opset < 13 {
		x = f.reshape(x, product(back[:i]), product(back[i:]))
		return f, x, 1, back, f.err
	}
	return f, x, int64(i), back, nil
}

func softmaxOp(logarithm bool) lowering {
	return func(c *call) ([]*value, error) {
		f, x, ax, back, err := c.rows()
		if err != nil {
			return nil, err
		}
		d := f.bin(ir.OpSub, x, f.red(ir.OpReduceMax, x, ax))
		e := f.un(ir.OpExp, d)
		sum := f.red(ir.OpSum, e, ax)
		if logarithm {
			return f.done(f.reshape(f.bin(ir.OpSub, d, f.un(ir.OpLog, sum)), back...))
		}
		return f.done(f.reshape(f.bin(ir.OpDiv, e, sum), back...))
	}
}

// hardmax is 1 at the first largest element.
func hardmax(c *call) ([]*value, error) {
	f, x, ax, back, err := c.rows()
	if err != nil {
		return nil, err
	}
	top := f.keep(c.emit(ir.Node{Kind: ir.ArgReduce, Op: ir.OpArgMax, Ints: []int64{1, ax}}, x))
	if f.err != nil {
		return nil, f.err
	}
	shape := slices.Repeat([]int64{1}, len(x.Shape))
	shape[ax] = x.Shape[ax]
	hit := f.sel(ir.OpEq, top, f.reshape(i64s(count(x.Shape[ax])...), shape...), f32(1), f32(0))
	return f.done(f.reshape(hit, back...))
}

// count is 0, 1, ..., n-1.
func count(n int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i)
	}
	return out
}

// channelwise reshapes a vector [C] so that it broadcasts along dimension 1.
func (f *chain) channelwise(v *value, rank int) *value {
	if f.err != nil {
		return nil
	}
	shape := slices.Repeat([]int64{1}, rank-1)
	shape[0] = product(v.Shape)
	return f.reshape(v, shape...)
}

// batchNorm is y = x*s + t with s = scale/sqrt(var + epsilon) and t = B - mean*s.
// After a convolution whose result nothing else reads, s and t go into its
// weights and bias.
func batchNorm(c *call) ([]*value, error) {
	in, err := c.args(5)
	if err != nil {
		return nil, err
	}
	eps, err := c.attrFloat("epsilon", 1e-5)
	if err != nil {
		return nil, err
	}
	if _, err := c.attrFloat("momentum", 0.9); err != nil {
		return nil, err
	}
	if t, err := c.flag("training_mode", false); err != nil || t {
		return nil, errors.Join(err, errors.New("training mode is not supported"))
	}
	x := in[0]
	if len(x.Shape) < 2 {
		return nil, errors.New("wrong number of dimensions")
	}
	f := c.chain()
	s := f.bin(ir.OpDiv, in[1], f.un(ir.OpSqrt, f.bin(ir.OpAdd, in[4], f32(eps))))
	t := f.bin(ir.OpSub, in[2], f.bin(ir.OpMul, in[3], s))
	if f.err != nil {
		return nil, f.err
	}
	if v := c.foldIntoConv(f, x, s, t); v != nil || f.err != nil {
		return f.done(v)
	}
	return f.done(f.bin(ir.OpAdd, f.bin(ir.OpMul, x, f.channelwise(s, len(x.Shape))), f.channelwise(t, len(x.Shape))))
}

func (c *call) foldIntoConv(f *chain, x, s, t *value) *value {
	if x.node == nil || x.node.Kind != ir.Conv || c.uses[c.node.inputs[0]] != 1 || s.data == nil || t.data == nil {
		return nil
	}
	old := x.node.in
	if old[1].data == nil || (len(old) == 3 && old[2].data == nil) {
		return nil
	}
	shape := slices.Repeat([]int64{1}, len(old[1].Shape))
	shape[0] = product(s.Shape)
	w := f.bin(ir.OpMul, old[1], f.reshape(s, shape...))
	if len(old) == 3 {
		t = f.bin(ir.OpAdd, f.bin(ir.OpMul, old[2], s), t)
	}
	if f.err != nil {
		return nil
	}
	return f.keep(c.emit(ir.Node{Kind: ir.Conv, Ints: x.node.Ints}, old[0], w, t))
}

// standardise is (x - mean)/sqrt(variance + eps) over axes; it returns the mean
// and the reciprocal deviation too.
func (f *chain) standardise(x *value, eps float32, axes []int64) (v, mean, inverse *value) {
	mean = f.red(ir.OpMean, x, axes...)
	d := f.bin(ir.OpSub, x, mean)
	dev := f.un(ir.OpSqrt, f.bin(ir.OpAdd, f.red(ir.OpMeanSquare, d, axes...), f32(eps)))
	return f.bin(ir.OpDiv, d, dev), mean, dev
}

func layerNorm(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	a, eps, err := c.normAttrs()
	if err != nil {
		return nil, err
	}
	x := in[0]
	ax, err := axis(a, len(x.Shape))
	if err != nil {
		return nil, err
	}
	f := c.chain()
	v, mean, dev := f.standardise(x, eps, upFrom(ax, len(x.Shape)))
	v = f.bin(ir.OpMul, v, in[1])
	if b := c.opt(2); b != nil {
		v = f.bin(ir.OpAdd, v, b)
	}
	outs := []*value{v}
	if len(c.node.outputs) > 1 {
		outs = append(outs, mean, f.un(ir.OpReciprocal, dev))
	}
	return outs, f.err
}

// normAttrs reads the attributes of layer and RMS normalisation.
func (c *call) normAttrs() (axis int64, eps float32, err error) {
	if axis, err = c.attrInt("axis", -1); err != nil {
		return 0, 0, err
	}
	if eps, err = c.attrFloat("epsilon", 1e-5); err != nil {
		return 0, 0, err
	}
	stash, err := c.attrInt("stash_type", onnxFloat)
	if err == nil && stash != onnxFloat {
		err = errors.New("only float32 statistics are supported")
	}
	return axis, eps, err
}

func rmsNorm(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	a, eps, err := c.normAttrs()
	if err != nil {
		return nil, err
	}
	x := in[0]
	ax, err := axis(a, len(x.Shape))
	if err != nil {
		return nil, err
	}
	f := c.chain()
	dev := f.un(ir.OpSqrt, f.bin(ir.OpAdd, f.red(ir.OpMeanSquare, x, upFrom(ax, len(x.Shape))...), f32(eps)))
	return f.done(f.bin(ir.OpMul, f.bin(ir.OpDiv, x, dev), in[1]))
}

func instanceNorm(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	eps, err := c.attrFloat("epsilon", 1e-5)
	if err != nil {
		return nil, err
	}
	x := in[0]
	if len(x.Shape) < 3 {
		return nil, errors.New("wrong number of dimensions")
	}
	f := c.chain()
	v, _, _ := f.standardise(x, eps, upFrom(2, len(x.Shape)))
	v = f.bin(ir.OpMul, v, f.channelwise(in[1], len(x.Shape)))
	return f.done(f.bin(ir.OpAdd, v, f.channelwise(in[2], len(x.Shape))))
}

// groupNorm has scale and bias per group in set 18, per channel since 21.
func groupNorm(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	eps, err := c.attrFloat("epsilon", 1e-5)
	if err != nil {
		return nil, err
	}
	if stash, err := c.attrInt("stash_type", onnxFloat); err != nil || stash != onnxFloat {
		return nil, errors.Join(err, errors.New("only float32 statistics are supported"))
	}
	groups, err := c.attrInt("num_groups", 0)
	if err != nil {
		return nil, err
	}
	x := in[0]
	if len(x.Shape) < 2 || groups < 1 || x.Shape[1]%groups != 0 {
		return nil, errors.New("channels do not fit the groups")
	}
	f := c.chain()
	flat := f.reshape(x, x.Shape[0], groups, product(x.Shape[1:])/groups)
	if f.err != nil {
		return nil, f.err
	}
	v, _, _ := f.standardise(flat, eps, []int64{2})
	if c.opset < 21 {
		v = f.bin(ir.OpMul, v, f.channelwise(in[1], 3))
		v = f.bin(ir.OpAdd, v, f.channelwise(in[2], 3))
		return f.done(f.reshape(v, x.Shape...))
	}
	v = f.reshape(v, x.Shape...)
	v = f.bin(ir.OpMul, v, f.channelwise(in[1], len(x.Shape)))
	return f.done(f.bin(ir.OpAdd, v, f.channelwise(in[2], len(x.Shape))))
}

func meanVariance(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	list, err := c.attrInts("axes")
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []int64{0, 2, 3}
	}
	ax, err := axes(list, len(in[0].Shape))
	if err != nil || len(ax) == 0 {
		return nil, errors.Join(err, errors.New("axes are missing or wrong"))
	}
	f := c.chain()
	v, _, _ := f.standardise(in[0], 1e-9, ax)
	return f.done(v)
}

// lrn divides by (bias + alpha*mean of squares over neighbouring channels)^beta;
// missing neighbours count as zeros.
func lrn(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	p := [3]float32{}
	for i, d := range []param{{"alpha", 0.0001}, {"beta", 0.75}, {"bias", 1}} {
		if p[i], err = c.attrFloat(d.name, d.def); err != nil {
			return nil, err
		}
	}
	size, err := c.attrInt("size", 0)
	if err != nil {
		return nil, err
	}
	x := in[0]
	if len(x.Shape) < 3 || size < 1 || size > 1<<16 {
		return nil, errors.New("size or number of dimensions is wrong")
	}
	f := c.chain()
	sq := f.reshape(f.bin(ir.OpMul, x, x), x.Shape[0], 1, x.Shape[1], product(x.Shape[2:]))
	if f.err != nil {
		return nil, f.err
	}
	attrs := ir.PoolAttrs{
		Window: []int64{size, 1}, Strides: []int64{1, 1}, Before: []int64{(size - 1) / 2, 0}, After: []int64{size - 1 - (size-1)/2, 0}, Dilations: []int64{1, 1},
	}
	mean := f.keep(c.emit(ir.Node{Kind: ir.AvgPool, Op: ir.OpPadded, Ints: attrs.Ints(), Out: sq.TensorDecl}, sq))
	base := f.bin(ir.OpAdd, f.bin(ir.OpMul, f.reshape(mean, x.Shape...), f32(p[0])), f32(p[2]))
	return f.done(f.bin(ir.OpDiv, x, f.bin(ir.OpPow, base, f32(p[1]))))
}

func lpNorm(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	a, err := c.attrInt("axis", -1)
	if err != nil {
		return nil, err
	}
	p, err := c.attrInt("p", 2)
	if err != nil {
		return nil, err
	}
	ax, err := axis(a, len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	f := c.chain()
	var norm *value
	switch p {
	case 1:
		norm = f.red(ir.OpSum, f.un(ir.OpAbs, in[0]), int64(ax))
	case 2:
		norm = f.un(ir.OpSqrt, f.red(ir.OpSumSquare, in[0], int64(ax)))
	default:
		return nil, errors.New("p must be 1 or 2")
	}
	return f.done(f.sel(ir.OpEq, norm, f32(0), f32(0), f.bin(ir.OpDiv, in[0], norm)))
}
