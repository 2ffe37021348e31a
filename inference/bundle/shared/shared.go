// Package shared proves that two bundles have tensors of weights in common, bit for
// bit. One changed bit hides a tensor, so the absence of a proof shows nothing; a
// proof shows a copy, or a common origin.
//
//   - Prove: from two tensor tables, the largest common tensors first.
//   - Verify: against two weights roots, which is all that the chain knows.
package shared

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/bundle/internal/wire"
	"github.com/imochain/imod/inference/merkle"
)

// MaxProof is the most bytes of a proof.
const MaxProof = 32 << 10

var (
	// ErrProof marks a proof that shows nothing.
	ErrProof = errors.New("proof of shared weights is wrong")
	// ErrNothing says that two bundles have no tensor in common.
	ErrNothing = errors.New("no tensor is in both")
)

// Found is what a proof shows.
type Found struct {
	Tensors uint32
	Bytes   uint64 // of these tensors
}

// common is one tensor that both have.
type common struct {
	at, earlier int
	shape       descriptor.Shape
	tree        merkle.Hash
}

// Prove shows which tensors of a bundle are in an earlier one: as many as fit into
// MaxProof, those with the most bytes first.
//
// A proof is the numbers of tensors, the later one's first, 2 bytes each ‖ number of
// common ones, 2 bytes ‖ per common tensor, by ascending index: index, 2 bytes ‖
// shape ‖ tree over its chunks ‖ path in the list of weights ‖ index in the earlier
// list, 2 bytes ‖ path there.
func Prove(later, earlier *bundle.Table) ([]byte, Found, error) {
	var found Found
	roots, err := later.Roots()
	if err != nil {
		return nil, found, err
	}
	olds, err := earlier.Roots()
	if err != nil {
		return nil, found, err
	}
	all := match(later, roots, olds)
	if len(all) == 0 {
		return nil, found, ErrNothing
	}
	paths, err := merkle.NewListTree(roots)
	if err != nil {
		return nil, found, err
	}
	oldPaths, err := merkle.NewListTree(olds)
	if err != nil {
		return nil, found, err
	}
	size := 6
	for i, c := range all {
		size += len(appendHead(nil, c)) + 2 + 32*(merkle.Depth(uint64(len(roots)))+merkle.Depth(uint64(len(olds))))
		if size > MaxProof {
			all = all[:i]
			break
		}
	}
	slices.SortFunc(all, func(a, b common) int { return a.at - b.at })
	b := wire.U16(wire.U16(wire.U16(nil, uint16(len(roots))), uint16(len(olds))), uint16(len(all)))
	for _, c := range all {
		path, err := paths.Path(uint64(c.at))
		if err != nil {
			return nil, found, err
		}
		old, err := oldPaths.Path(uint64(c.earlier))
		if err != nil {
			return nil, found, err
		}
		b = appendPath(appendHead(b, c), path)
		b = appendPath(wire.U16(b, uint16(c.earlier)), old)
		found.Tensors++
		found.Bytes += c.shape.Size()
	}
	return b, found, nil
}

// match lists the tensors that both have, those with the most bytes first.
func match(later *bundle.Table, roots, olds []merkle.Hash) []common {
	index := make(map[merkle.Hash]int, len(olds))
	for i, root := range olds {
		index[root] = i
	}
	var all []common
	for i, root := range roots {
		if at, ok := index[root]; ok && later.Shapes[i].Size() > 0 {
			all = append(all, common{i, at, later.Shapes[i], later.Tree(i)})
		}
	}
	slices.SortStableFunc(all, func(a, b common) int {
		switch x, y := a.shape.Size(), b.shape.Size(); {
		case x > y:
			return -1
		case x < y:
			return 1
		default:
			return a.at - b.at
		}
	})
	return all
}

func appendHead(b []byte, c common) []byte {
	return append(descriptor.AppendShape(wire.U16(b, uint16(c.at)), c.shape), c.tree[:]...)
}

func appendPath(b []byte, path []merkle.Hash) []byte {
	for _, h := range path {
		b = append(b, h[:]...)
	}
	return b
}

// Verify returns what a proof shows about the bundles with these weights roots. Its
// work is proportional to the proof's length. A tensor of the later bundle counts
// once, however often the earlier one has it.
func Verify(later, earlier merkle.Hash, proof []byte) (Found, error) {
	if len(proof) > MaxProof {
		return Found{}, fmt.Errorf("%w: it has %d bytes, allowed are %d", ErrProof, len(proof), MaxProof)
	}
	r := wire.NewReader(proof)
	count, old, n := uint64(r.U16("tensors")), uint64(r.U16("earlier tensors")), int(r.U16("common tensors"))
	found, last := Found{}, -1
	for i := 0; i < n && r.Err() == nil; i++ {
		at := r.U16("index")
		shape := descriptor.DecodeShape(r)
		tree := r.Hash("tree")
		path := readPath(r, count)
		oldAt := r.U16("earlier index")
		oldPath := readPath(r, old)
		if r.Err() != nil {
			break
		}
		if int(at) <= last {
			r.Fail("tensor %d follows tensor %d", at, last)
			break
		}
		last = int(at)
		size, err := check(later, earlier, shape, tree, place{count, uint64(at), path}, place{old, uint64(oldAt), oldPath})
		if err != nil {
			return Found{}, fmt.Errorf("%w: tensor %d: %w", ErrProof, at, err)
		}
		found.Tensors++
		found.Bytes += size
	}
	if err := r.End(); err != nil {
		return Found{}, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if found.Bytes == 0 {
		return Found{}, fmt.Errorf("%w: %w", ErrProof, ErrNothing)
	}
	return found, nil
}

// readPath reads a path in a list of so many items.
func readPath(r *wire.Reader, count uint64) []merkle.Hash {
	depth := merkle.Depth(count)
	if r.Left() < 32*depth {
		r.Fail("path needs %d hashes, %d bytes are left", depth, r.Left())
		return nil
	}
	path := make([]merkle.Hash, depth)
	for i := range path {
		path[i] = r.Hash("path")
	}
	return path
}

// place is where a tensor's root lies in a list.
type place struct {
	count, index uint64
	path         []merkle.Hash
}

// check returns the bytes of a tensor that lies in both lists.
func check(later, earlier merkle.Hash, shape descriptor.Shape, tree merkle.Hash, at, old place) (uint64, error) {
	size, err := merkle.Size(shape.DType, shape.Dims)
	if err != nil {
		return 0, err
	}
	root := merkle.TreeRoot(shape.DType, shape.Dims, tree)
	for _, x := range []struct {
		place
		root merkle.Hash
	}{{at, later}, {old, earlier}} {
		got, err := merkle.ItemRoot(x.count, x.index, root, x.path)
		if err != nil {
			return 0, err
		}
		if got != x.root {
			return 0, fmt.Errorf("path leads to %x, the weights root is %x", got, x.root)
		}
	}
	return size, nil
}
