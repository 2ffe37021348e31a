package custody

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
)

// Reader makes openings of one bundle. What it reads it checks, so a damaged copy gives an error of
// class bundle.ErrBundle and never a wrong opening.
type Reader struct {
	manifest *bundle.Manifest
	table    *bundle.Table
	tensors  *merkle.ListTree
	starts   []uint64 // of the tensors in the file of weights
	weights  io.ReaderAt
	graph    []byte
}

// NewReader prepares openings of the bundle with a valid manifest and the decoded table of its
// weights. graph is the file ir; it is used only when there are no weights.
func NewReader(m *bundle.Manifest, table *bundle.Table, weights io.ReaderAt, graph []byte) (*Reader, error) {
	roots, err := table.Roots()
	if err != nil {
		return nil, err
	}
	tensors, err := merkle.NewListTree(roots)
	if err != nil {
		return nil, err
	}
	r := &Reader{manifest: m, table: table, tensors: tensors, weights: weights, graph: graph}
	offset := uint64(0)
	for _, s := range table.Shapes {
		r.starts = append(r.starts, offset)
		offset += s.Size()
	}
	return r, nil
}

// Open reads the chunks drawn for a holder and returns the opening and its digest.
func (r *Reader) Open(draw [32]byte, holder Holder) ([]byte, bundle.Hash, error) {
	n := uint64(len(r.table.Shapes))
	out := binary.BigEndian.AppendUint16(make([]byte, 0, MaxOpening), uint16(n))
	drawn, digest := newPlaces(draw, holder), newDigest()
	for range Samples {
		tensor, place := drawn.next(n)
		var chunk []byte
		var err error
		if n == 0 {
			out, chunk, err = r.fromGraph(out, place)
		} else {
			out, chunk, err = r.fromWeights(out, tensor, place)
		}
		if err != nil {
			return nil, bundle.Hash{}, err
		}
		addSample(digest, chunk)
	}
	return out, bundle.Hash(digest.Sum(nil)), nil
}

func (r *Reader) fromWeights(out []byte, tensor, place uint64) (longer, chunk []byte, err error) {
	shape, leaves := r.table.Shapes[tensor], r.table.Leaves(int(tensor))
	out = append(out, shape.DType, byte(len(shape.Dims)))
	for _, d := range shape.Dims {
		out = binary.BigEndian.AppendUint64(out, d)
	}
	if len(leaves) > 0 {
		index, size := place%uint64(len(leaves)), shape.Size()
		chunk = make([]byte, min(size-index*merkle.ChunkSize, merkle.ChunkSize))
		if _, err := r.weights.ReadAt(chunk, int64(r.starts[tensor]+index*merkle.ChunkSize)); err != nil {
			return nil, nil, fmt.Errorf("%w: file weights: %w", bundle.ErrBundle, err)
		}
		if merkle.LeafHash(chunk) != leaves[index] {
			return nil, nil, fmt.Errorf("%w: chunk %d of tensor %d", bundle.ErrBundle, index, tensor)
		}
		tree, err := merkle.NewTree(shape.DType, shape.Dims, leaves)
		if err != nil {
			return nil, nil, err
		}
		if out, err = appendPath(append(out, chunk...), tree.Path, index); err != nil {
			return nil, nil, err
		}
	}
	out, err = appendPath(out, r.tensors.Path, tensor)
	return out, chunk, err
}

func (r *Reader) fromGraph(out []byte, place uint64) (longer, chunk []byte, err error) {
	if merkle.BytesRoot(r.graph) != r.manifest.IRBytesRoot || len(r.graph) == 0 {
		return nil, nil, fmt.Errorf("%w: file ir", bundle.ErrBundle)
	}
	var leaves []merkle.Hash
	for rest := r.graph; len(rest) > 0; rest = rest[min(len(rest), merkle.ChunkSize):] {
		leaves = append(leaves, merkle.LeafHash(rest[:min(len(rest), merkle.ChunkSize)]))
	}
	tree, err := merkle.NewTree(merkle.U8, []uint64{uint64(len(r.graph))}, leaves)
	if err != nil {
		return nil, nil, err
	}
	index := place % uint64(len(leaves))
	start := index * merkle.ChunkSize
	chunk = r.graph[start:min(start+merkle.ChunkSize, uint64(len(r.graph)))]
	out, err = appendPath(append(out, chunk...), tree.Path, index)
	return out, chunk, err
}

func appendPath(out []byte, path func(uint64) ([]merkle.Hash, error), index uint64) ([]byte, error) {
	hashes, err := path(index)
	for _, h := range hashes {
		out = append(out, h[:]...)
	}
	return out, err
}
