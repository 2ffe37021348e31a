package keeper

import (
	"bytes"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// maxRounds is how often a proof is tried: each round has new challenges and new chunks.
const maxRounds = 3

// StepTrials moves every proof and every custody as far as the set of the last commit carries it:
// closes bindings, decides, starts anew, gives up. It runs once in every block, before transactions.
// It is block code: each trial moves on its own branch, and its error is for the log only.
func (k *Keeper) StepTrials(ctx sdk.Context, round attestation.Round) error {
	return isolate(ctx, func(ctx sdk.Context) error {
		s := stepper{k: k, round: round}
		for _, kind := range []attestation.Kind{attestation.Proof, attestation.Custody} {
			keys, err := k.trialKeys(ctx, kind)
			if err != nil {
				return err
			}
			for _, key := range keys {
				if err := s.step(ctx, key); err != nil {
					ctx.Logger().Error("oracle trial", "kind", key.Kind, "model", key.ID, "error", err)
				}
			}
		}
		if s.ledger == nil {
			return nil
		}
		return k.closeLedger(ctx, s.ledger, round)
	})
}

// stepper is the work of one block.
type stepper struct {
	k      *Keeper
	round  attestation.Round
	params *types.Params
	ledger *ledger // opened by the first trial that may close
}

// verdict is what the ledger has to book once a trial is closed in state.
type verdict struct {
	proof   bool
	fee     types.Proof
	counted bool
	w       attestation.Weighing
}

func (s *stepper) step(ctx sdk.Context, key attestation.Key) error {
	if s.params == nil {
		params, err := s.k.params.Get(ctx)
		if err != nil {
			return err
		}
		s.params = &params
	}
	p, err := s.k.trial(ctx, key)
	if err != nil {
		return err
	}
	closing := p.Phase == types.ProofPhase_PROOF_PHASE_OPEN || ctx.BlockHeight() >= p.DeadlineHeight
	if closing && s.ledger == nil {
		if s.ledger, err = s.k.openLedger(ctx, s.round); err != nil {
			return err
		}
	}
	var v *verdict
	err = isolate(ctx, func(ctx sdk.Context) (err error) {
		v, err = s.move(ctx, key, p)
		return err
	})
	if err != nil || v == nil {
		return err
	}
	// Booking is arithmetic in memory and cannot fail, so state and ledger stay together.
	s.ledger.touched = true
	if v.proof {
		s.ledger.proofs++
		s.ledger.pay(v.fee.Fee.Amount, v.fee.ProposerBps, s.round, v.w)
	}
	if v.counted {
		s.ledger.count(s.round, v.w)
	}
	return nil
}

// move does the next step of a trial, if it is due.
func (s *stepper) move(ctx sdk.Context, key attestation.Key, p types.Proof) (*verdict, error) {
	t, err := s.read(ctx, key, p)
	if err != nil {
		return nil, err
	}
	switch {
	case p.Phase == types.ProofPhase_PROOF_PHASE_COMMIT && ctx.BlockHeight() < p.DeadlineHeight:
		return nil, s.commit(ctx, t)
	case key.Kind == attestation.Custody && p.Phase == types.ProofPhase_PROOF_PHASE_COMMIT:
		return nil, s.k.expireCustody(ctx, key.ID) // its times were changed on the way
	case key.Kind == attestation.Custody:
		return s.closeCustody(ctx, t)
	case p.Phase == types.ProofPhase_PROOF_PHASE_COMMIT:
		return s.giveUp(ctx, t)
	default:
		return s.decide(ctx, t)
	}
}

// trialView is a trial weighed by the set of the last commit.
type trialView struct {
	key   attestation.Key
	proof types.Proof
	slots []attestation.Slot // in the order of the set
	// answers are those of the opened bindings, by place of the set.
	answers map[int]answer
	bound   uint64 // power that bound one value
	total   uint64
	// complete is true when every member of the set has bound, waiting when some binding that has to
	// be opened is not.
	complete, waiting bool
}

func (s *stepper) read(ctx sdk.Context, key attestation.Key, p types.Proof) (trialView, error) {
	t := trialView{key: key, proof: p, complete: true, answers: make(map[int]answer)}
	stored, err := s.k.storedBindings(ctx, key)
	if err != nil {
		return t, err
	}
	values := make(map[string][]byte, len(stored))
	for _, kv := range stored {
		values[string(kv.Key.K3())] = kv.Value
	}
	opened, _, err := s.k.openedOf(ctx, key)
	if err != nil {
		return t, err
	}
	t.slots = make([]attestation.Slot, len(s.round.Set))
	for i, member := range s.round.Set {
		t.total += member.Power
		value, ok := values[string(member.Address[:])]
		if !ok {
			t.complete = false
			continue
		}
		if t.slots[i] = slotOf(value); t.slots[i].State != attestation.Bound {
			continue
		}
		t.bound += member.Power
		if a, ok := opened[member.Address]; ok {
			t.answers[i] = a
		} else if mustOpen(p, member.Address) {
			t.waiting = true
		}
	}
	return t, nil
}

// commit closes the bindings: those of a proof once more than 2/3 of the power is bound, the rest
// being there too or late by the grace; those of a custody when everybody has bound or its time is up.
func (s *stepper) commit(ctx sdk.Context, t trialView) error {
	p, height := t.proof, ctx.BlockHeight()
	if t.key.Kind == attestation.Custody {
		if !t.complete && height < p.CreatedHeight+int64(s.params.CustodyCommitBlocks) {
			return nil
		}
		drawn, err := s.draw(ctx, t)
		if err != nil {
			return err
		}
		p.Drawn = drawn
		return s.closeBindings(ctx, t, p)
	}
	if !attestation.Quorum(t.bound, t.total) {
		if p.BoundHeight == 0 {
			return nil
		}
		p.BoundHeight = 0 // the set changed
		return s.k.setTrial(ctx, t.key, p)
	}
	if p.BoundHeight == 0 {
		p.BoundHeight = height
	}
	if t.complete || height >= p.BoundHeight+int64(s.params.ProofGraceBlocks) {
		return s.closeBindings(ctx, t, p)
	}
	return s.k.setTrial(ctx, t.key, p)
}

func (s *stepper) closeBindings(ctx sdk.Context, t trialView, p types.Proof) error {
	p.Phase, p.OpenHeight = types.ProofPhase_PROOF_PHASE_OPEN, ctx.BlockHeight()
	if err := s.k.setTrial(ctx, t.key, p); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventBindingsClosed{
		Kind: types.SubjectKind(t.key.Kind), ModelId: t.key.ID, BoundPower: t.bound, TotalPower: t.total,
	})
}

// over tells whether the time to open is.
func (s *stepper) over(ctx sdk.Context, p types.Proof) bool {
	return ctx.BlockHeight() >= min(p.OpenHeight+int64(s.params.ProofOpenBlocks), p.DeadlineHeight)
}

// weigh finds the answer with the most opened power and marks those that gave it. Powers come from
// the set alone. Of two equal ones the smaller counts; neither has a quorum then.
func (s *stepper) weigh(t trialView) (answer, attestation.Weighing) {
	powers := make(map[answer]uint64)
	var best answer
	for i := range s.round.Set {
		a, ok := t.answers[i]
		if !ok {
			continue
		}
		powers[a] += s.round.Set[i].Power
	}
	for i := range s.round.Set {
		a, ok := t.answers[i]
		if ok && (powers[a] > powers[best] || powers[a] == powers[best] && bytes.Compare(a[:], best[:]) < 0) {
			best = a
		}
	}
	w := attestation.Weighing{Slots: t.slots, Matched: powers[best], Total: t.total}
	for i := range s.round.Set {
		if a, ok := t.answers[i]; ok && a == best {
			w.Slots[i].State = attestation.Matched
		}
	}
	return best, w
}
