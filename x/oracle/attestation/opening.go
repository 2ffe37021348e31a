package attestation

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/imochain/imod/inference/bundle/custody"
)

const (
	// MaxOpenings bounds the openings that one block injects.
	MaxOpenings = 32
	// openingHead is what an opening takes besides its samples.
	openingHead = 1 + 8 + AddressSize + 32 + 32 + 2

	drawDomain = "imod/custody-draw/v1"
)

// Opening tells what a validator's binding of a proof or of custody stands for. It proves itself:
// only the bytes that were bound, with chunks of the bundle that were drawn for this validator, pass.
type Opening struct {
	Key
	Validator Address
	Results   [32]byte // results root, or that of a refusal; zero for custody
	Witness   [32]byte
	Samples   []byte // as package custody encodes them
}

// Draw returns the randomness from which each validator's chunks of a subject are drawn.
func Draw(chain [32]byte, s Subject, beacon [32]byte) [32]byte {
	b := append([]byte(drawDomain), beacon[:]...)
	b = append(b, chain[:]...)
	b = append(b, byte(s.Kind))
	b = binary.BigEndian.AppendUint64(b, s.ID)
	b = append(b, s.ManifestRoot[:]...)
	return sha256.Sum256(b)
}

// ProofResult is what a validator binds for a proof or custody: results and its own digest.
func ProofResult(results, witness, digest [32]byte) Result {
	return Result{Output: sha256.Sum256(append(results[:], digest[:]...)), Witness: witness}
}

// OpeningSize returns the bytes that an opening takes.
func OpeningSize(o Opening) int { return openingHead + len(o.Samples) }

// appendOpening writes kind (1) ‖ id (8) ‖ address (20) ‖ results root (32) ‖ witness (32) ‖ length (2) ‖ samples.
func appendOpening(out []byte, o Opening) []byte {
	out = append(out, byte(o.Kind))
	out = binary.BigEndian.AppendUint64(out, o.ID)
	out = append(out, o.Validator[:]...)
	out = append(out, o.Results[:]...)
	out = append(out, o.Witness[:]...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(o.Samples)))
	return append(out, o.Samples...)
}

// Compare orders by subject, then by validator.
func (o Opening) Compare(other Opening) int {
	if c := o.Key.Compare(other.Key); c != 0 {
		return c
	}
	return bytes.Compare(o.Validator[:], other.Validator[:])
}

func (r *reader) openings() ([]Opening, error) {
	count := int(binary.BigEndian.Uint16(r.take(2)))
	if r.cut || count > MaxOpenings || count*(openingHead+1) > len(r.rest) {
		return nil, fmt.Errorf("%w: %d openings in %d bytes", ErrInjected, count, len(r.rest))
	}
	var openings []Opening
	for i := range count {
		o := Opening{Key: Key{Kind(r.take(1)[0]), binary.BigEndian.Uint64(r.take(8))}, Validator: Address(r.take(AddressSize))}
		o.Results, o.Witness = [32]byte(r.take(32)), [32]byte(r.take(32))
		size := int(binary.BigEndian.Uint16(r.take(2)))
		if !o.Kind.Reserved() || o.ID == 0 || size == 0 || size > custody.MaxOpening || size > len(r.rest) || r.cut {
			return nil, fmt.Errorf("%w: opening %d", ErrInjected, i)
		}
		o.Samples = r.take(size)
		if i > 0 && openings[i-1].Compare(o) >= 0 {
			return nil, fmt.Errorf("%w: openings are not ascending", ErrInjected)
		}
		openings = append(openings, o)
	}
	return openings, nil
}
