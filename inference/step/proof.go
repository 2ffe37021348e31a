package step

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/merkle"
)

// MaxProof is the largest number of bytes of a proof.
const MaxProof = 27 << 10

// ErrProof marks a proof that shows nothing: damaged, incomplete, or of something else.
var ErrProof = errors.New("proof is refused")

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrProof}, args...)...)
}

// proof is the decoded form; all slices point into the encoding.
type proof struct {
	nodes, weights uint64 // lengths of the lists behind the roots
	record         []byte
	recordPath     []merkle.Hash
	inputs         []opening // per input of the node; empty where nothing is read
	output, states opening
}

// opening proves chunks of one tensor, and the tensor's place in a list of roots.
type opening struct {
	chunks         []merkle.Opened
	siblings, path []merkle.Hash
}

func (o *opening) empty() bool { return len(o.chunks)+len(o.siblings)+len(o.path) == 0 }

// encode: u nodes, u weights, u length and record, path, u count and openings of the inputs,
// openings of output and running values. Path: u count and hashes. Opening: u count and
// chunks of u index, u length, bytes; siblings; path.
func (p *proof) encode() []byte {
	b := binary.AppendUvarint(nil, p.nodes)
	b = binary.AppendUvarint(b, p.weights)
	b = binary.AppendUvarint(b, uint64(len(p.record)))
	b = append(b, p.record...)
	b = appendHashes(b, p.recordPath)
	b = binary.AppendUvarint(b, uint64(len(p.inputs)))
	for i := range p.inputs {
		b = p.inputs[i].append(b)
	}
	return p.states.append(p.output.append(b))
}

func (o *opening) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(o.chunks)))
	for _, c := range o.chunks {
		b = binary.AppendUvarint(b, c.Index)
		b = binary.AppendUvarint(b, uint64(len(c.Data)))
		b = append(b, c.Data...)
	}
	return appendHashes(appendHashes(b, o.siblings), o.path)
}

func appendHashes(b []byte, list []merkle.Hash) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for i := range list {
		b = append(b, list[i][:]...)
	}
	return b
}

// decodeProof accepts exactly what encode returns. It allocates less than twice its input.
func decodeProof(b []byte) (*proof, error) {
	if len(b) > MaxProof {
		return nil, refuse("%d bytes, allowed are %d", len(b), MaxProof)
	}
	r := reader{b: b}
	p := &proof{nodes: r.uint(), weights: r.uint()}
	p.record = r.bytes()
	p.recordPath = r.hashes()
	if n := r.count(3); n > 0 {
		p.inputs = make([]opening, n)
	}
	for i := range p.inputs {
		p.inputs[i] = r.opening()
	}
	p.output, p.states = r.opening(), r.opening()
	if r.failed || len(r.b) != 0 {
		return nil, refuse("damaged")
	}
	return p, nil
}

// reader consumes b; after a failure every method returns zero values.
type reader struct {
	b      []byte
	failed bool
}

// uint reads a varint in its shortest form.
func (r *reader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 {
		r.failed, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads a number of items of at least size bytes each.
func (r *reader) count(size int) int {
	n := r.uint()
	if n > uint64(len(r.b)/size) {
		r.failed, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) bytes() []byte {
	n := r.count(1)
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) hashes() []merkle.Hash {
	n := r.count(len(merkle.Hash{}))
	if n == 0 {
		return nil
	}
	list := make([]merkle.Hash, n)
	for i := range list {
		r.b = r.b[copy(list[i][:], r.b):]
	}
	return list
}

func (r *reader) opening() (o opening) {
	if n := r.count(2); n > 0 {
		o.chunks = make([]merkle.Opened, n)
	}
	for i := range o.chunks {
		o.chunks[i] = merkle.Opened{Index: r.uint(), Data: r.bytes()}
	}
	o.siblings, o.path = r.hashes(), r.hashes()
	return o
}
