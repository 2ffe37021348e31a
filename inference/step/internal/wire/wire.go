// Package wire is how proofs lie in bytes: LEB128 varints in their shortest form, hashes
// as they are, lists with their count in front, openings of tensors. A reader refuses
// every second form, and allocates less than twice its input.
package wire

import (
	"encoding/binary"

	"github.com/imochain/imod/inference/merkle"
)

// Opening proves chunks of one tensor, and the tensor's place in a list of roots.
type Opening struct {
	Chunks         []merkle.Opened
	Siblings, Path []merkle.Hash
}

// Empty reports whether nothing is opened.
func (o *Opening) Empty() bool { return len(o.Chunks)+len(o.Siblings)+len(o.Path) == 0 }

// Append appends the encoding: u count and chunks of u index, u length, bytes; siblings; path.
func (o *Opening) Append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(o.Chunks)))
	for _, c := range o.Chunks {
		b = binary.AppendUvarint(b, c.Index)
		b = AppendBytes(b, c.Data)
	}
	return AppendHashes(AppendHashes(b, o.Siblings), o.Path)
}

// AppendBytes appends a length and that many bytes.
func AppendBytes(b, data []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(data))), data...)
}

// AppendHashes appends a count and that many hashes.
func AppendHashes(b []byte, list []merkle.Hash) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		b = append(b, list[i][:]...)
	}
	return b
}

// Reader consumes B; after a failure every method returns zero values. Slices that it
// gives point into B.
type Reader struct {
	B      []byte
	Failed bool
}

// Fail marks the bytes as damaged.
func (r *Reader) Fail() { r.Failed, r.B = true, nil }

// Done reports whether everything was read without failure.
func (r *Reader) Done() bool { return !r.Failed && len(r.B) == 0 }

// Uint reads a varint in its shortest form.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.B)
	if n <= 0 || n > 1 && r.B[n-1] == 0 {
		r.Fail()
		return 0
	}
	r.B = r.B[n:]
	return v
}

// Count reads a number of items of at least size bytes each.
func (r *Reader) Count(size int) int {
	n := r.Uint()
	if n > uint64(len(r.B)/size) {
		r.Fail()
		return 0
	}
	return int(n)
}

// Bytes reads a length and that many bytes.
func (r *Reader) Bytes() []byte {
	n := r.Count(1)
	b := r.B[:n:n]
	r.B = r.B[n:]
	return b
}

// Hash reads one hash.
func (r *Reader) Hash() (h merkle.Hash) {
	if len(r.B) < len(h) {
		r.Fail()
		return h
	}
	r.B = r.B[copy(h[:], r.B):]
	return h
}

// Hashes reads a count and that many hashes.
func (r *Reader) Hashes() []merkle.Hash {
	n := r.Count(len(merkle.Hash{}))
	if n == 0 {
		return nil
	}
	list := make([]merkle.Hash, n)
	for i := range list {
		list[i] = r.Hash()
	}
	return list
}

// Opening reads an opening.
func (r *Reader) Opening() (o Opening) {
	if n := r.Count(2); n > 0 {
		o.Chunks = make([]merkle.Opened, n)
	}
	for i := range o.Chunks {
		o.Chunks[i] = merkle.Opened{Index: r.Uint(), Data: r.Bytes()}
	}
	o.Siblings, o.Path = r.Hashes(), r.Hashes()
	return o
}
