package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/x/oracle/node/archive"
	"github.com/imochain/imod/x/oracle/receipt"
)

var chain = [32]byte{7}

func block(height int64, first, count uint64) archive.Block {
	b := archive.Block{Height: height}
	for id := first; id < first+count; id++ {
		b.Receipts = append(b.Receipts, receipt.Receipt{ID: id, Height: height, Output: [32]byte{byte(id)}}.Bytes())
	}
	return b
}

func read(t require.TestingT, path string) (out []archive.Block) {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close() //nolint:errcheck // test
	require.NoError(t, archive.Read(f, &chain, func(b archive.Block) bool { out = append(out, b); return true }))
	return out
}

// TestTornAnywhere: whatever length a crash leaves of the file, the whole records before it are kept, the
// writer says where to go on, and goes on there.
func TestTornAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "archive")
		require.NoError(t, err)
		defer os.RemoveAll(dir) //nolint:errcheck // test
		path := filepath.Join(dir, "data", "receipts.dat")
		w, err := archive.Open(path, chain)
		require.NoError(t, err)
		var blocks []archive.Block
		sizes := []int64{48}
		id, height := uint64(1), int64(0)
		for range rapid.IntRange(1, 5).Draw(t, "blocks") {
			height += rapid.Int64Range(1, 9).Draw(t, "gap")
			n := rapid.Uint64Range(1, 4).Draw(t, "receipts")
			b := block(height, id, n)
			id += n
			require.NoError(t, w.Append(b))
			blocks = append(blocks, b)
			info, err := os.Stat(path)
			require.NoError(t, err)
			sizes = append(sizes, info.Size())
		}
		require.NoError(t, w.Close())
		require.Equal(t, blocks, read(t, path))
		cut := rapid.Int64Range(0, sizes[len(sizes)-1]).Draw(t, "cut")
		require.NoError(t, os.Truncate(path, cut))
		whole := 0
		for whole+1 < len(sizes) && sizes[whole+1] <= cut {
			whole++
		}
		w, err = archive.Open(path, chain)
		require.NoError(t, err)
		last := int64(0)
		if whole > 0 {
			last = blocks[whole-1].Height
		}
		require.Equal(t, last, w.Last())
		for _, b := range blocks[whole:] {
			require.NoError(t, w.Append(b))
		}
		require.NoError(t, w.Close())
		require.Equal(t, blocks, read(t, path))
	})
}

// TestProve: the path of every receipt leads to the root of its block, and to no other.
func TestProve(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipts.dat")
	w, err := archive.Open(path, chain)
	require.NoError(t, err)
	blocks := []archive.Block{block(5, 1, 1), block(6, 2, 7), block(9, 9, 150)}
	for _, b := range blocks {
		require.NoError(t, w.Append(b))
	}
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for id := uint64(1); id < 159; id++ {
		p, err := archive.Prove(bytes.NewReader(raw), id)
		require.NoError(t, err)
		parsed, err := receipt.Parse(p.Receipt)
		require.NoError(t, err)
		require.Equal(t, id, parsed.ID)
		require.Equal(t, p.Height, parsed.Height)
		require.NoError(t, receipt.Verify(p.Root, p.Receipt, p.Index, p.Count, p.Path))
		require.Error(t, receipt.Verify([32]byte{1}, p.Receipt, p.Index, p.Count, p.Path))
	}
	_, err = archive.Prove(bytes.NewReader(raw), 159)
	require.ErrorIs(t, err, archive.ErrNotFound)
}

func TestRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "receipts.dat")
	w, err := archive.Open(path, chain)
	require.NoError(t, err)
	require.NoError(t, w.Append(block(5, 1, 1)))
	for name, b := range map[string]archive.Block{
		"the same height": block(5, 2, 1), "no receipts": {Height: 6}, "too many": block(6, 2, 4097),
		"no receipt": {Height: 6, Receipts: [][]byte{{1}}},
	} {
		require.Error(t, w.Append(b), name)
	}
	require.NoError(t, w.Append(block(6, 2, 1)))
	require.NoError(t, w.Close())
	_, err = archive.Open(path, [32]byte{8})
	require.ErrorIs(t, err, archive.ErrFormat, "of another chain")
	require.ErrorIs(t, archive.Read(bytes.NewReader([]byte("x")), nil, nil), archive.ErrFormat)

	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	raw[60]++ // in the first record
	require.NoError(t, os.WriteFile(path, raw, 0o600))
	require.Empty(t, read(t, path), "nothing behind a damaged record is believed")
}
