// Package prompt is the canonical encoding of what a token was made from and
// the id that follows from it. It knows nothing of chains, so a contract, a
// command line or a browser can be checked against the same vectors.
//
// A prompt is encoded as, all integers big-endian,
//
//	version (4 bytes, never 0) ‖ seed (8 bytes) ‖ length of input (4 bytes) ‖ input
//
// There is exactly one encoding of a prompt and exactly one prompt of an
// encoding: Decode refuses everything that Encode would not have written. Hence
// the ERC-7007 index from prompt to token is one to one, although two seeds may
// go with the same text.
//
// The id of a token is
//
//	SHA-256("imod/token/v1" ‖ collection address (20 bytes) ‖ prompt)
//
// The address stands for the collection because a contract knows its own; it
// depends on nothing but the collection's number, so ids are the same on every
// chain that runs this code.
package prompt

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// Domain separates token ids from every other hash in the system.
const Domain = "imod/token/v1"

// HeaderSize is the length of an encoded prompt without its input.
const HeaderSize = 4 + 8 + 4

// MaxInput bounds the input, in bytes. Each model has a smaller limit of its
// own; this one keeps the format's users from handling lengths nobody checked.
const MaxInput = 1 << 20

// Reasons for which bytes or values are not a prompt.
var (
	ErrVersion   = errors.New("version 0 names no model version")
	ErrTooLong   = errors.New("input is too long")
	ErrTruncated = errors.New("prompt ends inside its header")
	ErrLength    = errors.New("length of input does not match")
)

// Prompt is what determines a piece of content of a given model.
type Prompt struct {
	// Version is the model's version, never 0.
	Version uint32
	// Seed drives sampling.
	Seed uint64
	// Input is the model's raw input; it may be empty.
	Input []byte
}

// Encode returns the canonical bytes.
func (p Prompt) Encode() ([]byte, error) {
	if p.Version == 0 {
		return nil, ErrVersion
	}
	if len(p.Input) > MaxInput {
		return nil, fmt.Errorf("%w: %d of %d bytes", ErrTooLong, len(p.Input), MaxInput)
	}
	out := make([]byte, HeaderSize, HeaderSize+len(p.Input))
	binary.BigEndian.PutUint32(out, p.Version)
	binary.BigEndian.PutUint64(out[4:], p.Seed)
	binary.BigEndian.PutUint32(out[12:], uint32(len(p.Input)))
	return append(out, p.Input...), nil
}

// Decode reads canonical bytes and refuses all others. The result does not
// share memory with b.
func Decode(b []byte) (Prompt, error) {
	if len(b) < HeaderSize {
		return Prompt{}, fmt.Errorf("%w: %d of %d bytes", ErrTruncated, len(b), HeaderSize)
	}
	p := Prompt{Version: binary.BigEndian.Uint32(b), Seed: binary.BigEndian.Uint64(b[4:])}
	if p.Version == 0 {
		return Prompt{}, ErrVersion
	}
	length := binary.BigEndian.Uint32(b[12:])
	if length > MaxInput {
		return Prompt{}, fmt.Errorf("%w: %d of %d bytes", ErrTooLong, length, MaxInput)
	}
	input := b[HeaderSize:]
	if uint64(len(input)) != uint64(length) {
		return Prompt{}, fmt.Errorf("%w: %d announced, %d present", ErrLength, length, len(input))
	}
	p.Input = append([]byte{}, input...)
	return p, nil
}

// TokenID is the id that an encoded prompt has in the collection at the given
// address. It does not look into encoded; callers pass what Encode returned or
// Decode accepted.
func TokenID(collection [20]byte, encoded []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(Domain))
	h.Write(collection[:])
	h.Write(encoded)
	var id [32]byte
	copy(id[:], h.Sum(nil))
	return id
}

// CommitDomain separates commitments from every other hash.
const CommitDomain = "imod/commit/v1"

// Commitment is the hash by which an account names an encoded prompt in a collection
// before it shows it. The salt is random: without it short prompts could be guessed.
func Commitment(collection, sender [20]byte, encoded []byte, salt [32]byte) [32]byte {
	h := sha256.New()
	h.Write([]byte(CommitDomain))
	h.Write(collection[:])
	h.Write(sender[:])
	h.Write(encoded)
	h.Write(salt[:])
	var hash [32]byte
	copy(hash[:], h.Sum(nil))
	return hash
}
