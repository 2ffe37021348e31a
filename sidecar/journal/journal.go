// Package journal is a file of records that survive a crash of the machine once
// Append returned. Many records share one wait for the disk, which is what a burst of
// results needs. What is no longer wanted goes when the file is rewritten.
package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/imochain/imod/sidecar/internal/disk"
)

const (
	// MaxRecord is the most bytes of a record.
	MaxRecord = 16 << 20
	// rewriteAt is the size below which a file is never rewritten.
	rewriteAt = 1 << 20
	frame     = sha256.Size + 4
)

// ErrTooLong is about a record of more than MaxRecord bytes.
var ErrTooLong = errors.New("record is too long")

// Journal is an open file. One goroutine uses it at a time.
type Journal struct {
	path, version string
	file          *os.File
	size          int64 // of what is good
	limit         int64 // when Full
}

// Open reads every whole record of a file, and makes a new file where there is none or
// where another version wrote it. What follows the first damaged record is cut off.
//
// A file is a frame that holds the version, then one frame per record. A frame is
// SHA-256(length ‖ bytes) ‖ length, 4 bytes big-endian ‖ bytes.
func Open(path, version string, each func(record []byte)) (*Journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := disk.RemoveTemporary(filepath.Dir(path)); err != nil {
		return nil, err
	}
	j := &Journal{path: path, version: version}
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	head, rest, ok := next(content)
	if !ok || string(head) != version {
		return j, j.Rewrite(nil)
	}
	for {
		record, after, ok := next(rest)
		if !ok {
			return j, j.open(int64(len(content) - len(rest)))
		}
		each(record)
		rest = after
	}
}

// next takes one frame off.
func next(b []byte) (record, rest []byte, ok bool) {
	if len(b) < frame {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b[sha256.Size:]))
	if n > MaxRecord || uint64(len(b)-frame) < n {
		return nil, nil, false
	}
	end := frame + int(n)
	if sha256.Sum256(b[sha256.Size:end]) != [32]byte(b[:sha256.Size]) {
		return nil, nil, false
	}
	return b[frame:end], b[end:], true
}

func appendFrame(to, record []byte) []byte {
	body := append(binary.BigEndian.AppendUint32(nil, uint32(len(record))), record...)
	sum := sha256.Sum256(body)
	return append(append(to, sum[:]...), body...)
}

// open opens the file for writing behind its good part.
func (j *Journal) open(size int64) error {
	f, err := os.OpenFile(j.path, os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		size = min(size, info.Size()) // it was replaced by a shorter one just before something failed
		err = f.Truncate(size)
	}
	if err == nil {
		_, err = f.Seek(size, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	old := j.file
	j.file, j.size, j.limit = f, size, max(rewriteAt, 2*size)
	if old != nil {
		return old.Close()
	}
	return nil
}

// Append adds records and waits until they are on the disk. After an error none of them
// is there.
func (j *Journal) Append(records ...[]byte) error {
	var b []byte
	for _, r := range records {
		if len(r) > MaxRecord {
			return fmt.Errorf("%w: %d bytes, allowed are %d", ErrTooLong, len(r), MaxRecord)
		}
		b = appendFrame(b, r)
	}
	_, err := j.file.Write(b)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		return errors.Join(err, j.open(j.size))
	}
	j.size += int64(len(b))
	return nil
}

// Full tells that the file is twice as long as after the last Rewrite.
func (j *Journal) Full() bool { return j.size > j.limit }

// Rewrite replaces all records. After an error either the old ones or the new ones are there, and what is appended
// follows them: never is the file written that no name leads to any more.
func (j *Journal) Rewrite(records [][]byte) error {
	var b bytes.Buffer
	b.Write(appendFrame(nil, []byte(j.version)))
	for _, r := range records {
		b.Write(appendFrame(nil, r))
	}
	if err := disk.Replace(j.path, b.Bytes(), true); err != nil {
		return errors.Join(err, j.open(j.size))
	}
	j.size = int64(b.Len())
	if err := j.open(j.size); err != nil {
		return errors.Join(err, j.file.Close()) // the next Append fails, and opens anew
	}
	return nil
}

// Close closes the file.
func (j *Journal) Close() error { return j.file.Close() }
