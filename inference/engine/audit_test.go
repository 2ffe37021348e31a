package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// TestAudit: audited runs give the same bits, and every element that is drawn agrees.
func TestAudit(t *testing.T) {
	for seed := range uint64(60) {
		p := kerneltest.Random(seed, 20)
		s := kerneltest.Source(seed)
		drawn := 0
		prog, err := engine.Load(p.Graph, p.Weights, engine.WithAudit(20, func() uint64 { drawn++; return uint64(s.Next()) }))
		require.NoError(t, err)
		plain, err := engine.Load(p.Graph, p.Weights)
		require.NoError(t, err)
		got, last, err := prog.Run(t.Context(), p.Inputs)
		require.NoError(t, err, "seed %d", seed)
		require.Equal(t, 40, drawn)
		want, wantLast, err := plain.Run(t.Context(), p.Inputs)
		require.NoError(t, err)
		for i := range want {
			require.Equal(t, want[i].AppendBytes(nil), got[i].AppendBytes(nil))
		}
		for i := range wantLast {
			require.Equal(t, wantLast[i].AppendBytes(nil), last[i].AppendBytes(nil))
		}
	}
}

// TestAuditFindsFault: a machine that computes one weight wrongly is found by the
// share of elements that it spoils, and the error is no other.
func TestAuditFindsFault(t *testing.T) {
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f(8, 64)}, Weights: []ir.TensorDecl{f(64, 64)},
		Nodes:   []ir.Node{{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: f(8, 64)}},
		Outputs: []uint32{2},
	}
	s := kerneltest.Source(1)
	prog, err := engine.Load(g, []kernel.Tensor{s.Normal(64, 64)}, engine.WithAudit(4, func() uint64 { return uint64(s.Next()) }))
	require.NoError(t, err)
	x := []kernel.Tensor{s.Normal(8, 64)}
	_, _, err = prog.Run(t.Context(), x)
	require.NoError(t, err)
	require.NoError(t, engine.Spoil(prog, x, func(out kernel.Tensor) {}))
	err = engine.Spoil(prog, x, func(out kernel.Tensor) {
		for i := range out.F32 {
			out.F32[i] += 1
		}
	})
	require.ErrorIs(t, err, engine.ErrFault)
	require.ErrorContains(t, err, "node 0 (dot)")
}
