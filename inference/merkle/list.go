package merkle

import "fmt"

// Depth is the length of every path in a tree over so many leaves.
func Depth(leaves uint64) int { return depth(leaves) }

// ListTree keeps the hashes of a list's items so that paths can be built.
type ListTree struct {
	count uint64
	tree  *Tree
}

// NewListTree builds the tree of a list of roots.
func NewListTree(items []Hash) (*ListTree, error) {
	leaves := make([]Hash, len(items))
	for i, item := range items {
		leaves[i] = itemHash(item)
	}
	// A list has the tree of a tensor with as many chunks; only what is hashed around it differs.
	tree, err := NewTree(U8, []uint64{ChunkSize * uint64(len(items))}, leaves)
	if err != nil {
		return nil, err
	}
	return &ListTree{uint64(len(items)), tree}, nil
}

// Path returns the siblings of item index from the leaf upwards.
func (t *ListTree) Path(index uint64) ([]Hash, error) { return t.tree.Path(index) }

// ItemRoot folds an item of a list of count items and its path into the list root they stand for.
// The path has exactly the length that the count gives.
func ItemRoot(count, index uint64, item Hash, path []Hash) (Hash, error) {
	if index >= count || count > 1<<MaxDepth {
		return Hash{}, fmt.Errorf("%w: item %d of %d", ErrProof, index, count)
	}
	if want := depth(count); len(path) != want {
		return Hash{}, fmt.Errorf("%w: path has %d hashes, wanted %d", ErrProof, len(path), want)
	}
	h := itemHash(item)
	for i := range path {
		if index&1 == 0 {
			h = innerHash(&h, &path[i])
		} else {
			h = innerHash(&path[i], &h)
		}
		index >>= 1
	}
	return listHash(count, h), nil
}
