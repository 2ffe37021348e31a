package merkle

import (
	"fmt"
	"slices"
)

// An opening proves several chunks of one tensor at once. Its siblings are the
// hashes that the chunks do not give themselves: level by level from the leaves,
// on each level from left to right.

// Siblings returns the siblings of an opening of the chunks at indices, which
// are ascending and in range.
func (t *Tree) Siblings(indices []uint64) ([]Hash, error) {
	return Siblings(uint64(len(t.levels[0])), indices, t.Node)
}

// Siblings is Tree.Siblings of a tree over so many leaves of which node gives the nodes
// that are needed, level 0 being the leaves; beyond the last leaf it gives empty subtrees.
func Siblings(leaves uint64, indices []uint64, node func(level int, index uint64) Hash) ([]Hash, error) {
	at := slices.Clone(indices)
	for i, index := range at {
		if index >= leaves || i > 0 && index <= at[i-1] {
			return nil, fmt.Errorf("%w: chunks %v of %d", ErrProof, indices, leaves)
		}
	}
	var out []Hash
	for level := range depth(leaves) {
		at = fold(at, func(i int, pair bool) bool {
			if !pair {
				out = append(out, node(level, at[i]^1))
			}
			return true
		})
	}
	return out, nil
}

// fold moves indices one level up in place. For each parent it calls visit with
// the position of its first known child and whether both are known.
func fold(at []uint64, visit func(i int, pair bool) bool) []uint64 {
	n := 0
	for i := 0; i < len(at); i++ {
		first := i
		pair := at[i]&1 == 0 && i+1 < len(at) && at[i+1] == at[i]+1
		if !visit(first, pair) {
			return nil
		}
		if pair {
			i++
		}
		at[n] = at[first] >> 1
		n++
	}
	return at[:n]
}

// Opened is one chunk of an opening. Data has exactly the bytes the tensor has
// there, without padding.
type Opened struct {
	Index uint64
	Data  []byte
}

// OpenRoot folds an opening into the tensor root it stands for. Chunks are
// ascending, there is at least one, and no sibling is left over. The work is at
// most one hash per chunk and per level and chunk, and one per sibling.
func OpenRoot(dtype byte, dims []uint64, chunks []Opened, siblings []Hash) (Hash, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return Hash{}, err
	}
	count := Chunks(size)
	if len(chunks) == 0 {
		return Hash{}, fmt.Errorf("%w: opens no chunk", ErrProof)
	}
	at, hashes := make([]uint64, len(chunks)), make([]Hash, len(chunks))
	for i, c := range chunks {
		if c.Index >= count || i > 0 && c.Index <= chunks[i-1].Index {
			return Hash{}, fmt.Errorf("%w: chunk %d of %d out of place", ErrProof, c.Index, count)
		}
		if want := min(size-c.Index*ChunkSize, ChunkSize); uint64(len(c.Data)) != want {
			return Hash{}, fmt.Errorf("%w: chunk %d has %d bytes, wanted %d", ErrProof, c.Index, len(c.Data), want)
		}
		at[i], hashes[i] = c.Index, LeafHash(c.Data)
	}
	for range depth(count) {
		n := 0
		at = fold(at, func(i int, pair bool) bool {
			switch {
			case pair:
				hashes[n] = innerHash(&hashes[i], &hashes[i+1])
			case len(siblings) == 0:
				return false
			case at[i]&1 == 0:
				hashes[n] = innerHash(&hashes[i], &siblings[0])
				siblings = siblings[1:]
			default:
				hashes[n] = innerHash(&siblings[0], &hashes[i])
				siblings = siblings[1:]
			}
			n++
			return true
		})
		if at == nil {
			return Hash{}, fmt.Errorf("%w: a sibling is missing", ErrProof)
		}
	}
	if len(siblings) != 0 {
		return Hash{}, fmt.Errorf("%w: %d siblings too many", ErrProof, len(siblings))
	}
	return tensorHash(dtype, dims, hashes[0]), nil
}
