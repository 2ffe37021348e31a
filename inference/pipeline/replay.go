package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	game "github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/trace"
)

// TraceLayout is the layout of the traces of a pipeline around a graph with so many
// values: one step, or of a text as many as it may take, with what is written behind each.
func TraceLayout(p descriptor.Pipeline, slots uint64) game.Layout {
	l := game.Layout{Slots: slots, Steps: 1}
	if d, ok := p.(*descriptor.Text); ok {
		l.Written, l.Steps = 1, uint64(d.Length)
		if d.Form == descriptor.Step {
			l.Steps = uint64(d.Context) - 1 // the last token goes into no run
		}
	}
	return l
}

// Written is what a trace says a text has written after a step: its drawn tokens, then -1.
func Written(d *descriptor.Text, drawn []uint32) kernel.Tensor {
	t := kernel.New(WrittenDecl(d))
	for i := range t.I32 {
		t.I32[i] = -1
		if i < len(drawn) {
			t.I32[i] = int32(drawn[i])
		}
	}
	return t
}

// WrittenDecl is the type and shape of Written.
func WrittenDecl(d *descriptor.Text) ir.TensorDecl {
	return ir.TensorDecl{DType: ir.I32, Shape: []int64{int64(d.Length)}}
}

// Graph is the model's graph.
func (r *Runner) Graph() *ir.Graph { return r.program.Graph() }

// Weights are the roots of the bundle's weights, of a text the tokenizer's last.
func (r *Runner) Weights() []bundle.Hash { return r.weights }

// Tokenizer is the encoded tokenizer of a text, else nil.
func (r *Runner) Tokenizer() []byte { return r.tokenizer }

// Trace executes a request and commits to everything that it computes. It keeps 32
// bytes per value, and needs several times as long as Run.
func (r *Runner) Trace(ctx context.Context, input []byte, seed uint64) (*trace.Trace, []byte, error) {
	c := &recording{runner: r, layout: TraceLayout(r.manifest.Pipeline, r.Graph().Slots())}
	if err := c.wrote(nil); err != nil {
		return nil, nil, err
	}
	out, err := r.replay(ctx, c, input, seed)
	if err != nil {
		return nil, nil, err
	}
	for uint64(len(c.steps)) < c.layout.Steps {
		s := trace.Missing(c.layout)
		if c.layout.Written > 0 {
			s = append(s, c.last)
		}
		c.steps = append(c.steps, s)
	}
	t, err := trace.New(c.layout, c.steps, merkle.BytesRoot(out))
	return t, out, err
}

func (r *Runner) replay(ctx context.Context, p player, input []byte, seed uint64) ([]byte, error) {
	if err := r.manifest.ValidateInput(input); err != nil {
		return nil, bundle.Refuse(bundle.ReasonInput, err)
	}
	out, _, err := r.stage.run(ctx, p, input, seed)
	return out, err
}

// recording collects the roots of every step.
type recording struct {
	runner *Runner
	layout game.Layout
	steps  [][]merkle.Hash
	last   merkle.Hash // of what is written
}

func (c *recording) play(ctx context.Context, _ int, inputs []kernel.Tensor) (outputs, last []kernel.Tensor, err error) {
	roots, outputs, err := trace.Run(ctx, c.runner.program, inputs)
	c.steps = append(c.steps, roots)
	return outputs, nil, err
}

func (c *recording) wrote(drawn []uint32) (err error) {
	d, ok := c.runner.manifest.Pipeline.(*descriptor.Text)
	if !ok {
		return nil
	}
	if c.last, err = tensorRoot(Written(d, drawn)); err == nil && len(c.steps) > 0 {
		i := len(c.steps) - 1
		c.steps[i] = append(c.steps[i], c.last)
	}
	return err
}

// ErrMissing marks a value of a step that was not needed.
var ErrMissing = errors.New("no such value in the run")

// errFound ends a run when what was looked for is there.
var errFound = errors.New("found")

// Value executes a request up to one value and returns it. Slot is as in game.Layout.
func (r *Runner) Value(ctx context.Context, input []byte, seed, at, slot uint64) (kernel.Tensor, error) {
	inputs := uint64(len(r.Graph().Inputs))
	if slot >= inputs && slot < r.Graph().Slots() {
		c, err := r.Capture(ctx, input, seed, at, slot-inputs)
		if err != nil {
			return kernel.Tensor{}, err
		}
		return c.Output, nil
	}
	s := &seeker{plain: plain{r.program}, at: at, slot: slot, inputs: inputs}
	_, err := r.replay(ctx, s, input, seed)
	if err != nil && !errors.Is(err, errFound) {
		return kernel.Tensor{}, err
	}
	d, text := r.manifest.Pipeline.(*descriptor.Text)
	switch {
	case s.found != nil:
		return *s.found, nil
	case text && slot == r.Graph().Slots():
		return Written(d, s.drawn), nil // also behind the last step
	default:
		return kernel.Tensor{}, fmt.Errorf("%w: step %d, value %d", ErrMissing, at, slot)
	}
}

// seeker finds an input of the graph, or what is written.
type seeker struct {
	plain
	at, slot, inputs uint64
	step             uint64
	drawn            []uint32
	found            *kernel.Tensor
}

func (s *seeker) play(ctx context.Context, n int, inputs []kernel.Tensor) (outputs, last []kernel.Tensor, err error) {
	if s.step = uint64(n); s.step == s.at && s.slot < s.inputs {
		x := inputs[s.slot].Clone()
		s.found = &x
		return nil, nil, errFound
	}
	return s.plain.play(ctx, n, inputs)
}

func (s *seeker) wrote(drawn []uint32) error {
	s.drawn = append(s.drawn[:0], drawn...)
	if s.step == s.at {
		return errFound
	}
	return nil
}

// Capture executes a request up to one node and returns what it read and gave.
func (r *Runner) Capture(ctx context.Context, input []byte, seed, at, node uint64) (*trace.Captured, error) {
	c := &catcher{plain: plain{r.program}, at: at, node: node}
	if _, err := r.replay(ctx, c, input, seed); err != nil && !errors.Is(err, errFound) {
		return nil, err
	}
	if c.found == nil {
		return nil, fmt.Errorf("%w: step %d, node %d", ErrMissing, at, node)
	}
	return c.found, nil
}

// catcher finds a node.
type catcher struct {
	plain
	at, node uint64
	found    *trace.Captured
}

func (c *catcher) play(ctx context.Context, n int, inputs []kernel.Tensor) (outputs, last []kernel.Tensor, err error) {
	if uint64(n) != c.at {
		return c.plain.play(ctx, n, inputs)
	}
	if c.node >= uint64(len(c.program.Graph().Nodes)) {
		return nil, nil, ErrMissing
	}
	if c.found, err = trace.Capture(ctx, c.program, inputs, int(c.node)); err == nil {
		err = errFound
	}
	return nil, nil, err
}
