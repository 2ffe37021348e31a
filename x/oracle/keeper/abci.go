package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock assigns seeds, expires and forgets what is due, starts proofs and
// custodies, moves optimistic results on and pays tallies. No part can fail for the sake of an
// item; an error here means that the module's own state is missing.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.assignSeeds(sdkCtx); err != nil {
		return err
	}
	if err := k.expire(sdkCtx); err != nil {
		return err
	}
	if err := k.startProofs(sdkCtx); err != nil {
		return err
	}
	if err := k.startCustodies(sdkCtx); err != nil {
		return err
	}
	if err := k.endOptimistic(sdkCtx); err != nil {
		return err
	}
	if err := k.lapseCallbacks(sdkCtx); err != nil {
		return err
	}
	if err := k.shareProvisions(sdkCtx); err != nil {
		return err
	}
	if err := k.prune(sdkCtx); err != nil {
		return err
	}
	return k.payOut(sdkCtx)
}
