package pipeline

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// step holds the roots of one run of the graph: of the tensors that feed the last node
// and of the outputs. A text has many steps, so the tensors themselves are not kept.
type step struct{ last, outputs []bundle.Hash }

func newStep(last, outputs []kernel.Tensor) (s step, err error) {
	if s.last, err = roots(last); err != nil {
		return s, err
	}
	s.outputs, err = roots(outputs)
	return s, err
}

func roots(tensors []kernel.Tensor) ([]bundle.Hash, error) {
	hashes := make([]bundle.Hash, len(tensors))
	for i, t := range tensors {
		var err error
		if hashes[i], err = tensorRoot(t); err != nil {
			return nil, err
		}
	}
	return hashes, nil
}

// witness hashes, for every step, the roots of the tensors that feed the last node
// and of the graph's outputs. Both lie in front of what the pipeline cuts down to
// a label or to bytes, so a guessed label does not give the witness:
// SHA-256("imod/witness/v1" ‖ steps ‖ per step: count ‖ roots ‖ count ‖ roots),
// counts of four bytes big-endian. Of a text the outputs are the scores from which each
// token was taken, and there are no inputs: the scores depend on all that went before.
func witness(steps []step) bundle.Hash {
	b := binary.BigEndian.AppendUint32([]byte("imod/witness/v1"), uint32(len(steps)))
	for _, s := range steps {
		for _, hashes := range [][]bundle.Hash{s.last, s.outputs} {
			b = binary.BigEndian.AppendUint32(b, uint32(len(hashes)))
			for _, h := range hashes {
				b = append(b, h[:]...)
			}
		}
	}
	return sha256.Sum256(b)
}

func tensorRoot(t kernel.Tensor) (bundle.Hash, error) {
	return merkle.TensorRoot(byte(t.DType), shapeOf(t.Decl()).Dims, t.AppendBytes(nil))
}
