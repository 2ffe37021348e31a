package frame

import (
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
)

// texts is a text pipeline with its prompt read.
type texts struct {
	*Claim
	d      *descriptor.Text
	t      *pipeline.Text
	prompt []uint32
	v      view
}

// read opens the tokenizer and the whole prompt.
func (c *Claim) read(v view) (*texts, error) {
	d, ok := c.Pipeline.(*descriptor.Text)
	if !ok {
		return nil, refuse("pipeline %s has no tokens", c.Pipeline.Kind())
	}
	b, err := v.tokenizer()
	if err != nil {
		return nil, err
	}
	t, err := pipeline.NewText(d, b)
	if err != nil {
		return nil, refuse("tokenizer: %w", err)
	}
	raw, err := v.input(0, 0)
	if err != nil {
		return nil, err
	}
	if err := d.ValidateInput(raw); err != nil {
		return nil, refuse("%w", err)
	}
	return &texts{Claim: c, d: d, t: t, prompt: t.Prompt(raw), v: v}, nil
}

// drawn are the tokens written by the end of a step, whose entry agrees.
func (t *texts) drawn(at uint64) ([]uint32, error) {
	entry, err := t.Layout.Index(at, t.Layout.Slots)
	if err != nil {
		return nil, refuse("%w", err)
	}
	w, err := t.all(t.v, entry)
	if err != nil {
		return nil, err
	}
	if !w.Decl().Equal(pipeline.WrittenDecl(t.d)) {
		return nil, refuse("written is %s", w.Decl())
	}
	var ids []uint32
	for _, id := range w.I32 {
		if id < 0 {
			break
		}
		ids = append(ids, uint32(id))
	}
	return ids, nil
}

// needed tells whether a step behind the first is to be run at all.
func (c *Claim) needed(at uint64, v view) (bool, error) {
	t, err := c.read(v)
	if err != nil {
		return false, err
	}
	if t.d.Form == descriptor.Step && at < uint64(len(t.prompt)) {
		return true, nil // the prompt is read to its end
	}
	drawn, err := t.drawn(at - 1)
	return err == nil && !t.t.Ended(len(t.prompt), drawn), err
}

// place is that of the last token that a step sees.
func (t *texts) place(at uint64) uint64 {
	if t.d.Form == descriptor.Window {
		return uint64(len(t.prompt)) - 1 + at
	}
	return at
}

// written is the claim's element of the tokens written by the end of a step: the one that
// the step draws, or what was there before.
func (c *Claim) written(at uint64, v view) (kernel.Element, error) {
	t, err := c.read(v)
	if err != nil {
		return kernel.Element{}, err
	}
	if t.place(at)+1 == uint64(len(t.prompt))+c.Element {
		first, err := c.Layout.Index(at, 0)
		if err != nil {
			return kernel.Element{}, refuse("%w", err)
		}
		root, err := v.root(first)
		if err != nil {
			return kernel.Element{}, err
		}
		if root != (merkle.Hash{}) {
			return t.draw(at)
		}
	}
	if at == 0 {
		return kernel.Element{I: -1}, nil
	}
	return c.value(v, at-1, c.Layout.Slots, c.Element)
}

// draw is the token that a step draws.
func (t *texts) draw(at uint64) (kernel.Element, error) {
	h, err := t.v.header()
	if err != nil {
		return kernel.Element{}, err
	}
	if len(h.Outputs) == 0 {
		return kernel.Element{}, refuse("the graph has no output")
	}
	entry, err := t.Layout.Index(at, h.Slot(0))
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	d, err := t.v.decl(entry)
	if err != nil {
		return kernel.Element{}, err
	}
	from, n := uint64(0), uint64(t.d.Vocabulary)
	if t.d.Form == descriptor.Window {
		from = t.place(at) * n
	}
	if d.DType != ir.F32 || from+n > uint64(kernel.Elems(d.Shape)) {
		return kernel.Element{}, refuse("%s has no scores at %d", d, from)
	}
	b, err := t.v.bytes(entry, 4*from, 4*(from+n))
	if err != nil {
		return kernel.Element{}, err
	}
	scores, err := kernel.FromBytes(ir.TensorDecl{DType: ir.F32, Shape: []int64{int64(n)}}, b)
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	return kernel.Element{I: int64(int32(t.t.Draw(t.Seed, t.Element, scores.F32)))}, nil
}

// textInput is the claim's element of an input of a text graph.
func (c *Claim) textInput(p *descriptor.Text, e Entry, d ir.TensorDecl, v view) (kernel.Element, error) {
	if e.Slot >= uint64(len(p.Inputs)) {
		return kernel.Element{}, refuse("input %d of %d", e.Slot, len(p.Inputs))
	}
	if p.Inputs[e.Slot] == descriptor.State {
		return c.state(p, e, d, v)
	}
	t, err := c.read(v)
	if err != nil {
		return kernel.Element{}, err
	}
	slides, err := c.slides(p, v)
	if err != nil {
		return kernel.Element{}, err
	}
	id := func(i int) uint32 {
		k := uint64(i)
		if k < uint64(len(t.prompt)) {
			return t.prompt[k]
		}
		if k > t.place(e.Step) || e.Step == 0 {
			return 0
		}
		var x kernel.Element
		if x, err = c.value(v, e.Step-1, c.Layout.Slots, k-uint64(len(t.prompt))); err == nil && x.I < 0 {
			err = refuse("token %d is not drawn yet", k)
		}
		return uint32(x.I)
	}
	x := pipeline.Number(p, p.Inputs[e.Slot], slides, int(c.Element), kernel.Elems(d.Shape), int(t.place(e.Step)), id)
	if d.DType == ir.F32 {
		return kernel.Element{F: float32(x)}, err
	}
	return kernel.Element{I: x}, err
}

// state is an element of a state: zero at first, then what the paired output gave.
func (c *Claim) state(p *descriptor.Text, e Entry, d ir.TensorDecl, v view) (kernel.Element, error) {
	if e.Step == 0 {
		return kernel.Element{}, nil
	}
	h, err := v.header()
	if err != nil {
		return kernel.Element{}, err
	}
	output := 0
	for _, role := range p.Inputs[:e.Slot+1] {
		if role == descriptor.State {
			output++
		}
	}
	if output >= len(h.Outputs) {
		return kernel.Element{}, refuse("output %d of %d", output, len(h.Outputs))
	}
	entry, err := c.Layout.Index(e.Step-1, h.Slot(output))
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	out, err := v.decl(entry)
	if err != nil {
		return kernel.Element{}, err
	}
	axis, err := pipeline.SlideAxis(p, d, out)
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	index := c.Element
	if axis >= 0 { // without the first place along the axis
		inner := uint64(kernel.Elems(d.Shape[axis+1:]))
		block := uint64(d.Shape[axis]) * inner
		index = index/block*(block+inner) + inner + index%block
	}
	return c.value(v, e.Step-1, h.Slot(output), index)
}

// slides tells whether states lose their oldest place before every step. It matters for
// a mask beside states.
func (c *Claim) slides(p *descriptor.Text, v view) (bool, error) {
	e := Locate(c.Layout, c.inputs(), c.Entry)
	if p.Inputs[e.Slot] != descriptor.Mask {
		return false, nil
	}
	for slot, role := range p.Inputs {
		if role != descriptor.State {
			continue
		}
		h, err := v.header()
		if err != nil {
			return false, err
		}
		if len(h.Outputs) < 2 || slot >= len(h.Inputs) {
			return false, refuse("no output for state 1")
		}
		out, err := v.node(h.Slot(1) - uint64(len(h.Inputs)))
		if err != nil {
			return false, err
		}
		return !h.Inputs[slot].Equal(out), nil
	}
	return false, nil
}

// text is the raw output of a text.
func (c *Claim) text(v view) ([]byte, error) {
	t, err := c.read(v)
	if err != nil {
		return nil, err
	}
	drawn, err := t.drawn(c.Layout.Steps - 1)
	if err != nil {
		return nil, err
	}
	return t.t.Output(drawn), nil
}
