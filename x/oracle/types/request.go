package types

import (
	"fmt"

	"github.com/imochain/imod/x/oracle/attestation"
)

// Subject returns what validators bind for the request.
func (r Request) Subject() (attestation.Subject, error) {
	return subject(attestation.Request, r.Id, r.DeadlineHeight, r.ManifestRoot, r.InputRoot, r.Seed)
}

// Subject returns what validators bind for the proof. A proof has no input and no seed; the input
// root is the root of no bytes, which the caller knows.
func (p Proof) Subject(noInput [32]byte) (attestation.Subject, error) {
	return subject(attestation.Proof, p.ModelId, p.DeadlineHeight, p.ManifestRoot, noInput[:], 0)
}

func subject(kind attestation.Kind, id uint64, deadline int64, manifest, input []byte, seed uint64) (attestation.Subject, error) {
	if len(manifest) != 32 || len(input) != 32 {
		return attestation.Subject{}, ErrInvalidState.Wrapf("roots of subject %d/%d have %d and %d bytes", kind, id, len(manifest), len(input))
	}
	return attestation.Subject{
		Key:          attestation.Key{Kind: kind, ID: id},
		Deadline:     deadline,
		ManifestRoot: [32]byte(manifest),
		InputRoot:    [32]byte(input),
		Seed:         seed,
	}, nil
}

// Key returns the subject that the result answers.
func (r WorkResult) Key() attestation.Key {
	return attestation.Key{Kind: attestation.Kind(r.Kind), ID: r.Id}
}

// Answers tells whether the result was computed for exactly this subject, and returns it. A
// request that the sidecar could not run has no result.
func (r WorkResult) Answers(s attestation.Subject) (attestation.Result, bool) {
	if r.Key() != s.Key || r.Seed != s.Seed ||
		len(r.OutputRoot) != 32 || len(r.Witness) != 32 ||
		string(r.ManifestRoot) != string(s.ManifestRoot[:]) ||
		string(r.InputRoot) != string(s.InputRoot[:]) ||
		s.Kind == attestation.Request && r.Refused != 0 {
		return attestation.Result{}, false
	}
	return attestation.Result{Output: [32]byte(r.OutputRoot), Witness: [32]byte(r.Witness)}, true
}

// Validate checks the lengths and the kind of what a sidecar sends.
func (r WorkResult) Validate() error {
	kind := attestation.Kind(r.Kind)
	if r.Kind < 0 || r.Kind > 255 || !kind.Valid() || r.Id == 0 {
		return fmt.Errorf("result for subject %d/%d", r.Kind, r.Id)
	}
	for _, hash := range [][]byte{r.ManifestRoot, r.InputRoot, r.OutputRoot, r.Witness} {
		if len(hash) != 32 {
			return fmt.Errorf("result for subject %d/%d: a hash of %d bytes", r.Kind, r.Id, len(hash))
		}
	}
	if len(r.Output) > FreeOutputBytes {
		return fmt.Errorf("result for subject %d/%d: %d bytes of output pushed, at most %d", r.Kind, r.Id, len(r.Output), FreeOutputBytes)
	}
	return nil
}
