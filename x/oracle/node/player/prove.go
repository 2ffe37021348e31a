package player

import (
	"context"
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/frame"
	"github.com/imochain/imod/x/oracle/dispute"
)

// prove makes the proof of the game's last place.
func (c Challenger) prove(ctx context.Context, p *dispute.Position) (*dispute.Open, error) {
	g := *p.Game
	inTrace := g
	inTrace.Walk.Tree = dispute.Trace
	entries := c.Trace.Layout.Entries()
	traced, err := newView(p, inTrace, entries, g.Entry, c.Trace.Node)
	if err != nil {
		return nil, err
	}
	e := c.entry(g.Entry)
	m := &dispute.Open{}
	if e.Kind == frame.Node && !g.Whole {
		m.Segment, m.Proof, err = c.proveNode(ctx, p, e, traced)
	} else {
		m.Proof, err = frame.Prove(&frame.Claim{
			Task: p.Task, Trace: p.Claim.Defence.Trace, Layout: c.Trace.Layout, Nodes: uint64(len(c.Model.Graph().Nodes)),
			Entry: g.Entry, Root: g.Root, Whole: g.Whole, Element: g.Element,
		}, &holder{ctx, c, p, traced})
	}
	m.Salt = c.salt(g.ID, m.Segment, m.Proof)
	return m, err
}

// proveNode makes the proof about an element of a node.
func (c Challenger) proveNode(ctx context.Context, p *dispute.Position, e frame.Entry, traced *view) (segment uint64, proof []byte, err error) {
	g := p.Game
	inputs := uint64(len(c.Model.Graph().Inputs))
	captured, err := c.Model.Capture(ctx, c.Input, c.Seed, e.Step, e.Slot-inputs)
	if err != nil {
		return 0, nil, err
	}
	w, err := captured.Witness(c.Model.Graph(), c.Model.Weights(), c.Trace.Layout, traced, e.Step)
	if err != nil {
		return 0, nil, err
	}
	if w.Output.Tensor, err = c.disputed(ctx, p); err != nil {
		return 0, nil, err
	}
	if g.Walk.Tree == dispute.Sums {
		if segment, w.States, err = c.states(ctx, p); err != nil {
			return 0, nil, err
		}
	}
	d := p.Claim.Defence
	proof, err = step.Prove(&step.Claim{
		IR: p.Task.IR, Weights: p.Task.Weights, Trace: d.Trace, Steps: d.Layout.Steps, Written: d.Layout.Written,
		Step: e.Step, Node: e.Slot - inputs, Element: g.Element, Segment: segment, States: g.Sums,
	}, w)
	return segment, proof, err
}

// disputed is the picked entry as the defender has it.
func (c Challenger) disputed(ctx context.Context, p *dispute.Position) (step.Tensor, error) {
	t, mine, err := c.data(ctx, p.Game.Entry)
	if err != nil {
		return nil, err
	}
	g := *p.Game
	g.Walk.Tree = dispute.Value
	size := uint64(t.DType.Size())
	v, err := newView(p, g, merkle.Chunks(uint64(t.Len())*size), g.Element*size/merkle.ChunkSize, mine.Node)
	return shown{v, mine}, err
}

// states are the running values as the defender has them, with the segment at whose end
// the first wrong one stands: if there is none, the last, which ends in the element.
func (c Challenger) states(ctx context.Context, p *dispute.Position) (segment uint64, s step.Tensor, err error) {
	data, mine, err := c.sums(ctx, p.Game.Entry, p.Game.Element)
	if err != nil {
		return 0, nil, err
	}
	chunk := p.Game.Walk.Index
	v, err := newView(p, *p.Game, merkle.Chunks(uint64(len(data))), chunk, mine.Node)
	if err != nil {
		return 0, nil, err
	}
	ours, err := mine.Chunk(chunk)
	if err != nil {
		return 0, nil, err
	}
	rec := c.Model.Graph().Record(int(c.entry(p.Game.Entry).Slot) - len(c.Model.Graph().Inputs))
	count, err := step.Segments(&rec, int64(p.Game.Element))
	if err != nil {
		return 0, nil, err
	}
	segment = uint64(count) - 1
	if i, ok := firstDifference(v.chunks[chunk], ours); ok {
		width := uint64(len(data)) / segment
		segment = (chunk*merkle.ChunkSize + uint64(i)) / width
	}
	return segment, shown{v, mine}, nil
}

// holder gives package frame what a proof reads.
type holder struct {
	ctx    context.Context //nolint:containedctx // of one call
	c      Challenger
	p      *dispute.Position
	traced *view
}

// Header implements frame.Holder.
func (h *holder) Header() ([]byte, []merkle.Hash, error) { return h.c.header() }

// Record implements frame.Holder.
func (h *holder) Record(node uint64) ([]byte, []merkle.Hash, error) { return h.c.record(node) }

// Input implements frame.Holder.
func (h *holder) Input() []byte { return h.c.Input }

// Tokenizer implements frame.Holder.
func (h *holder) Tokenizer() ([]byte, uint64, []merkle.Hash, error) {
	weights := h.c.Model.Weights()
	if len(weights) == 0 {
		return nil, 0, nil, fmt.Errorf("%w: no tokenizer", dispute.ErrState)
	}
	list, err := merkle.NewListTree(weights)
	if err != nil {
		return nil, 0, nil, err
	}
	path, err := list.Path(uint64(len(weights)) - 1)
	return h.c.Model.Tokenizer(), uint64(len(weights)), path, err
}

// Value implements frame.Holder.
func (h *holder) Value(entry uint64) (ir.TensorDecl, step.Tensor, error) {
	t, mine, err := h.c.data(h.ctx, entry)
	if err != nil {
		return ir.TensorDecl{}, nil, err
	}
	if entry != h.p.Game.Entry || h.p.Game.Whole {
		return t.Decl(), mine, nil
	}
	theirs, err := h.c.disputed(h.ctx, h.p)
	return t.Decl(), theirs, err
}

// Root implements frame.Holder.
func (h *holder) Root(entry uint64) (merkle.Hash, error) { return h.c.Trace.Item(entry), nil }

// Path implements frame.Holder.
func (h *holder) Path(entry uint64) ([]merkle.Hash, error) { return h.traced.Path(entry) }
