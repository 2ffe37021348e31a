// Package custody shows that somebody could read a bundle: a few chunks of it, drawn for that holder
// alone, first bound by a digest, then opened with their paths to the manifest's roots.
//
//	stream  = that of ("imod/custody/v1" ‖ draw, 32 bytes ‖ holder, 20 bytes), FORMAT.md section 5
//	digest  = SHA-256("imod/custody-digest/v1" ‖ per sample: length, 4 bytes ‖ chunk)
//	opening = number of weight tensors, 2 bytes ‖ samples
//	sample  = dtype ‖ rank ‖ dims, 8 bytes each ‖ chunk ‖ path in the tensor ‖ path of the tensor
//
// Each of the four samples takes two draws of 8 bytes: the first modulo the number of tensors names
// a tensor, the second modulo its chunks a chunk. So every tensor is equally likely, and within it
// every chunk: who lacks t of n tensors is found out with probability 1 - (1 - t/n)^4. A bundle
// without weights has samples of its graph, from the second draw, with chunk and path only.
//
// Every length in an opening follows from what was read and drawn before it, so an opening has one
// encoding and a decoder takes nothing that was not counted.
//
// Surface: Verify (needs the manifest alone), Reader (makes openings from a bundle on disk).
package custody

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
)

const (
	// Samples is the number of chunks drawn.
	Samples = 4
	// HolderSize is the length of a holder's address.
	HolderSize = 20
	// MaxOpening bounds an opening: four chunks with the longest shapes and paths.
	MaxOpening = 2 + Samples*(2+8*merkle.MaxRank+merkle.ChunkSize+32*maxPath)

	// maxPath is a path in the largest file of weights, 2^31 bytes, and one among all tensors.
	maxPath = 21 + 13

	drawDomain   = "imod/custody/v1"
	digestDomain = "imod/custody-digest/v1"
)

// ErrOpening marks bytes that do not open the drawn chunks.
var ErrOpening = errors.New("opening is wrong")

// Holder is who shows custody.
type Holder = [HolderSize]byte

// places is the source of drawn positions.
type places struct{ stream *descriptor.Stream }

func newPlaces(draw [32]byte, holder Holder) places {
	key := append([]byte(drawDomain), draw[:]...)
	return places{descriptor.NewStream(append(key, holder[:]...))}
}

// next draws the tensor of n and, later, modulo its chunks, the chunk.
func (p places) next(n uint64) (tensor, place uint64) {
	tensor, place = p.stream.Uint64(), p.stream.Uint64()
	if n == 0 {
		return 0, place
	}
	return tensor % n, place
}

// newDigest starts the digest of samples.
func newDigest() hash.Hash {
	h := sha256.New()
	h.Write([]byte(digestDomain))
	return h
}

func addSample(h hash.Hash, chunk []byte) {
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(chunk))))
	h.Write(chunk)
}

// Verify checks an opening against a valid manifest and returns the digest that the holder must
// have bound. It costs about 150 hashes at most and allocates no more than the opening has.
func Verify(m *bundle.Manifest, draw [32]byte, holder Holder, opening []byte) (bundle.Hash, error) {
	if len(opening) > MaxOpening {
		return bundle.Hash{}, fmt.Errorf("%w: %d bytes, at most %d", ErrOpening, len(opening), MaxOpening)
	}
	r := reader{rest: opening}
	n := uint64(binary.BigEndian.Uint16(r.take(2)))
	if r.cut || n > bundle.MaxTensors {
		return bundle.Hash{}, fmt.Errorf("%w: %d tensors", ErrOpening, n)
	}
	if n == 0 && merkle.ListRoot(nil) != m.WeightsRoot {
		return bundle.Hash{}, fmt.Errorf("%w: the bundle has weights", ErrOpening)
	}
	drawn, digest := newPlaces(draw, holder), newDigest()
	for i := range Samples {
		tensor, place := drawn.next(n)
		chunk, err := r.sample(m, n, tensor, place)
		if err == nil && r.cut {
			err = errors.New("it ends too early")
		}
		if err != nil {
			return bundle.Hash{}, fmt.Errorf("%w: sample %d: %w", ErrOpening, i, err)
		}
		addSample(digest, chunk)
	}
	if len(r.rest) != 0 {
		return bundle.Hash{}, fmt.Errorf("%w: %d bytes behind the end", ErrOpening, len(r.rest))
	}
	return bundle.Hash(digest.Sum(nil)), nil
}

// reader takes fields from the front of rest; a field that is not there makes it cut.
type reader struct {
	rest []byte
	cut  bool
}

func (r *reader) take(n int) []byte {
	if len(r.rest) < n {
		r.cut, r.rest = true, nil
		return make([]byte, n) // at most a chunk
	}
	out := r.rest[:n:n]
	r.rest = r.rest[n:]
	return out
}

func (r *reader) path(n int) []merkle.Hash {
	path := make([]merkle.Hash, n) // at most merkle.MaxDepth
	for i := range path {
		path[i] = merkle.Hash(r.take(32))
	}
	return path
}

// sample reads one sample and leads it to a root of the manifest.
func (r *reader) sample(m *bundle.Manifest, n, tensor, place uint64) ([]byte, error) {
	if n == 0 {
		chunk, root, err := r.chunk(merkle.U8, []uint64{m.IRBytes}, place)
		if err == nil && root != m.IRBytesRoot {
			err = errors.New("the chunk is not one of the graph")
		}
		return chunk, err
	}
	dtype, rank := r.take(1)[0], int(r.take(1)[0])
	if rank > merkle.MaxRank {
		return nil, fmt.Errorf("rank %d", rank)
	}
	dims := make([]uint64, rank)
	for i := range dims {
		dims[i] = binary.BigEndian.Uint64(r.take(8))
	}
	chunk, root, err := r.chunk(dtype, dims, place)
	if err != nil {
		return nil, err
	}
	list, err := merkle.ItemRoot(n, tensor, root, r.path(merkle.Depth(n)))
	if err != nil {
		return nil, err
	}
	if list != m.WeightsRoot {
		return nil, errors.New("the chunk is not one of the weights")
	}
	return chunk, nil
}

// chunk reads the chunk at place modulo the chunks of a shape, and folds it into the tensor's root.
// A tensor without elements has no chunk.
func (r *reader) chunk(dtype byte, dims []uint64, place uint64) ([]byte, merkle.Hash, error) {
	size, err := merkle.Size(dtype, dims)
	if err != nil {
		return nil, merkle.Hash{}, err
	}
	count := merkle.Chunks(size)
	if count == 0 {
		root, err := merkle.TensorRoot(dtype, dims, nil)
		return nil, root, err
	}
	index := place % count
	chunk := r.take(int(min(size-index*merkle.ChunkSize, merkle.ChunkSize)))
	root, err := merkle.ChunkRoot(dtype, dims, index, chunk, r.path(merkle.Depth(count)))
	return chunk, root, err
}
