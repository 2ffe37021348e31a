package frame

import (
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/internal/wire"
)

// Verify computes what the claim's entry or element must be from what the proof opens, and
// reports whether the trace holds it. Only an error says nothing about the trace. The work
// is proportional to len(b), which is known before.
func Verify(c *Claim, b []byte) (agrees bool, err error) {
	if err := c.Layout.Validate(); err != nil {
		return false, refuse("%w", err)
	}
	if c.Nodes > c.Layout.Slots || c.Entry >= c.Layout.Entries() {
		return false, refuse("entry %d of %d", c.Entry, c.Layout.Entries())
	}
	p, err := decodeProof(b)
	if err != nil {
		return false, err
	}
	o, err := openAll(c, p)
	if err != nil {
		return false, err
	}
	return c.judge(o)
}

// opened is a view of what a proof shows. Everything in it was checked against its root.
type opened struct {
	*proof
	claim  *Claim
	head   *ir.Header
	shapes []ir.TensorDecl // of records
}

func openAll(c *Claim, p *proof) (*opened, error) {
	o := &opened{proof: p, claim: c}
	if len(p.header) > 0 {
		var err error
		if o.head, err = OpenHeader(c.IR, p.header, p.headerPath); err != nil {
			return nil, err
		}
		if o.head.Nodes != c.Nodes || uint64(len(o.head.Inputs)) != c.inputs() {
			return nil, refuse("header of another graph")
		}
	}
	for _, r := range p.records {
		s, _, err := step.NodeSite(c.IR, c.Nodes, r.node, r.bytes, r.path)
		if err != nil {
			return nil, err
		}
		o.shapes = append(o.shapes, s.Decl())
	}
	if !p.input.Empty() {
		root, err := merkle.OpenRoot(merkle.U8, []uint64{p.inputBytes}, p.input.Chunks, p.input.Siblings)
		if err != nil || len(p.input.Path) != 0 || root != c.Input {
			return nil, refuse("raw input does not belong to the task")
		}
	}
	if !p.tokenizer.Empty() {
		root, err := merkle.OpenRoot(merkle.U8, []uint64{p.tokens}, p.tokenizer.Chunks, p.tokenizer.Siblings)
		if err == nil && p.weights > 0 {
			root, err = merkle.ItemRoot(p.weights, p.weights-1, root, p.tokenizer.Path)
		}
		if err != nil || root != c.Weights {
			return nil, refuse("tokenizer does not belong to the model")
		}
	}
	entries := c.Layout.Entries()
	for _, v := range p.values {
		root, err := merkle.OpenRoot(byte(v.decl.DType), dims(v.decl), v.opening.Chunks, v.opening.Siblings)
		if err != nil {
			return nil, refuse("entry %d: %w", v.entry, err)
		}
		if got, err := merkle.ItemRoot(entries, v.entry, root, v.opening.Path); err != nil || got != c.Trace {
			return nil, refuse("entry %d does not belong to the trace", v.entry)
		}
	}
	for _, i := range p.items {
		if got, err := merkle.ItemRoot(entries, i.entry, i.root, i.path); err != nil || got != c.Trace {
			return nil, refuse("root of entry %d does not belong to the trace", i.entry)
		}
	}
	return o, nil
}

func (o *opened) header() (*ir.Header, error) {
	if o.head == nil {
		return nil, refuse("header is not shown")
	}
	return o.head, nil
}

func (o *opened) node(node uint64) (ir.TensorDecl, error) {
	for i, r := range o.records {
		if r.node == node {
			return o.shapes[i], nil
		}
	}
	return ir.TensorDecl{}, refuse("node %d is not shown", node)
}

func (o *opened) input(lo, hi uint64) ([]byte, error) {
	if o.proof.input.Empty() {
		return nil, refuse("raw input is not opened")
	}
	if hi == 0 {
		hi = o.inputBytes
	}
	return span(o.proof.input, o.inputBytes, lo, hi)
}

func (o *opened) tokenizer() ([]byte, error) { return span(o.proof.tokenizer, o.tokens, 0, o.tokens) }

func (o *opened) value(entry uint64) (*value, error) {
	for i := range o.values {
		if o.values[i].entry == entry {
			return &o.values[i], nil
		}
	}
	return nil, refuse("entry %d is not opened", entry)
}

func (o *opened) decl(entry uint64) (ir.TensorDecl, error) {
	v, err := o.value(entry)
	if err != nil {
		return ir.TensorDecl{}, err
	}
	return v.decl, nil
}

func (o *opened) bytes(entry, lo, hi uint64) ([]byte, error) {
	v, err := o.value(entry)
	if err != nil {
		return nil, err
	}
	n, _ := ir.Elems(v.decl.Shape, ir.DefaultLimits().MaxElems) // checked by the decoder
	return span(v.opening, uint64(n)*uint64(v.decl.DType.Size()), lo, hi)
}

func (o *opened) root(entry uint64) (merkle.Hash, error) {
	for _, i := range o.items {
		if i.entry == entry {
			return i.root, nil
		}
	}
	return merkle.Hash{}, refuse("root of entry %d is not shown", entry)
}

// span joins bytes [lo, hi) of a tensor of size bytes from the opened chunks.
func span(o wire.Opening, size, lo, hi uint64) ([]byte, error) {
	if lo >= hi || hi > size {
		return nil, refuse("bytes %d to %d of %d", lo, hi, size)
	}
	var b []byte
	for _, c := range o.Chunks {
		from, to := c.Index*merkle.ChunkSize, c.Index*merkle.ChunkSize+uint64(len(c.Data))
		if at := lo + uint64(len(b)); from <= at && at < to {
			b = append(b, c.Data[at-from:min(hi, to)-from]...)
		}
		if lo+uint64(len(b)) == hi {
			return b, nil
		}
	}
	return nil, refuse("bytes %d to %d are not opened", lo, hi)
}

func dims(d ir.TensorDecl) []uint64 {
	out := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		out[i] = uint64(n)
	}
	return out
}
