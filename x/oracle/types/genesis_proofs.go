package types

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// validateTrials adds the running proofs and custodies to the open subjects.
func (g *GenesisState) validateTrials(open map[attestation.Key]bool) error {
	numbers := make(map[uint64]bool)
	for _, p := range g.Proofs {
		if p.Number == 0 || p.Number > g.Totals.LastProofNumber || numbers[p.Number] {
			return ErrInvalidGenesis.Wrapf("proof of model %d has number %d", p.ModelId, p.Number)
		}
		numbers[p.Number] = true
	}
	if err := validateTrialsOf(attestation.Proof, g.Proofs, open); err != nil {
		return err
	}
	return validateTrialsOf(attestation.Custody, g.Custodies, open)
}

func validateTrialsOf(kind attestation.Kind, list []Proof, open map[attestation.Key]bool) error {
	var last uint64
	for _, p := range list {
		if p.ModelId <= last {
			return ErrInvalidGenesis.Wrapf("subject %d of model %d: ids ascend", kind, p.ModelId)
		}
		last = p.ModelId
		if err := p.validate(kind); err != nil {
			return ErrInvalidGenesis.Wrapf("subject %d of model %d: %v", kind, p.ModelId, err)
		}
		if p.Phase != ProofPhase_PROOF_PHASE_QUEUED {
			open[attestation.Key{Kind: kind, ID: p.ModelId}] = true
		}
	}
	return nil
}

func (p Proof) validate(kind attestation.Kind) error {
	if err := validateFee(p.Fee, FeeDenom); err != nil {
		return err
	}
	if len(p.ManifestRoot) != 32 || p.Version == 0 {
		return fmt.Errorf("version %d with a root of %d bytes", p.Version, len(p.ManifestRoot))
	}
	for _, d := range p.Drawn {
		if len(d) != attestation.AddressSize {
			return fmt.Errorf("drawn address of %d bytes", len(d))
		}
	}
	switch p.Phase {
	case ProofPhase_PROOF_PHASE_QUEUED:
		if kind != attestation.Proof || p.DeadlineHeight != 0 {
			return fmt.Errorf("it waits, with deadline %d", p.DeadlineHeight)
		}
		return nil
	case ProofPhase_PROOF_PHASE_COMMIT, ProofPhase_PROOF_PHASE_OPEN:
		if p.Round == 0 || p.DeadlineHeight <= 0 || (p.OpenHeight > 0) != (p.Phase == ProofPhase_PROOF_PHASE_OPEN) {
			return fmt.Errorf("round %d, deadline %d, opened in %d, %s", p.Round, p.DeadlineHeight, p.OpenHeight, p.Phase)
		}
		_, err := p.Subject(kind, [32]byte{})
		return err
	default:
		return fmt.Errorf("phase %s", p.Phase)
	}
}

// validateOpened checks opened bindings, which need a binding that is not void, availabilities and
// records of decided proofs.
func (g *GenesisState) validateOpened(open map[attestation.Key]bool) error {
	bound := make(map[string]bool, len(g.Bindings))
	name := func(kind SubjectKind, id uint64, validator string) string {
		return fmt.Sprintf("%d/%d/%s", kind, id, validator)
	}
	for _, b := range g.Bindings {
		bound[name(b.Kind, b.Id, b.Validator)] = len(b.Value) == attestation.BindingSize
	}
	for _, o := range g.Opened {
		if _, err := sdk.ConsAddressFromBech32(o.Validator); err != nil {
			return ErrInvalidGenesis.Wrapf("opened by validator %s", o.Validator)
		}
		at := name(o.Kind, o.ModelId, o.Validator)
		if !bound[at] || !attestation.Kind(o.Kind).Reserved() || len(o.ResultsRoot) != 32 || len(o.Witness) != 32 {
			return ErrInvalidGenesis.Wrapf("opened binding %s", at)
		}
		bound[at] = false // once
	}
	var last uint64
	for _, a := range g.Availabilities {
		if a.ModelId <= last || a.Height <= 0 || a.Power > a.TotalPower {
			return ErrInvalidGenesis.Wrapf("availability of model %d", a.ModelId)
		}
		last = a.ModelId
	}
	seen := make(map[[2]uint64]bool, len(g.ProofRecords))
	for _, r := range g.ProofRecords {
		at := [2]uint64{r.ModelId, uint64(r.Version)}
		if seen[at] || r.ModelId == 0 || r.Version == 0 {
			return ErrInvalidGenesis.Wrapf("proof record of model %d version %d", r.ModelId, r.Version)
		}
		seen[at] = true
	}
	return nil
}
