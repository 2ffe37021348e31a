package engine_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// TestRandomGraphs computes random graphs twice: by the engine, with its arenas,
// in-place nodes and views, and node by node on fresh memory.
func TestRandomGraphs(t *testing.T) {
	kinds := map[ir.Kind]int{}
	for seed := range uint64(400) {
		p := kerneltest.Random(seed, 5+int(seed%40))
		if len(p.Graph.Outputs) > 64 {
			continue
		}
		require.NoError(t, p.Graph.Validate(ir.DefaultLimits()), "seed %d", seed)
		prog, err := engine.Load(p.Graph, p.Weights, engine.WithWorkers(1+int(seed%3)))
		require.NoError(t, err)
		outs, last, err := prog.Run(t.Context(), p.Inputs)
		require.NoError(t, err)
		want := reference(t, p.Graph, p.Weights, p.Inputs)
		for i, id := range p.Graph.Outputs {
			require.Equal(t, want[id].AppendBytes(nil), outs[i].AppendBytes(nil), "seed %d, output %d", seed, i)
		}
		n := p.Graph.Nodes[len(p.Graph.Nodes)-1]
		for i, id := range n.Inputs {
			require.Equal(t, want[id].AppendBytes(nil), last[i].AppendBytes(nil), "seed %d, witness %d", seed, i)
			require.True(t, p.Graph.Decl(id).Equal(last[i].Decl()))
		}
		for _, n := range p.Graph.Nodes {
			kinds[n.Kind]++
		}
	}
	for _, k := range []ir.Kind{ir.Unary, ir.Binary, ir.Dot, ir.Conv, ir.Reduce, ir.Transpose, ir.Reshape, ir.Concat, ir.Where, ir.Cast, ir.Pad, ir.Gather} {
		require.Greater(t, kinds[k], 20, k.String())
	}
}

// TestManyAtOnce runs one program from many goroutines.
func TestManyAtOnce(t *testing.T) {
	g, w := perceptron()
	p, err := engine.Load(g, w)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			x := []kernel.Tensor{noise(uint32(i), 1, 3)}
			first, _, err := p.Run(t.Context(), x)
			if err != nil {
				t.Error(err)
				return
			}
			for range 50 {
				again, _, err := p.Run(t.Context(), x)
				if err != nil || fmt.Sprint(again) != fmt.Sprint(first) {
					t.Errorf("run differs: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestWorkers cuts large nodes among goroutines: the bits stay.
func TestWorkers(t *testing.T) {
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	conv := ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{1, 1}, After: []int64{1, 1}, Dilations: []int64{1, 1}}
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f(1, 16, 48, 48)},
		Weights:   []ir.TensorDecl{f(24, 16, 3, 3), f(48, 100)},
		Nodes: []ir.Node{
			{Kind: ir.Conv, Ints: conv.Ints(), Inputs: []uint32{0, 1}, Out: f(1, 24, 48, 48)},
			{Kind: ir.Unary, Op: ir.OpTanh, Inputs: []uint32{3}, Out: f(1, 24, 48, 48)},
			{Kind: ir.Dot, Inputs: []uint32{4, 2}, Out: f(1, 24, 48, 100)},
			{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 1, 3}, Inputs: []uint32{5}, Out: f(1, 48)},
		},
		Outputs: []uint32{6},
	}
	w := []kernel.Tensor{noise(1, 24, 16, 3, 3), noise(2, 48, 100)}
	x := []kernel.Tensor{noise(3, 1, 16, 48, 48)}
	want := reference(t, g, w, x)
	for _, workers := range []int{1, 2, 5} {
		p, err := engine.Load(g, w, engine.WithWorkers(workers))
		require.NoError(t, err)
		outs, _, err := p.Run(t.Context(), x)
		require.NoError(t, err)
		require.Equal(t, want[6].AppendBytes(nil), outs[0].AppendBytes(nil), "%d workers", workers)
	}
}
