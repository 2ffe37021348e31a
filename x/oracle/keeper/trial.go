package keeper

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// A trial is a proof of model or the custody of a model while validators bind and open. Both have
// one record type and one pair of phases; they differ in what is bound and in what follows.

// maxTrials bounds the trials of one kind; the parameters allow fewer.
const maxTrials = max(types.MaxOpenProofs, types.MaxOpenCustodies)

// trialKeys lists the running trials of a kind, by model.
func (k *Keeper) trialKeys(ctx context.Context, kind attestation.Kind) ([]attestation.Key, error) {
	iter, err := k.trials.Iterate(ctx, collections.NewPrefixedPairRange[uint32, uint64](uint32(kind)))
	if err != nil {
		return nil, err
	}
	found, err := firstKeys(iter, maxTrials)
	keys := make([]attestation.Key, 0, len(found))
	for _, key := range found {
		keys = append(keys, attestation.Key{Kind: kind, ID: key.K2()})
	}
	return keys, err
}

func (k *Keeper) trialMap(kind attestation.Kind) (collections.Map[uint64, types.Proof], error) {
	switch kind {
	case attestation.Proof:
		return k.proofs, nil
	case attestation.Custody:
		return k.custodies, nil
	default:
		return k.proofs, types.ErrInvalidRequest.Wrapf("subjects of kind %d are not opened", kind)
	}
}

func (k *Keeper) trial(ctx context.Context, key attestation.Key) (types.Proof, error) {
	m, err := k.trialMap(key.Kind)
	if err != nil {
		return types.Proof{}, err
	}
	return m.Get(ctx, key.ID)
}

func (k *Keeper) setTrial(ctx context.Context, key attestation.Key, p types.Proof) error {
	m, err := k.trialMap(key.Kind)
	if err != nil {
		return err
	}
	return m.Set(ctx, key.ID, p)
}

// trialSubject is what validators bind for a trial.
func trialSubject(ctx context.Context, kind attestation.Kind, p types.Proof) (attestation.Subject, error) {
	return p.Subject(kind, attestation.ChainHash(sdk.UnwrapSDKContext(ctx).ChainID()))
}

// answer is what an opened binding stands for, besides the chunks: results root ‖ witness.
type answer = [64]byte

func answerOf(results, witness [32]byte) (a answer) {
	copy(a[:32], results[:])
	copy(a[32:], witness[:])
	return a
}

// openedOf reads the opened bindings of a trial.
func (k *Keeper) openedOf(ctx context.Context, key attestation.Key) (map[attestation.Address]answer, []bindingKey, error) {
	iter, err := k.opened.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.ConsAddress](uint32(key.Kind), key.ID))
	if err != nil {
		return nil, nil, err
	}
	all, err := iter.KeyValues() // closes the iterator
	if err != nil {
		return nil, nil, err
	}
	answers := make(map[attestation.Address]answer, len(all))
	keys := make([]bindingKey, 0, len(all))
	for _, kv := range all {
		keys = append(keys, kv.Key)
		if len(kv.Key.K3()) == attestation.AddressSize && len(kv.Value) == len(answer{}) {
			answers[attestation.Address(kv.Key.K3())] = answer(kv.Value)
		}
	}
	return answers, keys, nil
}

// mustOpen tells whether a trial asks a validator that bound to open.
func mustOpen(p types.Proof, validator attestation.Address) bool {
	return len(p.Drawn) == 0 || slices.ContainsFunc(p.Drawn, func(d []byte) bool { return bytes.Equal(d, validator[:]) })
}

// Unopened lists the validators whose bindings of a trial wait to be opened, or may have to be once
// the bindings are closed; in the order of their addresses.
func (k *Keeper) Unopened(ctx context.Context, key attestation.Key) ([]attestation.Address, error) {
	p, err := k.trial(ctx, key)
	if err != nil {
		return nil, err
	}
	stored, err := k.storedBindings(ctx, key)
	if err != nil {
		return nil, err
	}
	var waiting []attestation.Address
	for _, kv := range stored {
		if len(kv.Key.K3()) != attestation.AddressSize || slotOf(kv.Value).State != attestation.Bound {
			continue
		}
		validator := attestation.Address(kv.Key.K3())
		has, err := k.opened.Has(ctx, kv.Key)
		if err != nil {
			return nil, err
		}
		if !has && mustOpen(p, validator) {
			waiting = append(waiting, validator)
		}
	}
	return waiting, nil
}

// clearTrial forgets the bindings of a trial and everything about their openings.
func (k *Keeper) clearTrial(ctx context.Context, key attestation.Key) error {
	stored, err := k.bindingKeys(ctx, key)
	if err != nil {
		return err
	}
	if err := k.clearBindings(ctx, stored); err != nil {
		return err
	}
	_, opened, err := k.openedOf(ctx, key)
	if err != nil {
		return err
	}
	for _, at := range opened {
		if err := k.opened.Remove(ctx, at); err != nil {
			return err
		}
	}
	iter, err := k.freeOpenings.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.ConsAddress](uint32(key.Kind), key.ID))
	if err != nil {
		return err
	}
	free, err := iter.Keys() // closes the iterator
	if err != nil {
		return err
	}
	for _, at := range free {
		if err := k.freeOpenings.Remove(ctx, at); err != nil {
			return err
		}
	}
	return nil
}

// closeTrial takes a trial out of everything.
func (k *Keeper) closeTrial(ctx context.Context, key attestation.Key, p types.Proof) error {
	if err := k.clearTrial(ctx, key); err != nil {
		return err
	}
	if err := k.open.Remove(ctx, collections.Join3(p.DeadlineHeight, uint32(key.Kind), key.ID)); err != nil {
		return err
	}
	if err := k.trials.Remove(ctx, collections.Join(uint32(key.Kind), key.ID)); err != nil {
		return err
	}
	m, err := k.trialMap(key.Kind)
	if err != nil {
		return err
	}
	return m.Remove(ctx, key.ID)
}

// firstEntries reads at most limit entries and closes the iterator.
func firstEntries[K, V any](iter collections.Iterator[K, V], limit int) ([]collections.KeyValue[K, V], error) {
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var out []collections.KeyValue[K, V]
	for ; iter.Valid() && len(out) < limit; iter.Next() {
		entry, err := iter.KeyValue()
		if err != nil {
			return nil, err
		}
		out = append(out, entry)
	}
	return out, nil
}

// DueOpenings returns the bindings of a subject that may be opened now; none while they are still
// taken, and none of a subject that is not there.
func (k *Keeper) DueOpenings(ctx context.Context, key attestation.Key) ([]types.DueOpening, error) {
	p, err := k.trial(ctx, key)
	if errors.Is(err, collections.ErrNotFound) || err == nil && p.Phase != types.ProofPhase_PROOF_PHASE_OPEN {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := trialSubject(ctx, key.Kind, p)
	if err != nil {
		return nil, err
	}
	waiting, err := k.Unopened(ctx, key)
	if err != nil {
		return nil, err
	}
	due := make([]types.DueOpening, 0, len(waiting))
	for _, validator := range waiting {
		value, err := k.bindings.Get(ctx, collections.Join3(uint32(key.Kind), key.ID, sdk.ConsAddress(validator[:])))
		if err != nil {
			return nil, err
		}
		due = append(due, types.DueOpening{Subject: s, Validator: validator, Binding: slotOf(value).Value})
	}
	return due, nil
}
