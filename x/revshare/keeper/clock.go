package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// CurrentEpoch is the running epoch: height / epoch_blocks, unless governance changed the
// length, which restarts the running epoch.
func (k *Keeper) CurrentEpoch(ctx context.Context) (uint64, error) {
	clock, err := k.clock.Get(ctx)
	if err != nil {
		return 0, err
	}
	return clock.At(sdk.UnwrapSDKContext(ctx).BlockHeight()), nil
}
