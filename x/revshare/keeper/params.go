package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// UpdateParams replaces the parameters. Pools keep the terms they were created with; a new
// epoch length restarts the running epoch and renumbers nothing.
func (k *Keeper) UpdateParams(ctx context.Context, next types.Params) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	if err := params.ValidateUpdate(next); err != nil {
		return err
	}
	if err := k.checkDenoms(next); err != nil {
		return err
	}
	if next.EpochBlocks != params.EpochBlocks {
		clock, err := k.clock.Get(ctx)
		if err != nil {
			return err
		}
		if err := k.clock.Set(ctx, clock.Restart(sdk.UnwrapSDKContext(ctx).BlockHeight(), next.EpochBlocks)); err != nil {
			return err
		}
	}
	if err := k.params.Set(ctx, next); err != nil {
		return err
	}
	return emit(ctx, &types.EventParamsUpdated{Params: next})
}

// checkDenoms refuses share denoms as revenue: paying one out would run the checkpoint of
// another pool inside a claim.
func (k *Keeper) checkDenoms(params types.Params) error {
	for _, d := range params.RevenueDenoms {
		if _, share := k.deps.TokenAddress(d.Denom); share {
			return errorsmod.Wrapf(types.ErrInvalidParams, "%s is a share denom, not revenue", d.Denom)
		}
	}
	return nil
}
