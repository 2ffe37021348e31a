package fetch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
)

var (
	// ErrTooLarge marks a bundle above the local limit.
	ErrTooLarge = errors.New("bundle is above the local limit")
	// ErrNoSource tells that no source gave the bytes.
	ErrNoSource = errors.New("no source has the bundle")
)

// Bundle downloads the bundle with the given root into dir, which it creates, from
// the first of the bases that has the right bytes. What dir holds of an earlier
// attempt is checked and kept. Bundles of more than limit bytes are refused; room is asked once the
// size is known and may refuse as well. Bases are tried in their order, hosts that failed lately last.
func (c *Client) Bundle(ctx context.Context, bases []string, root bundle.Hash, dir string, limit uint64, room func(size uint64) error) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d := &download{client: c, dir: dir}
	for _, base := range c.sources.order(bases, time.Now()) {
		d.folders = append(d.folders, Folder(base, bundle.FolderName(root)))
	}
	raw, err := d.file(ctx, bundle.FileManifest, bundle.MaxManifest, func(b []byte) error {
		if got := bundle.RootOf(b); got != root {
			return fmt.Errorf("manifest has root %x, wanted %x", got, root)
		}
		return nil
	})
	if err != nil {
		return err
	}
	m, err := bundle.DecodeManifest(raw)
	if err != nil {
		return err
	}
	if m.TotalBytes > limit {
		return fmt.Errorf("%w: %d bytes, allowed are %d", ErrTooLarge, m.TotalBytes, limit)
	}
	if err := room(m.TotalBytes); err != nil {
		return err
	}
	var table *bundle.Table
	for _, f := range []struct {
		name  string
		size  uint64
		check func([]byte) error
	}{
		{bundle.FileTensors, m.TableBytes, func(b []byte) (err error) { table, err = bundle.DecodeTable(b, m); return err }},
		{bundle.FileIR, m.IRBytes, rooted(m.IRBytesRoot)},
		{bundle.FileCard, m.CardBytes, rooted(m.CardRoot)},
	} {
		check := func(b []byte) error {
			if uint64(len(b)) != f.size {
				return fmt.Errorf("file %s has %d bytes, wanted %d", f.name, len(b), f.size)
			}
			return f.check(b)
		}
		if _, err := d.file(ctx, f.name, f.size, check); err != nil {
			return err
		}
	}
	return d.weights(ctx, table, m.WeightBytes)
}

func rooted(want bundle.Hash) func([]byte) error {
	return func(b []byte) error {
		if got := merkle.BytesRoot(b); got != want {
			return fmt.Errorf("root is %x, wanted %x", got, want)
		}
		return nil
	}
}

type download struct {
	client  *Client
	folders []string
	dir     string
}

// file returns a file that check accepts: the one on disk, or the first that a
// source gives, which it then keeps.
func (d *download) file(ctx context.Context, name string, limit uint64, check func([]byte) error) ([]byte, error) {
	target := filepath.Join(d.dir, name)
	if info, err := os.Lstat(target); err == nil && info.Mode().IsRegular() && uint64(info.Size()) <= limit {
		if b, err := os.ReadFile(target); err == nil && check(b) == nil {
			return b, nil
		}
	}
	var failures []error
	for _, folder := range slices.Clone(d.folders) {
		uri := folder + "/" + name
		b, err := d.client.Get(ctx, uri, limit)
		if err == nil {
			if err = check(b); err == nil {
				d.client.sources.worked(folder)
				return b, os.WriteFile(target, b, 0o600)
			}
			err = fmt.Errorf("%w: %s: %w", ErrSource, uri, err)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		failures = append(failures, err)
		d.failed(folder)
	}
	return nil, fmt.Errorf("%w: file %s: %w", ErrNoSource, name, errors.Join(failures...))
}

// failed puts a source behind the others, for this bundle and for those to come.
func (d *download) failed(folder string) {
	d.client.sources.failed(folder, time.Now())
	if i := slices.Index(d.folders, folder); i >= 0 {
		d.folders = append(slices.Delete(d.folders, i, i+1), folder)
	}
}

// weights brings the weights file to its full length, every chunk checked before
// it counts.
func (d *download) weights(ctx context.Context, table *bundle.Table, size uint64) (err error) {
	f, err := os.OpenFile(filepath.Join(d.dir, bundle.FileWeights), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	good, err := checkChunks(f, table, 0, nil)
	if err != nil && !errors.Is(err, errChunk) {
		return err
	}
	var failures []error
	folders := slices.Clone(d.folders)
	for i := 0; good < size; i++ {
		if i == len(folders) {
			return fmt.Errorf("%w: file %s: %w", ErrNoSource, bundle.FileWeights, errors.Join(failures...))
		}
		uri := folders[i] + "/" + bundle.FileWeights
		before := good
		if good, err = d.resume(ctx, uri, f, table, good, size); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			d.failed(folders[i])
			failures = append(failures, fmt.Errorf("%s: %d of %d bytes: %w", uri, good-before, size-before, err))
		}
	}
	if err := f.Truncate(int64(size)); err != nil {
		return err
	}
	return f.Sync()
}

// resume appends good chunks from one source behind the first from bytes of f.
func (d *download) resume(ctx context.Context, uri string, f *os.File, table *bundle.Table, from, size uint64) (uint64, error) {
	if err := f.Truncate(int64(from)); err != nil {
		return from, err
	}
	if _, err := f.Seek(int64(from), io.SeekStart); err != nil {
		return from, err
	}
	body, err := d.client.open(ctx, uri, from, size-from)
	if err != nil {
		return from, err
	}
	defer body.Close() //nolint:errcheck // opened for reading
	return checkChunks(body, table, from, f)
}

var errChunk = errors.New("chunk is wrong or missing")

// checkChunks reads chunks from byte from on, which is the start of one, copies the
// good ones to keep, and returns where the first bad or missing one begins.
func checkChunks(r io.Reader, table *bundle.Table, from uint64, keep io.Writer) (good uint64, err error) {
	var buf [merkle.ChunkSize]byte
	in := bufio.NewReaderSize(r, 64<<10)
	out := bufio.NewWriterSize(keep, 64<<10)
	good = from
	for c := range table.Chunks {
		if c.Offset < from {
			continue
		}
		chunk := buf[:c.Size]
		if _, err = io.ReadFull(in, chunk); err != nil {
			err = fmt.Errorf("%w at byte %d: %w", errChunk, c.Offset, err)
			break
		}
		if merkle.LeafHash(chunk) != c.Leaf {
			err = fmt.Errorf("%w: byte %d", errChunk, c.Offset)
			break
		}
		if keep != nil {
			if _, err = out.Write(chunk); err != nil {
				break
			}
		}
		good = c.Offset + uint64(c.Size)
	}
	if keep != nil {
		if flushErr := out.Flush(); flushErr != nil {
			return from, flushErr // how much is on disk is unknown: count nothing
		}
	}
	return good, err
}
