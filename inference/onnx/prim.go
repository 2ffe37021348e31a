package onnx

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// One method per primitive. Nodes that would change nothing are not emitted.

func (b *builder) unary(op ir.Op, x *value) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Unary, Op: op}, x)
}

func (b *builder) unaryFloats(op ir.Op, x *value, f ...float32) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Unary, Op: op, Floats: f}, x)
}

func (b *builder) binary(op ir.Op, x, y *value) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Binary, Op: op}, x, y)
}

func (b *builder) compare(op ir.Op, x, y *value) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Compare, Op: op}, x, y)
}

func (b *builder) where(c, x, y *value) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Where}, c, x, y)
}

// cast follows ONNX: between integers the low bits stay, from floats it saturates.
func (b *builder) cast(x *value, to ir.DType) (*value, error) {
	if x.DType == to {
		return x, nil
	}
	op := ir.OpSaturate
	if x.DType.IsInt() && to.IsInt() {
		op = ir.OpWrap
	}
	return b.emit(ir.Node{Kind: ir.Cast, Op: op, Out: ir.TensorDecl{DType: to, Shape: x.Shape}}, x)
}

func (b *builder) reshape(x *value, shape ...int64) (*value, error) {
	if slices.Equal(x.Shape, shape) {
		return x, nil
	}
	return b.stated(ir.Reshape, x, shape)
}

func (b *builder) expand(x *value, shape ...int64) (*value, error) {
	if slices.Equal(x.Shape, shape) {
		return x, nil
	}
	return b.stated(ir.Expand, x, shape)
}

func (b *builder) stated(k ir.Kind, x *value, shape []int64) (*value, error) {
	d := ir.TensorDecl{DType: x.DType, Shape: slices.Clone(shape)}
	if err := b.bound(d); err != nil {
		return nil, err
	}
	return b.emit(ir.Node{Kind: k, Out: d}, x)
}

func (b *builder) transpose(x *value, perm ...int64) (*value, error) {
	same := true
	for i, p := range perm {
		same = same && p == int64(i)
	}
	if same {
		return x, nil
	}
	return b.emit(ir.Node{Kind: ir.Transpose, Ints: perm}, x)
}

// slice takes count elements from start, by step, along each dimension.
func (b *builder) slice(x *value, start, step, count []int64) (*value, error) {
	same := true
	ints := make([]int64, 0, 2*len(start))
	for i, s := range start {
		st := step[i]
		if count[i] <= 1 {
			st = 1
		}
		if count[i] == 0 {
			s = 0
		}
		same = same && s == 0 && st == 1 && count[i] == x.Shape[i]
		ints = append(ints, s, st)
	}
	if same {
		return x, nil
	}
	return b.emit(ir.Node{Kind: ir.Slice, Ints: ints, Out: ir.TensorDecl{DType: x.DType, Shape: count}}, x)
}

// sliceAxis takes [start, start+count) along one axis.
func (b *builder) sliceAxis(x *value, axis int, start, count int64) (*value, error) {
	s, st, c := make([]int64, len(x.Shape)), slices.Repeat([]int64{1}, len(x.Shape)), slices.Clone(x.Shape)
	s[axis], c[axis] = start, count
	return b.slice(x, s, st, c)
}

func (b *builder) concat(axis int, in ...*value) (*value, error) {
	var full []*value // empty constants contribute nothing
	for _, v := range in {
		if !slices.Contains(v.Shape, 0) {
			full = append(full, v)
		}
	}
	switch len(full) {
	case 0:
		return in[0], nil
	case 1:
		return full[0], nil
	}
	return b.emit(ir.Node{Kind: ir.Concat, Ints: []int64{int64(axis)}}, full...)
}

func (b *builder) gather(x, indices *value, axis int) (*value, error) {
	return b.emit(ir.Node{Kind: ir.Gather, Ints: []int64{int64(axis)}}, x, indices)
}

func (b *builder) pad(x *value, before, after []int64, v float32) (*value, error) {
	if zeros(before) && zeros(after) {
		return x, nil
	}
	n := ir.Node{Kind: ir.Pad, Ints: slices.Concat(before, after)}
	if x.DType == ir.F32 {
		n.Floats = []float32{v}
	} else {
		n.Ints = append(n.Ints, int64(v))
	}
	return b.emit(n, x)
}

func (b *builder) reduce(op ir.Op, x *value, keep bool, axes ...int64) (*value, error) {
	k := int64(0)
	if keep {
		k = 1
	}
	return b.emit(ir.Node{Kind: ir.Reduce, Op: op, Ints: append([]int64{k}, axes...)}, x)
}

func (b *builder) dot(in ...*value) (*value, error) { return b.emit(ir.Node{Kind: ir.Dot}, in...) }

// f32 is a scalar constant.
func f32(v float32) *value {
	t := kernel.New(ir.TensorDecl{DType: ir.F32})
	t.F32[0] = v
	return constant(t)
}

// scalar is an integer or float scalar of the same type as another value.
func scalar(d ir.DType, v int64) *value {
	t := kernel.New(ir.TensorDecl{DType: d})
	switch d {
	case ir.F32:
		t.F32[0] = float32(v)
	case ir.I8:
		t.I8[0] = int8(v)
	case ir.I32:
		t.I32[0] = int32(v)
	case ir.I64:
		t.I64[0] = v
	default:
		t.U8[0] = uint8(v)
	}
	return constant(t)
}

// i64s is a vector constant.
func i64s(v ...int64) *value {
	t := kernel.New(ir.TensorDecl{DType: ir.I64, Shape: []int64{int64(len(v))}})
	copy(t.I64, v)
	return constant(t)
}

// chain applies steps until one fails; lowering formulas read top to bottom.
type chain struct {
	b   *builder
	err error
}

func (c *chain) keep(v *value, err error) *value {
	if c.err == nil {
		c.err = err
	}
	return v
}

func (c *chain) bin(op ir.Op, x, y *value) *value {
	if c.err != nil {
		return nil
	}
	return c.keep(c.b.binary(op, x, y))
}

func (c *chain) un(op ir.Op, x *value) *value {
	if c.err != nil {
		return nil
	}
	return c.keep(c.b.unary(op, x))
}

func (c *chain) red(op ir.Op, x *value, axes ...int64) *value {
	if c.err != nil {
		return nil
	}
	return c.keep(c.b.reduce(op, x, true, axes...))
}

func (c *chain) sel(cmp ir.Op, x, y, yes, no *value) *value {
	if c.err != nil {
		return nil
	}
	cond := c.keep(c.b.compare(cmp, x, y))
	if c.err != nil {
		return nil
	}
	return c.keep(c.b.where(cond, yes, no))
}

func (c *chain) reshape(x *value, shape ...int64) *value {
	if c.err != nil {
		return nil
	}
	return c.keep(c.b.reshape(x, shape...))
}

// done ends a chain.
func (c *chain) done(v *value) ([]*value, error) {
	if c.err != nil {
		return nil, c.err
	}
	return []*value{v}, nil
}
