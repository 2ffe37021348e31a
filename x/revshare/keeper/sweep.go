package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Sweep is Sync for callers that log what was credited.
func (k *Keeper) Sweep(ctx context.Context, shareDenom string) (sdk.Coins, error) {
	return k.sync(ctx, shareDenom)
}
