package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// decide ends a proof when more than 2/3 of the power opened the same results and nobody who bound
// can still add to them. When that cannot come any more the proof starts anew, so that a validator
// that binds and does not open delays it and no more.
func (s *stepper) decide(ctx sdk.Context, t trialView) (*verdict, error) {
	if t.waiting && !s.over(ctx, t.proof) {
		return nil, nil
	}
	best, w := s.weigh(t)
	if w.Final() {
		return s.finish(ctx, t, best, w)
	}
	if t.proof.Round >= maxRounds || ctx.BlockHeight()+int64(s.params.ProofGraceBlocks) >= t.proof.DeadlineHeight {
		return s.giveUp(ctx, t)
	}
	return nil, s.again(ctx, t)
}

// again starts the next round.
func (s *stepper) again(ctx sdk.Context, t trialView) error {
	if err := s.k.clearTrial(ctx, t.key); err != nil {
		return err
	}
	beacon, err := s.k.freshBeacon(ctx)
	if err != nil {
		return err
	}
	p := t.proof
	p.Beacon, p.Phase, p.Round = beacon, types.ProofPhase_PROOF_PHASE_COMMIT, p.Round+1
	p.BoundHeight, p.OpenHeight = 0, 0
	if err := s.k.setTrial(ctx, t.key, p); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventProofStarted{
		ModelId: p.ModelId, Version: p.Version, Round: p.Round, DeadlineHeight: p.DeadlineHeight,
	})
}

func (s *stepper) finish(ctx sdk.Context, t trialView, best answer, w attestation.Weighing) (*verdict, error) {
	outcome, reason := imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED, refusal([32]byte(best[:32]))
	if reason != 0 {
		outcome = imotypes.ProofOutcome_PROOF_OUTCOME_REJECTED
	}
	record := recordOf(t.proof, outcome, ctx.BlockHeight(), w)
	record.ResultsRoot, record.Witness = best[:32], best[32:]
	record.Signers = s.ledger.attestedBy(w).Signers
	if err := s.k.endProof(ctx, t.proof, outcome, record, reason); err != nil {
		return nil, err
	}
	if reason == 0 {
		if err := s.k.resetAvailability(ctx, t.key.ID); err != nil {
			return nil, err
		}
	}
	return &verdict{proof: true, fee: t.proof, counted: true, w: w}, nil
}

// giveUp ends a proof without an outcome. Those that opened the same results as most are paid their
// parts all the same; the rest of the fee goes to the community pool: were it returned, filling
// every validator's disk with bundles that cannot be fetched would cost nothing.
func (s *stepper) giveUp(ctx sdk.Context, t trialView) (*verdict, error) {
	_, w := s.weigh(t)
	outcome := imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED
	if err := s.k.endProof(ctx, t.proof, outcome, recordOf(t.proof, outcome, ctx.BlockHeight(), w), 0); err != nil {
		return nil, err
	}
	return &verdict{proof: true, fee: t.proof, w: w}, nil
}

func recordOf(p types.Proof, outcome imotypes.ProofOutcome, height int64, w attestation.Weighing) types.ProofRecord {
	return types.ProofRecord{
		ModelId: p.ModelId, Version: p.Version, Outcome: outcomeName(outcome), Beacon: p.Beacon,
		Height: height, MatchedPower: w.Matched, TotalPower: w.Total,
	}
}

// endProof closes a proof and tells x/imo. The money is the caller's.
func (k *Keeper) endProof(ctx sdk.Context, p types.Proof, outcome imotypes.ProofOutcome, record types.ProofRecord, reason byte) error {
	if err := k.closeTrial(ctx, attestation.Key{Kind: attestation.Proof, ID: p.ModelId}, p); err != nil {
		return err
	}
	if err := k.proofRecords.Set(ctx, collections.Join(p.ModelId, p.Version), record); err != nil {
		return err
	}
	if err := k.models.RecordProof(ctx, p.ModelId, p.Version, outcome); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventProofClosed{
		ModelId: p.ModelId, Version: p.Version, Outcome: outcomeName(outcome), Refused: uint32(reason),
		MatchedPower: record.MatchedPower, TotalPower: record.TotalPower,
	})
}

// refusal returns the reason if a results root says that the version cannot be run, else 0. There
// are 255 reasons: it tries them, once per decided proof.
func refusal(results [32]byte) byte {
	for reason := 1; reason <= 255; reason++ {
		if bundle.RefusedRoot(bundle.Reason(reason)) == results {
			return byte(reason)
		}
	}
	return 0
}
