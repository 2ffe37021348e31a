package kerneltest

import (
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// moves reaches the kinds that only place elements, in every type.
func moves(s *Source) []Case {
	var c []Case
	for _, d := range append(numeric, ir.Bool) {
		add := func(name string, n ir.Node, in ...kernel.Tensor) {
			c = append(c, Case{fmt.Sprintf("%s %s", name, d), n, in})
		}
		x := s.Tensor(d, 3, 4, 5, 6)
		for i, perm := range [][]int64{{3, 2, 1, 0}, {0, 2, 3, 1}, {1, 0, 2, 3}, {0, 1, 3, 2}} {
			add(fmt.Sprintf("transpose %d", i), ir.Node{Kind: ir.Transpose, Ints: perm}, x)
		}
		add("reshape", ir.Node{Kind: ir.Reshape, Out: shapeOf(d, 2, 180)}, x)
		add("slice", ir.Node{Kind: ir.Slice, Ints: []int64{1, 1, 3, -1, 0, 2, 5, -2}, Out: shapeOf(d, 2, 4, 3, 3)}, x)
		add("slice rows", ir.Node{Kind: ir.Slice, Ints: []int64{1, 1, 0, 1, 0, 1, 0, 1}, Out: shapeOf(d, 1, 4, 5, 6)}, x)
		for axis := range int64(4) {
			in := []kernel.Tensor{x}
			for k := range int64(2) {
				shape := []int64{3, 4, 5, 6}
				shape[axis] = k + 1
				in = append(in, s.Tensor(d, shape...))
			}
			add(fmt.Sprintf("concat %d", axis), ir.Node{Kind: ir.Concat, Ints: []int64{axis}}, in...)
		}
		pad := ir.Node{Kind: ir.Pad, Ints: []int64{0, 1, 0, 2, 1, 0, 0, 3}}
		if d == ir.F32 {
			pad.Floats = []float32{-2.5}
		} else {
			pad.Ints = append(pad.Ints, 1)
		}
		add("pad", pad, x)
		for i, out := range [][]int64{{3, 4, 10, 18}, {3, 4, 3, 4}, {6, 2, 7, 11}} {
			add(fmt.Sprintf("resize %d", i), ir.Node{Kind: ir.Resize, Out: shapeOf(d, out...)}, x)
		}
		add("expand", ir.Node{Kind: ir.Expand, Out: shapeOf(d, 2, 3, 4, 5)}, s.Tensor(d, 3, 1, 5))
		for _, index := range []ir.DType{ir.I32, ir.I64} {
			for axis := range int64(4) {
				idx := s.Tensor(index, 2, 3)
				add(fmt.Sprintf("gather %s %d", index, axis), ir.Node{Kind: ir.Gather, Ints: []int64{axis}}, x, idx)
				add(fmt.Sprintf("gatherelements %s %d", index, axis), ir.Node{Kind: ir.GatherElements, Ints: []int64{axis}}, x, s.Tensor(index, 3, 2, 5, 6))
			}
		}
	}
	return defined(c)
}
