package onnx

import (
	"errors"
	"math"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// shapes are operators whose results are constants, because shapes are static.
func shapes() map[string]lowering {
	return map[string]lowering{
		"Shape": shape, "Size": size, "Constant": constantOp, "ConstantOfShape": constantOfShape, "Range": rangeOp, "EyeLike": eyeLike,
	}
}

func shape(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	rank := int64(len(in[0].Shape))
	start, err := c.attrInt("start", 0)
	if err != nil {
		return nil, err
	}
	end, err := c.attrInt("end", rank)
	if err != nil {
		return nil, err
	}
	first, n, err := bounds(start, end, 1, rank)
	if err != nil {
		return nil, err
	}
	return one(i64s(in[0].Shape[first:first+n]...), nil)
}

func size(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	return one(scalar(ir.I64, product(in[0].Shape)), nil)
}

func constantOp(c *call) ([]*value, error) {
	if len(c.node.attrs) != 1 {
		return nil, errors.New("exactly one value is needed")
	}
	for name, a := range c.node.attrs {
		c.read[name] = true
		switch name {
		case "value":
			return one(c.tensorAttr(a))
		case "value_float":
			return one(f32(a.f), nil)
		case "value_int":
			return one(scalar(ir.I64, a.i), nil)
		case "value_ints":
			return one(i64s(a.ints...), nil)
		case "value_floats":
			t := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: []int64{int64(len(a.floats))}})
			copy(t.F32, a.floats)
			return one(constant(t), nil)
		default:
			delete(c.read, name)
		}
	}
	return nil, errors.New("kind of value is not supported")
}

func (c *call) tensorAttr(a *attrProto) (*value, error) {
	if a.t == nil {
		return nil, errors.New("value is missing")
	}
	p, err := parseTensor(a.t)
	if err != nil {
		return nil, err
	}
	t, err := c.decode(&p)
	if err != nil {
		return nil, err
	}
	return constant(t), nil
}

func constantOfShape(c *call) ([]*value, error) {
	dims, err := c.ints(0)
	if err != nil {
		return nil, err
	}
	if dims == nil {
		return nil, errors.New("input 0 is missing")
	}
	v := f32(0)
	a, err := c.attr("value", 4)
	if err != nil {
		return nil, err
	}
	if a != nil {
		if v, err = c.tensorAttr(a); err != nil {
			return nil, err
		}
		if v.data.Len() != 1 {
			return nil, errors.New("value must be one element")
		}
	}
	if v, err = c.reshape(v); err != nil {
		return nil, err
	}
	return one(c.importer.expand(v, dims...))
}

// rangeOp counts in the type of its inputs; the number of elements is that of
// exact arithmetic on their values.
func rangeOp(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	for _, v := range in {
		if v.data == nil || v.data.Len() != 1 || v.DType != in[0].DType {
			return nil, errors.New("bounds must be constant scalars of one type")
		}
	}
	d := in[0].DType
	if d == ir.F32 {
		start, limit, delta := float64(in[0].data.F32[0]), float64(in[1].data.F32[0]), float64(in[2].data.F32[0])
		n := math.Ceil((limit - start) / delta)
		if !(n >= 1) || n > float64(c.limits.Graph.MaxElems) {
			return nil, errors.New("the range is empty or too large")
		}
		if err := c.spend(4 * int64(n)); err != nil {
			return nil, err
		}
		t := kernel.New(ir.TensorDecl{DType: d, Shape: []int64{int64(n)}})
		for i := range t.F32 {
			t.F32[i] = float32(start + float64(float64(i)*delta))
		}
		return one(constant(t), nil)
	}
	list := [3]int64{}
	for i := range list {
		v, err := c.ints(i)
		if err != nil {
			return nil, err
		}
		list[i] = v[0]
	}
	start, limit, delta := list[0], list[1], list[2]
	for _, v := range list {
		if v > 1<<40 || v < -1<<40 {
			return nil, errors.New("the range is too large")
		}
	}
	n := int64(0)
	switch {
	case delta > 0:
		n = max(0, (limit-start+delta-1)/delta)
	case delta < 0:
		n = max(0, (start-limit-delta-1)/-delta)
	default:
		return nil, errors.New("the step is 0")
	}
	if n > c.limits.Graph.MaxElems {
		return nil, errors.New("the range is too large")
	}
	if err := c.spend(8 * n); err != nil {
		return nil, err
	}
	out := make([]int64, n)
	for i := range out {
		out[i] = start + int64(i)*delta
	}
	return one(c.cast(i64s(out...), d))
}

func eyeLike(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	d := in[0].DType
	to, err := c.attrInt("dtype", 0)
	if err == nil && to != 0 {
		d, err = dtypeOf(to)
	}
	if err != nil {
		return nil, err
	}
	k, err := c.attrInt("k", 0)
	if err != nil {
		return nil, err
	}
	s := in[0].Shape
	if len(s) != 2 || slices.Contains(s, 0) {
		return nil, errors.New("the input must be a matrix")
	}
	if err := c.spend(product(s)); err != nil {
		return nil, err
	}
	t := kernel.New(ir.TensorDecl{DType: ir.Bool, Shape: s})
	for i := range t.U8 {
		if int64(i)%s[1]-int64(i)/s[1] == k {
			t.U8[i] = 1
		}
	}
	return one(c.cast(constant(t), d))
}
