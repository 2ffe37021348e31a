package custody_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
)

// made is a bundle of the given tensors with bytes that differ everywhere.
func made(t testing.TB, seed uint64, shapes ...descriptor.Shape) *bundle.Bundle {
	t.Helper()
	rng := rand.NewChaCha8(sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed)))
	random := func(n uint64) []byte {
		b := make([]byte, n)
		_, err := rng.Read(b)
		require.NoError(t, err)
		return b
	}
	parts := bundle.Parts{IR: random(3000), Shapes: shapes, Card: []byte("card")}
	for _, s := range shapes {
		parts.Weights = append(parts.Weights, random(s.Size()))
	}
	b, err := bundle.New(bundle.Manifest{}, parts)
	require.NoError(t, err)
	return b
}

func readerOf(t testing.TB, b *bundle.Bundle) *custody.Reader {
	t.Helper()
	r, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(b.Weights), b.IR)
	require.NoError(t, err)
	return r
}

// ordinary has a long, a short, an empty and a scalar tensor.
var ordinary = []descriptor.Shape{
	{DType: merkle.F32, Dims: []uint64{40, 333}}, {DType: merkle.I8, Dims: []uint64{1025}},
	{DType: merkle.F32, Dims: []uint64{0, 3}}, {DType: merkle.I64},
}

func TestOpeningsVerify(t *testing.T) {
	for name, b := range map[string]*bundle.Bundle{
		"weights":    made(t, 1, ordinary...),
		"one tensor": made(t, 2, descriptor.Shape{DType: merkle.U8, Dims: []uint64{1}}),
		"no weights": made(t, 3),
	} {
		r := readerOf(t, b)
		digests := map[bundle.Hash]bool{}
		for i := range 200 {
			draw, holder := [32]byte{byte(i / 20)}, custody.Holder{byte(i % 20)}
			opening, digest, err := r.Open(draw, holder)
			require.NoError(t, err, name)
			require.LessOrEqual(t, len(opening), custody.MaxOpening)
			got, err := custody.Verify(b.Manifest, draw, holder, opening)
			require.NoError(t, err, name)
			require.Equal(t, digest, got)
			digests[digest] = true
		}
		if name == "weights" {
			require.Greater(t, len(digests), 190, "each holder and each draw has its own chunks")
		}
	}
}

// TestDigestIsTheSpecification writes positions and digest out once more.
func TestDigestIsTheSpecification(t *testing.T) {
	b := made(t, 1, ordinary...)
	draw, holder := [32]byte{7}, custody.Holder{9}
	_, digest, err := readerOf(t, b).Open(draw, holder)
	require.NoError(t, err)

	key := append(append([]byte("imod/custody/v1"), draw[:]...), holder[:]...)
	var stream []byte
	for i := range uint64(2) {
		block := sha256.Sum256(binary.BigEndian.AppendUint64(bytes.Clone(key), i))
		stream = append(stream, block[:]...)
	}
	pre := []byte("imod/custody-digest/v1")
	parts, err := b.Table.Cut(b.Weights)
	require.NoError(t, err)
	for k := range 4 {
		tensor := parts[binary.BigEndian.Uint64(stream[16*k:])%4]
		chunk := []byte{}
		if chunks := (uint64(len(tensor)) + 1023) / 1024; chunks > 0 {
			at := binary.BigEndian.Uint64(stream[16*k+8:]) % chunks * 1024
			chunk = tensor[at:min(at+1024, uint64(len(tensor)))]
		}
		pre = append(binary.BigEndian.AppendUint32(pre, uint32(len(chunk))), chunk...)
	}
	require.Equal(t, bundle.Hash(sha256.Sum256(pre)), digest)
}

// TestForgedOpenings: whatever is changed, an opening passes only for its own bundle, draw and holder.
func TestForgedOpenings(t *testing.T) {
	b, other := made(t, 1, ordinary...), made(t, 2, ordinary...)
	draw, holder := [32]byte{1}, custody.Holder{2}
	opening, _, err := readerOf(t, b).Open(draw, holder)
	require.NoError(t, err)
	foreign, _, err := readerOf(t, other).Open(draw, holder)
	require.NoError(t, err)
	graph, _, err := readerOf(t, made(t, 1)).Open(draw, holder)
	require.NoError(t, err)
	for name, try := range map[string]func() error{
		"chunk of another model": func() error { return verify(b, draw, holder, foreign) },
		"copied from another":    func() error { return verify(b, draw, custody.Holder{3}, opening) },
		"of another draw":        func() error { return verify(b, [32]byte{2}, holder, opening) },
		"graph for weights":      func() error { return verify(b, draw, holder, graph) },
		"nothing":                func() error { return verify(b, draw, holder, nil) },
		"a byte behind":          func() error { return verify(b, draw, holder, append(bytes.Clone(opening), 0)) },
		"longer path":            func() error { return verify(b, draw, holder, append(bytes.Clone(opening), make([]byte, 32)...)) },
		"shorter path":           func() error { return verify(b, draw, holder, opening[:len(opening)-32]) },
		"too long":               func() error { return verify(b, draw, holder, make([]byte, custody.MaxOpening+1)) },
		"another count":          func() error { return verify(b, draw, holder, slices.Concat([]byte{0, 5}, opening[2:])) },
		"rank 200":               func() error { return verify(b, draw, holder, slices.Concat(opening[:2], []byte{1, 200}, opening[4:])) },
		"dims of a pebibyte": func() error {
			return verify(b, draw, holder, slices.Concat([]byte{0, 4, 3, 1}, binary.BigEndian.AppendUint64(nil, merkle.MaxSize), opening[4:]))
		},
	} {
		require.ErrorIs(t, try(), custody.ErrOpening, name)
	}
	for i := range opening {
		bad := bytes.Clone(opening)
		bad[i] ^= 1
		require.ErrorIs(t, verify(b, draw, holder, bad), custody.ErrOpening, "byte %d", i)
	}
}

func verify(b *bundle.Bundle, draw [32]byte, holder custody.Holder, opening []byte) error {
	_, err := custody.Verify(b.Manifest, draw, holder, opening)
	return err
}

// TestDamagedCopies: a copy with wrong bytes, or cut, opens nothing where it is wrong.
func TestDamagedCopies(t *testing.T) {
	b := made(t, 1, ordinary[0])
	wrong, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(make([]byte, len(b.Weights))), b.IR)
	require.NoError(t, err)
	_, _, err = wrong.Open([32]byte{}, custody.Holder{})
	require.ErrorIs(t, err, bundle.ErrBundle)
	short, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(nil), b.IR)
	require.NoError(t, err)
	_, _, err = short.Open([32]byte{}, custody.Holder{})
	require.ErrorIs(t, err, bundle.ErrBundle)
	bare := made(t, 3)
	graph, err := custody.NewReader(bare.Manifest, bare.Table, bytes.NewReader(nil), []byte("another"))
	require.NoError(t, err)
	_, _, err = graph.Open([32]byte{}, custody.Holder{})
	require.ErrorIs(t, err, bundle.ErrBundle)
}

// TestDetection: a holder without a quarter of the tensors is found out as often as the doc says.
func TestDetection(t *testing.T) {
	shapes := make([]descriptor.Shape, 16)
	for i := range shapes {
		shapes[i] = descriptor.Shape{DType: merkle.U8, Dims: []uint64{2048}}
	}
	b := made(t, 5, shapes...)
	lacking := bytes.Clone(b.Weights)
	clear(lacking[:4*2048])
	r, err := custody.NewReader(b.Manifest, b.Table, bytes.NewReader(lacking), b.IR)
	require.NoError(t, err)
	found := 0
	for i := range 4000 {
		if _, _, err := r.Open([32]byte{byte(i), byte(i >> 8)}, custody.Holder{1}); err != nil {
			found++
		}
	}
	require.InDelta(t, 1-0.75*0.75*0.75*0.75, float64(found)/4000, 0.03)
}

// FuzzVerify: nothing but the true opening passes, nothing panics, and no length inside makes it allocate.
func FuzzVerify(f *testing.F) {
	b := made(f, 1, ordinary...)
	draw, holder := [32]byte{1}, custody.Holder{2}
	opening, digest, err := readerOf(f, b).Open(draw, holder)
	require.NoError(f, err)
	f.Add(opening)
	f.Add([]byte{})
	f.Add([]byte{0, 0})
	f.Add([]byte{0, 4, 3, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Add(append([]byte{0, 4, 3, 1, 0, 4}, make([]byte, 6)...))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := custody.Verify(b.Manifest, draw, holder, in)
		if err == nil && (got != digest || !bytes.Equal(in, opening)) {
			t.Fatal("a second opening passes")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	made := made(b, 1, ordinary...)
	opening, _, err := readerOf(b, made).Open([32]byte{1}, custody.Holder{2})
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if err := verify(made, [32]byte{1}, custody.Holder{2}, opening); err != nil {
			b.Fatal(err)
		}
	}
}
