// Package wire reads and writes the fixed-width big-endian fields of a bundle's
// files. Every value has exactly one encoding; a Reader checks each length
// against its bound and against the bytes left before it allocates.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrFormat marks bytes that are not an encoding.
var ErrFormat = errors.New("malformed encoding")

// U8 appends one byte.
func U8(b []byte, v uint8) []byte { return append(b, v) }

// U16 appends two bytes.
func U16(b []byte, v uint16) []byte { return binary.BigEndian.AppendUint16(b, v) }

// U32 appends four bytes.
func U32(b []byte, v uint32) []byte { return binary.BigEndian.AppendUint32(b, v) }

// U64 appends eight bytes.
func U64(b []byte, v uint64) []byte { return binary.BigEndian.AppendUint64(b, v) }

// F32 appends the bits of a float32.
func F32(b []byte, v float32) []byte { return U32(b, math.Float32bits(v)) }

// Text appends a length of two bytes and the text. Callers validate lengths
// first; a longer text is cut by the length field and fails to decode.
func Text[T string | []byte](b []byte, v T) []byte {
	b = U16(b, uint16(len(v)))
	return append(b, v...)
}

// Reader takes fields off the front of a byte slice. The first failure sticks:
// later reads return zero values and Err tells what went wrong.
type Reader struct {
	rest []byte
	err  error
}

// NewReader returns a Reader over b.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Err returns the first failure.
func (r *Reader) Err() error { return r.err }

// Fail records a failure unless there is one already.
func (r *Reader) Fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
	}
}

// End returns the first failure, or an error if bytes are left.
func (r *Reader) End() error {
	if len(r.rest) > 0 {
		r.Fail("%d bytes after the end", len(r.rest))
	}
	return r.err
}

// Left is the number of unread bytes.
func (r *Reader) Left() int { return len(r.rest) }

// Bytes takes n bytes; the result aliases the input.
func (r *Reader) Bytes(n int, what string) []byte {
	if r.err != nil {
		return nil
	}
	if n < 0 || n > len(r.rest) {
		r.Fail("%s needs %d bytes, %d are left", what, n, len(r.rest))
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// U8 takes one byte.
func (r *Reader) U8(what string) uint8 {
	if b := r.Bytes(1, what); b != nil {
		return b[0]
	}
	return 0
}

// U16 takes two bytes.
func (r *Reader) U16(what string) uint16 {
	if b := r.Bytes(2, what); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// U32 takes four bytes.
func (r *Reader) U32(what string) uint32 {
	if b := r.Bytes(4, what); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// U64 takes eight bytes.
func (r *Reader) U64(what string) uint64 {
	if b := r.Bytes(8, what); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// F32 takes the bits of a float32.
func (r *Reader) F32(what string) float32 { return math.Float32frombits(r.U32(what)) }

// Hash takes 32 bytes.
func (r *Reader) Hash(what string) (h [32]byte) {
	copy(h[:], r.Bytes(32, what))
	return h
}

// Count takes a count of two bytes, refuses one above limit, and refuses one whose
// items, of at least minSize bytes each, cannot be in the bytes left.
func (r *Reader) Count(limit, minSize int, what string) int {
	n := int(r.U16(what))
	if n > limit {
		r.Fail("%s: %d is above %d", what, n, limit)
		return 0
	}
	if n*minSize > len(r.rest) {
		r.Fail("%s: %d items do not fit into %d bytes", what, n, len(r.rest))
		return 0
	}
	return n
}

// Data takes bytes with a length of two bytes in front, at most limit; it copies.
func (r *Reader) Data(limit int, what string) []byte {
	n := r.Count(limit, 1, what)
	if r.err != nil {
		return nil
	}
	return append(make([]byte, 0, n), r.Bytes(n, what)...)
}

// Text takes a text with a length of two bytes in front, at most limit bytes.
func (r *Reader) Text(limit int, what string) string {
	n := r.Count(limit, 1, what)
	return string(r.Bytes(n, what))
}
