package step_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/step"
)

// TestDisputable: the decoder of 124 M weights is within the bound at 256 steps, a
// sum over columns of a gigabyte is not.
func TestDisputable(t *testing.T) {
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f(1, 768)}, Weights: []ir.TensorDecl{f(768, 50257)},
		Nodes:   []ir.Node{{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: f(1, 50257)}},
		Outputs: []uint32{2},
	}
	require.NoError(t, g.Validate(ir.DefaultLimits()))
	require.NoError(t, step.Disputable(g, 256))
	t.Logf("%d bytes at most", step.Bound(g, 0, 256))

	g = &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f(1<<14, 1<<14)},
		Nodes:   []ir.Node{{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 0}, Inputs: []uint32{0}, Out: f(1 << 14)}},
		Outputs: []uint32{1},
	}
	require.ErrorContains(t, step.Disputable(g, 256), "node 0 (reduce)")
}
