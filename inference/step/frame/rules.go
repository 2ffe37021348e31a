package frame

import (
	"bytes"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
)

// view is what a rule may read: opened by a proof, or held by a prover who thereby learns
// what to open.
type view interface {
	// header is the graph's.
	header() (*ir.Header, error)
	// node is what a node of the graph gives.
	node(node uint64) (ir.TensorDecl, error)
	// input is part of the raw input, all of it if hi is 0.
	input(lo, hi uint64) ([]byte, error)
	// tokenizer is the last of the bundle's weights.
	tokenizer() ([]byte, error)
	// decl is the type and shape of an entry.
	decl(entry uint64) (ir.TensorDecl, error)
	// bytes are part of an entry.
	bytes(entry, lo, hi uint64) ([]byte, error)
	// root is the root of an entry, zero for a missing value.
	root(entry uint64) (merkle.Hash, error)
}

// judge tells whether the trace agrees with the rule for the entry.
func (c *Claim) judge(v view) (bool, error) {
	e := Locate(c.Layout, c.inputs(), c.Entry)
	if c.Whole {
		return c.whole(e, v)
	}
	have, d, err := c.element(v, c.Entry, c.Element)
	if err != nil {
		return false, err
	}
	var want kernel.Element
	switch e.Kind {
	case Input:
		want, err = c.input(e, d, v)
	case Written:
		want, err = c.written(e.Step, v)
	case Output:
		want, err = c.outputByte(v)
	default:
		return false, refuse("the value of a node follows no rule of the pipeline")
	}
	if err != nil {
		return false, err
	}
	return bytes.Equal(want.Append(nil, d.DType), have), nil
}

// whole judges an entry that has no elements of its own, or may be missing.
func (c *Claim) whole(e Entry, v view) (bool, error) {
	switch {
	case e.Kind == Output && bytewise(c.Pipeline):
		return false, refuse("the output is compared byte by byte")
	case e.Kind == Output:
		want, err := c.output(v)
		return err == nil && merkle.BytesRoot(want) == c.Root, err
	case e.Kind == Written || e.Step == 0:
		return c.Root != merkle.Hash{}, nil // always there
	}
	first, err := c.Layout.Index(e.Step, 0)
	if err != nil {
		return false, refuse("%w", err)
	}
	var needed bool
	if e.Slot == 0 {
		needed, err = c.needed(e.Step, v)
	} else {
		var root merkle.Hash
		root, err = v.root(first)
		needed = root != merkle.Hash{}
	}
	return (c.Root != merkle.Hash{}) == needed, err
}

// element reads the bytes of one element of an entry.
func (c *Claim) element(v view, entry, index uint64) ([]byte, ir.TensorDecl, error) {
	d, err := v.decl(entry)
	if err != nil {
		return nil, d, err
	}
	size := uint64(d.DType.Size())
	if index >= uint64(kernel.Elems(d.Shape)) {
		return nil, d, refuse("element %d of %s", index, d)
	}
	b, err := v.bytes(entry, index*size, (index+1)*size)
	return b, d, err
}

// value is element of an entry that agrees, decoded.
func (c *Claim) value(v view, at, slot, index uint64) (kernel.Element, error) {
	entry, err := c.Layout.Index(at, slot)
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	b, d, err := c.element(v, entry, index)
	if err != nil {
		return kernel.Element{}, err
	}
	e, err := kernel.ReadElement(b, d.DType)
	if err != nil {
		return e, refuse("%w", err)
	}
	return e, nil
}

// input is the claim's element of an input of the graph.
func (c *Claim) input(e Entry, d ir.TensorDecl, v view) (kernel.Element, error) {
	switch p := c.Pipeline.(type) {
	case *descriptor.Tensor:
		at := uint64(0)
		for i, in := range p.Inputs {
			if uint64(i) == e.Slot {
				return rawElement(in, at, c.Element, v)
			}
			at += rawSize(in) * in.Elements()
		}
		return kernel.Element{}, refuse("input %d of %d", e.Slot, len(p.Inputs))
	case *descriptor.Classify:
		return rawElement(p.Input, 0, c.Element, v)
	case *descriptor.Image:
		return c.feature(p, v)
	case *descriptor.Text:
		return c.textInput(p, e, d, v)
	default:
		return kernel.Element{}, refuse("pipeline %s", c.Pipeline.Kind())
	}
}

// rawSize is the number of bytes that an element has in the raw input.
func rawSize(in descriptor.Input) uint64 {
	if in.Encoding == descriptor.Bytes {
		return 1
	}
	return merkle.ElementSize(in.DType)
}

// rawElement reads an element of an input whose part of the raw input starts at a byte.
func rawElement(in descriptor.Input, at, index uint64, v view) (kernel.Element, error) {
	size := rawSize(in)
	if index >= in.Elements() {
		return kernel.Element{}, refuse("element %d of %d", index, in.Elements())
	}
	raw, err := v.input(at+index*size, at+(index+1)*size)
	if err != nil {
		return kernel.Element{}, err
	}
	in.Dims = nil // one element
	t, err := pipeline.Elements(in, raw)
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	return t.At(0), nil
}

// feature is an element of an image's input: of a block of ones and zeros, or a latent.
func (c *Claim) feature(p *descriptor.Image, v view) (kernel.Element, error) {
	raw, err := v.input(0, 0)
	if err != nil {
		return kernel.Element{}, err
	}
	choice, err := p.Parse(raw)
	if err != nil {
		return kernel.Element{}, refuse("%w", err)
	}
	at := c.Element
	for i, slot := range p.Slots {
		if at < uint64(len(slot.Entries)) {
			if at == uint64(choice[i]) {
				return kernel.Element{F: 1}, nil
			}
			return kernel.Element{}, nil
		}
		at -= uint64(len(slot.Entries))
	}
	if at >= uint64(p.Latent) {
		return kernel.Element{}, refuse("element %d of %d", c.Element, p.Features())
	}
	return kernel.Element{F: pipeline.Latent(c.Seed, at, p.LatentRange)}, nil
}

// outputByte is the claim's byte of a raw output that is compared byte by byte.
func (c *Claim) outputByte(v view) (kernel.Element, error) {
	h, err := v.header()
	if err != nil {
		return kernel.Element{}, err
	}
	switch p := c.Pipeline.(type) {
	case *descriptor.Tensor:
		at := c.Element
		for i, shape := range p.Outputs {
			if at >= shape.Size() {
				at -= shape.Size()
				continue
			}
			if i >= len(h.Outputs) {
				break
			}
			entry, err := c.Layout.Index(0, h.Slot(i))
			if err != nil {
				return kernel.Element{}, refuse("%w", err)
			}
			b, err := v.bytes(entry, at, at+1)
			if err != nil {
				return kernel.Element{}, err
			}
			return kernel.Element{I: int64(b[0])}, nil
		}
	case *descriptor.Image:
		if pixel := c.Element / 3; len(h.Outputs) == 1 {
			plane := uint64(p.Height) * uint64(p.Width)
			x, err := c.value(v, 0, h.Slot(0), c.Element%3*plane+pixel)
			return kernel.Element{I: int64(pipeline.Pixel(x.F))}, err
		}
	}
	return kernel.Element{}, refuse("no such byte of the output")
}

// output is a raw output that is compared as a whole.
func (c *Claim) output(v view) ([]byte, error) {
	p, ok := c.Pipeline.(*descriptor.Classify)
	if !ok {
		return c.text(v)
	}
	h, err := v.header()
	if err != nil {
		return nil, err
	}
	if len(h.Outputs) != 1 {
		return nil, refuse("%d outputs", len(h.Outputs))
	}
	entry, err := c.Layout.Index(0, h.Slot(0))
	if err != nil {
		return nil, refuse("%w", err)
	}
	scores, err := c.all(v, entry)
	if err != nil {
		return nil, err
	}
	if scores.Len() != len(p.Labels) || scores.DType == ir.Bool || scores.DType == ir.I64 {
		return nil, refuse("%s are no scores of %d labels", scores.Decl(), len(p.Labels))
	}
	return pipeline.Labels(p, scores), nil
}

// all is a whole entry.
func (c *Claim) all(v view, entry uint64) (kernel.Tensor, error) {
	d, err := v.decl(entry)
	if err != nil {
		return kernel.Tensor{}, err
	}
	b, err := v.bytes(entry, 0, uint64(kernel.Elems(d.Shape))*uint64(d.DType.Size()))
	if err != nil {
		return kernel.Tensor{}, err
	}
	t, err := kernel.FromBytes(d, b)
	if err != nil {
		return t, refuse("%w", err)
	}
	return t, nil
}
