package player

import (
	"context"
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
	"github.com/imochain/imod/inference/trace"
	"github.com/imochain/imod/x/oracle/dispute"
)

// Model executes a request again, up to one value. *pipeline.Runner is one.
type Model interface {
	Graph() *ir.Graph
	// Weights are the roots of the bundle's weights, Tokenizer the last of a text.
	Weights() []merkle.Hash
	Tokenizer() []byte
	// Value is one value of the run, Capture what one node read and gave.
	Value(ctx context.Context, input []byte, seed, at, slot uint64) (kernel.Tensor, error)
	Capture(ctx context.Context, input []byte, seed, at, node uint64) (*trace.Captured, error)
}

var _ Model = (*pipeline.Runner)(nil)

// Run is an execution of one request, committed to.
type Run struct {
	Model Model
	Input []byte
	Seed  uint64
	Trace *trace.Trace
	// Output is the root of the raw output, OutputBytes the output itself.
	Output      merkle.Hash
	OutputBytes []byte
}

// Execute runs a request and commits to everything it computes. It keeps 64 bytes for
// each value, and computes values again when they are asked for.
func Execute(ctx context.Context, r *pipeline.Runner, input []byte, seed uint64) (*Run, error) {
	t, out, err := r.Trace(ctx, input, seed)
	if err != nil {
		return nil, err
	}
	return &Run{Model: r, Input: input, Seed: seed, Trace: t, Output: merkle.BytesRoot(out), OutputBytes: out}, nil
}

// Disputable returns an error that says what about a model cannot be disputed. An executor
// must not answer for such a model alone: it could not be convicted, nor could a watcher
// convict others.
func Disputable(p descriptor.Pipeline, m Model) error {
	return frame.Disputable(p, m.Graph(), uint64(len(m.Tokenizer())))
}

// entry tells what an entry of the trace is.
func (r *Run) entry(index uint64) frame.Entry {
	return frame.Locate(r.Trace.Layout, uint64(len(r.Model.Graph().Inputs)), index)
}

// value is the tensor of an entry.
func (r *Run) value(ctx context.Context, index uint64) (kernel.Tensor, error) {
	e := r.entry(index)
	if e.Kind == frame.Output {
		d := ir.TensorDecl{DType: ir.U8, Shape: []int64{int64(len(r.OutputBytes))}}
		return kernel.FromBytes(d, r.OutputBytes)
	}
	return r.Model.Value(ctx, r.Input, r.Seed, e.Step, e.Slot)
}

// data is the tensor of an entry as bytes in a tree.
func (r *Run) data(ctx context.Context, index uint64) (kernel.Tensor, *step.Data, error) {
	t, err := r.value(ctx, index)
	if err != nil {
		return t, nil, err
	}
	d, err := step.Whole(byte(t.DType), dims(t.Decl()), t.AppendBytes(nil))
	return t, d, err
}

// sums are the running values of an element of a node.
func (r *Run) sums(ctx context.Context, index, element uint64) (data []byte, tree *step.Data, err error) {
	e := r.entry(index)
	node := e.Slot - uint64(len(r.Model.Graph().Inputs))
	c, err := r.Model.Capture(ctx, r.Input, r.Seed, e.Step, node)
	if err != nil {
		return nil, nil, err
	}
	rec := r.Model.Graph().Record(int(node))
	data, shape, err := step.States(&rec, int64(element), operands(c.Inputs))
	if err != nil {
		return nil, nil, err
	}
	if data == nil {
		return nil, nil, fmt.Errorf("%w: element %d is no sum", dispute.ErrState, element)
	}
	tree, err = step.Whole(merkle.U8, shape, data)
	return data, tree, err
}

// operands read single elements of tensors.
type operands []kernel.Tensor

// Element implements step.Reader.
func (t operands) Element(input int, index int64) (kernel.Element, error) {
	return t[input].At(int(index)), nil
}

func dims(d ir.TensorDecl) []uint64 {
	out := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		out[i] = uint64(n)
	}
	return out
}
