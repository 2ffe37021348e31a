package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func products() map[string]lowering {
	return map[string]lowering{
		"MatMul": matMul, "Gemm": gemm, "Conv": conv, "ConvTranspose": convTranspose, "Einsum": einsum,
	}
}

// product of matrices with NumPy's rules for vectors.
func (f *chain) matMul(x, y *value) *value {
	if f.err != nil {
		return nil
	}
	if len(x.Shape) == 0 || len(y.Shape) == 0 {
		f.err = errors.New("matrix product of a scalar")
		return nil
	}
	left, right := len(x.Shape) == 1, len(y.Shape) == 1
	if left {
		x = f.reshape(x, 1, x.Shape[0])
	}
	if right {
		y = f.reshape(y, y.Shape[0], 1)
	}
	if f.err != nil {
		return nil
	}
	v := f.keep(f.b.dot(x, y))
	if f.err != nil {
		return nil
	}
	shape := slices.Clone(v.Shape)
	if right {
		shape = shape[:len(shape)-1]
	}
	if left {
		at := len(v.Shape) - 2
		shape = slices.Delete(shape, at, at+1)
	}
	return f.reshape(v, shape...)
}

func matMul(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	return f.done(f.matMul(in[0], in[1]))
}

func gemm(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	alpha, err := c.attrFloat("alpha", 1)
	if err != nil {
		return nil, err
	}
	beta, err := c.attrFloat("beta", 1)
	if err != nil {
		return nil, err
	}
	f, m := c.chain(), [2]*value{in[0], in[1]}
	for i, name := range []string{"transA", "transB"} {
		t, err := c.flag(name, false)
		if err != nil {
			return nil, err
		}
		if len(m[i].Shape) != 2 {
			return nil, errors.New("inputs must be matrices")
		}
		if t {
			m[i] = f.keep(c.transpose(m[i], 1, 0))
		}
	}
	bias := c.opt(2)
	if bias != nil && beta != 1 {
		bias = f.bin(ir.OpMul, bias, f32(beta))
	}
	if f.err != nil {
		return nil, f.err
	}
	if bias != nil && alpha == 1 {
		return one(c.dot(m[0], m[1], bias))
	}
	v := f.keep(c.dot(m[0], m[1]))
	if alpha != 1 {
		v = f.bin(ir.OpMul, v, f32(alpha))
	}
	if bias != nil {
		v = f.bin(ir.OpAdd, v, bias)
	}
	return f.done(v)
}

// window reads the attributes shared by convolutions and pools, resolving
// automatic padding. Sizes are the window's, rounding up is for pools.
type windowAttrs struct {
	strides, dilations, before, after []int64
}

func (c *call) window(in, size []int64) (windowAttrs, error) {
	s := len(size)
	w := windowAttrs{strides: slices.Repeat([]int64{1}, s), dilations: slices.Repeat([]int64{1}, s)}
	w.before, w.after = make([]int64, s), make([]int64, s)
	for name, to := range map[string]*[]int64{"strides": &w.strides, "dilations": &w.dilations} {
		v, err := c.attrInts(name)
		if err != nil {
			return w, err
		}
		if v != nil {
			*to = v
		}
		if len(*to) != s || slices.ContainsFunc(*to, func(x int64) bool { return x < 1 || x > 1<<30 }) {
			return w, fmt.Errorf("attribute %q is out of range", name)
		}
	}
	pads, err := c.attrInts("pads")
	if err != nil {
		return w, err
	}
	mode, err := c.attrString("auto_pad", "NOTSET")
	if err != nil {
		return w, err
	}
	switch mode {
	case "NOTSET":
		if pads == nil {
			return w, nil
		}
		if len(pads) != 2*s || slices.ContainsFunc(pads, func(x int64) bool { return x < 0 || x > 1<<30 }) {
			return w, errors.New("pads are out of range")
		}
		w.before, w.after = pads[:s], pads[s:]
	case "VALID":
	case "SAME_UPPER", "SAME_LOWER":
		for i := range s {
			out := (in[i] + w.strides[i] - 1) / w.strides[i]
			total := max((out-1)*w.strides[i]+(size[i]-1)*w.dilations[i]+1-in[i], 0)
			w.before[i] = total / 2
			if mode == "SAME_LOWER" {
				w.before[i] = total - total/2
			}
			w.after[i] = total - w.before[i]
		}
	default:
		return w, fmt.Errorf("auto_pad %q", mode)
	}
	return w, nil
}

// kernelShape checks the redundant attribute of convolutions.
func (c *call) kernelShape(size []int64) error {
	k, err := c.attrInts("kernel_shape")
	if err == nil && k != nil && !slices.Equal(k, size) {
		err = errors.New("kernel_shape differs from the weights")
	}
	return err
}

func conv(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	args := []*value{in[0], in[1]}
	if b := c.opt(2); b != nil {
		args = append(args, b)
	}
	return c.convolve(args)
}

// convolve lowers x, w and an optional bias with the node's attributes.
func (c *call) convolve(in []*value) ([]*value, error) {
	x, w := in[0], in[1]
	if len(x.Shape) < 3 || len(w.Shape) != len(x.Shape) {
		return nil, errors.New("wrong number of dimensions")
	}
	size := w.Shape[2:]
	if err := c.kernelShape(size); err != nil {
		return nil, err
	}
	a, err := c.window(x.Shape[2:], size)
	if err != nil {
		return nil, err
	}
	groups, err := c.attrInt("group", 1)
	if err != nil {
		return nil, err
	}
	attrs := ir.ConvAttrs{Groups: groups, Strides: a.strides, Before: a.before, After: a.after, Dilations: a.dilations}
	return one(c.emit(ir.Node{Kind: ir.Conv, Ints: attrs.Ints()}, in...))
}
