package trace_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/trace"
)

// game is an executed program with everything that is committed about it.
type game struct {
	kerneltest.Program
	program *engine.Program
	weights []merkle.Hash
	trace   *trace.Trace
}

func root(t require.TestingT, x kernel.Tensor) merkle.Hash {
	dims := make([]uint64, len(x.Shape))
	for i, n := range x.Shape {
		dims[i] = uint64(n)
	}
	r, err := merkle.TensorRoot(byte(x.DType), dims, x.AppendBytes(nil))
	require.NoError(t, err)
	return r
}

// play executes a program as a request of so many steps, all alike.
func play(t testing.TB, p kerneltest.Program, steps int) *game {
	t.Helper()
	g := &game{Program: p}
	var err error
	g.program, err = engine.Load(p.Graph, p.Weights)
	require.NoError(t, err)
	for _, w := range p.Weights {
		g.weights = append(g.weights, root(t, w))
	}
	roots, outputs, err := trace.Run(t.Context(), g.program, p.Inputs)
	require.NoError(t, err)
	want, _, err := g.program.Run(t.Context(), p.Inputs)
	require.NoError(t, err)
	require.Len(t, outputs, len(want))
	for i := range want {
		require.Equal(t, want[i].AppendBytes(nil), outputs[i].AppendBytes(nil), "observed and not")
	}
	var all [][]merkle.Hash
	for range steps {
		all = append(all, roots)
	}
	g.trace, err = trace.New(step.Layout{Slots: p.Graph.Slots(), Steps: uint64(len(all))}, all, root(t, outputs[0]))
	require.NoError(t, err)
	return g
}

// alone is a graph of one node.
func alone(c kerneltest.Case, out ir.TensorDecl) kerneltest.Program {
	p := kerneltest.Program{Graph: &ir.Graph{Semantics: ir.SemanticsV1, Outputs: []uint32{uint32(len(c.In))}}}
	n := c.Node
	n.Out = out
	for i, x := range c.In {
		n.Inputs = append(n.Inputs, uint32(i))
		// Every other operand is a weight; weights come after inputs.
		if i > 0 && len(c.In) == 2 {
			p.Weights, p.Graph.Weights = append(p.Weights, x), append(p.Graph.Weights, x.Decl())
		} else {
			p.Inputs, p.Graph.Inputs = append(p.Inputs, x), append(p.Graph.Inputs, x.Decl())
		}
	}
	p.Graph.Nodes = []ir.Node{n}
	return p
}

// programs are random graphs, and every kind, function and type alone.
func programs(t *testing.T, each func(name string, p kerneltest.Program, s *kerneltest.Source)) {
	t.Helper()
	for seed := range uint64(40) {
		s := kerneltest.Source(seed)
		each(fmt.Sprintf("seed %d", seed), kerneltest.Random(seed, 12), &s)
	}
	s := kerneltest.Source(3)
	for _, c := range kerneltest.All() {
		if kernel.Elems(c.In[0].Shape) > 1000 && s.Below(4) > 0 {
			continue // large ones are alike
		}
		out, err := kernel.Exec(&c.Node, c.In)
		require.NoError(t, err)
		each(c.Name, alone(c, out.Decl()), &s)
	}
}

// claim is a claim about one segment, with what a prover holds.
func (g *game) claim(t testing.TB, at uint64, node int, element, segment int64) (*step.Claim, *step.Witness) {
	t.Helper()
	c, err := trace.Capture(t.Context(), g.program, g.Inputs, node)
	require.NoError(t, err)
	w, err := c.Witness(g.Graph, g.weights, g.trace.Layout, g.trace, at)
	require.NoError(t, err)
	claim := &step.Claim{
		IR: g.Graph.Root(), Weights: merkle.ListRoot(g.weights), Trace: g.trace.Root(), Steps: g.trace.Layout.Steps,
		Step: at, Node: uint64(node), Element: uint64(element), Segment: uint64(segment),
	}
	data, dims, err := step.States(&w.Record, element, inputs(c.Inputs))
	require.NoError(t, err)
	if len(data) > 0 {
		w.States, err = step.Whole(merkle.U8, dims, data)
		require.NoError(t, err)
		claim.States, err = step.StatesRoot(data, dims)
		require.NoError(t, err)
	}
	return claim, w
}

type inputs []kernel.Tensor

func (t inputs) Element(input int, index int64) (kernel.Element, error) {
	return t[input].At(int(index)), nil
}

// pick draws a segment of an element of a node.
func pick(t testing.TB, p kerneltest.Program, node int, s *kerneltest.Source) (element, segment, count int64) {
	t.Helper()
	rec := p.Graph.Record(node)
	element = s.Below(int64(kernel.Elems(rec.Node.Out.Shape)))
	count, err := step.Segments(&rec, element)
	require.NoError(t, err)
	return element, s.Below(count), count
}

// TestHonestTraceAgrees: nobody can convict an honest trace, at whatever element of
// whatever node, and a proof that was touched anywhere proves nothing (SAFETY 55).
func TestHonestTraceAgrees(t *testing.T) {
	programs(t, func(name string, p kerneltest.Program, s *kerneltest.Source) {
		g := play(t, p, 1+int(s.Below(3)))
		for node := range p.Graph.Nodes {
			e, segment, count := pick(t, p, node, s)
			c, w := g.claim(t, uint64(s.Below(int64(g.trace.Layout.Steps))), node, e, segment)
			b, err := step.Prove(c, w)
			require.NoError(t, err)
			agrees, err := step.Verify(c, b)
			require.NoError(t, err, "%s, node %d, element %d", name, node, e)
			require.True(t, agrees, "%s, node %d, element %d, segment %d", name, node, e, segment)
			require.LessOrEqual(t, len(b), step.Bound(p.Graph, node, g.trace.Layout.Steps))
			touched(t, c, b, segment == count-1, s)
		}
	})
}

// touched changes, drops and adds bytes of a proof, and every part of its claim.
func touched(t *testing.T, c *step.Claim, b []byte, last bool, s *kerneltest.Source) {
	t.Helper()
	refused := func(c *step.Claim, b []byte, what string) {
		t.Helper()
		_, err := step.Verify(c, b)
		require.ErrorIs(t, err, step.ErrProof, what)
	}
	for range 4 {
		i := s.Below(int64(len(b)))
		bad := slices.Clone(b)
		bad[i] ^= 1 << s.Below(8)
		refused(c, bad, fmt.Sprintf("byte %d of %d changed", i, len(b)))
	}
	refused(c, b[:s.Below(int64(len(b)))], "cut")
	refused(c, append(slices.Clone(b), 0), "longer")
	for name, change := range map[string]func(*step.Claim){
		"graph":      func(c *step.Claim) { c.IR[s.Below(32)]++ },
		"trace":      func(c *step.Claim) { c.Trace[s.Below(32)]++ },
		"more steps": func(c *step.Claim) { c.Steps++ },
		"step":       func(c *step.Claim) { c.Step = c.Steps },
		"node":       func(c *step.Claim) { c.Node++ },
		"element":    func(c *step.Claim) { c.Element = 1 << 40 },
		"segment":    func(c *step.Claim) { c.Segment += 1 << 40 },
	} {
		other := *c
		change(&other)
		if name == "trace" && !last {
			continue // it may consist of absent terms, and then reads nothing
		}
		refused(&other, b, name)
	}
}
