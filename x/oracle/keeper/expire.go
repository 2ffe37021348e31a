package keeper

import (
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	// maxExpired bounds the subjects that one block expires.
	maxExpired = 50
	// retryBlocks is how long a subject whose expiry failed waits for the next try.
	retryBlocks = 100
)

// expire closes the subjects whose deadline has passed. The rest of a backlog is the next block's.
func (k *Keeper) expire(ctx sdk.Context) error {
	keys, err := k.dueKeys(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		err := isolate(ctx, func(ctx sdk.Context) error { return k.expireOne(ctx, key) })
		if err == nil {
			continue
		}
		ctx.Logger().Error("oracle expiry", "kind", key.K2(), "id", key.K3(), "error", err)
		// The item goes behind the others. It can no longer be decided, because its record says an
		// earlier deadline.
		err = isolate(ctx, func(ctx sdk.Context) error {
			if err := k.open.Remove(ctx, key); err != nil {
				return err
			}
			return k.open.Set(ctx, collections.Join3(ctx.BlockHeight()+retryBlocks, key.K2(), key.K3()))
		})
		if err != nil {
			ctx.Logger().Error("oracle expiry retry", "kind", key.K2(), "id", key.K3(), "error", err)
		}
	}
	return nil
}

// dueKeys reads the first keys of the open list whose deadline is this block or earlier.
func (k *Keeper) dueKeys(ctx sdk.Context) ([]openKey, error) {
	iter, err := k.open.Iterate(ctx, new(collections.Range[openKey]).
		EndExclusive(collections.Join3(ctx.BlockHeight()+1, uint32(0), uint64(0))))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []openKey
	for ; iter.Valid() && len(keys) < maxExpired; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func (k *Keeper) expireOne(ctx sdk.Context, key openKey) error {
	if err := k.open.Remove(ctx, key); err != nil { // a retried key is not the record's own
		return err
	}
	if due, err := k.isDue(ctx, key); err != nil || !due {
		return err
	}
	stored, err := k.bindingKeys(ctx, attestation.Key{Kind: attestation.Kind(key.K2()), ID: key.K3()})
	if err != nil {
		return err
	}
	switch attestation.Kind(key.K2()) {
	case attestation.Request:
		return k.expireRequest(ctx, key.K3(), stored)
	case attestation.Proof:
		return k.expireProof(ctx, key.K3())
	case attestation.Custody:
		return k.expireCustody(ctx, key.K3())
	default:
		return types.ErrInvalidState.Wrapf("open subject of kind %d", key.K2())
	}
}

// isDue tells whether the subject of a key still runs and its deadline has passed. A key that was put off outlives a
// subject that ended meanwhile, and must not touch the next one of the same model.
func (k *Keeper) isDue(ctx sdk.Context, key openKey) (bool, error) {
	kind := attestation.Kind(key.K2())
	if kind != attestation.Proof && kind != attestation.Custody {
		return true, nil
	}
	p, err := k.trial(ctx, attestation.Key{Kind: kind, ID: key.K3()})
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	return err == nil && p.Phase != types.ProofPhase_PROOF_PHASE_QUEUED && p.DeadlineHeight <= ctx.BlockHeight(), err
}

// expireRequest refunds network fee and model price in full: the requester got nothing.
func (k *Keeper) expireRequest(ctx sdk.Context, id uint64, stored []bindingKey) error {
	r, err := k.Request(ctx, id)
	if err != nil {
		return err
	}
	if r.Status != types.RequestStatus_REQUEST_STATUS_PENDING {
		return types.ErrInvalidState.Wrapf("request %d is %s", id, r.Status)
	}
	owner, err := k.addresses.StringToBytes(r.Requester)
	if err != nil {
		return err
	}
	r.Status = types.RequestStatus_REQUEST_STATUS_EXPIRED
	r.FinalHeight = ctx.BlockHeight()
	if err := k.closeRequest(ctx, r, stored); err != nil {
		return err
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	releaseRequest(&totals, r)
	if err := k.totals.Set(ctx, totals); err != nil {
		return err
	}
	credited, err := k.refund(ctx, owner, r.Fee())
	if err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventRequestExpired{
		RequestId: id, Requester: r.Requester, Refund: r.Fee(), Credited: credited,
	})
}

// expireProof ends a proof that no set came to end in time. Its fee goes to the community pool.
func (k *Keeper) expireProof(ctx sdk.Context, modelID uint64) error {
	p, err := k.proofs.Get(ctx, modelID)
	if err != nil {
		return err
	}
	outcome := imotypes.ProofOutcome_PROOF_OUTCOME_EXPIRED
	if err := k.endProof(ctx, p, outcome, recordOf(p, outcome, ctx.BlockHeight(), attestation.Weighing{}), 0); err != nil {
		return err
	}
	totals, err := k.totals.Get(ctx) // after endProof, which may have queued the next version
	if err != nil {
		return err
	}
	totals.OpenProofs -= min(1, totals.OpenProofs)
	totals.CommunityTally = totals.CommunityTally.Add(p.Fee.Amount)
	return k.totals.Set(ctx, totals)
}
