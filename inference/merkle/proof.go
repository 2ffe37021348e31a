package merkle

import (
	"errors"
	"fmt"
)

// ErrProof marks a path that does not lead from its leaf to the root.
var ErrProof = errors.New("merkle proof is wrong")

// Tree keeps the hashes of a tensor's chunks so that paths can be built.
type Tree struct {
	dtype  byte
	dims   []uint64
	levels [][]Hash
	empty  []Hash
}

// NewTree builds the tree of a tensor from the leaf hashes of its chunks. It
// keeps about 64 bytes per KiB of tensor.
func NewTree(dtype byte, dims []uint64, leaves []Hash) (*Tree, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return nil, err
	}
	if n := Chunks(size); n != uint64(len(leaves)) {
		return nil, fmt.Errorf("%w: %d leaves given, shape needs %d", ErrShape, len(leaves), n)
	}
	t := &Tree{dtype: dtype, dims: append([]uint64(nil), dims...), levels: [][]Hash{leaves}, empty: []Hash{{}}}
	for level := range depth(uint64(len(leaves))) {
		below, none := t.levels[level], t.empty[level]
		above := make([]Hash, (len(below)+1)/2)
		for i := range above {
			right := &none
			if 2*i+1 < len(below) {
				right = &below[2*i+1]
			}
			above[i] = innerHash(&below[2*i], right)
		}
		t.levels = append(t.levels, above)
		t.empty = append(t.empty, innerHash(&none, &none))
	}
	return t, nil
}

// Root returns the tensor root.
func (t *Tree) Root() Hash {
	top := t.levels[len(t.levels)-1]
	if len(top) == 0 {
		return tensorHash(t.dtype, t.dims, Hash{})
	}
	return tensorHash(t.dtype, t.dims, top[0])
}

// Path returns the siblings of chunk index from the leaf upwards.
func (t *Tree) Path(index uint64) ([]Hash, error) {
	if index >= uint64(len(t.levels[0])) {
		return nil, fmt.Errorf("%w: chunk %d of %d", ErrProof, index, len(t.levels[0]))
	}
	path := make([]Hash, 0, len(t.levels)-1)
	for level, hashes := range t.levels[:len(t.levels)-1] {
		sibling := index ^ 1
		if sibling < uint64(len(hashes)) {
			path = append(path, hashes[sibling])
		} else {
			path = append(path, t.empty[level])
		}
		index >>= 1
	}
	return path, nil
}

// ChunkRoot folds a chunk and its path into the tensor root they stand for. The
// chunk has exactly the bytes the tensor has there, without padding, and the path
// exactly the length that the shape gives.
func ChunkRoot(dtype byte, dims []uint64, index uint64, chunk []byte, path []Hash) (Hash, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return Hash{}, err
	}
	count := Chunks(size)
	if index >= count {
		return Hash{}, fmt.Errorf("%w: chunk %d of %d", ErrProof, index, count)
	}
	if want := min(size-index*ChunkSize, ChunkSize); uint64(len(chunk)) != want {
		return Hash{}, fmt.Errorf("%w: chunk %d has %d bytes, wanted %d", ErrProof, index, len(chunk), want)
	}
	if want := depth(count); len(path) != want {
		return Hash{}, fmt.Errorf("%w: path has %d hashes, wanted %d", ErrProof, len(path), want)
	}
	h := LeafHash(chunk)
	for i := range path {
		if index&1 == 0 {
			h = innerHash(&h, &path[i])
		} else {
			h = innerHash(&path[i], &h)
		}
		index >>= 1
	}
	return tensorHash(dtype, dims, h), nil
}

// VerifyChunk returns nil when chunk lies at index of the tensor behind root.
func VerifyChunk(root Hash, dtype byte, dims []uint64, index uint64, chunk []byte, path []Hash) error {
	got, err := ChunkRoot(dtype, dims, index, chunk, path)
	if err != nil {
		return err
	}
	if got != root {
		return fmt.Errorf("%w: chunk %d does not belong to root %x", ErrProof, index, root)
	}
	return nil
}
