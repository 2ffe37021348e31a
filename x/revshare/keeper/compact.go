package keeper

import (
	"context"
	gomath "math"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// Compact settles the oldest checkpoints of holder without paying, and removes settled ones.
// The holder may always do it. Others may only while at least MaxClaimSpans checkpoints are
// not settled: a sender of dust must not be able to make claims long, nor anybody to make
// single epochs of a well-kept account unknown. It returns the last settled epoch and the
// number of checkpoints removed.
func (k *Keeper) Compact(ctx context.Context, caller, holder sdk.AccAddress, shareDenom string) (settled, removed uint64, err error) {
	if err := k.checkAccount(holder); err != nil {
		return 0, 0, err
	}
	if k.isMarket(shareDenom, holder) {
		return 0, 0, errorsmod.Wrap(types.ErrNotToCompact, "the holder is the token's market, whose revenue is shared out epoch by epoch")
	}
	plan, err := k.planSettlement(ctx, shareDenom, holder, gomath.MaxUint64, settlement{
		spans: types.MaxClaimSpans, pays: func(string, math.Int) bool { return false },
	})
	if err != nil {
		return 0, 0, err
	}
	if plan.complete && !caller.Equals(holder) {
		return 0, 0, errorsmod.Wrapf(types.ErrNotToCompact, "fewer than %d", types.MaxClaimSpans+1)
	}
	consumeGas(ctx, types.GasSpan*uint64(plan.spans)*uint64(len(plan.streams)), "revshare: settle")
	removed, last, err := k.removeCheckpoints(ctx, plan.pool.Id, holder, plan.position.Settled)
	if err != nil {
		return 0, 0, err
	}
	if removed == 0 && !plan.progress {
		return 0, 0, errorsmod.Wrap(types.ErrNotToCompact, "nothing new is settled")
	}
	plan.position.Compacted = max(plan.position.Compacted, last)
	if err := k.savePlan(ctx, holder, &plan); err != nil {
		return 0, 0, err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return 0, 0, err
	}
	return plan.position.Settled, removed, emit(ctx, &types.EventCompacted{
		ShareDenom: shareDenom, Holder: text, Settled: plan.position.Settled, Removed: removed,
	})
}

// removeCheckpoints removes the oldest checkpoints through settled and returns how many, and
// the epoch of the last.
func (k *Keeper) removeCheckpoints(ctx context.Context, poolID uint64, holder sdk.AccAddress, settled uint64) (removed, last uint64, err error) {
	old, err := collect(ctx, k.checkpoints, new(collections.Range[poolAccountEpoch]).
		StartInclusive(collections.Join3(poolID, holder, uint64(0))).
		EndInclusive(collections.Join3(poolID, holder, settled)), types.MaxCompacted)
	if err != nil {
		return 0, 0, err
	}
	for _, kv := range old {
		if err := k.checkpoints.Remove(ctx, kv.Key); err != nil {
			return 0, 0, err
		}
		last = kv.Key.K3()
	}
	return uint64(len(old)), last, nil
}
