package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// initTrials writes proofs, custodies and what came of them. Queue, open list and the list of running
// trials follow from the records. Which free messages were used is not kept: after an import each
// opening may travel free once more.
func (k *Keeper) initTrials(ctx context.Context, g *types.GenesisState) error {
	init := func(kind attestation.Kind, list []types.Proof) error {
		for _, p := range list {
			if err := k.setTrial(ctx, attestation.Key{Kind: kind, ID: p.ModelId}, p); err != nil {
				return err
			}
			if p.Phase == types.ProofPhase_PROOF_PHASE_QUEUED {
				if err := k.proofQueue.Set(ctx, p.Number, p.ModelId); err != nil {
					return err
				}
				continue
			}
			if err := k.trials.Set(ctx, collections.Join(uint32(kind), p.ModelId)); err != nil {
				return err
			}
			if err := k.open.Set(ctx, collections.Join3(p.DeadlineHeight, uint32(kind), p.ModelId)); err != nil {
				return err
			}
		}
		return nil
	}
	if err := init(attestation.Proof, g.Proofs); err != nil {
		return err
	}
	if err := init(attestation.Custody, g.Custodies); err != nil {
		return err
	}
	for _, o := range g.Opened {
		address, err := sdk.ConsAddressFromBech32(o.Validator)
		if err != nil {
			return err
		}
		a := answerOf([32]byte(o.ResultsRoot), [32]byte(o.Witness))
		if err := k.opened.Set(ctx, collections.Join3(uint32(o.Kind), o.ModelId, address), a[:]); err != nil {
			return err
		}
	}
	for _, a := range g.Availabilities {
		if err := k.availabilities.Set(ctx, a.ModelId, a); err != nil {
			return err
		}
	}
	for _, r := range g.ProofRecords {
		if err := k.proofRecords.Set(ctx, collections.Join(r.ModelId, r.Version), r); err != nil {
			return err
		}
	}
	return k.custodyCursor.Set(ctx, g.CustodyCursor)
}

func (k *Keeper) exportTrials(ctx context.Context, g *types.GenesisState) error {
	if err := k.proofs.Walk(ctx, nil, func(_ uint64, p types.Proof) (bool, error) {
		g.Proofs = append(g.Proofs, p)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.custodies.Walk(ctx, nil, func(_ uint64, p types.Proof) (bool, error) {
		g.Custodies = append(g.Custodies, p)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.opened.Walk(ctx, nil, func(key bindingKey, value []byte) (bool, error) {
		g.Opened = append(g.Opened, openedRecord(collections.KeyValue[bindingKey, []byte]{Key: key, Value: value}))
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.availabilities.Walk(ctx, nil, func(_ uint64, a types.Availability) (bool, error) {
		g.Availabilities = append(g.Availabilities, a)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.proofRecords.Walk(ctx, nil, func(_ collections.Pair[uint64, uint32], r types.ProofRecord) (bool, error) {
		g.ProofRecords = append(g.ProofRecords, r)
		return false, nil
	}); err != nil {
		return err
	}
	cursor, err := k.custodyCursor.Get(ctx)
	g.CustodyCursor = cursor
	return err
}
