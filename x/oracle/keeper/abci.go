package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock expires what is due and pays tallies. Neither part can fail for the sake of an item; an
// error here means that the module's own state is missing.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.expire(sdkCtx); err != nil {
		return err
	}
	return k.payOut(sdkCtx)
}
