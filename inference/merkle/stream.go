package merkle

import "fmt"

// frontier folds leaves from left to right in constant memory: level i holds the
// root of a full subtree of 2^i leaves that waits for its right sibling.
type frontier struct {
	count  uint64
	levels [MaxDepth + 1]Hash
}

func (f *frontier) add(h Hash) {
	level := 0
	for n := f.count; n&1 == 1; n >>= 1 {
		h = innerHash(&f.levels[level], &h)
		level++
	}
	f.levels[level] = h
	f.count++
}

// root pads with empty subtrees up to the next power of two.
func (f *frontier) root() Hash {
	if f.count == 0 {
		return Hash{}
	}
	d := depth(f.count)
	if f.count == uint64(1)<<d {
		return f.levels[d]
	}
	var empty, acc Hash
	for level := range d {
		if f.count>>level&1 == 1 {
			// Everything right of this full subtree is acc, already at its height.
			acc = innerHash(&f.levels[level], &acc)
		} else {
			acc = innerHash(&acc, &empty)
		}
		empty = innerHash(&empty, &empty)
	}
	return acc
}

// Hasher computes the root of a tensor from a stream of its bytes.
type Hasher struct {
	dtype byte
	dims  [MaxRank]uint64
	rank  int
	size  uint64
	seen  uint64
	used  int
	buf   [ChunkSize]byte
	tree  frontier
}

// NewHasher returns a Hasher for a tensor of the given type and shape.
func NewHasher(dtype byte, dims []uint64) (*Hasher, error) {
	size, err := Size(dtype, dims)
	if err != nil {
		return nil, err
	}
	h := &Hasher{dtype: dtype, rank: len(dims), size: size}
	copy(h.dims[:], dims)
	return h, nil
}

// Write takes the next bytes; it fails when there are more than the shape has.
func (h *Hasher) Write(p []byte) (int, error) {
	if uint64(len(p)) > h.size-h.seen {
		return 0, fmt.Errorf("%w: more than %d bytes", ErrShape, h.size)
	}
	h.seen += uint64(len(p))
	written := len(p)
	for len(p) > 0 {
		if h.used == 0 && len(p) >= ChunkSize {
			h.tree.add(LeafHash(p[:ChunkSize]))
			p = p[ChunkSize:]
			continue
		}
		n := copy(h.buf[h.used:], p)
		h.used += n
		p = p[n:]
		if h.used == ChunkSize {
			h.tree.add(LeafHash(h.buf[:]))
			h.used = 0
		}
	}
	return written, nil
}

// Root returns the tensor root; it fails while bytes are missing.
func (h *Hasher) Root() (Hash, error) {
	if h.seen != h.size {
		return Hash{}, fmt.Errorf("%w: %d bytes given, shape needs %d", ErrShape, h.seen, h.size)
	}
	tree := h.tree
	if h.used > 0 {
		tree.add(LeafHash(h.buf[:h.used]))
	}
	return tensorHash(h.dtype, h.dims[:h.rank], tree.root()), nil
}
