package ir_test

import (
	"encoding/hex"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

func f32(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }

// sample is y = relu(x*w + b), z = sum(y).
func sample() *ir.Graph {
	return &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f32(2, 3)},
		Weights:   []ir.TensorDecl{f32(3, 4), f32(4)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1, 2}, Out: f32(2, 4)},
			{Kind: ir.Unary, Op: ir.OpLeakyRelu, Floats: []float32{0.25}, Inputs: []uint32{3}, Out: f32(2, 4)},
			{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 1}, Inputs: []uint32{4}, Out: f32(2)},
		},
		Outputs: []uint32{5, 3},
	}
}

// TestEncoding pins the bytes of SPEC chapter 7.
func TestEncoding(t *testing.T) {
	const want = "696d6f642d697201" + // magic
		"01" + "01" + "0102" + "0203" + // version, one input f32[2 3]
		"02" + "01020304" + "010104" + // two weights f32[3 4], f32[4]
		"020503" + "03" + // outputs 5 and 3, three nodes
		"0600" + "01020204" + "03000102" + "00" + "00" +
		"0111" + "01020204" + "0103" + "00" + "010000803e" +
		"0b60" + "010102" + "0104" + "020002" + "00"
	g := sample()
	require.Equal(t, want, hex.EncodeToString(g.Encode()))
	back, err := ir.Decode(g.Encode(), ir.DefaultLimits())
	require.NoError(t, err)
	require.Equal(t, g, back)
	root := g.Root()
	require.Equal(t, "5a694769ec86118035add5e7a10bc16853ff1e0e76e3fa11fd0c0497ff0cd904", hex.EncodeToString(root[:]))
}

// TestRootBindsEverything changes one thing at a time.
func TestRootBindsEverything(t *testing.T) {
	seen := map[[32]byte]string{sample().Root(): "the sample"}
	for name, change := range map[string]func(*ir.Graph){
		"input":      func(g *ir.Graph) { g.Inputs[0].Shape[0] = 7 },
		"weight":     func(g *ir.Graph) { g.Weights[1].DType = ir.I32 },
		"output":     func(g *ir.Graph) { g.Outputs = g.Outputs[:1] },
		"order":      func(g *ir.Graph) { g.Outputs[0], g.Outputs[1] = 3, 5 },
		"kind":       func(g *ir.Graph) { g.Nodes[0].Kind = ir.Conv },
		"op":         func(g *ir.Graph) { g.Nodes[2].Op = ir.OpMean },
		"ints":       func(g *ir.Graph) { g.Nodes[2].Ints[0] = 1 },
		"floats":     func(g *ir.Graph) { g.Nodes[1].Floats[0] = 0.5 },
		"node input": func(g *ir.Graph) { g.Nodes[0].Inputs[2] = 1 },
		"node shape": func(g *ir.Graph) { g.Nodes[0].Out.Shape[0] = 8 },
		"nodes":      func(g *ir.Graph) { g.Nodes = g.Nodes[:2] },
		"version":    func(g *ir.Graph) { g.Semantics = 2 },
	} {
		g := sample()
		change(g)
		require.NotContains(t, seen, g.Root(), name)
		seen[g.Root()] = name
	}
}

func TestValidateRefuses(t *testing.T) {
	cases := []struct {
		name   string
		change func(*ir.Graph)
		want   string
	}{
		{"fails: unknown version", func(g *ir.Graph) { g.Semantics = 2 }, "version 2"},
		{"fails: nothing to compute", func(g *ir.Graph) { g.Nodes = nil }, "computes nothing"},
		{"fails: no outputs", func(g *ir.Graph) { g.Outputs = nil }, "computes nothing"},
		{"fails: a dimension of 0", func(g *ir.Graph) { g.Inputs[0].Shape[1] = 0 }, "not positive"},
		{"fails: a huge tensor", func(g *ir.Graph) { g.Weights[0].Shape = []int64{1 << 30, 1 << 30} }, "too many elements"},
		{"fails: an overflowing product", func(g *ir.Graph) { g.Weights[0].Shape = []int64{1 << 31, 1 << 31, 1 << 31} }, "out of range"},
		{"fails: unknown type", func(g *ir.Graph) { g.Inputs[0].DType = 9 }, "element type"},
		{"fails: rank 9", func(g *ir.Graph) { g.Inputs[0].Shape = make([]int64, 9) }, "rank 9"},
		{"fails: a node reads itself", func(g *ir.Graph) { g.Nodes[1].Inputs[0] = 4 }, "not an earlier value"},
		{"fails: a node reads the future", func(g *ir.Graph) { g.Nodes[1].Inputs[0] = 5 }, "not an earlier value"},
		{"fails: wrong stated shape", func(g *ir.Graph) { g.Nodes[0].Out.Shape[1] = 5 }, "stated as"},
		{"fails: inner dimensions differ", func(g *ir.Graph) { g.Weights[0].Shape[0] = 4 }, "inner dimensions"},
		{"fails: unknown kind", func(g *ir.Graph) { g.Nodes[0].Kind = 200 }, "unknown kind"},
		{"fails: reserved kind", func(g *ir.Graph) { g.Nodes[0].Kind = 8 }, "unknown kind"},
		{"fails: op of another kind", func(g *ir.Graph) { g.Nodes[1].Op = ir.OpAdd }, "node 1"},
		{"fails: an op where there is none", func(g *ir.Graph) { g.Nodes[0].Op = ir.OpAdd }, "not defined"},
		{"fails: missing attribute", func(g *ir.Graph) { g.Nodes[1].Floats = nil }, "attributes"},
		{"fails: extra attribute", func(g *ir.Graph) { g.Nodes[0].Ints = []int64{1} }, "attributes"},
		{"fails: NaN attribute", func(g *ir.Graph) { g.Nodes[1].Floats[0] = float32(math.NaN()) }, "not a number"},
		{"fails: axes out of order", func(g *ir.Graph) { g.Nodes[2].Ints = []int64{0, 1, 0} }, "attributes"},
		{"fails: an output that is an input", func(g *ir.Graph) { g.Outputs[0] = 0 }, "not a node"},
		{"fails: an output twice", func(g *ir.Graph) { g.Outputs[1] = 5 }, "twice"},
		{"fails: an unused node", func(g *ir.Graph) { g.Outputs = g.Outputs[1:] }, "never used"},
		{"fails: an unused weight", func(g *ir.Graph) { g.Nodes[0].Inputs = g.Nodes[0].Inputs[:2] }, "never used"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			g := sample()
			c.change(g)
			require.ErrorContains(t, g.Validate(ir.DefaultLimits()), c.want)
			_, err := ir.Decode(g.Encode(), ir.DefaultLimits())
			require.Error(t, err)
		})
	}
}

func TestLimits(t *testing.T) {
	cases := []struct {
		name string
		set  func(*ir.Limits)
	}{
		{"nodes", func(l *ir.Limits) { l.MaxNodes = 2 }},
		{"weights", func(l *ir.Limits) { l.MaxWeights = 1 }},
		{"ports", func(l *ir.Limits) { l.MaxPorts = 1 }},
		{"inputs of a node", func(l *ir.Limits) { l.MaxNodeInputs = 2 }},
		{"attributes", func(l *ir.Limits) { l.MaxAttrs = 1 }},
		{"elements", func(l *ir.Limits) { l.MaxElems = 11 }},
		{"weight bytes", func(l *ir.Limits) { l.MaxWeightBytes = 63 }},
		{"live bytes", func(l *ir.Limits) { l.MaxPeakBytes = 71 }},
		{"multiply-adds", func(l *ir.Limits) { l.MaxMACs = 23 }},
		{"work", func(l *ir.Limits) { l.MaxWork = 0 }},
		{"bytes", func(l *ir.Limits) { l.MaxBytes = 62 }},
	}
	b := sample().Encode()
	for _, c := range cases {
		t.Run("fails: "+c.name, func(t *testing.T) {
			l := ir.DefaultLimits()
			c.set(&l)
			_, err := ir.Decode(b, l)
			require.Error(t, err)
		})
	}
}

// TestCost is the worked example of SPEC chapter 8.
func TestCost(t *testing.T) {
	c, err := sample().Cost()
	require.NoError(t, err)
	require.Equal(t, ir.Cost{
		MACs:      2 * 3 * 4,
		Ops:       8 + 8,                                      // leakyrelu on 8, sum over 8
		Bytes:     (24 + 48 + 16 + 32) + (32 + 32) + (32 + 8), // node by node
		PeakBytes: 32 + 32 + 8,                                // the first node's result is an output and stays
		WorkUnits: 1,
	}, c)
	big := &ir.Graph{
		Inputs: []ir.TensorDecl{f32(1, 1000), f32(1000, 2000)},
		Nodes:  []ir.Node{{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: f32(1, 2000)}},
	}
	c, err = big.Cost()
	require.NoError(t, err)
	require.Equal(t, int64((2_000_000+(4000+8_000_000+8000)/4+256+1023)/1024), c.WorkUnits)
}

func TestDecodeRefuses(t *testing.T) {
	b := sample().Encode()
	for n := range b {
		_, err := ir.Decode(b[:n], ir.DefaultLimits())
		require.Error(t, err, "cut at %d", n)
	}
	_, err := ir.Decode(append(b[:len(b):len(b)], 0), ir.DefaultLimits())
	require.ErrorContains(t, err, "after the graph")

	long := append([]byte{}, b[:8]...)
	long = append(long, 0x81, 0x00) // version 1 in two bytes
	_, err = ir.Decode(append(long, b[9:]...), ir.DefaultLimits())
	require.ErrorContains(t, err, "shortest")

	claim := append([]byte{}, b[:9]...)
	claim = append(claim, 0x3f) // 63 inputs, and nothing follows
	_, err = ir.Decode(claim, ir.DefaultLimits())
	require.ErrorContains(t, err, "truncated")
}

func TestRandomRoundTrip(t *testing.T) {
	for seed := range uint64(300) {
		g := kerneltest.Random(seed, 20).Graph
		b := g.Encode()
		l := ir.DefaultLimits()
		l.MaxPorts = 1024
		back, err := ir.Decode(b, l)
		require.NoError(t, err)
		require.Equal(t, b, back.Encode())
		require.Equal(t, g.Root(), back.Root())
	}
}
