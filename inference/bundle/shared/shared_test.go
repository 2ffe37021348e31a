package shared

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
)

// table makes a table of byte tensors, each given by what fills it.
func table(t require.TestingT, fills []int) *bundle.Table {
	shapes, data := make([]descriptor.Shape, len(fills)), make([][]byte, len(fills))
	for i, fill := range fills {
		size := 1 + fill*fill%5000
		data[i] = make([]byte, size)
		for at := 0; at < size; at += 32 {
			h := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(fill<<16+at)))
			copy(data[i][at:], h[:])
		}
		shapes[i] = descriptor.Shape{DType: merkle.U8, Dims: []uint64{uint64(size)}}
	}
	made, err := bundle.NewTable(shapes, data)
	require.NoError(t, err)
	return made
}

func root(t require.TestingT, made *bundle.Table) merkle.Hash {
	r, err := made.Root()
	require.NoError(t, err)
	return r
}

// TestShared: a proof shows exactly the tensors that both have, and nothing once anything of it, or of
// what it is checked against, is another.
func TestShared(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fills := rapid.SliceOfN(rapid.IntRange(0, 12), 0, 20)
		a, b := fills.Draw(t, "later"), fills.Draw(t, "earlier")
		olds := map[int]bool{}
		for _, fill := range b {
			olds[fill] = true
		}
		want := Found{}
		for _, fill := range a {
			if olds[fill] {
				want.Tensors++
				want.Bytes += uint64(1 + fill*fill%5000)
			}
		}
		later, earlier := table(t, a), table(t, b)
		proof, found, err := Prove(later, earlier)
		if want.Tensors == 0 {
			require.ErrorIs(t, err, ErrNothing)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, found)
		got, err := Verify(root(t, later), root(t, earlier), proof)
		require.NoError(t, err)
		require.Equal(t, want, got)

		bad := append([]byte(nil), proof...)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "place")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		_, err = Verify(root(t, later), root(t, earlier), bad)
		require.ErrorIs(t, err, ErrProof)
		_, err = Verify(root(t, later), root(t, earlier), proof[:rapid.IntRange(0, len(proof)-1).Draw(t, "length")])
		require.ErrorIs(t, err, ErrProof)
		_, err = Verify(root(t, later), root(t, earlier), append(proof, 0))
		require.ErrorIs(t, err, ErrProof)
		_, err = Verify(merkle.Hash{1}, root(t, earlier), proof)
		require.ErrorIs(t, err, ErrProof)
		_, err = Verify(root(t, later), merkle.Hash{1}, proof)
		require.ErrorIs(t, err, ErrProof)
	})
}

// TestTooMany: of more tensors than fit, the largest are shown.
func TestTooMany(t *testing.T) {
	fills := make([]int, 400)
	for i := range fills {
		fills[i] = i
	}
	made := table(t, fills)
	proof, found, err := Prove(made, made)
	require.NoError(t, err)
	require.LessOrEqual(t, len(proof), MaxProof)
	require.Greater(t, len(proof), MaxProof-1000)
	got, err := Verify(root(t, made), root(t, made), proof)
	require.NoError(t, err)
	require.Equal(t, found, got)
	require.Greater(t, found.Bytes/uint64(found.Tensors), uint64(4000), "of sizes up to 5,000")
	_, err = Verify(root(t, made), root(t, made), make([]byte, MaxProof+1))
	require.ErrorContains(t, err, "allowed are")
}

// FuzzVerify: any bytes end in an error, or in what the roots really have.
func FuzzVerify(f *testing.F) {
	later, earlier := table(f, []int{1, 2, 3}), table(f, []int{3, 1})
	proof, found, err := Prove(later, earlier)
	require.NoError(f, err)
	f.Add(proof)
	f.Add([]byte{})
	f.Add(make([]byte, 200))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Verify(root(t, later), root(t, earlier), b)
		if err == nil {
			require.LessOrEqual(t, got.Tensors, found.Tensors)
			require.LessOrEqual(t, got.Bytes, found.Bytes)
		}
	})
}
