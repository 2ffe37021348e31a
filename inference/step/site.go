package step

import (
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
)

// Site is one value of a trace as a game knows it before anything of it is opened: type,
// shape, and how many segments its elements have.
type Site struct {
	record *ir.Record
	decl   ir.TensorDecl
}

// NodeSite reads the record of a node and checks its path under the graph's root.
// Slots is the number of values of one run of the graph.
func NodeSite(root merkle.Hash, nodes, node uint64, record []byte, path []merkle.Hash) (s *Site, slots uint64, err error) {
	if nodes > math.MaxUint32 || node >= nodes {
		return nil, 0, refuse("node %d of %d", node, nodes)
	}
	got, err := merkle.ItemRoot(nodes+1, node+1, ir.RecordHash(record), path)
	if err != nil || got != root {
		return nil, 0, refuse("record of node %d does not belong to the model", node)
	}
	if s, err = ReadSite(record); err != nil {
		return nil, 0, err
	}
	if s.record.Slots < nodes {
		return nil, 0, refuse("graph of %d nodes has %d values", nodes, s.record.Slots)
	}
	return s, s.record.Slots, nil
}

// ReadSite is NodeSite of a record whose path was checked before.
func ReadSite(record []byte) (*Site, error) {
	r, err := ir.DecodeRecord(record, ir.DefaultLimits())
	if err != nil {
		return nil, refuse("record: %w", err)
	}
	return &Site{record: r, decl: r.Node.Out}, nil
}

// InputSite is the site of an input of the graph: it is no sum.
func InputSite(d ir.TensorDecl) *Site { return &Site{decl: d} }

// Shape is the type and the dimensions that the value must have.
func (s *Site) Shape() (dtype byte, shape []uint64) { return byte(s.decl.DType), dims(s.decl) }

// States is the shape of the running values of an element; ok is false if it has one
// segment, and none.
func (s *Site) States(element uint64) (shape []uint64, ok bool, err error) {
	if s.record == nil {
		return nil, false, nil
	}
	if element > math.MaxInt64 {
		return nil, false, refuse("element %d", element)
	}
	n, err := Segments(s.record, int64(element))
	if err != nil {
		return nil, false, refuse("%w", err)
	}
	if n == 1 {
		return nil, false, nil
	}
	return stateDims(s.record, n), true, nil
}

// Decl is the type and the shape as the graph says it.
func (s *Site) Decl() ir.TensorDecl { return s.decl }
