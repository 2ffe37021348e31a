package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// TestRowGroups runs chains along the last dimension, large enough to be cut into
// blocks of rows, on every instruction set and with several workers.
func TestRowGroups(t *testing.T) {
	const rows, cols = 97, 777
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	full, one := f(1, rows, cols), f(1, rows, 1)
	g := &ir.Graph{Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{full}, Weights: []ir.TensorDecl{f(cols), f(), f(1, 1, cols)}}
	add := func(k ir.Kind, op ir.Op, out ir.TensorDecl, in ...uint32) uint32 {
		n := ir.Node{Kind: k, Op: op, Inputs: in, Out: out}
		if k == ir.Reduce {
			n.Ints = []int64{1, 2}
		}
		g.Nodes = append(g.Nodes, n)
		return 3 + uint32(len(g.Nodes))
	}
	// Normalisation with gain and shift, softmax, and a second use of an early value.
	mean := add(ir.Reduce, ir.OpMean, one, 0)
	d := add(ir.Binary, ir.OpSub, full, 0, mean)
	square := add(ir.Reduce, ir.OpMeanSquare, one, d)
	root := add(ir.Unary, ir.OpSqrt, one, add(ir.Binary, ir.OpAdd, one, square, 2))
	y := add(ir.Binary, ir.OpDiv, full, d, root)
	y = add(ir.Binary, ir.OpMul, full, y, 1)
	y = add(ir.Binary, ir.OpAdd, full, y, 3)
	e := add(ir.Unary, ir.OpExp, full, add(ir.Binary, ir.OpSub, full, y, add(ir.Reduce, ir.OpReduceMax, one, y)))
	y = add(ir.Binary, ir.OpDiv, full, e, add(ir.Reduce, ir.OpSum, one, e))
	y = add(ir.Binary, ir.OpAdd, full, y, d)
	g.Outputs = []uint32{y, mean}
	w := []kernel.Tensor{noise(1, cols), noise(2), noise(3, 1, 1, cols)}
	x := []kernel.Tensor{noise(4, 1, rows, cols)}
	want := reference(t, g, w, x)
	for _, isa := range kernel.ISAs() {
		for _, workers := range []int{1, 2, 3} {
			p, err := engine.Load(g, w, engine.WithISA(isa), engine.WithWorkers(workers))
			require.NoError(t, err)
			outs, last, err := p.Run(t.Context(), x)
			require.NoError(t, err)
			require.Equal(t, want[y].AppendBytes(nil), outs[0].AppendBytes(nil), "%s, %d workers", isa, workers)
			require.Equal(t, want[mean].AppendBytes(nil), outs[1].AppendBytes(nil))
			require.Equal(t, want[d].AppendBytes(nil), last[1].AppendBytes(nil))
		}
	}
}
