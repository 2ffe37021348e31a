package bundle

import (
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
)

// Names of a bundle's files. They are constants: no file names another.
const (
	FileManifest = "manifest"
	FileIR       = "ir"
	FileTensors  = "tensors"
	FileWeights  = "weights"
	FileCard     = "card.md"
)

// Bundle is a manifest with the bytes it commits to. Fields are read-only.
type Bundle struct {
	Manifest *Manifest
	IR       []byte
	Table    *Table
	Weights  []byte
	Card     []byte
}

// Parts is what a bundle is made of.
type Parts struct {
	IR      []byte
	Shapes  []descriptor.Shape
	Weights [][]byte // one slice per shape
	Card    []byte
}

// New fills the roots and lengths of the files into a copy of the draft manifest
// and puts the bundle together. What comes from the graph or from runs (IRRoot,
// costs, vectors) is the caller's; New does not validate the manifest, so that it
// can be finished with the results of runs.
func New(draft Manifest, p Parts) (*Bundle, error) {
	table, err := NewTable(p.Shapes, p.Weights)
	if err != nil {
		return nil, err
	}
	weightsRoot, err := table.Root()
	if err != nil {
		return nil, err
	}
	b := &Bundle{Manifest: &draft, IR: p.IR, Table: table, Card: p.Card}
	for _, w := range p.Weights {
		b.Weights = append(b.Weights, w...)
	}
	m := b.Manifest
	m.IRBytesRoot, m.WeightsRoot, m.CardRoot = merkle.BytesRoot(p.IR), weightsRoot, merkle.BytesRoot(p.Card)
	m.IRBytes, m.TableBytes = uint64(len(p.IR)), uint64(len(table.Encode()))
	m.WeightBytes, m.CardBytes = uint64(len(b.Weights)), uint64(len(p.Card))
	m.TotalBytes = m.IRBytes + m.TableBytes + m.WeightBytes + m.CardBytes
	return b, nil
}

// FolderName is the name of the folder that holds the bundle with this root.
func FolderName(root Hash) string { return hex.EncodeToString(root[:]) }

// ParseFolderName is the inverse of FolderName; it refuses capitals.
func ParseFolderName(name string) (root Hash, err error) {
	if len(name) != 2*len(root) {
		return root, fmt.Errorf("%q is not a manifest root: it has %d characters, wanted %d", name, len(name), 2*len(root))
	}
	for i := range len(name) {
		if c := name[i]; !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f') {
			return root, fmt.Errorf("%q is not a manifest root: wanted small hexadecimal digits", name)
		}
	}
	_, err = hex.Decode(root[:], []byte(name))
	return root, err
}

// ReadManifest reads and validates the manifest in a bundle's folder.
func ReadManifest(folder fs.FS) (*Manifest, error) { return readManifest(folder, ".") }

func readManifest(fsys fs.FS, dir string) (*Manifest, error) {
	b, err := readAtMost(fsys, dir, FileManifest, MaxManifest)
	if err != nil {
		return nil, err
	}
	return DecodeManifest(b)
}

// Open opens the bundle with the given root in a folder of bundles. It checks the
// manifest and the tensor table, and the lengths of all files; Verify checks the
// rest.
func Open(store fs.FS, root Hash) (*Bundle, error) {
	b, err := open(store, FolderName(root))
	if err != nil {
		return nil, err
	}
	if got := b.Manifest.Root(); got != root {
		return nil, fmt.Errorf("%w: manifest has root %x, wanted %x", ErrBundle, got, root)
	}
	return b, nil
}

// OpenFolder opens the bundle in folder, whatever its root is.
func OpenFolder(folder fs.FS) (*Bundle, error) { return open(folder, ".") }

func open(fsys fs.FS, dir string) (*Bundle, error) {
	m, err := readManifest(fsys, dir)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Manifest: m}
	if b.IR, err = readExactly(fsys, dir, FileIR, m.IRBytes); err != nil {
		return nil, err
	}
	if b.Card, err = readExactly(fsys, dir, FileCard, m.CardBytes); err != nil {
		return nil, err
	}
	table, err := readExactly(fsys, dir, FileTensors, m.TableBytes)
	if err != nil {
		return nil, err
	}
	if b.Table, err = DecodeTable(table, m); err != nil {
		return nil, err
	}
	if b.Weights, err = readExactly(fsys, dir, FileWeights, m.WeightBytes); err != nil {
		return nil, err
	}
	return b, nil
}

// Verify checks every byte of the bundle against the manifest's roots and returns
// the weights cut into tensors.
func (b *Bundle) Verify() ([][]byte, error) {
	if root := merkle.BytesRoot(b.IR); root != b.Manifest.IRBytesRoot {
		return nil, fmt.Errorf("%w: file %s has root %x, wanted %x", ErrBundle, FileIR, root, b.Manifest.IRBytesRoot)
	}
	if root := merkle.BytesRoot(b.Card); root != b.Manifest.CardRoot {
		return nil, fmt.Errorf("%w: file %s has root %x, wanted %x", ErrBundle, FileCard, root, b.Manifest.CardRoot)
	}
	parts, err := b.Table.Cut(b.Weights)
	if err != nil {
		return nil, err
	}
	for c := range b.Table.Chunks {
		if merkle.LeafHash(b.Weights[c.Offset:c.Offset+uint64(c.Size)]) != c.Leaf {
			return nil, fmt.Errorf("%w: file %s, chunk at byte %d is wrong", ErrBundle, FileWeights, c.Offset)
		}
	}
	root, err := b.Table.Root()
	if err != nil {
		return nil, err
	}
	if root != b.Manifest.WeightsRoot {
		return nil, fmt.Errorf("%w: file %s has root %x, wanted %x", ErrBundle, FileTensors, root, b.Manifest.WeightsRoot)
	}
	return parts, nil
}

// Write writes every file through create, which gets only the names above.
func (b *Bundle) Write(create func(name string) (io.WriteCloser, error)) error {
	for _, f := range []struct {
		name    string
		content []byte
	}{
		{FileIR, b.IR},
		{FileTensors, b.Table.Encode()},
		{FileWeights, b.Weights},
		{FileCard, b.Card},
		{FileManifest, b.Manifest.Encode()}, // last: a folder without it is not a bundle
	} {
		w, err := create(f.name)
		if err != nil {
			return err
		}
		if _, err := w.Write(f.content); err != nil {
			_ = w.Close() // the write's error is the one that matters
			return fmt.Errorf("file %s: %w", f.name, err)
		}
		if err := w.Close(); err != nil {
			return fmt.Errorf("file %s: %w", f.name, err)
		}
	}
	return nil
}

// readExactly reads a regular file of exactly size bytes; the caller has bounded
// size.
func readExactly(fsys fs.FS, dir, name string, size uint64) ([]byte, error) {
	b, err := readAtMost(fsys, dir, name, size)
	if err != nil {
		return nil, err
	}
	if uint64(len(b)) != size {
		return nil, fmt.Errorf("%w: file %s has %d bytes, wanted %d", ErrBundle, name, len(b), size)
	}
	return b, nil
}

// readAtMost reads a regular file of at most limit bytes and allocates what the
// file system says it has, never more than limit. The folder is a path and not an
// fs.Sub, whose Stat opens the file: opening a pipe would wait for its other end.
func readAtMost(fsys fs.FS, dir, name string, limit uint64) ([]byte, error) {
	file := path.Join(dir, name)
	info, err := fs.Stat(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is not a regular file", ErrBundle, name)
	}
	if info.Size() < 0 || uint64(info.Size()) > limit {
		return nil, fmt.Errorf("%w: file %s has %d bytes, allowed are %d", ErrBundle, name, info.Size(), limit)
	}
	f, err := fsys.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, fmt.Errorf("%w: file %s: %w", ErrBundle, name, err)
	}
	return b, nil
}
