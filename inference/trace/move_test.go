package trace_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/step"
)

// large are the nodes whose last moves are the longest.
func large() []kerneltest.Case {
	s := kerneltest.Source(5)
	conv := ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}
	return []kerneltest.Case{
		{Name: "dot K=4096 N=4096", Node: ir.Node{Kind: ir.Dot}, In: []kernel.Tensor{s.Normal(1, 4096), s.Normal(4096, 4096)}},
		{Name: "dot K=16384 N=1024", Node: ir.Node{Kind: ir.Dot}, In: []kernel.Tensor{s.Normal(1, 16384), s.Normal(16384, 1024)}},
		{Name: "conv 3x3, 256 channels, 56x56", Node: ir.Node{Kind: ir.Conv, Ints: conv.Ints()}, In: []kernel.Tensor{s.Normal(1, 256, 56, 56), s.Normal(8, 256, 3, 3)}},
		{Name: "sum over columns", Node: ir.Node{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 0}}, In: []kernel.Tensor{s.Normal(4096, 512)}},
		{Name: "index of the largest of 50257", Node: ir.Node{Kind: ir.ArgReduce, Op: ir.OpArgMax, Ints: []int64{0, 0}}, In: []kernel.Tensor{s.Normal(50257)}},
		{Name: "product of two inputs", Node: ir.Node{Kind: ir.Binary, Op: ir.OpMul}, In: []kernel.Tensor{s.Normal(512, 512), s.Normal(512, 512)}},
	}
}

// lastMove is the middle segment of the middle element, in a trace of one node.
func lastMove(t testing.TB, c kerneltest.Case) (*step.Claim, []byte, int) {
	t.Helper()
	out, err := kernel.Exec(&c.Node, c.In)
	require.NoError(t, err)
	p := alone(c, out.Decl())
	g := play(t, p, 1)
	rec := p.Graph.Record(0)
	e := int64(out.Len() / 2)
	count, err := step.Segments(&rec, e)
	require.NoError(t, err)
	claim, w := g.claim(t, 0, 0, e, count/2)
	b, err := step.Prove(claim, w)
	require.NoError(t, err)
	return claim, b, step.Bound(p.Graph, 0, 1)
}

// TestLastMove: at most 27 KB, and never more than what the graph alone told.
func TestLastMove(t *testing.T) {
	for _, c := range large() {
		claim, b, bound := lastMove(t, c)
		agrees, err := step.Verify(claim, b)
		require.NoError(t, err)
		require.True(t, agrees)
		require.LessOrEqual(t, len(b), step.MaxProof)
		require.LessOrEqual(t, len(b), bound)
		require.LessOrEqual(t, bound, step.MaxProof)
		t.Logf("%s: %d bytes, at most %d", c.Name, len(b), bound)
	}
}

// BenchmarkLastMove is what the chain spends on a last move; bytes are the proof's.
func BenchmarkLastMove(b *testing.B) {
	for _, c := range large() {
		claim, proof, _ := lastMove(b, c)
		b.Run(c.Name, func(b *testing.B) {
			for b.Loop() {
				if _, err := step.Verify(claim, proof); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(proof)), "bytes")
		})
	}
}
