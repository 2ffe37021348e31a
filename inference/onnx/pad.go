package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

// pad lowers constant padding to Pad and the other modes to one Gather per
// axis. Negative amounts cut.
func pad(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	x, rank := in[0], len(in[0].Shape)
	mode, err := c.attrString("mode", "constant")
	if err != nil {
		return nil, err
	}
	pads, err := c.intsOf("pads", 11, 1)
	if err != nil {
		return nil, err
	}
	fill, err := c.padValue(x.DType)
	if err != nil {
		return nil, err
	}
	on := upFrom(0, rank)
	if list, err := c.ints(3); err != nil {
		return nil, err
	} else if list != nil {
		on = on[:0]
		for _, a := range list {
			ax, err := axis(a, rank)
			if err != nil {
				return nil, err
			}
			on = append(on, int64(ax))
		}
	}
	if len(pads) != 2*len(on) || slices.ContainsFunc(pads, func(p int64) bool { return p < -1<<30 || p > 1<<30 }) {
		return nil, errors.New("pads are missing or out of range")
	}
	before, after := make([]int64, rank), make([]int64, rank)
	for i, a := range on {
		before[a], after[a] = pads[i], pads[len(on)+i]
	}
	if x, err = c.crop(x, before, after); err != nil {
		return nil, err
	}
	if mode != "constant" {
		for i := range rank {
			if x, err = c.mirrorPad(x, i, before[i], after[i], mode); err != nil {
				return nil, err
			}
		}
		return one(x, nil)
	}
	if zeros(before) && zeros(after) {
		return one(x, nil)
	}
	n := ir.Node{Kind: ir.Pad, Ints: slices.Concat(before, after)}
	if x.DType == ir.F32 {
		n.Floats = []float32{fill.data.F32[0]}
	} else {
		v, err := c.cast(fill, ir.I64)
		if err != nil {
			return nil, err
		}
		n.Ints = append(n.Ints, v.data.I64[0])
	}
	return one(c.emit(n, x))
}

// padValue is the constant: an attribute before set 11, an input since.
func (c *call) padValue(d ir.DType) (*value, error) {
	if c.opset < 11 {
		v, err := c.attrFloat("value", 0)
		if err == nil && d != ir.F32 && v != 0 {
			err = errors.New("only float32 has a constant")
		}
		if d != ir.F32 {
			return scalar(d, 0), err
		}
		return f32(v), err
	}
	v := c.opt(2)
	switch {
	case v == nil:
		return scalar(d, 0), nil
	case v.data == nil || v.DType != d || v.data.Len() != 1:
		return nil, errors.New("the padding value must be one constant of the input's type")
	}
	return v, nil
}

// crop applies negative amounts and leaves the others in place.
func (c *call) crop(x *value, before, after []int64) (*value, error) {
	start, step, count := make([]int64, len(before)), slices.Repeat([]int64{1}, len(before)), slices.Clone(x.Shape)
	for i := range before {
		start[i] = max(-before[i], 0)
		count[i] -= start[i] + max(-after[i], 0)
		if count[i] < 1 {
			return nil, errors.New("padding leaves nothing")
		}
		before[i], after[i] = max(before[i], 0), max(after[i], 0)
	}
	return c.slice(x, start, step, count)
}

// mirrorPad extends one axis with its own elements.
func (c *call) mirrorPad(x *value, ax int, before, after int64, mode string) (*value, error) {
	if before == 0 && after == 0 {
		return x, nil
	}
	n := x.Shape[ax]
	if n+before+after > c.limits.Graph.MaxElems {
		return nil, errors.New("padding is too large")
	}
	index := make([]int64, 0, n+before+after)
	for i := -before; i < n+after; i++ {
		j := i
		switch mode {
		case "edge":
			j = min(max(i, 0), n-1)
		case "wrap":
			j = ((i % n) + n) % n
		case "reflect":
			if n > 1 {
				period := 2 * (n - 1)
				if j = ((i % period) + period) % period; j >= n {
					j = period - j
				}
			} else {
				j = 0
			}
		default:
			return nil, fmt.Errorf("mode %q", mode)
		}
		index = append(index, j)
	}
	return c.importer.gather(x, i64s(index...), ax)
}

func zeros(v []int64) bool {
	return !slices.ContainsFunc(v, func(x int64) bool { return x != 0 })
}
