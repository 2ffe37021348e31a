package frame

import (
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/step"
)

// Task is what was asked, and of which model: all that a proof is checked against.
type Task struct {
	// IR and Weights are roots of the version's manifest.
	IR, Weights merkle.Hash
	// Pipeline is the manifest's.
	Pipeline descriptor.Pipeline
	// Input is the root of the raw input (merkle.BytesRoot), Seed the request's.
	Input merkle.Hash
	Seed  uint64
	// Output is the claimed root of the raw output.
	Output merkle.Hash
}

// Layout is that of a trace of the task, for a graph with so many values.
func (t *Task) Layout(slots uint64) step.Layout { return pipeline.TraceLayout(t.Pipeline, slots) }

// Kind says whose rule an entry of a trace follows.
type Kind uint8

// Kinds of entries.
const (
	Input   Kind = iota // of the graph, made by the pipeline
	Node                // of the graph: package step's
	Written             // tokens drawn by the end of a step
	Output              // the raw output
)

// Entry is a place in a trace.
type Entry struct {
	Kind       Kind
	Step, Slot uint64
}

// Locate tells what an entry is. Inputs is the number of inputs of the graph.
func Locate(l step.Layout, inputs, entry uint64) Entry {
	e := Entry{}
	e.Step, e.Slot = l.Split(entry)
	switch {
	case e.Step >= l.Steps:
		e.Kind = Output
	case e.Slot >= l.Slots:
		e.Kind = Written
	case e.Slot >= inputs:
		e.Kind = Node
	}
	return e
}

// Site is the shape of an entry that is no node's value. Header is the graph's, whose path
// was checked before; it is needed for inputs alone. Of raw outputs that are not compared
// byte by byte there is none.
func (t *Task) Site(e Entry, header []byte) (*step.Site, error) {
	switch e.Kind {
	case Input:
		h, err := ReadHeader(header)
		if err != nil {
			return nil, err
		}
		if e.Slot >= uint64(len(h.Inputs)) {
			return nil, refuse("input %d is not in the header", e.Slot)
		}
		return step.InputSite(h.Inputs[e.Slot]), nil
	case Written:
		if d, ok := t.Pipeline.(*descriptor.Text); ok {
			return step.InputSite(pipeline.WrittenDecl(d)), nil
		}
	case Output:
		if bytewise(t.Pipeline) {
			return step.InputSite(ir.TensorDecl{DType: ir.U8, Shape: []int64{int64(t.Pipeline.OutputBound())}}), nil
		}
		return nil, refuse("the output is compared as a whole")
	}
	return nil, refuse("no entry of the pipeline")
}

// bytewise reports whether the bytes of a raw output are each made by themselves.
func bytewise(p descriptor.Pipeline) bool {
	return p.Kind() == descriptor.KindTensor || p.Kind() == descriptor.KindImage
}

// OpenHeader reads a graph's header and checks its path under the graph's root.
func OpenHeader(root merkle.Hash, header []byte, path []merkle.Hash) (*ir.Header, error) {
	h, err := ir.DecodeHeader(header, ir.DefaultLimits())
	if err != nil {
		return nil, refuse("header: %w", err)
	}
	got, err := merkle.ItemRoot(h.Nodes+1, 0, ir.HeaderHash(header), path)
	if err != nil || got != root {
		return nil, refuse("header does not belong to the model")
	}
	return h, nil
}

// ReadHeader is OpenHeader of a header whose path was checked before.
func ReadHeader(header []byte) (*ir.Header, error) {
	h, err := ir.DecodeHeader(header, ir.DefaultLimits())
	if err != nil {
		return nil, refuse("header: %w", err)
	}
	return h, nil
}

// Claim names an entry of a committed trace, or one element of it.
type Claim struct {
	*Task
	Trace  merkle.Hash // list root of the trace
	Layout step.Layout
	Nodes  uint64 // of the graph
	// Entry is the index of the entry, Root its root: 32 zero bytes for a value that
	// is missing.
	Entry uint64
	Root  merkle.Hash
	// Whole asks about the entry as a whole: the raw output of a classification or a
	// text; of a text whether the value is rightly missing or there. Else it is about the
	// element with the row-major index Element.
	Whole   bool
	Element uint64
}

// inputs is the number of inputs of the graph.
func (c *Claim) inputs() uint64 { return c.Layout.Slots - c.Nodes }

// refuse marks a proof that shows nothing.
func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{step.ErrProof}, args...)...)
}
