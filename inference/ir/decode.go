package ir

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

var (
	errTruncated = errors.New("graph is truncated")
	errVarint    = errors.New("integer is not in its shortest form")
)

// Decode reads a canonical encoding and validates the graph. Counts are checked
// against the limits and against the bytes that are left before anything is
// allocated, and re-encoding the result gives the same bytes.
func Decode(b []byte, l Limits) (*Graph, error) {
	if int64(len(b)) > l.MaxBytes {
		return nil, fmt.Errorf("graph of %d bytes exceeds %d", len(b), l.MaxBytes)
	}
	if len(b) < len(magic) || string(b[:len(magic)]) != magic {
		return nil, errors.New("not a graph")
	}
	d := &decoder{b: b[len(magic):]}
	g := &Graph{Semantics: uint32(d.uint(math.MaxUint32))}
	g.Inputs = d.decls(l.MaxPorts)
	g.Weights = d.decls(l.MaxWeights)
	g.Outputs = d.ids(l.MaxPorts)
	// A node takes at least seven bytes; see append.
	nodes := d.count(l.MaxNodes, 7)
	if d.err != nil {
		return nil, d.err
	}
	g.Nodes = make([]Node, nodes)
	for i := range g.Nodes {
		if d.node(&g.Nodes[i], l); d.err != nil {
			return nil, fmt.Errorf("node %d: %w", i, d.err)
		}
	}
	if len(d.b) != 0 {
		return nil, errors.New("bytes after the graph")
	}
	if err := g.Validate(l); err != nil {
		return nil, err
	}
	return g, nil
}

// decoder consumes b; after an error every method returns zero values.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.b = nil
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail(errTruncated)
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

// uint reads a shortest-form unsigned varint of at most limit.
func (d *decoder) uint(limit uint64) uint64 {
	v, n := binary.Uvarint(d.b)
	switch {
	case n == 0:
		d.fail(errTruncated)
		return 0
	case n < 0 || n > 1 && d.b[n-1] == 0:
		d.fail(errVarint)
		return 0
	case v > limit:
		d.fail(fmt.Errorf("number %d exceeds %d", v, limit))
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	u := d.uint(math.MaxUint64)
	return int64(u>>1) ^ -int64(u&1)
}

// count reads a number of items of at least size bytes each.
func (d *decoder) count(limit, size int) int {
	n := d.uint(uint64(limit))
	if n > uint64(len(d.b)/size) {
		d.fail(errTruncated)
		return 0
	}
	return int(n)
}

func (d *decoder) decl() TensorDecl {
	t := TensorDecl{DType: DType(d.byte())}
	rank := int(d.byte())
	if d.err == nil && rank > MaxRank {
		d.fail(fmt.Errorf("rank %d exceeds %d", rank, MaxRank))
	}
	if d.err != nil {
		return TensorDecl{}
	}
	t.Shape = make([]int64, rank)
	for i := range t.Shape {
		t.Shape[i] = int64(d.uint(maxDim))
	}
	return t
}

func (d *decoder) decls(limit int) []TensorDecl {
	n := d.count(limit, 2)
	if n == 0 {
		return nil
	}
	list := make([]TensorDecl, n)
	for i := range list {
		list[i] = d.decl()
	}
	return list
}

func (d *decoder) ids(limit int) []uint32 {
	n := d.count(limit, 1)
	if n == 0 {
		return nil
	}
	list := make([]uint32, n)
	for i := range list {
		list[i] = uint32(d.uint(math.MaxUint32))
	}
	return list
}

func (d *decoder) node(n *Node, l Limits) {
	n.Kind, n.Op = Kind(d.byte()), Op(d.byte())
	n.Out = d.decl()
	n.Inputs = d.ids(l.MaxNodeInputs)
	d.attrs(n, l)
}

func (d *decoder) attrs(n *Node, l Limits) {
	if c := d.count(l.MaxAttrs, 1); c > 0 {
		n.Ints = make([]int64, c)
		for i := range n.Ints {
			n.Ints[i] = d.int()
		}
	}
	if c := d.count(l.MaxAttrs, 4); c > 0 {
		n.Floats = make([]float32, c)
		for i := range n.Floats {
			n.Floats[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.b))
			d.b = d.b[4:]
		}
	}
}
