package merkle

import (
	"fmt"
	"slices"
)

// A tree can be shown layer by layer: the nodes of one level below a node fold into it.
// Levels are counted from the leaves, which are level 0.

// LayerWidth is the number of nodes of a level that stand over at least one leaf.
func LayerWidth(leaves uint64, level int) uint64 {
	if level >= MaxDepth {
		return 1
	}
	return (leaves + uint64(1)<<level - 1) >> level
}

// Subtree folds neighbouring nodes of one level into the node that is so many levels
// higher. What is missing on the right are empty subtrees.
func Subtree(nodes []Hash, level, levels int) (Hash, error) {
	if level < 0 || levels < 0 || level+levels > MaxDepth {
		return Hash{}, fmt.Errorf("%w: level %d and %d higher", ErrProof, level, levels)
	}
	if len(nodes) == 0 || uint64(len(nodes)) > uint64(1)<<levels {
		return Hash{}, fmt.Errorf("%w: %d nodes below one, %d levels lower", ErrProof, len(nodes), levels)
	}
	at, empty := slices.Clone(nodes), Hash{}
	for range level {
		empty = innerHash(&empty, &empty)
	}
	for range levels {
		above := at[:(len(at)+1)/2]
		for i := range above {
			right := &empty
			if 2*i+1 < len(at) {
				right = &at[2*i+1]
			}
			above[i] = innerHash(&at[2*i], right)
		}
		at, empty = above, innerHash(&empty, &empty)
	}
	return at[0], nil
}

// ItemHash is the leaf of a list's item.
func ItemHash(item Hash) Hash { return itemHash(item) }

// ListOver is the root of a list of count items with the given tree.
func ListOver(count uint64, tree Hash) Hash { return listHash(count, tree) }

// TensorOver is the root of a tensor with the given tree.
func TensorOver(dtype byte, dims []uint64, tree Hash) (Hash, error) {
	if len(dims) > MaxRank {
		return Hash{}, fmt.Errorf("%w: rank %d is above %d", ErrShape, len(dims), MaxRank)
	}
	return tensorHash(dtype, dims, tree), nil
}

// Node is a node of the tree; beyond the last leaf it is the empty subtree. The level is at
// most the tree's depth.
func (t *Tree) Node(level int, index uint64) Hash {
	if index >= uint64(len(t.levels[level])) {
		return t.empty[level]
	}
	return t.levels[level][index]
}

// Node is a node of the list's tree.
func (t *ListTree) Node(level int, index uint64) Hash { return t.tree.Node(level, index) }
