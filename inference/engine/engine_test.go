package engine_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

func TestSelfTest(t *testing.T) { require.NoError(t, engine.SelfTest()) }

// perceptron is x[1 3] -> dot, bias, relu -> dot -> softmax pieces.
func perceptron() (*ir.Graph, []kernel.Tensor) {
	f := func(s ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: s} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f(1, 3)},
		Weights:   []ir.TensorDecl{f(3, 4), f(4), f(4, 2)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1, 2}, Out: f(1, 4)},
			{Kind: ir.Unary, Op: ir.OpRelu, Inputs: []uint32{4}, Out: f(1, 4)},
			{Kind: ir.Dot, Inputs: []uint32{5, 3}, Out: f(1, 2)},
			{Kind: ir.Reshape, Inputs: []uint32{6}, Out: f(2)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{7}, Out: f(2)},
		},
		Outputs: []uint32{8, 6},
	}
	return g, []kernel.Tensor{noise(1, 3, 4), noise(2, 4), noise(3, 4, 2)}
}

func noise(seed uint32, shape ...int64) kernel.Tensor {
	t := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: shape})
	for i := range t.F32 {
		seed = seed*1664525 + 1013904223
		t.F32[i] = float32(int32(seed)) * 0x1p-30
	}
	return t
}

func TestRun(t *testing.T) {
	g, w := perceptron()
	p, err := engine.Load(g, w)
	require.NoError(t, err)
	x := noise(9, 1, 3)
	outs, last, err := p.Run(t.Context(), []kernel.Tensor{x})
	require.NoError(t, err)
	require.Len(t, outs, 2)
	require.Len(t, last, 1)

	want := reference(t, g, w, []kernel.Tensor{x})
	require.Equal(t, want[8].F32, outs[0].F32)
	require.Equal(t, want[6].F32, outs[1].F32)
	require.Equal(t, want[7].F32, last[0].F32, "the last node's inputs")
	require.Equal(t, []int64{2}, last[0].Shape)

	outs[0].F32[0] = 7 // the caller owns what it got
	again, _, err := p.Run(t.Context(), []kernel.Tensor{x})
	require.NoError(t, err)
	require.Equal(t, want[8].F32, again[0].F32)
}

// reference runs a graph node by node on fresh memory.
func reference(t *testing.T, g *ir.Graph, weights, inputs []kernel.Tensor) []kernel.Tensor {
	t.Helper()
	values := append(append([]kernel.Tensor{}, inputs...), weights...)
	for i := range g.Nodes {
		var in []kernel.Tensor
		for _, id := range g.Nodes[i].Inputs {
			in = append(in, values[id].Clone())
		}
		out, err := kernel.Exec(&g.Nodes[i], in)
		require.NoError(t, err)
		values = append(values, out)
	}
	return values
}

func TestLoadRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(g *ir.Graph, w []kernel.Tensor) []kernel.Tensor
		want   string
	}{
		{"fails: a weight is missing", func(_ *ir.Graph, w []kernel.Tensor) []kernel.Tensor { return w[:2] }, "2 weights, want 3"},
		{"fails: a weight of another shape", func(_ *ir.Graph, w []kernel.Tensor) []kernel.Tensor {
			w[1] = noise(1, 5)
			return w
		}, "weight 1"},
		{"fails: a weight with too few elements", func(_ *ir.Graph, w []kernel.Tensor) []kernel.Tensor {
			w[1].F32 = w[1].F32[:3]
			return w
		}, "weight 1"},
		{"fails: a weight with another NaN", func(_ *ir.Graph, w []kernel.Tensor) []kernel.Tensor {
			w[1].F32[2] = math.Float32frombits(0x7fc00001)
			return w
		}, "non-canonical"},
		{"fails: an invalid graph", func(g *ir.Graph, w []kernel.Tensor) []kernel.Tensor {
			g.Nodes[1].Inputs[0] = 5
			return w
		}, "not an earlier value"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g, w := perceptron()
			_, err := engine.Load(g, c.change(g, w))
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestLoadRaw(t *testing.T) {
	g, w := perceptron()
	var raw [][]byte
	for _, x := range w {
		raw = append(raw, x.AppendBytes(nil))
	}
	p, err := engine.LoadRaw(g, raw)
	require.NoError(t, err)
	q, err := engine.Load(g, w)
	require.NoError(t, err)
	x := []kernel.Tensor{noise(4, 1, 3)}
	a, _, err := p.Run(t.Context(), x)
	require.NoError(t, err)
	b, _, err := q.Run(t.Context(), x)
	require.NoError(t, err)
	require.Equal(t, a, b)

	raw[2] = raw[2][1:]
	_, err = engine.LoadRaw(g, raw)
	require.ErrorContains(t, err, "weight 2")
}

func TestRunRefuses(t *testing.T) {
	g, w := perceptron()
	p, err := engine.Load(g, w)
	require.NoError(t, err)
	_, _, err = p.Run(t.Context(), nil)
	require.ErrorContains(t, err, "0 inputs, want 1")
	_, _, err = p.Run(t.Context(), []kernel.Tensor{noise(1, 3)})
	require.ErrorContains(t, err, "input 0")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = p.Run(ctx, []kernel.Tensor{noise(1, 1, 3)})
	require.True(t, errors.Is(err, context.Canceled))
}
