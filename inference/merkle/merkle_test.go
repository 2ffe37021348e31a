package merkle_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/merkle"
)

// naiveTree is the definition of the package comment, written without shortcuts.
func naiveTree(leaves []merkle.Hash) merkle.Hash {
	if len(leaves) == 0 {
		return merkle.Hash{}
	}
	width := 1
	for width < len(leaves) {
		width *= 2
	}
	row := make([]merkle.Hash, width)
	copy(row, leaves)
	for len(row) > 1 {
		next := make([]merkle.Hash, len(row)/2)
		for i := range next {
			next[i] = sha256.Sum256(concat([]byte{1}, row[2*i][:], row[2*i+1][:]))
		}
		row = next
	}
	return row[0]
}

func naiveTensor(dtype byte, dims []uint64, data []byte) merkle.Hash {
	var leaves []merkle.Hash
	for ; len(data) > 0; data = data[min(len(data), 1024):] {
		chunk := make([]byte, 1024)
		copy(chunk, data)
		leaves = append(leaves, sha256.Sum256(concat([]byte{0}, chunk)))
	}
	head := []byte{2, dtype, byte(len(dims))}
	for _, d := range dims {
		head = binary.BigEndian.AppendUint64(head, d)
	}
	tree := naiveTree(leaves)
	return sha256.Sum256(concat(head, tree[:]))
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))).Read(b) //nolint:errcheck // never fails
	return b
}

var sizes = []int{0, 1, 3, 1023, 1024, 1025, 2048, 2049, 3 * 1024, 5*1024 - 1, 7 * 1024, 8 * 1024, 9*1024 + 17, 33 * 1024, 100_000}

func TestRootsAgainstDefinition(t *testing.T) {
	for _, n := range sizes {
		data := randomBytes(n)
		want := naiveTensor(merkle.U8, []uint64{uint64(n)}, data)
		require.Equal(t, want, merkle.BytesRoot(data), "%d bytes", n)

		got, err := merkle.TensorRoot(merkle.U8, []uint64{uint64(n)}, data)
		require.NoError(t, err)
		require.Equal(t, want, got)

		leaves := leavesOf(data)
		got, err = merkle.LeavesRoot(merkle.U8, []uint64{uint64(n)}, leaves)
		require.NoError(t, err)
		require.Equal(t, want, got)

		tree, err := merkle.NewTree(merkle.U8, []uint64{uint64(n)}, leaves)
		require.NoError(t, err)
		require.Equal(t, want, tree.Root())
	}
}

func TestHasherTakesAnyCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range sizes {
		data := randomBytes(n)
		h, err := merkle.NewHasher(merkle.U8, []uint64{uint64(n)})
		require.NoError(t, err)
		for rest := data; len(rest) > 0; {
			cut := min(len(rest), 1+r.IntN(3000))
			_, err := h.Write(rest[:cut])
			require.NoError(t, err)
			rest = rest[cut:]
		}
		got, err := h.Root()
		require.NoError(t, err)
		require.Equal(t, merkle.BytesRoot(data), got)

		_, err = h.Write([]byte{0})
		require.ErrorIs(t, err, merkle.ErrShape)
	}
	h, err := merkle.NewHasher(merkle.F32, []uint64{2})
	require.NoError(t, err)
	_, err = io.WriteString(h, "seven..")
	require.NoError(t, err)
	_, err = h.Root()
	require.ErrorIs(t, err, merkle.ErrShape)
}

func TestShapeAndTypeAreBound(t *testing.T) {
	data := make([]byte, 24)
	seen := map[merkle.Hash]string{}
	for name, s := range map[string]struct {
		dtype byte
		dims  []uint64
	}{
		"f32[6]":    {merkle.F32, []uint64{6}},
		"f32[2,3]":  {merkle.F32, []uint64{2, 3}},
		"f32[3,2]":  {merkle.F32, []uint64{3, 2}},
		"i32[6]":    {merkle.I32, []uint64{6}},
		"i64[3]":    {merkle.I64, []uint64{3}},
		"u8[24]":    {merkle.U8, []uint64{24}},
		"i8[24]":    {merkle.I8, []uint64{24}},
		"bool[24]":  {merkle.Bool, []uint64{24}},
		"f32[6,1]":  {merkle.F32, []uint64{6, 1}},
		"u8[1,24]":  {merkle.U8, []uint64{1, 24}},
		"u8[24,1]":  {merkle.U8, []uint64{24, 1}},
		"f32[1,6]":  {merkle.F32, []uint64{1, 6}},
		"i64[1,3]":  {merkle.I64, []uint64{1, 3}},
		"i32[2, 3]": {merkle.I32, []uint64{2, 3}},
	} {
		root, err := merkle.TensorRoot(s.dtype, s.dims, data)
		require.NoError(t, err, name)
		require.Empty(t, seen[root], name)
		seen[root] = name
	}
	// A zero byte more is another tensor, although padding gives the same leaves.
	require.NotEqual(t, merkle.BytesRoot(make([]byte, 3)), merkle.BytesRoot(make([]byte, 4)))
}

func TestSizeRefuses(t *testing.T) {
	for name, s := range map[string]struct {
		dtype byte
		dims  []uint64
	}{
		"fails: unknown type":    {0, nil},
		"fails: type 16":         {16, []uint64{1}},
		"fails: rank 9":          {merkle.U8, make([]uint64, 9)},
		"fails: product wraps":   {merkle.F32, []uint64{1 << 32, 1 << 32}},
		"fails: one dim wraps":   {merkle.I64, []uint64{1<<64 - 1}},
		"fails: above MaxSize":   {merkle.U8, []uint64{merkle.MaxSize + 1}},
		"fails: wraps then zero": {merkle.U8, []uint64{1 << 62, 1 << 62, 0}},
	} {
		_, err := merkle.Size(s.dtype, s.dims)
		require.ErrorIs(t, err, merkle.ErrShape, name)
	}
	n, err := merkle.Size(merkle.F32, nil)
	require.NoError(t, err)
	require.EqualValues(t, 4, n, "a scalar has one element")
	_, err = merkle.TensorRoot(merkle.F32, []uint64{2}, make([]byte, 7))
	require.ErrorIs(t, err, merkle.ErrShape)
	_, err = merkle.LeavesRoot(merkle.U8, []uint64{2}, nil)
	require.ErrorIs(t, err, merkle.ErrShape)
}

func TestListRoot(t *testing.T) {
	var items []merkle.Hash
	seen := map[merkle.Hash]bool{}
	for n := range 20 {
		var leaves []merkle.Hash
		for _, it := range items {
			leaves = append(leaves, sha256.Sum256(concat([]byte{0}, it[:])))
		}
		tree := naiveTree(leaves)
		want := merkle.Hash(sha256.Sum256(concat([]byte{3}, binary.BigEndian.AppendUint64(nil, uint64(n)), tree[:])))
		got := merkle.ListRoot(items)
		require.Equal(t, want, got, "%d items", n)
		require.False(t, seen[got])
		seen[got] = true
		items = append(items, merkle.Hash{}) // trailing zero items are items
	}
}

func TestPaths(t *testing.T) {
	for _, n := range sizes {
		data := randomBytes(n)
		dims := []uint64{uint64(n)}
		root := merkle.BytesRoot(data)
		tree, err := merkle.NewTree(merkle.U8, dims, leavesOf(data))
		require.NoError(t, err)
		chunks := merkle.Chunks(uint64(n))
		for i := range chunks {
			chunk := data[i*1024 : min(uint64(n), (i+1)*1024)]
			path, err := tree.Path(i)
			require.NoError(t, err)
			require.NoError(t, merkle.VerifyChunk(root, merkle.U8, dims, i, chunk, path))

			bad := bytes.Clone(chunk)
			bad[len(bad)-1] ^= 1
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.U8, dims, i, bad, path), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.U8, dims, i+1, chunk, path), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.U8, dims, i, chunk[:len(chunk)-1], path), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.U8, dims, i, append(bytes.Clone(chunk), 0), path), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.U8, dims, i, chunk, append(path, merkle.Hash{})), merkle.ErrProof)
			require.ErrorIs(t, merkle.VerifyChunk(root, merkle.I8, dims, i, chunk, path), merkle.ErrProof)
		}
		_, err = tree.Path(chunks)
		require.ErrorIs(t, err, merkle.ErrProof)
	}
}

// TestGolden pins the bytes of FORMAT.md section 2 for other implementations.
func TestGolden(t *testing.T) {
	ramp := make([]byte, 3000)
	for i := range ramp {
		ramp[i] = byte(i)
	}
	f32, err := merkle.TensorRoot(merkle.F32, []uint64{2, 3, 125}, ramp)
	require.NoError(t, err)
	empty, abc := merkle.BytesRoot(nil), merkle.BytesRoot([]byte("abc"))
	list, none := merkle.ListRoot([]merkle.Hash{empty, abc, f32}), merkle.ListRoot(nil)
	for name, v := range map[string]struct {
		got  merkle.Hash
		want string
	}{
		"no bytes": {empty, goldenEmpty}, "abc": {abc, goldenABC}, "f32": {f32, goldenF32},
		"list": {list, goldenList}, "empty list": {none, goldenNoList},
	} {
		require.Equal(t, v.want, hex.EncodeToString(v.got[:]), name)
	}
}

func TestHashingAllocatesNothing(t *testing.T) {
	data := randomBytes(64 << 10)
	require.Zero(t, testing.AllocsPerRun(5, func() { merkle.BytesRoot(data) }))
}

func FuzzVerifyChunk(f *testing.F) {
	data := randomBytes(5*1024 - 1)
	root := merkle.BytesRoot(data)
	tree, err := merkle.NewTree(merkle.U8, []uint64{uint64(len(data))}, leavesOf(data))
	require.NoError(f, err)
	for i := range uint64(5) {
		path, err := tree.Path(i)
		require.NoError(f, err)
		f.Add(i, byte(merkle.U8), uint64(len(data)), uint64(1), data[i*1024:min(uint64(len(data)), (i+1)*1024)], flatten(path))
	}
	f.Add(uint64(0), byte(3), uint64(1)<<60, uint64(1)<<60, []byte{}, []byte{})
	f.Add(uint64(1)<<63, byte(3), uint64(1)<<38, uint64(2), make([]byte, 1024), make([]byte, 40*32))
	f.Fuzz(func(t *testing.T, index uint64, dtype byte, d0, d1 uint64, chunk, flat []byte) {
		dims := []uint64{d0, d1}
		if d1 == 1 {
			dims = dims[:1]
		}
		path := make([]merkle.Hash, len(flat)/32)
		for i := range path {
			copy(path[i][:], flat[32*i:])
		}
		if merkle.VerifyChunk(root, dtype, dims, index, chunk, path) != nil {
			return
		}
		// Only the true bytes of the true tensor at the true place may pass.
		want, err := tree.Path(index)
		if err != nil || dtype != merkle.U8 || len(dims) != 1 || d0 != uint64(len(data)) ||
			!bytes.Equal(flatten(want), flatten(path)) || !bytes.Equal(chunk, data[index*1024:min(uint64(len(data)), (index+1)*1024)]) {
			t.Fatalf("forged chunk %d accepted", index)
		}
	})
}

func BenchmarkBytesRoot(b *testing.B) {
	data := randomBytes(16 << 20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		merkle.BytesRoot(data)
	}
}

func leavesOf(data []byte) []merkle.Hash {
	leaves := []merkle.Hash{}
	for ; len(data) > 0; data = data[min(len(data), 1024):] {
		leaves = append(leaves, merkle.LeafHash(data[:min(len(data), 1024)]))
	}
	return leaves
}

func flatten(path []merkle.Hash) []byte {
	out := []byte{}
	for _, h := range path {
		out = append(out, h[:]...)
	}
	return out
}
