package pipeline

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// step is one run of the graph.
type step struct{ last, outputs []kernel.Tensor }

// witness hashes, for every step, the roots of the tensors that feed the last node
// and of the graph's outputs. Both lie in front of what the pipeline cuts down to
// a label or to bytes, so a guessed label does not give the witness:
// SHA-256("imod/witness/v1" ‖ steps ‖ per step: count ‖ roots ‖ count ‖ roots),
// counts of four bytes big-endian. Of a text the outputs are the scores from which each
// token was taken, and there are no inputs: the scores depend on all that went before.
func witness(steps []step) (bundle.Hash, error) {
	b := binary.BigEndian.AppendUint32([]byte("imod/witness/v1"), uint32(len(steps)))
	for _, s := range steps {
		for _, tensors := range [][]kernel.Tensor{s.last, s.outputs} {
			b = binary.BigEndian.AppendUint32(b, uint32(len(tensors)))
			for _, t := range tensors {
				root, err := tensorRoot(t)
				if err != nil {
					return bundle.Hash{}, err
				}
				b = append(b, root[:]...)
			}
		}
	}
	return sha256.Sum256(b), nil
}

func tensorRoot(t kernel.Tensor) (bundle.Hash, error) {
	return merkle.TensorRoot(byte(t.DType), shapeOf(t.Decl()).Dims, t.AppendBytes(nil))
}
