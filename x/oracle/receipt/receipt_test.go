package receipt_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/receipt"
)

func leaves(n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = receipt.Receipt{ID: uint64(i + 1), ModelID: 7, Version: 1, TrustClass: 1, Height: 12}.Bytes()
	}
	return out
}

func TestPathsLeadToTheRoot(t *testing.T) {
	for n := 1; n <= 33; n++ {
		all := leaves(n)
		root, none := receipt.Root(all, -1)
		require.Empty(t, none)
		for i := range all {
			same, path := receipt.Root(all, i)
			require.Equal(t, root, same)
			require.NoError(t, receipt.Verify(root, all[i], i, n, path))
			require.Error(t, receipt.Verify(root, all[i], i, n+1, path), "another count")
			if n > 1 {
				require.Error(t, receipt.Verify(root, all[(i+1)%n], i, n, path), "another receipt")
				require.Error(t, receipt.Verify(root, all[i], (i+1)%n, n, path), "another place")
			}
			if len(path) > 0 {
				require.Error(t, receipt.Verify(root, all[i], i, n, path[1:]), "a path cut short")
				path[0][5] ^= 1
				require.Error(t, receipt.Verify(root, all[i], i, n, path), "a wrong sibling")
			}
			require.Error(t, receipt.Verify(root, all[i], i, n, append(path, [32]byte{})), "a longer path")
		}
	}
}

func TestRootBindsCountAndOrder(t *testing.T) {
	seen := map[[32]byte]int{}
	for n := range 20 {
		root, _ := receipt.Root(leaves(n), -1)
		require.NotContains(t, seen, root)
		seen[root] = n
	}
	all := leaves(5)
	before, _ := receipt.Root(all, -1)
	all[0], all[1] = all[1], all[0]
	after, _ := receipt.Root(all, -1)
	require.NotEqual(t, before, after)
}

func TestBytesHaveOneLength(t *testing.T) {
	require.Len(t, receipt.Receipt{}.Bytes(), receipt.Size)
	require.NotEqual(t, receipt.Receipt{ID: 1}.Bytes(), receipt.Receipt{ModelID: 1}.Bytes())
}

func ExampleVerify() {
	all := leaves(3)
	root, path := receipt.Root(all, 2)
	fmt.Println(len(path), receipt.Verify(root, all[2], 2, 3, path))
	// Output: 1 <nil>
}
