package ir

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/imochain/imod/inference/merkle"
)

// Record is what the graph's root commits to for one node: everything that is
// needed to compute one of its elements, apart from the data. Whoever holds a
// record and its path needs no other part of the graph.
type Record struct {
	// Slots is the number of values that one run computes or is given: the graph's
	// inputs, then its nodes. It is the same in every record of a graph.
	Slots uint64
	// Node has no Inputs; Sources stand for them.
	Node    Node
	Sources []Source
}

// Source is an input of a node: where it comes from, and what it is.
type Source struct {
	Weight bool   // a weight; else a value of the same run
	Index  uint64 // of the weight, or the slot
	Decl   TensorDecl
}

// MaxRecord is the largest number of bytes of a record: of a node with the most
// inputs and attributes that DefaultLimits allow.
const MaxRecord = 16 << 10

// labels open the preimages of a record's hash.
const (
	headerLabel = "imod/ir/header/v1"
	recordLabel = "imod/ir/node/v1"
)

// Slot is the position of a node's value among the values of one run.
func (g *Graph) Slot(node int) uint64 { return uint64(len(g.Inputs)) + uint64(node) }

// Slots is the number of values of one run: graph inputs and nodes.
func (g *Graph) Slots() uint64 { return g.Slot(len(g.Nodes)) }

// Record is the record of a node, which must exist and have valid inputs.
func (g *Graph) Record(node int) Record {
	r := Record{Slots: g.Slots(), Node: g.Nodes[node], Sources: make([]Source, len(g.Nodes[node].Inputs))}
	r.Node.Inputs = nil
	for i, id := range g.Nodes[node].Inputs {
		s := Source{Index: uint64(id), Decl: g.Decl(id)}
		switch first := uint64(g.FirstWeight()); {
		case id >= g.FirstNode():
			s.Index -= uint64(len(g.Weights))
		case s.Index >= first:
			s.Weight, s.Index = true, s.Index-first
		}
		r.Sources[i] = s
	}
	return r
}

// Encode is the canonical encoding.
func (r *Record) Encode() []byte {
	b := binary.AppendUvarint(nil, r.Slots)
	b = append(b, byte(r.Node.Kind), byte(r.Node.Op))
	b = r.Node.Out.append(b)
	b = binary.AppendUvarint(b, uint64(len(r.Sources)))
	for _, s := range r.Sources {
		class := byte(0)
		if s.Weight {
			class = 1
		}
		b = append(b, class)
		b = binary.AppendUvarint(b, s.Index)
		b = s.Decl.append(b)
	}
	return r.Node.appendAttrs(b)
}

// Decls are the declarations of the node's inputs.
func (r *Record) Decls() []TensorDecl {
	d := make([]TensorDecl, len(r.Sources))
	for i, s := range r.Sources {
		d[i] = s.Decl
	}
	return d
}

// DecodeRecord reads a record, accepts no second encoding of it, and checks the
// node against its inputs, so that kernels can trust it.
func DecodeRecord(b []byte, l Limits) (*Record, error) {
	if len(b) > MaxRecord {
		return nil, fmt.Errorf("record of %d bytes exceeds %d", len(b), MaxRecord)
	}
	d := &decoder{b: b}
	r := &Record{Slots: d.uint(uint64(l.MaxPorts) + uint64(l.MaxNodes))}
	r.Node.Kind, r.Node.Op = Kind(d.byte()), Op(d.byte())
	r.Node.Out = d.decl()
	// A source takes at least four bytes.
	if n := d.count(l.MaxNodeInputs, 4); n > 0 {
		r.Sources = make([]Source, n)
	}
	for i := range r.Sources {
		class := d.byte()
		if class > 1 {
			d.fail(errors.New("unknown source"))
		}
		r.Sources[i] = Source{Weight: class == 1, Index: d.uint(math.MaxUint32), Decl: d.decl()}
	}
	d.attrs(&r.Node, l)
	if d.err == nil && len(d.b) != 0 {
		d.err = errors.New("bytes after the record")
	}
	if d.err != nil {
		return nil, d.err
	}
	return r, r.check(l)
}

func (r *Record) check(l Limits) error {
	if _, err := r.Node.Out.check(l.MaxElems); err != nil {
		return err
	}
	for i, s := range r.Sources {
		if _, err := s.Decl.check(l.MaxElems); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
		if !s.Weight && s.Index >= r.Slots {
			return fmt.Errorf("input %d is slot %d of %d", i, s.Index, r.Slots)
		}
	}
	out, err := Infer(&r.Node, r.Decls())
	if err != nil {
		return err
	}
	if !out.Equal(r.Node.Out) {
		return fmt.Errorf("output is %v, stated as %v", out, r.Node.Out)
	}
	return nil
}

// RecordHash is the item of a record in the list that the root commits to.
func RecordHash(record []byte) merkle.Hash { return labelled(recordLabel, record) }

// Items are the items of the list behind the root: the header's hash first, then
// one per node, so that one node can be proved alone.
func (g *Graph) Items() []merkle.Hash {
	items := make([]merkle.Hash, 0, 1+len(g.Nodes))
	items = append(items, labelled(headerLabel, g.header()))
	for i := range g.Nodes {
		r := g.Record(i)
		items = append(items, RecordHash(r.Encode()))
	}
	return items
}

// Root commits to the graph: the list root (package merkle) over its items.
func (g *Graph) Root() [32]byte { return merkle.ListRoot(g.Items()) }

func labelled(label string, b []byte) merkle.Hash {
	return sha256.Sum256(append([]byte(label), b...))
}
