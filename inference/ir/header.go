package ir

import (
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/merkle"
)

// MaxHeader is the largest number of bytes of a header that can be shown by itself.
const MaxHeader = MaxRecord

// Header is what a graph's root commits to apart from its nodes.
type Header struct {
	Inputs, Weights []TensorDecl
	Outputs         []uint32 // value ids
	Nodes           uint64
}

// Header is the encoding of everything but the nodes; with its path, that of item 0 under
// the graph's root, it can be shown without the graph.
func (g *Graph) Header() []byte { return g.header() }

// HeaderHash is the item of a header in the list that the graph's root commits to.
func HeaderHash(header []byte) merkle.Hash { return labelled(headerLabel, header) }

// DecodeHeader reads a header. It checks sizes and that every id is one, not the rules
// of a graph: those were checked by whoever made the root.
func DecodeHeader(b []byte, l Limits) (*Header, error) {
	if len(b) > MaxHeader {
		return nil, fmt.Errorf("header of %d bytes exceeds %d", len(b), MaxHeader)
	}
	d := &decoder{b: b}
	if v := d.uint(SemanticsV1); d.err == nil && v != SemanticsV1 {
		return nil, fmt.Errorf("semantics version %d", v)
	}
	h := &Header{Inputs: d.decls(l.MaxPorts), Weights: d.decls(l.MaxWeights), Outputs: d.ids(l.MaxPorts), Nodes: d.uint(uint64(l.MaxNodes))}
	if d.err == nil && len(d.b) != 0 {
		d.err = errors.New("bytes after the header")
	}
	if d.err != nil {
		return nil, d.err
	}
	for _, list := range [][]TensorDecl{h.Inputs, h.Weights} {
		for i, t := range list {
			if _, err := t.check(l.MaxElems); err != nil {
				return nil, fmt.Errorf("value %d: %w", i, err)
			}
		}
	}
	first := uint64(len(h.Inputs) + len(h.Weights))
	for _, id := range h.Outputs {
		if uint64(id) < first || uint64(id)-first >= h.Nodes {
			return nil, fmt.Errorf("output %d is no node", id)
		}
	}
	return h, nil
}

// Slot is the position of an output among the values of one run.
func (h *Header) Slot(output int) uint64 {
	return uint64(h.Outputs[output]) - uint64(len(h.Weights))
}
