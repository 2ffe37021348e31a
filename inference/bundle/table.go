package bundle

import (
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/bundle/internal/wire"
	"github.com/imochain/imod/inference/merkle"
)

// MaxTensors is the largest number of weight tensors.
const MaxTensors = 8192

// Table is the tensor table: the shape of every weight tensor and the hash of
// every chunk of it. The manifest's weights root commits to it, so a chunk can be
// checked the moment it arrives.
type Table struct {
	Shapes []descriptor.Shape

	leaves []merkle.Hash // of all tensors, one after the other
	starts []int         // index of each tensor's first leaf, and the total
}

// NewTable builds the table of weights. data holds the tensors' bytes in order.
func NewTable(shapes []descriptor.Shape, data [][]byte) (*Table, error) {
	if len(shapes) != len(data) || len(shapes) > MaxTensors {
		return nil, fmt.Errorf("%w: %d tensors with %d data, allowed are %d", ErrBundle, len(shapes), len(data), MaxTensors)
	}
	t := &Table{Shapes: shapes, starts: []int{0}}
	for i, s := range shapes {
		size, err := merkle.Size(s.DType, s.Dims)
		if err != nil {
			return nil, fmt.Errorf("%w: tensor %d: %w", ErrBundle, i, err)
		}
		if size != uint64(len(data[i])) {
			return nil, fmt.Errorf("%w: tensor %d has %d bytes, its shape needs %d", ErrBundle, i, len(data[i]), size)
		}
		for rest := data[i]; len(rest) > 0; {
			n := min(len(rest), merkle.ChunkSize)
			t.leaves = append(t.leaves, merkle.LeafHash(rest[:n]))
			rest = rest[n:]
		}
		t.starts = append(t.starts, len(t.leaves))
	}
	return t, nil
}

// DecodeTable decodes a table and checks it against the manifest's weights root
// and sizes. It allocates no more than a small multiple of len(b).
func DecodeTable(b []byte, m *Manifest) (*Table, error) {
	if uint64(len(b)) != m.TableBytes {
		return nil, fmt.Errorf("%w: file tensors has %d bytes, wanted %d", ErrBundle, len(b), m.TableBytes)
	}
	t, err := decodeTable(wire.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: file tensors: %w", ErrBundle, err)
	}
	total := uint64(0)
	for _, s := range t.Shapes {
		total += s.Size()
	}
	if total != m.WeightBytes {
		return nil, fmt.Errorf("%w: tensors have %d bytes, the manifest says %d", ErrBundle, total, m.WeightBytes)
	}
	root, err := t.Root()
	if err != nil {
		return nil, fmt.Errorf("%w: file tensors: %w", ErrBundle, err)
	}
	if root != m.WeightsRoot {
		return nil, fmt.Errorf("%w: file tensors has root %x, wanted %x", ErrBundle, root, m.WeightsRoot)
	}
	return t, nil
}

func decodeTable(r *wire.Reader) (*Table, error) {
	t := &Table{starts: []int{0}}
	for i := range r.Count(MaxTensors, 2, "tensors") {
		s := descriptor.DecodeShape(r)
		if r.Err() != nil {
			break
		}
		size, err := merkle.Size(s.DType, s.Dims)
		if err != nil {
			r.Fail("tensor %d: %v", i, err)
			break
		}
		count := merkle.Chunks(size)
		if count > uint64(r.Left()/32) {
			r.Fail("tensor %d needs %d hashes, %d bytes are left", i, count, r.Left())
			break
		}
		for raw := r.Bytes(32*int(count), "hashes"); len(raw) > 0; raw = raw[32:] {
			t.leaves = append(t.leaves, merkle.Hash(raw[:32]))
		}
		t.Shapes = append(t.Shapes, s)
		t.starts = append(t.starts, len(t.leaves))
	}
	return t, r.End()
}

// Encode returns the canonical encoding.
func (t *Table) Encode() []byte {
	b := wire.U16(nil, uint16(len(t.Shapes)))
	for i, s := range t.Shapes {
		b = descriptor.AppendShape(b, s)
		for _, leaf := range t.tensorLeaves(i) {
			b = append(b, leaf[:]...)
		}
	}
	return b
}

// Root is the weights root: the list root over the tensors' roots.
func (t *Table) Root() (Hash, error) {
	roots, err := t.Roots()
	if err != nil {
		return Hash{}, err
	}
	return merkle.ListRoot(roots), nil
}

// Roots returns the tensors' roots.
func (t *Table) Roots() ([]Hash, error) {
	roots := make([]Hash, len(t.Shapes))
	for i, s := range t.Shapes {
		root, err := merkle.LeavesRoot(s.DType, s.Dims, t.tensorLeaves(i))
		if err != nil {
			return nil, fmt.Errorf("tensor %d: %w", i, err)
		}
		roots[i] = root
	}
	return roots, nil
}

// Tree is the tree over the chunks of tensor i, which merkle.TreeRoot makes its root.
func (t *Table) Tree(i int) Hash { return merkle.LeavesTree(t.tensorLeaves(i)) }

func (t *Table) tensorLeaves(i int) []merkle.Hash { return t.leaves[t.starts[i]:t.starts[i+1]] }

// Chunk is one stretch of the weights file with the hash it must have.
type Chunk struct {
	Offset uint64
	Size   int
	Leaf   merkle.Hash
}

// Chunks yields the chunks of the weights file in order. Tensors lie one after the
// other without gaps; a tensor's last chunk is short.
func (t *Table) Chunks(yield func(Chunk) bool) {
	offset := uint64(0)
	for i, s := range t.Shapes {
		left := s.Size()
		for _, leaf := range t.tensorLeaves(i) {
			n := min(left, merkle.ChunkSize)
			if !yield(Chunk{Offset: offset, Size: int(n), Leaf: leaf}) {
				return
			}
			offset, left = offset+n, left-n
		}
	}
}

// Cut slices the weights file into one piece per tensor.
func (t *Table) Cut(weights []byte) ([][]byte, error) {
	parts := make([][]byte, len(t.Shapes))
	for i, s := range t.Shapes {
		n := s.Size()
		if n > uint64(len(weights)) {
			return nil, fmt.Errorf("%w: file weights ends inside tensor %d", ErrBundle, i)
		}
		parts[i], weights = weights[:n:n], weights[n:]
	}
	if len(weights) > 0 {
		return nil, fmt.Errorf("%w: file weights has %d bytes too many", ErrBundle, len(weights))
	}
	return parts, nil
}
