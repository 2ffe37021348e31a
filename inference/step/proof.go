package step

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step/internal/wire"
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
	inputs         []wire.Opening // per input of the node; empty where nothing is read
	output, states wire.Opening
}

// encode: u nodes, u weights, u length and record, path, u count and openings of the inputs,
// openings of output and running values. Path: u count and hashes. Opening: u count and
// chunks of u index, u length, bytes; siblings; path.
func (p *proof) encode() []byte {
	b := binary.AppendUvarint(nil, p.nodes)
	b = binary.AppendUvarint(b, p.weights)
	b = wire.AppendBytes(b, p.record)
	b = wire.AppendHashes(b, p.recordPath)
	b = binary.AppendUvarint(b, uint64(len(p.inputs)))
	for i := range p.inputs {
		b = p.inputs[i].Append(b)
	}
	return p.states.Append(p.output.Append(b))
}

// decodeProof accepts exactly what encode returns. It allocates less than twice its input.
func decodeProof(b []byte) (*proof, error) {
	if len(b) > MaxProof {
		return nil, refuse("%d bytes, allowed are %d", len(b), MaxProof)
	}
	r := wire.Reader{B: b}
	p := &proof{nodes: r.Uint(), weights: r.Uint()}
	p.record = r.Bytes()
	p.recordPath = r.Hashes()
	if n := r.Count(3); n > 0 {
		p.inputs = make([]wire.Opening, n)
	}
	for i := range p.inputs {
		p.inputs[i] = r.Opening()
	}
	p.output, p.states = r.Opening(), r.Opening()
	if !r.Done() {
		return nil, refuse("damaged")
	}
	return p, nil
}
