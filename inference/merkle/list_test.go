package merkle_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/merkle"
)

func TestListPaths(t *testing.T) {
	var items []merkle.Hash
	for n := uint64(1); n <= 33; n++ {
		items = append(items, merkle.Hash{byte(n)})
		root := merkle.ListRoot(items)
		tree, err := merkle.NewListTree(items)
		require.NoError(t, err)
		for i := range n {
			path, err := tree.Path(i)
			require.NoError(t, err)
			require.Len(t, path, merkle.Depth(n))
			got, err := merkle.ItemRoot(n, i, items[i], path)
			require.NoError(t, err)
			require.Equal(t, root, got, "item %d of %d", i, n)

			for name, bad := range map[string]func() (merkle.Hash, error){
				"another item":  func() (merkle.Hash, error) { return merkle.ItemRoot(n, i, merkle.Hash{0xff}, path) },
				"another count": func() (merkle.Hash, error) { return merkle.ItemRoot(n+1, i, items[i], path) },
				"outside":       func() (merkle.Hash, error) { return merkle.ItemRoot(n, n, items[i], path) },
				"longer path":   func() (merkle.Hash, error) { return merkle.ItemRoot(n, i, items[i], append(path, merkle.Hash{})) },
			} {
				got, err := bad()
				require.True(t, err != nil || got != root, "%s: item %d of %d", name, i, n)
			}
		}
		_, err = tree.Path(n)
		require.ErrorIs(t, err, merkle.ErrProof)
	}
	_, err := merkle.ItemRoot(0, 0, merkle.Hash{}, nil)
	require.ErrorIs(t, err, merkle.ErrProof)
}
