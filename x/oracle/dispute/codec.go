package dispute

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The encoding of moves, claims and games: integers are unsigned LEB128 varints in their
// shortest form, hashes and addresses stand as they are, lists and bytes have their length
// in front. Every value has exactly one encoding.

// Encode is the canonical encoding of a move: its code, then its fields in order.
func Encode(m Move) []byte { return m.append([]byte{m.code()}) }

// DecodeMove accepts exactly what Encode gives. It allocates less than twice its input.
func DecodeMove(b []byte) (Move, error) {
	if len(b) > MaxMove {
		return nil, fmt.Errorf("%w: %d bytes, allowed are %d", ErrTooLong, len(b), MaxMove)
	}
	r := reader{b: b}
	var m Move
	switch code := r.byte(); code {
	case 1:
		m = &Defend{
			Trace: r.hash(), Nodes: r.uint(math.MaxUint32), Record: r.bytes(MaxRecord), RecordPath: r.hashes(MaxPath),
			OutputPath: r.hashes(MaxPath), Top: r.hashes(Width),
		}
	case 2:
		m = &Pick{Child: uint32(r.uint(Width - 1)), Whole: r.bool(), Record: r.bytes(MaxRecord), RecordPath: r.hashes(MaxPath)}
	case 3:
		m = &Reveal{Hashes: r.hashes(Width), Chunk: r.bytes(chunkSize)}
	case 4:
		m = &Element{Index: r.uint(math.MaxInt64)}
	case 5:
		m = &Prove{Commitment: r.hash()}
	case 6:
		m = &Open{Segment: r.uint(math.MaxInt64), Proof: r.bytes(MaxProof), Salt: r.hash()}
	case 7:
		m = &Timeout{}
	default:
		return nil, fmt.Errorf("%w: move of code %d", ErrEncoding, code)
	}
	return m, r.end("move")
}

func (*Defend) code() byte  { return 1 }
func (*Pick) code() byte    { return 2 }
func (*Reveal) code() byte  { return 3 }
func (*Element) code() byte { return 4 }
func (*Prove) code() byte   { return 5 }
func (*Open) code() byte    { return 6 }
func (*Timeout) code() byte { return 7 }

func (m *Defend) append(b []byte) []byte {
	b = append(b, m.Trace[:]...)
	b = binary.AppendUvarint(b, m.Nodes)
	b = appendHashes(appendBytes(b, m.Record), m.RecordPath)
	return appendHashes(appendHashes(b, m.OutputPath), m.Top)
}

func (m *Pick) append(b []byte) []byte {
	b = appendBool(binary.AppendUvarint(b, uint64(m.Child)), m.Whole)
	return appendHashes(appendBytes(b, m.Record), m.RecordPath)
}

func (m *Reveal) append(b []byte) []byte { return appendBytes(appendHashes(b, m.Hashes), m.Chunk) }

func (m *Element) append(b []byte) []byte { return binary.AppendUvarint(b, m.Index) }

func (m *Prove) append(b []byte) []byte { return append(b, m.Commitment[:]...) }

func (m *Open) append(b []byte) []byte {
	b = appendBytes(binary.AppendUvarint(b, m.Segment), m.Proof)
	return append(b, m.Salt[:]...)
}

func (*Timeout) append(b []byte) []byte { return b }

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendBytes(b, v []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

func appendHashes(b []byte, list []Hash) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		b = append(b, list[i][:]...)
	}
	return b
}

// reader consumes b; after a failure every method returns zero values.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) fail() { r.failed, r.b = true, nil }

// end reports a failure, or bytes that are left.
func (r *reader) end(what string) error {
	if r.failed || len(r.b) != 0 {
		return fmt.Errorf("%w: damaged %s", ErrEncoding, what)
	}
	return nil
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

func (r *reader) bool() bool {
	v := r.byte()
	if v > 1 {
		r.fail()
	}
	return v == 1
}

// uint reads a varint in its shortest form, at most limit.
func (r *reader) uint(limit uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 || v > limit {
		r.fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// bytes copies, so that what is stored does not hold on to the message.
func (r *reader) bytes(limit uint64) []byte {
	n := r.uint(limit)
	if v := r.take(n); len(v) > 0 {
		return append([]byte(nil), v...)
	}
	return nil
}

func (r *reader) hash() (h Hash) {
	copy(h[:], r.take(uint64(len(h))))
	return h
}

func (r *reader) address() (a Address) {
	copy(a[:], r.take(uint64(len(a))))
	return a
}

func (r *reader) hashes(limit uint64) []Hash {
	n := r.uint(limit)
	if n > uint64(len(r.b)/len(Hash{})) {
		r.fail()
	}
	if r.failed || n == 0 {
		return nil
	}
	list := make([]Hash, n)
	for i := range list {
		list[i] = r.hash()
	}
	return list
}
