// Package archive keeps the receipts of all blocks in one append-only file, so that a request can be proved
// against the root of its block after the chain forgot the request.
//
//	file   = "imod/receipts/v1" ‖ SHA-256(chain id) ‖ record …
//	record = height (8) ‖ count (4) ‖ count receipts ‖ SHA-256 of what precedes it in the record
//
// Heights ascend; numbers are big-endian. A record that a crash cut short is cut off when the file is opened to write.
package archive

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/imochain/imod/x/oracle/receipt"
)

const (
	magic  = "imod/receipts/v1"
	header = len(magic) + sha256.Size
	head   = 8 + 4
	// maxCount bounds the receipts of a block, above what the chain can decide in one.
	maxCount = 4096
)

// Errors of reading.
var (
	ErrFormat   = errors.New("not an archive of receipts of this chain")
	ErrNotFound = errors.New("receipt is not in the archive")
	errCut      = errors.New("record is cut short or damaged")
)

// Block is the receipts of one block, in id order.
type Block struct {
	Height   int64
	Receipts [][]byte
}

// Writer appends blocks. It is not safe for concurrent use.
type Writer struct {
	file *os.File
	last int64
}

// Open opens or makes the archive of a chain and cuts off what a crash left of an unfinished record.
func Open(path string, chain [32]byte) (*Writer, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	w := &Writer{file: f}
	good, err := w.recover(chain)
	if err == nil {
		err = f.Truncate(good)
	}
	if err == nil {
		_, err = f.Seek(good, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return w, nil
}

// recover finds the end of the last whole record, and writes the header of a new file.
func (w *Writer) recover(chain [32]byte) (good int64, err error) {
	want := append([]byte(magic), chain[:]...)
	info, err := w.file.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() < int64(header) { // new, or its first write was cut short
		_, err := w.file.WriteAt(want, 0)
		return int64(header), err
	}
	in := bufio.NewReader(w.file)
	if err := readHeader(in, want); err != nil {
		return 0, err
	}
	good = int64(header)
	for {
		b, size, err := next(in, w.last)
		if errors.Is(err, io.EOF) || errors.Is(err, errCut) {
			return good, nil
		}
		if err != nil {
			return 0, err
		}
		w.last, good = b.Height, good+size
	}
}

// Last is the height of the last block in the archive, 0 when it is empty.
func (w *Writer) Last() int64 { return w.last }

// Append writes a block above the last one. What a failure left is cut off with the next Open.
func (w *Writer) Append(b Block) error {
	if b.Height <= w.last || len(b.Receipts) == 0 || len(b.Receipts) > maxCount {
		return fmt.Errorf("block %d with %d receipts after block %d", b.Height, len(b.Receipts), w.last)
	}
	out := make([]byte, 0, head+len(b.Receipts)*receipt.Size+sha256.Size)
	out = binary.BigEndian.AppendUint64(out, uint64(b.Height))
	out = binary.BigEndian.AppendUint32(out, uint32(len(b.Receipts)))
	for _, r := range b.Receipts {
		if len(r) != receipt.Size {
			return fmt.Errorf("block %d: receipt of %d bytes, wanted %d", b.Height, len(r), receipt.Size)
		}
		out = append(out, r...)
	}
	sum := sha256.Sum256(out)
	if _, err := w.file.Write(append(out, sum[:]...)); err != nil {
		return err
	}
	w.last = b.Height
	return nil
}

// Close ends the writer.
func (w *Writer) Close() error { return errors.Join(w.file.Sync(), w.file.Close()) }

// Read calls visit for every block of an archive, in order, until it returns false. A record that is being
// written, or was cut short, ends it. The chain is checked unless it is nil.
func Read(in io.Reader, chain *[32]byte, visit func(Block) bool) error {
	buffered := bufio.NewReader(in)
	want := []byte(magic)
	if chain != nil {
		want = append(want, chain[:]...)
	}
	if err := readHeader(buffered, want); err != nil {
		return err
	}
	last := int64(0)
	for {
		b, _, err := next(buffered, last)
		if errors.Is(err, io.EOF) || errors.Is(err, errCut) {
			return nil
		}
		if err != nil || !visit(b) {
			return err
		}
		last = b.Height
	}
}

func readHeader(in io.Reader, want []byte) error {
	got := make([]byte, header)
	if _, err := io.ReadFull(in, got); err != nil || !bytes.HasPrefix(got, want) {
		return ErrFormat
	}
	return nil
}

// next reads a record; io.EOF is the clean end.
func next(in *bufio.Reader, last int64) (b Block, size int64, err error) {
	start := make([]byte, head)
	if _, err := io.ReadFull(in, start); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			err = errCut
		}
		return b, 0, err
	}
	b.Height = int64(binary.BigEndian.Uint64(start))
	count := binary.BigEndian.Uint32(start[8:])
	if b.Height <= last || count == 0 || count > maxCount {
		return b, 0, errCut
	}
	body := make([]byte, int(count)*receipt.Size+sha256.Size)
	if _, err := io.ReadFull(in, body); err != nil {
		return b, 0, errCut
	}
	leaves, sum := body[:len(body)-sha256.Size], body[len(body)-sha256.Size:]
	if sha256.Sum256(append(start, leaves...)) != [32]byte(sum) {
		return b, 0, errCut
	}
	for at := 0; at < len(leaves); at += receipt.Size {
		b.Receipts = append(b.Receipts, leaves[at:at+receipt.Size])
	}
	return b, int64(head + len(body)), nil
}

// Proof shows that a receipt is among those of its block.
type Proof struct {
	Receipt      []byte
	Height       int64
	Index, Count int
	Path         [][32]byte
	Root         [32]byte
}

// Prove finds the receipt of a request and its path. The root it gives is what the archive's block leads
// to: it proves something once it equals the chain's.
func Prove(in io.Reader, id uint64) (p Proof, err error) {
	err = Read(in, nil, func(b Block) bool {
		for i, r := range b.Receipts {
			if parsed, err := receipt.Parse(r); err != nil || parsed.ID != id {
				continue
			}
			p = Proof{Receipt: r, Height: b.Height, Index: i, Count: len(b.Receipts)}
			p.Root, p.Path = receipt.Root(b.Receipts, i)
			return false
		}
		return true
	})
	if err == nil && p.Receipt == nil {
		err = fmt.Errorf("%w: request %d", ErrNotFound, id)
	}
	return p, err
}
