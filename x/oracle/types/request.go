package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/attestation"
)

// Subject returns what validators bind for the request.
func (r Request) Subject() (attestation.Subject, error) {
	return subject(attestation.Request, r.Id, r.DeadlineHeight, r.ManifestRoot, r.InputRoot, r.Seed)
}

// Subject returns what validators bind for the proof, or for the custody. Neither has an input or a
// seed; the input root is the root of no bytes.
func (p Proof) Subject(kind attestation.Kind, chain [32]byte) (attestation.Subject, error) {
	noInput := merkle.BytesRoot(nil)
	s, err := subject(kind, p.ModelId, p.DeadlineHeight, p.ManifestRoot, noInput[:], 0)
	if err != nil {
		return s, err
	}
	if len(p.Beacon) != 32 {
		return s, ErrInvalidState.Wrapf("beacon of subject %d/%d has %d bytes", kind, p.ModelId, len(p.Beacon))
	}
	s.Draw = attestation.Draw(chain, s, [32]byte(p.Beacon))
	return s, nil
}

// Opening reads the message's opening.
func (m *MsgOpenProof) Opening() (attestation.Opening, error) {
	validator, err := sdk.ConsAddressFromBech32(m.Validator)
	if err != nil || len(validator) != attestation.AddressSize {
		return attestation.Opening{}, ErrInvalidAccount.Wrapf("validator %q", m.Validator)
	}
	if m.Kind != SubjectKind_SUBJECT_KIND_PROOF && m.Kind != SubjectKind_SUBJECT_KIND_CUSTODY {
		return attestation.Opening{}, ErrInvalidRequest.Wrapf("subjects of kind %s are not opened", m.Kind)
	}
	if len(m.ResultsRoot) != 32 || len(m.Witness) != 32 {
		return attestation.Opening{}, ErrInvalidRequest.Wrapf("results root and witness have %d and %d bytes, must have 32", len(m.ResultsRoot), len(m.Witness))
	}
	if len(m.Samples) == 0 || len(m.Samples) > custody.MaxOpening {
		return attestation.Opening{}, ErrInvalidRequest.Wrapf("%d bytes of samples, must be 1 to %d", len(m.Samples), custody.MaxOpening)
	}
	return attestation.Opening{
		Key:       attestation.Key{Kind: attestation.Kind(m.Kind), ID: m.ModelId},
		Validator: attestation.Address(validator),
		Results:   [32]byte(m.ResultsRoot), Witness: [32]byte(m.Witness), Samples: m.Samples,
	}, nil
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
	if r.Declined != 0 || r.Key() != s.Key || r.Seed != s.Seed ||
		len(r.OutputRoot) != 32 || len(r.Witness) != 32 ||
		string(r.ManifestRoot) != string(s.ManifestRoot[:]) ||
		string(r.InputRoot) != string(s.InputRoot[:]) ||
		s.Kind == attestation.Request && r.Refused != 0 || s.Kind.Reserved() && string(r.Draw) != string(s.Draw[:]) {
		return attestation.Result{}, false
	}
	return attestation.Result{Output: [32]byte(r.OutputRoot), Witness: [32]byte(r.Witness)}, true
}

// Declines tells whether the sidecar will not compute exactly this subject.
func (r WorkResult) Declines(s attestation.Subject) bool {
	return r.Declined != 0 && r.Key() == s.Key && string(r.ManifestRoot) == string(s.ManifestRoot[:]) &&
		(!s.Kind.Reserved() || string(r.Draw) == string(s.Draw[:]))
}

// Opens returns what a validator with the given custody digest binds with the result of a proof or of
// custody.
func (r WorkResult) Opens(s attestation.Subject, digest [32]byte) (results [32]byte, bound attestation.Result, ok bool) {
	if _, ok := r.Answers(s); !ok || !s.Kind.Reserved() || len(r.ResultsRoot) != 32 {
		return results, bound, false
	}
	results = [32]byte(r.ResultsRoot)
	return results, attestation.ProofResult(results, [32]byte(r.Witness), digest), true
}

// Validate checks the lengths and the kind of what a sidecar sends.
func (r WorkResult) Validate() error {
	kind := attestation.Kind(r.Kind)
	if r.Kind < 0 || r.Kind > 255 || !kind.Valid() || r.Id == 0 {
		return fmt.Errorf("result for subject %d/%d", r.Kind, r.Id)
	}
	if r.Declined != 0 {
		if len(r.ManifestRoot) != 32 || len(r.OutputRoot)+len(r.Witness)+len(r.Output) != 0 || kind.Reserved() && len(r.Draw) != 32 {
			return fmt.Errorf("declined subject %d/%d with a manifest root of %d bytes or a result", r.Kind, r.Id, len(r.ManifestRoot))
		}
		return nil
	}
	for _, hash := range [][]byte{r.ManifestRoot, r.InputRoot, r.OutputRoot, r.Witness} {
		if len(hash) != 32 {
			return fmt.Errorf("result for subject %d/%d: a hash of %d bytes", r.Kind, r.Id, len(hash))
		}
	}
	if kind.Reserved() && (len(r.Draw) != 32 || len(r.ResultsRoot) != 32) {
		return fmt.Errorf("result for subject %d/%d: draw of %d, results root of %d bytes", r.Kind, r.Id, len(r.Draw), len(r.ResultsRoot))
	}
	if len(r.Output) > FreeOutputBytes {
		return fmt.Errorf("result for subject %d/%d: %d bytes of output pushed, at most %d", r.Kind, r.Id, len(r.Output), FreeOutputBytes)
	}
	return nil
}
