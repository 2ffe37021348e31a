package step

import (
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
)

// Disputable returns an error that names the first node of a graph about which a
// proof could exceed MaxProof, in a trace of so many steps. A model that it
// refuses must not be answered by one executor alone. The pipeline may write, and its
// tokenizer be one more weight.
func Disputable(g *ir.Graph, steps uint64) error {
	l := Layout{Slots: g.Slots(), Written: 1, Steps: steps}
	for i := range g.Nodes {
		r := g.Record(i)
		if n := bound(&r, uint64(len(g.Nodes)), uint64(len(g.Weights))+1, l); n > MaxProof {
			return fmt.Errorf("node %d (%s): a proof may take %d bytes, allowed are %d", i, r.Node.Kind, n, MaxProof)
		}
	}
	return nil
}

// Bound is the most bytes of a proof about a node of a graph.
func Bound(g *ir.Graph, node int, steps uint64) int {
	r := g.Record(node)
	return bound(&r, uint64(len(g.Nodes)), uint64(len(g.Weights))+1, Layout{Slots: g.Slots(), Written: 1, Steps: steps})
}

const (
	hash   = len(merkle.Hash{})
	varint = 5 // of numbers below 2^35: more chunks no tensor has
)

func bound(r *ir.Record, nodes, weights uint64, l Layout) int {
	path := func(entries uint64) int { return varint + hash*merkle.Depth(entries) }
	n := 4*varint + len(r.Encode()) + path(nodes+1)
	inputs, largest := 0, 0
	for i, s := range r.Sources {
		list := l.Entries()
		if s.Weight {
			list = weights
		}
		chunks, span := reads(r, i)
		b := openingBound(s.Decl, chunks, span) + path(list)
		inputs, largest = inputs+b, max(largest, b)
	}
	if r.Node.Kind == ir.Concat { // one input is opened
		inputs = largest + 3*varint*len(r.Sources)
	}
	n += inputs
	output := openingBound(r.Node.Out, 1, 1) + path(l.Entries())
	segments := int64(1)
	if folds(r.Node.Kind) {
		// The element with the most terms is a running sum's last or first one.
		for _, e := range []int64{0, elems(r.Node.Out.Shape) - 1} {
			if c, err := Segments(r, e); err == nil {
				segments = max(segments, c)
			}
		}
	}
	if segments == 1 {
		return n + output + 3*varint
	}
	// The last segment opens the output and one running value, others two of these.
	shape := stateDims(r, segments)
	states := ir.TensorDecl{DType: ir.U8, Shape: []int64{int64(shape[0]), int64(shape[1])}}
	return n + max(output+openingBound(states, 1, 1), openingBound(states, 2, 2)+3*varint)
}

// reads is in how many chunks of an input a segment may read, and how many chunks
// may lie from the first to the last of them.
func reads(r *ir.Record, input int) (chunks int, span int64) {
	d := r.Sources[input].Decl
	if !folds(r.Node.Kind) || input == 2 {
		return 1, 1
	}
	row := int64(0) // elements of a row whose terms lie side by side
	switch {
	case r.Node.Kind == ir.Dot && input == 0:
		row = d.Shape[len(d.Shape)-1]
	case r.Node.Kind == ir.Conv && input == 1:
		row = elems(d.Shape[1:])
	case r.Node.Kind == ir.Dot:
		return Terms, Terms*d.Shape[len(d.Shape)-1]*d.DType.Size()/merkle.ChunkSize + 1
	default:
		return Terms, int64(merkle.Chunks(uint64(elems(d.Shape) * d.DType.Size())))
	}
	if row%Terms == 0 { // a segment starts at a multiple of its size, which divides a chunk's
		return 1, 1
	}
	return 2, 2
}

// openingBound is the most bytes of an opening.
func openingBound(d ir.TensorDecl, chunks int, span int64) int {
	count := merkle.Chunks(uint64(elems(d.Shape) * d.DType.Size()))
	chunks = int(min(uint64(chunks), count))
	n := 2*varint + chunks*(varint+2+merkle.ChunkSize)
	for level := range merkle.Depth(count) {
		// On a level there are no more siblings than chunks below it, than subtrees
		// that the span touches, than half the tree.
		n += hash * int(min(int64(chunks), span>>level+2, 1<<min(merkle.Depth(count)-level-1, 30)))
	}
	return n
}
