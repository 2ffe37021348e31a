package onnx

import (
	"errors"
	"math"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func attentions() map[string]lowering {
	return map[string]lowering{"Attention": attention, "RotaryEmbedding": rotary}
}

// attending is an Attention with its attributes.
type attending struct {
	scale, softcap float32
	causal         bool
	mode           int64
	past           int64  // keys that came before
	flat           bool   // inputs are [batch, length, heads*size]
	nonpad         *value // keys in use per sequence, if given
}

// attention is softmax(cap(s*Q (s*K)^T) + bias) V with s = sqrt(scale), heads of
// K and V repeated to those of Q, and rows with every key masked set to zero.
func attention(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	a, heads, err := c.attendingAttrs()
	if err != nil {
		return nil, err
	}
	f := c.chain()
	a.flat = len(in[0].Shape) == 3
	q, k, v := f.heads(in[0], heads[0]), f.heads(in[1], heads[1]), f.heads(in[2], heads[1])
	if pk, pv := c.opt(4), c.opt(5); pk != nil && pv != nil && f.err == nil {
		if len(pk.Shape) != 4 || len(pv.Shape) != 4 {
			return nil, errors.New("past keys and values must have four dimensions")
		}
		a.past = pk.Shape[2]
		k, v = f.keep(c.concat(2, pk, k)), f.keep(c.concat(2, pv, v))
	}
	a.nonpad = c.opt(6)
	if f.err != nil {
		return nil, f.err
	}
	present := []*value{k, v}
	if k, v = f.repeatHeads(k, q.Shape[1]), f.repeatHeads(v, q.Shape[1]); f.err != nil {
		return nil, f.err
	}
	if a.scale == 0 {
		a.scale = float32(1 / math.Sqrt(float64(q.Shape[3])))
	}
	bias, err := c.attentionBias(f, &a, q.Shape, k.Shape)
	if err != nil {
		return nil, err
	}
	y, shown := f.attend(&a, q, k, v, bias)
	if a.flat && f.err == nil {
		s := y.Shape
		y = f.reshape(f.permute(y, 0, 2, 1, 3), s[0], s[2], s[1]*s[3])
	}
	return []*value{y, present[0], present[1], shown}, f.err
}

func (c *call) attendingAttrs() (a attending, heads [2]int64, err error) {
	if a.scale, err = c.attrFloat("scale", 0); err != nil {
		return a, heads, err
	}
	if a.softcap, err = c.attrFloat("softcap", 0); err != nil {
		return a, heads, err
	}
	if a.causal, err = c.flag("is_causal", false); err != nil {
		return a, heads, err
	}
	if a.mode, err = c.attrInt("qk_matmul_output_mode", 0); err != nil {
		return a, heads, err
	}
	for i, name := range []string{"q_num_heads", "kv_num_heads"} {
		if heads[i], err = c.attrInt(name, 0); err != nil {
			return a, heads, err
		}
	}
	if p, err := c.attrInt("softmax_precision", onnxFloat); err != nil || p != onnxFloat {
		return a, heads, errors.Join(err, errors.New("only float32 precision is supported"))
	}
	if a.scale < 0 || a.softcap < 0 || a.mode < 0 || a.mode > 3 || (a.softcap != 0 && (a.mode == 1 || a.mode == 2)) {
		return a, heads, errors.New("attributes are out of range")
	}
	return a, heads, nil
}

// heads splits [batch, length, heads*size] into [batch, heads, length, size].
func (f *chain) heads(x *value, n int64) *value {
	switch {
	case f.err != nil:
		return nil
	case len(x.Shape) == 4:
		return x
	case len(x.Shape) != 3 || n < 1 || x.Shape[2]%n != 0:
		f.err = errors.New("dimensions do not fit the number of heads")
		return nil
	}
	s := x.Shape
	return f.permute(f.reshape(x, s[0], s[1], n, s[2]/n), 0, 2, 1, 3)
}

// repeatHeads gives every head of K or V to a group of heads of Q.
func (f *chain) repeatHeads(x *value, n int64) *value {
	if f.err != nil {
		return nil
	}
	s := x.Shape
	if s[1] == n {
		return x
	}
	if s[1] < 1 || n%s[1] != 0 {
		f.err = errors.New("heads of keys do not divide those of queries")
		return nil
	}
	x = f.reshape(x, s[0], s[1], 1, s[2], s[3])
	if f.err != nil {
		return nil
	}
	x = f.keep(f.b.expand(x, s[0], s[1], n/s[1], s[2], s[3]))
	return f.reshape(x, s[0], n, s[2], s[3])
}

// attentionBias is what is added to the scores: the mask, 0 or -Inf for a boolean
// one, and -Inf where a key comes later or is padding. nil if there is nothing.
func (c *call) attentionBias(f *chain, a *attending, q, k []int64) (*value, error) {
	var bias *value
	minus := f32(-inf)
	if mask := c.opt(3); mask != nil {
		bias = mask
		if mask.DType == ir.Bool {
			bias = f.keep(c.importer.where(mask, f32(0), minus))
		}
		if f.err != nil {
			return nil, f.err
		}
		if short := k[2] - bias.Shape[max(len(bias.Shape), 1)-1]; short > 0 {
			after := make([]int64, len(bias.Shape))
			after[len(after)-1] = short
			bias = f.keep(c.importer.pad(bias, make([]int64, len(after)), after, -inf))
		}
	}
	var allowed *value
	if a.causal {
		allowed = f.causal(a, q, k)
	}
	if a.nonpad != nil && f.err == nil {
		keys := f.reshape(i64s(count(k[2])...), 1, 1, 1, k[2])
		used := f.keep(c.compare(ir.OpLt, keys, f.perSequence(a.nonpad)))
		if allowed != nil && f.err == nil {
			used = f.bin(ir.OpAnd, allowed, used)
		}
		allowed = used
	}
	if allowed == nil || f.err != nil {
		return bias, f.err
	}
	other := f32(0)
	if bias != nil {
		other = bias
	}
	return f.keep(c.importer.where(allowed, other, minus)), f.err
}

// perSequence makes a count per batch entry broadcast over scores.
func (f *chain) perSequence(v *value) *value {
	if f.err != nil {
		return nil
	}
	v = f.reshape(v, product(v.Shape), 1, 1, 1)
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.cast(v, ir.I64))
}

// causal allows key j for query i if j <= i + the number of earlier keys: the
// past, or what a sequence has beyond its queries.
func (f *chain) causal(a *attending, q, k []int64) *value {
	last := count(q[2])
	for i := range last {
		last[i] += a.past
	}
	limit := f.reshape(i64s(last...), 1, 1, q[2], 1)
	if a.nonpad != nil {
		limit = f.bin(ir.OpAdd, limit, f.bin(ir.OpSub, f.perSequence(a.nonpad), scalar(ir.I64, q[2])))
	}
	keys := f.reshape(i64s(count(k[2])...), 1, 1, 1, k[2])
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.compare(ir.OpLe, keys, limit))
}

// attend computes the result and the scores that the mode asks for.
func (f *chain) attend(a *attending, q, k, v, bias *value) (y, shown *value) {
	root := f32(float32(math.Sqrt(float64(a.scale))))
	scores := f.matMul(f.bin(ir.OpMul, q, root), f.bin(ir.OpMul, f.permute(k, 0, 1, 3, 2), root))
	shown = scores
	if a.softcap != 0 {
		scores = f.bin(ir.OpMul, f.un(ir.OpTanh, f.bin(ir.OpDiv, scores, f32(a.softcap))), f32(a.softcap))
	}
	if bias != nil {
		scores = f.bin(ir.OpAdd, scores, bias)
	}
	if a.mode == 1 || a.mode == 2 {
		shown = scores
	}
	e := f.un(ir.OpExp, f.bin(ir.OpSub, scores, f.red(ir.OpReduceMax, scores, 3)))
	share := f.bin(ir.OpDiv, e, f.red(ir.OpSum, e, 3))
	if bias != nil && f.err == nil {
		share = f.zeroMasked(share, bias)
	}
	if a.mode == 3 {
		shown = share
	}
	return f.matMul(share, v), shown
}

// zeroMasked clears rows whose every key is masked; they would be NaN.
func (f *chain) zeroMasked(share, bias *value) *value {
	if len(bias.Shape) == 0 {
		bias = f.reshape(bias, 1)
	}
	top := f.red(ir.OpReduceMax, bias, int64(len(bias.Shape)-1))
	if f.err != nil {
		return nil
	}
	masked := f.keep(f.b.compare(ir.OpEq, top, f32(-inf)))
	if f.err != nil || (masked.data != nil && !slices.Contains(masked.data.U8, 1)) {
		return share
	}
	return f.keep(f.b.where(masked, f32(0), share))
}

// rotary turns pairs of features by position-dependent angles, given as tables
// of cosines and sines.
func rotary(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	apart, err := c.flag("interleaved", false)
	if err != nil {
		return nil, err
	}
	dim, err := c.attrInt("rotary_embedding_dim", 0)
	if err != nil {
		return nil, err
	}
	n, err := c.attrInt("num_heads", 0)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	x := in[0]
	x = f.heads(x, n)
	cos, sin := in[1], in[2]
	if ids := c.opt(3); ids != nil && f.err == nil {
		cos, sin = f.keep(c.importer.gather(cos, ids, 0)), f.keep(c.importer.gather(sin, ids, 0))
	}
	if f.err != nil {
		return nil, f.err
	}
	s := x.Shape
	if dim == 0 {
		dim = s[3]
	}
	if dim < 2 || dim%2 != 0 || dim > s[3] || len(cos.Shape) != 3 || !cos.Equal(sin.TensorDecl) || cos.Shape[2] < dim/2 {
		return nil, errors.New("dimensions do not fit")
	}
	cos, sin = f.halfTable(cos, dim/2), f.halfTable(sin, dim/2)
	rest := f.keep(c.sliceAxis(x, 3, dim, s[3]-dim))
	x = f.keep(c.sliceAxis(x, 3, 0, dim))
	if f.err != nil {
		return nil, f.err
	}
	y := f.turn(x, cos, sin, apart)
	if f.err != nil {
		return nil, f.err
	}
	y = f.keep(c.importer.concat(3, y, rest))
	if len(in[0].Shape) == 3 {
		y = f.reshape(f.permute(y, 0, 2, 1, 3), in[0].Shape...)
	}
	return f.done(y)
}

// halfTable places [batch, length, n] under the heads.
func (f *chain) halfTable(t *value, n int64) *value {
	if f.err != nil {
		return nil
	}
	t = f.keep(f.b.sliceAxis(t, 2, 0, n))
	if f.err != nil {
		return nil
	}
	return f.reshape(t, t.Shape[0], 1, t.Shape[1], n)
}

// turn rotates the pairs (even, odd) if they lie side by side, else (first half,
// second half).
func (f *chain) turn(x, cos, sin *value, apart bool) *value {
	s := x.Shape
	pairs := append(slices.Clone(s[:3]), 2, s[3]/2)
	axis := 3
	if apart {
		pairs[3], pairs[4] = pairs[4], pairs[3]
		axis = 4
	}
	one := slices.Concat(s[:3], []int64{s[3] / 2})
	x = f.reshape(x, pairs...)
	if f.err != nil {
		return nil
	}
	a := f.reshape(f.keep(f.b.sliceAxis(x, axis, 0, 1)), one...)
	b := f.reshape(f.keep(f.b.sliceAxis(x, axis, 1, 1)), one...)
	re := f.bin(ir.OpSub, f.bin(ir.OpMul, cos, a), f.bin(ir.OpMul, sin, b))
	im := f.bin(ir.OpAdd, f.bin(ir.OpMul, sin, a), f.bin(ir.OpMul, cos, b))
	single := slices.Clone(pairs)
	single[axis] = 1
	re, im = f.reshape(re, single...), f.reshape(im, single...)
	if f.err != nil {
		return nil
	}
	return f.reshape(f.keep(f.b.concat(axis, re, im)), s...)
}
