package onnx

import (
	"errors"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func pools() map[string]lowering {
	return map[string]lowering{
		"MaxPool": func(c *call) ([]*value, error) {
			if _, err := c.attrInt("storage_order", 0); err != nil { // concerns the indices only
				return nil, err
			}
			return c.pool(ir.MaxPool, 0)
		},
		"AveragePool": func(c *call) ([]*value, error) {
			padded, err := c.flag("count_include_pad", false)
			if err != nil {
				return nil, err
			}
			op := ir.OpPresent
			if padded {
				op = ir.OpPadded
			}
			return c.pool(ir.AvgPool, op)
		},
		"GlobalAveragePool": globalPool(ir.OpMean),
		"GlobalMaxPool":     globalPool(ir.OpReduceMax),
	}
}

func (c *call) pool(kind ir.Kind, op ir.Op) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	x := in[0]
	size, err := c.attrInts("kernel_shape")
	if err != nil {
		return nil, err
	}
	if len(size) < 1 || len(x.Shape) != len(size)+2 || slices.ContainsFunc(size, func(k int64) bool { return k < 1 || k > 1<<30 }) {
		return nil, errors.New("kernel_shape is missing or wrong")
	}
	up, err := c.flag("ceil_mode", false)
	if err != nil {
		return nil, err
	}
	w, err := c.window(x.Shape[2:], size)
	if err != nil {
		return nil, err
	}
	shape := slices.Clone(x.Shape)
	for i, k := range size {
		room := x.Shape[2+i] + w.before[i] + w.after[i] - ((k-1)*w.dilations[i] + 1)
		if room < 0 {
			return nil, errors.New("window is larger than the input")
		}
		n := room/w.strides[i] + 1
		// Rounding up never adds a window that starts beyond the input.
		if up && room%w.strides[i] != 0 && n*w.strides[i] < x.Shape[2+i]+w.before[i] {
			n++
		}
		shape[2+i] = n
	}
	attrs := ir.PoolAttrs{Window: size, Strides: w.strides, Before: w.before, After: w.after, Dilations: w.dilations}
	return one(c.emit(ir.Node{Kind: kind, Op: op, Ints: attrs.Ints(), Out: ir.TensorDecl{DType: x.DType, Shape: shape}}, x))
}

func globalPool(op ir.Op) lowering {
	return func(c *call) ([]*value, error) {
		in, err := c.args(1)
		if err != nil {
			return nil, err
		}
		if len(in[0].Shape) < 3 {
			return nil, errors.New("wrong number of dimensions")
		}
		return one(c.reduce(op, in[0], true, upFrom(2, len(in[0].Shape))...))
	}
}

// upFrom lists the axes from a to rank-1.
func upFrom(a, rank int) []int64 {
	var out []int64
	for i := a; i < rank; i++ {
		out = append(out, int64(i))
	}
	return out
}
