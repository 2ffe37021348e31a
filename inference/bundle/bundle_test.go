package bundle_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
)

// sample is a bundle whose weights have a full, a short and an empty-ended tensor.
// Its graph is only bytes here: this package does not look into it.
func sample(t testing.TB) *bundle.Bundle {
	t.Helper()
	tensor := func(n int, fill byte) []byte { return bytes.Repeat([]byte{fill}, n) }
	b, err := bundle.New(draft(), bundle.Parts{
		IR: []byte("graph"),
		Shapes: []descriptor.Shape{
			{DType: merkle.F32, Dims: []uint64{3, 256}},
			{DType: merkle.I8, Dims: []uint64{1025}},
			{DType: merkle.I64},
		},
		Weights: [][]byte{tensor(3072, 1), tensor(1025, 2), tensor(8, 3)},
		Card:    []byte("# A card\n"),
	})
	require.NoError(t, err)
	require.NoError(t, b.Manifest.Validate())
	return b
}

func draft() bundle.Manifest {
	p := &descriptor.Tensor{
		Inputs:  []descriptor.Input{{Shape: descriptor.Shape{DType: merkle.U8, Dims: []uint64{4}}, Encoding: descriptor.Raw, HighInt: 9}},
		Outputs: []descriptor.Shape{{DType: merkle.F32, Dims: []uint64{2}}},
	}
	return bundle.Manifest{
		Semantics: bundle.SemanticsV1, Creator: [20]byte{19: 1},
		Name: "Sample", Summary: "For tests.", Licence: "Apache-2.0", Domain: "four digits",
		IRRoot: bundle.Hash{1}, ONNXHash: bundle.Hash{2},
		WorkUnits: 7, PeakMemory: 100, MaxInputBytes: 4, MaxOutputBytes: 8,
		Pipeline: p,
		Vectors:  []bundle.Vector{{Input: []byte{1, 2, 3, 4}, Seed: 5, OutputRoot: bundle.Hash{6}, Witness: bundle.Hash{7}}},
	}
}

// store writes the bundle into a map, as a folder of bundles.
func store(t testing.TB, b *bundle.Bundle) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	folder := bundle.FolderName(b.Manifest.Root())
	require.NoError(t, b.Write(func(name string) (io.WriteCloser, error) {
		return &mapFile{files: files, name: folder + "/" + name}, nil
	}))
	return files
}

type mapFile struct {
	bytes.Buffer
	files fstest.MapFS
	name  string
}

func (f *mapFile) Close() error {
	f.files[f.name] = &fstest.MapFile{Data: f.Bytes()}
	return nil
}

func TestWriteOpenVerify(t *testing.T) {
	b := sample(t)
	files := store(t, b)
	root := b.Manifest.Root()
	got, err := bundle.Open(files, root)
	require.NoError(t, err)
	parts, err := got.Verify()
	require.NoError(t, err)
	require.Equal(t, [][]byte{b.Weights[:3072], b.Weights[3072:4097], b.Weights[4097:]}, parts)
	require.Equal(t, b.Manifest, got.Manifest)
	require.Equal(t, b.Card, got.Card)

	folder, err := fs.Sub(files, bundle.FolderName(root))
	require.NoError(t, err)
	any, err := bundle.OpenFolder(folder)
	require.NoError(t, err)
	require.Equal(t, root, any.Manifest.Root())

	// Every chunk is named once and in order.
	next := uint64(0)
	for c := range got.Table.Chunks {
		require.Equal(t, next, c.Offset)
		require.Equal(t, merkle.LeafHash(b.Weights[c.Offset:c.Offset+uint64(c.Size)]), c.Leaf)
		next += uint64(c.Size)
	}
	require.EqualValues(t, len(b.Weights), next)
}

func TestHostileFiles(t *testing.T) {
	b := sample(t)
	folder := bundle.FolderName(b.Manifest.Root()) + "/"
	for name, tc := range map[string]struct {
		change func(fstest.MapFS)
		err    string
	}{
		"fails: wrong byte in a chunk": {func(f fstest.MapFS) { f[folder+"weights"].Data[1500] ^= 1 }, "chunk at byte 1024 is wrong"},
		"fails: wrong last byte":       {func(f fstest.MapFS) { f[folder+"weights"].Data[4104] ^= 1 }, "chunk at byte 4097 is wrong"},
		"fails: truncated weights":     {func(f fstest.MapFS) { cut(f, folder+"weights", 1) }, "file weights has 4104 bytes, wanted 4105"},
		"fails: longer weights":        {func(f fstest.MapFS) { grow(f, folder+"weights") }, "file weights has 4106 bytes, allowed are 4105"},
		"fails: wrong graph":           {func(f fstest.MapFS) { f[folder+"ir"].Data[0] ^= 1 }, "file ir has root"},
		"fails: truncated graph":       {func(f fstest.MapFS) { cut(f, folder+"ir", 2) }, "file ir has 3 bytes, wanted 5"},
		"fails: wrong card":            {func(f fstest.MapFS) { f[folder+"card.md"].Data[0] ^= 1 }, "file card.md has root"},
		"fails: wrong hash in table":   {func(f fstest.MapFS) { f[folder+"tensors"].Data[40] ^= 1 }, "file tensors has root"},
		"fails: huge shape in table":   {func(f fstest.MapFS) { f[folder+"tensors"].Data[4] = 0x7f }, "file tensors: malformed encoding"},
		"fails: count in table":        {func(f fstest.MapFS) { f[folder+"tensors"].Data[0] = 0xff }, "tensors: 65283 is above 8192"},
		"fails: truncated table":       {func(f fstest.MapFS) { cut(f, folder+"tensors", 1) }, "file tensors has"},
		"fails: no weights":            {func(f fstest.MapFS) { delete(f, folder+"weights") }, "file does not exist"},
		"fails: no manifest":           {func(f fstest.MapFS) { delete(f, folder+"manifest") }, "file does not exist"},
		"fails: another manifest":      {func(f fstest.MapFS) { f[folder+"manifest"].Data[33] = 'X' }, "manifest has root"},
		"fails: huge manifest":         {func(f fstest.MapFS) { f[folder+"manifest"].Data = make([]byte, 16<<10+1) }, "16385 bytes, allowed are 16384"},
	} {
		files := store(t, b)
		tc.change(files)
		got, err := bundle.Open(files, b.Manifest.Root())
		if err == nil {
			_, err = got.Verify()
		}
		require.ErrorContains(t, err, tc.err, name)
	}
}

// TestNoPathFromFiles: only the five fixed names are opened, and neither a folder,
// a pipe nor a link out of the store is followed.
func TestNoPathFromFiles(t *testing.T) {
	b := sample(t)
	root := b.Manifest.Root()
	dir := t.TempDir()
	folder := filepath.Join(dir, bundle.FolderName(root))
	require.NoError(t, os.Mkdir(folder, 0o755))
	require.NoError(t, b.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
	open := func() error {
		r, err := os.OpenRoot(dir)
		require.NoError(t, err)
		defer r.Close() //nolint:errcheck // test
		_, err = bundle.Open(r.FS(), root)
		return err
	}
	require.NoError(t, open())

	outside := filepath.Join(t.TempDir(), "weights")
	require.NoError(t, os.WriteFile(outside, b.Weights, 0o600))
	weights := filepath.Join(folder, bundle.FileWeights)
	require.NoError(t, os.Remove(weights))
	require.NoError(t, os.Symlink(outside, weights))
	require.Error(t, open(), "link out of the store")

	require.NoError(t, os.Remove(weights))
	require.NoError(t, syscall.Mkfifo(weights, 0o600))
	require.ErrorContains(t, open(), "not a regular file")

	require.NoError(t, os.Remove(weights))
	require.NoError(t, os.Mkdir(weights, 0o700))
	require.ErrorContains(t, open(), "not a regular file")
}

func TestFolderName(t *testing.T) {
	root := sample(t).Manifest.Root()
	got, err := bundle.ParseFolderName(bundle.FolderName(root))
	require.NoError(t, err)
	require.Equal(t, root, got)
	for _, bad := range []string{"", "..", strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("A", 64), strings.Repeat("g", 64), strings.Repeat("/", 64)} {
		_, err := bundle.ParseFolderName(bad)
		require.ErrorContains(t, err, "is not a manifest root", bad)
	}
}

func TestTableShapes(t *testing.T) {
	_, err := bundle.NewTable([]descriptor.Shape{{DType: merkle.F32, Dims: []uint64{2}}}, [][]byte{make([]byte, 7)})
	require.ErrorContains(t, err, "tensor 0 has 7 bytes, its shape needs 8")
	_, err = bundle.NewTable(make([]descriptor.Shape, 2), make([][]byte, 1))
	require.ErrorIs(t, err, bundle.ErrBundle)
}

func cut(f fstest.MapFS, name string, n int) { f[name].Data = f[name].Data[:len(f[name].Data)-n] }

func grow(f fstest.MapFS, name string) { f[name].Data = append(f[name].Data, 0) }

// FuzzDecodeTable: an accepted table is exactly the one the manifest names.
func FuzzDecodeTable(f *testing.F) {
	b := sample(f)
	f.Add(b.Table.Encode())
	f.Add(b.Table.Encode()[:50])
	f.Add([]byte{0, 1, 1, 8, 0xff, 0xff})
	f.Add([]byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := *b.Manifest
		m.TableBytes = uint64(len(raw)) // as a hostile builder would
		table, err := bundle.DecodeTable(raw, &m)
		if err == nil {
			require.Equal(t, b.Table.Encode(), raw)
			require.Equal(t, raw, table.Encode())
		}
	})
}
