package descriptor

import (
	"crypto/sha256"
	"encoding/binary"
)

// Stream is a deterministic stream of random bytes: block i is SHA-256(key ‖ i),
// i of eight bytes big-endian from 0. The key carries the domain.
type Stream struct {
	key  []byte
	next uint64
	buf  [sha256.Size]byte
	used int
}

// NewStream returns the stream of a key.
func NewStream(key []byte) *Stream { return &Stream{key: key, used: sha256.Size} }

// Bytes fills b with the next bytes.
func (s *Stream) Bytes(b []byte) {
	for len(b) > 0 {
		if s.used == len(s.buf) {
			block := append(make([]byte, 0, len(s.key)+8), s.key...)
			s.buf = sha256.Sum256(binary.BigEndian.AppendUint64(block, s.next))
			s.next++
			s.used = 0
		}
		n := copy(b, s.buf[s.used:])
		s.used += n
		b = b[n:]
	}
}

// Skip leaves out the next n bytes, at the cost of one block.
func (s *Stream) Skip(n uint64) {
	left := uint64(len(s.buf) - s.used)
	if n <= left {
		s.used += int(n)
		return
	}
	n -= left
	s.next += n / uint64(len(s.buf))
	s.used = len(s.buf)
	var rest [sha256.Size]byte
	s.Bytes(rest[:n%uint64(len(s.buf))])
}

// Uint32 takes four bytes, big-endian.
func (s *Stream) Uint32() uint32 {
	var b [4]byte
	s.Bytes(b[:])
	return binary.BigEndian.Uint32(b[:])
}

// Uint64 takes eight bytes, big-endian.
func (s *Stream) Uint64() uint64 {
	var b [8]byte
	s.Bytes(b[:])
	return binary.BigEndian.Uint64(b[:])
}

// LatentStream is the stream from which an image pipeline draws its latent numbers.
func LatentStream(seed uint64) *Stream { return newSeedStream("imod/latent/v1", seed) }

func newSeedStream(domain string, seed uint64) *Stream {
	return NewStream(binary.BigEndian.AppendUint64([]byte(domain), seed))
}
