package png

import "math/bits"

const (
	minMatch  = 3
	maxMatch  = 258
	window    = 1 << 15
	hashBits  = 14
	maxChain  = 32 // earlier places tried for a match
	maxStored = 1<<16 - 1
	endBlock  = 256
)

// The codes of match lengths (257 to 285) and distances (0 to 29): the first value
// of each code and the number of extra bits that follow it (RFC 1951, 3.2.5).
var (
	lengthBase    = [...]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra   = [...]uint{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase  = [...]int{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distanceExtra = [...]uint{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// stored is a DEFLATE stream without compression.
func stored(b []byte) []byte {
	var out []byte
	for {
		n := min(len(b), maxStored)
		last := byte(0)
		if n == len(b) {
			last = 1
		}
		out = append(out, last, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		out = append(out, b[:n]...)
		if b = b[n:]; last == 1 {
			return out
		}
	}
}

// deflate is a DEFLATE stream of one block with fixed codes. At every place it takes
// the longest match among the last maxChain places with the same hash, the nearest
// among equals.
func deflate(b []byte) []byte {
	w := &bitWriter{}
	w.write(1, 1)                 // the last block
	w.write(1, 2)                 // fixed codes
	var head [1 << hashBits]int32 // place + 1 of the last occurrence of a hash
	prev := make([]int32, len(b)) // the one before it
	note := func(i int) {
		if i+minMatch <= len(b) {
			h := hash(b[i:])
			prev[i], head[h] = head[h], int32(i+1)
		}
	}
	for i := 0; i < len(b); {
		length, distance := longest(b, i, &head, prev)
		if length < minMatch {
			w.symbol(int(b[i]))
			note(i)
			i++
			continue
		}
		w.match(length, distance)
		for range length {
			note(i)
			i++
		}
	}
	w.symbol(endBlock)
	return w.flush()
}

func hash(b []byte) uint32 {
	return (uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2])) * 0x9E3779B1 >> (32 - hashBits)
}

func longest(b []byte, i int, head *[1 << hashBits]int32, prev []int32) (length, distance int) {
	if i+minMatch > len(b) {
		return 0, 0
	}
	limit := min(len(b)-i, maxMatch)
	at := head[hash(b[i:])]
	for range maxChain {
		j := int(at) - 1
		if j < 0 || i-j > window {
			break
		}
		n := 0
		for n < limit && b[j+n] == b[i+n] {
			n++
		}
		if n > length {
			length, distance = n, i-j
		}
		if length == limit {
			break
		}
		at = prev[j]
	}
	return length, distance
}

// bitWriter packs bits, the lowest of a byte first.
type bitWriter struct {
	out  []byte
	bits uint64
	n    uint
}

func (w *bitWriter) write(value uint64, count uint) {
	w.bits |= value << w.n
	for w.n += count; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.bits))
		w.bits >>= 8
	}
}

// code writes a Huffman code, whose highest bit comes first.
func (w *bitWriter) code(value uint16, count uint) {
	w.write(uint64(bits.Reverse16(value)>>(16-count)), count)
}

// symbol writes a literal, the end of the block or the code of a length in the fixed
// codes (RFC 1951, 3.2.6).
func (w *bitWriter) symbol(s int) {
	switch {
	case s < 144:
		w.code(uint16(0x30+s), 8)
	case s < 256:
		w.code(uint16(0x190+s-144), 9)
	case s < 280:
		w.code(uint16(s-256), 7)
	default:
		w.code(uint16(0xc0+s-280), 8)
	}
}

func (w *bitWriter) match(length, distance int) {
	l := last(lengthBase[:], length)
	w.symbol(257 + l)
	w.write(uint64(length-lengthBase[l]), lengthExtra[l])
	d := last(distanceBase[:], distance)
	w.code(uint16(d), 5)
	w.write(uint64(distance-distanceBase[d]), distanceExtra[d])
}

// last is the index of the last base that is not above v.
func last(bases []int, v int) int {
	i := len(bases) - 1
	for bases[i] > v {
		i--
	}
	return i
}

func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.out = append(w.out, byte(w.bits))
	}
	return w.out
}
