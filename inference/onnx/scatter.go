package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// maxScatter bounds the updates of a scatter whose places are not known at import,
// or that combines: each is a pass over the data.
const maxScatter = 1024

// scatterND replaces rows of the flattened leading dimensions, or combines with them.
func scatterND(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	name, err := c.attrString("reduction", "none")
	if err != nil {
		return nil, err
	}
	op, ok := map[string]ir.Op{"none": 0, "add": ir.OpAdd, "mul": ir.OpMul, "min": ir.OpMin, "max": ir.OpMax}[name]
	x, idx, upd := in[0], in[1], in[2]
	irank := len(idx.Shape)
	if !ok || irank < 1 || slices.Contains(x.Shape, 0) || slices.Contains(idx.Shape, 0) {
		return nil, fmt.Errorf("reduction %q, or shapes, are not supported", name)
	}
	k := int(idx.Shape[irank-1])
	if k > len(x.Shape) || !slices.Equal(upd.Shape, slices.Concat(idx.Shape[:irank-1], x.Shape[k:])) {
		return nil, errors.New("data, indices and updates do not fit")
	}
	dims := x.Shape[:k]
	rows, rest, updates := product(dims), product(x.Shape[k:]), product(idx.Shape[:irank-1])
	steps := make([]int64, k)
	for i := range steps {
		steps[i] = product(dims[i+1:])
	}
	f := c.chain()
	at := f.reshape(f.keep(c.cast(idx, ir.I64)), updates, int64(k))
	at = f.sel(ir.OpLt, at, scalar(ir.I64, 0), f.bin(ir.OpAdd, at, i64s(dims...)), at)
	at = f.bin(ir.OpMul, at, i64s(steps...))
	if f.err != nil {
		return nil, f.err
	}
	at = f.keep(c.reduce(ir.OpSum, at, false, 1))
	flat, fresh := f.reshape(x, rows, rest), f.reshape(upd, updates, rest)
	if f.err != nil {
		return nil, f.err
	}
	if at.data != nil && op == 0 {
		flat = f.replace(flat, fresh, at.data.I64)
	} else {
		if updates > maxScatter {
			return nil, fmt.Errorf("%d updates at places that are not constant, or that add up; at most %d are supported", updates, maxScatter)
		}
		for i := range updates {
			flat = f.update(op, flat, fresh, at, i)
		}
	}
	return f.done(f.reshape(flat, x.Shape...))
}

// replace takes each row from the data or from the last update that names it.
func (f *chain) replace(flat, fresh *value, at []int64) *value {
	rows := flat.Shape[0]
	from := make([]int64, rows)
	for i := range from {
		from[i] = int64(i)
	}
	for i, row := range at {
		if row < 0 || row >= rows {
			f.err = errors.New("an index is outside the data")
			return nil
		}
		from[row] = rows + int64(i)
	}
	both := f.keep(f.b.concat(0, flat, fresh))
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.gather(both, i64s(from...), 0))
}

// update changes the one row that update i names.
func (f *chain) update(op ir.Op, flat, fresh, at *value, i int64) *value {
	if f.err != nil {
		return nil
	}
	row := f.keep(f.b.sliceAxis(fresh, 0, i, 1))
	place := f.keep(f.b.sliceAxis(at, 0, i, 1))
	if op != 0 {
		row = f.bin(op, flat, row)
	}
	every := kernel.New(ir.TensorDecl{DType: ir.I64, Shape: []int64{flat.Shape[0], 1}})
	copy(every.I64, count(flat.Shape[0]))
	return f.sel(ir.OpEq, constant(every), place, row, flat)
}
