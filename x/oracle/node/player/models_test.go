package player_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/trace"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// bare is a graph alone, run once, its inputs raw bytes: a model of any nodes.
type bare struct {
	kerneltest.Program
	program *engine.Program
	weights []merkle.Hash
}

func (b *bare) Graph() *ir.Graph       { return b.Program.Graph }
func (b *bare) Weights() []merkle.Hash { return b.weights }
func (b *bare) Tokenizer() []byte      { return nil }

func (b *bare) Capture(ctx context.Context, _ []byte, _, _, node uint64) (*trace.Captured, error) {
	return trace.Capture(ctx, b.program, b.Inputs, int(node))
}

func (b *bare) Value(ctx context.Context, _ []byte, _, _, slot uint64) (kernel.Tensor, error) {
	if slot < uint64(len(b.Inputs)) {
		return b.Inputs[slot], nil
	}
	c, err := b.Capture(ctx, nil, 0, 0, slot-uint64(len(b.Inputs)))
	if err != nil {
		return kernel.Tensor{}, err
	}
	return c.Output, nil
}

func rootOf(t testing.TB, x kernel.Tensor) merkle.Hash {
	t.Helper()
	r, err := merkle.TensorRoot(byte(x.DType), shape(x.Decl()).Dims, x.AppendBytes(nil))
	require.NoError(t, err)
	return r
}

func shape(d ir.TensorDecl) descriptor.Shape {
	s := descriptor.Shape{DType: byte(d.DType), Dims: make([]uint64, len(d.Shape))}
	for i, n := range d.Shape {
		s.Dims[i] = uint64(n)
	}
	return s
}

// runBare executes a program as a request of a tensor pipeline.
func runBare(t testing.TB, p kerneltest.Program) (*player.Run, *dispute.Task) {
	t.Helper()
	b := &bare{Program: p}
	var err error
	b.program, err = engine.Load(p.Graph, p.Weights)
	require.NoError(t, err)
	for _, w := range p.Weights {
		b.weights = append(b.weights, rootOf(t, w))
	}
	d := &descriptor.Tensor{}
	var input []byte
	for _, x := range p.Inputs {
		d.Inputs = append(d.Inputs, descriptor.Input{Shape: shape(x.Decl()), Encoding: descriptor.Raw})
		input = x.AppendBytes(input)
	}
	roots, outputs, err := trace.Run(t.Context(), b.program, p.Inputs)
	require.NoError(t, err)
	var output []byte
	for _, x := range outputs {
		d.Outputs = append(d.Outputs, shape(x.Decl()))
		output = x.AppendBytes(output)
	}
	r := &player.Run{Model: b, Input: input, Output: merkle.BytesRoot(output), OutputBytes: output}
	r.Trace, err = trace.New(pipeline.TraceLayout(d, p.Graph.Slots()), [][]merkle.Hash{roots}, r.Output)
	require.NoError(t, err)
	return r, &dispute.Task{
		IR: p.Graph.Root(), Weights: merkle.ListRoot(b.weights), Pipeline: d, Input: merkle.BytesRoot(input), Output: r.Output,
	}
}

// runModel executes a request of a packed model.
func runModel(t testing.TB, r *pipeline.Runner, input []byte, seed uint64) (*player.Run, *dispute.Task) {
	t.Helper()
	run, err := player.Execute(t.Context(), r, input, seed)
	require.NoError(t, err)
	res, err := r.Run(t.Context(), input, seed)
	require.NoError(t, err)
	require.Equal(t, res.OutputRoot, run.Output)
	m := r.Manifest()
	require.NoError(t, player.Disputable(m.Pipeline, r))
	return run, &dispute.Task{IR: m.IRRoot, Weights: m.WeightsRoot, Pipeline: m.Pipeline, Input: merkle.BytesRoot(input), Seed: seed, Output: run.Output}
}

// alone is a graph of one node; every other operand of two is a weight.
func alone(c kerneltest.Case, out ir.TensorDecl) kerneltest.Program {
	p := kerneltest.Program{Graph: &ir.Graph{Semantics: ir.SemanticsV1, Outputs: []uint32{uint32(len(c.In))}}}
	n := c.Node
	n.Out = out
	for i, x := range c.In {
		n.Inputs = append(n.Inputs, uint32(i))
		if i > 0 && len(c.In) == 2 {
			p.Weights, p.Graph.Weights = append(p.Weights, x), append(p.Graph.Weights, x.Decl())
		} else {
			p.Inputs, p.Graph.Inputs = append(p.Inputs, x), append(p.Graph.Inputs, x.Decl())
		}
	}
	p.Graph.Nodes = []ir.Node{n}
	return p
}

// items are the entries of a trace.
func items(tr *trace.Trace) []merkle.Hash {
	list := make([]merkle.Hash, tr.Layout.Entries())
	for i := range list {
		list[i] = tr.Item(uint64(i))
	}
	return list
}

// traceOf is the trace with these entries.
func traceOf(t testing.TB, l step.Layout, list []merkle.Hash) *trace.Trace {
	t.Helper()
	steps := make([][]merkle.Hash, l.Steps)
	stride := int(l.Slots + l.Written)
	for i := range steps {
		steps[i] = list[i*stride : (i+1)*stride]
	}
	tr, err := trace.New(l, steps, list[len(list)-1])
	require.NoError(t, err)
	return tr
}
