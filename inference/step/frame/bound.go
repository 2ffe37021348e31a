package frame

import (
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/step"
)

// Disputable returns an error that says what about a model no proof would fit for. Such a
// model must not be answered by one executor alone. Tokenizer is the length of the
// encoded tokenizer, 0 without one.
func Disputable(p descriptor.Pipeline, g *ir.Graph, tokenizer uint64) error {
	l := pipeline.TraceLayout(p, g.Slots())
	if err := l.Validate(); err != nil {
		return err
	}
	if n := l.Entries(); n > MaxEntries {
		return fmt.Errorf("a trace has %d entries, allowed are %d", n, uint64(MaxEntries))
	}
	if n := len(g.Header()); n > ir.MaxHeader {
		return fmt.Errorf("the graph's header has %d bytes, allowed are %d", n, ir.MaxHeader)
	}
	if n := Bound(p, g, tokenizer); n > step.MaxProof {
		return fmt.Errorf("a proof about the %s pipeline may take %d bytes, allowed are %d", p.Kind(), n, step.MaxProof)
	}
	return step.Disputable(g, l.Steps)
}

// MaxEntries bounds the entries of a trace: who plays holds 64 bytes for each.
const MaxEntries = 1 << 24

// Bound is the most bytes of a proof about a pipeline around a graph: all that any of
// its rules reads at once.
func Bound(p descriptor.Pipeline, g *ir.Graph, tokenizer uint64) int {
	const varints = 10 * 10
	entries := pipeline.TraceLayout(p, g.Slots()).Entries()
	opening := func(size, opened uint64) int {
		chunks := merkle.Chunks(min(opened, size)) + 1
		return varints + int(chunks)*(merkle.ChunkSize+10) + 2*hash*merkle.Depth(merkle.Chunks(size))
	}
	largest := func(values []ir.TensorDecl) (most uint64) {
		for _, d := range values {
			most = max(most, bytesOf(d))
		}
		return most
	}
	path := hash * merkle.Depth(entries)
	n := 4*varints + len(g.Header()) + hash*merkle.Depth(uint64(len(g.Nodes))+1)
	// The claimed element, and one element of an output.
	outputs := make([]ir.TensorDecl, len(g.Outputs))
	for i, id := range g.Outputs {
		outputs[i] = g.Decl(id)
	}
	n += opening(largest(g.Inputs), 1) + opening(largest(outputs), 1) + 2*path
	switch d := p.(type) {
	case *descriptor.Classify:
		return n + opening(bytesOf(outputs[0]), bytesOf(outputs[0])) + opening(uint64(p.InputBound()), 1)
	case *descriptor.Text:
		weights := uint64(len(g.Weights)) + 1
		n += opening(tokenizer, tokenizer) + hash*merkle.Depth(weights) + opening(uint64(d.Prompt), uint64(d.Prompt))
		written := uint64(d.Length) * 4
		n += opening(bytesOf(outputs[0]), 4*uint64(d.Vocabulary)) + opening(written, written) + varints + 3*path
		if len(outputs) > 1 { // the record that tells whether states slide
			r := g.Record(int(g.Outputs[1] - g.FirstNode()))
			n += len(r.Encode()) + hash*merkle.Depth(uint64(len(g.Nodes))+1)
		}
		return n
	default:
		return n + opening(uint64(p.InputBound()), descriptor.MaxPrompt)
	}
}

const hash = len(merkle.Hash{})

func bytesOf(d ir.TensorDecl) uint64 {
	n, err := ir.Elems(d.Shape, ir.DefaultLimits().MaxElems)
	if err != nil {
		return 1 << 62
	}
	return uint64(n) * uint64(d.DType.Size())
}
