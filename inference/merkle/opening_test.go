package merkle_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/inference/merkle"
)

// TestOpening: an opening of any chunks folds to the root of the whole, and nothing else does.
func TestOpening(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 9000).Draw(t, "data")
		dims := []uint64{uint64(len(data))}
		want, err := merkle.TensorRoot(merkle.U8, dims, data)
		require.NoError(t, err)
		var leaves []merkle.Hash
		var all []merkle.Opened
		for i := 0; i < len(data); i += merkle.ChunkSize {
			chunk := data[i:min(i+merkle.ChunkSize, len(data))]
			leaves = append(leaves, merkle.LeafHash(chunk))
			all = append(all, merkle.Opened{Index: uint64(len(all)), Data: chunk})
		}
		tree, err := merkle.NewTree(merkle.U8, dims, leaves)
		require.NoError(t, err)
		pick := rapid.SliceOfNDistinct(rapid.IntRange(0, len(all)-1), 1, -1, rapid.ID[int]).Draw(t, "pick")
		slices.Sort(pick)
		var chunks []merkle.Opened
		var indices []uint64
		for _, i := range pick {
			chunks, indices = append(chunks, all[i]), append(indices, uint64(i))
		}
		siblings, err := tree.Siblings(indices)
		require.NoError(t, err)
		got, err := merkle.OpenRoot(merkle.U8, dims, chunks, siblings)
		require.NoError(t, err)
		require.Equal(t, want, got)

		wrong := func(chunks []merkle.Opened, siblings []merkle.Hash, what string) {
			got, err := merkle.OpenRoot(merkle.U8, dims, chunks, siblings)
			require.True(t, err != nil || got != want, what)
		}
		wrong(chunks, append(slices.Clone(siblings), merkle.Hash{}), "a sibling more")
		if len(siblings) > 0 {
			wrong(chunks, siblings[1:], "a sibling less")
			bad := slices.Clone(siblings)
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "bad")][0]++
			wrong(chunks, bad, "another sibling")
		}
		bad := slices.Clone(chunks)
		k := rapid.IntRange(0, len(bad)-1).Draw(t, "chunk")
		bad[k].Data = slices.Clone(bad[k].Data)
		bad[k].Data[rapid.IntRange(0, len(bad[k].Data)-1).Draw(t, "byte")]++
		wrong(bad, siblings, "another byte")
		bad = slices.Clone(chunks)
		bad[k].Index ^= 1
		wrong(bad, siblings, "another place")
		wrong(append(slices.Clone(chunks), chunks[len(chunks)-1]), siblings, "twice")
		wrong(nil, siblings, "nothing")
	})
}
