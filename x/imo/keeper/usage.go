package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// usage is what a model did for others so far.
func (k *Keeper) usage(ctx context.Context, modelID uint64) (types.Usage, error) {
	u, err := k.market.usages.Get(ctx, modelID)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Usage{ModelId: modelID, NetworkFees: math.ZeroInt()}, nil
	}
	return u, err
}

// RecordUsage counts requests that a model answered, with the fees that they paid to the network. The module that answers
// requests calls it once a block. Tranches may wait for the sums; nothing else depends on them.
func (k *Keeper) RecordUsage(ctx context.Context, modelID, requests uint64, networkFees sdk.Coin) error {
	if err := types.CheckCoinOf("network_fees", networkFees, types.BaseDenom); err != nil {
		return err
	}
	u, err := k.usage(ctx, modelID)
	if err != nil {
		return err
	}
	u.Requests += requests
	u.NetworkFees = math.MinInt(u.NetworkFees.Add(networkFees.Amount), types.MaxAmount())
	return k.market.usages.Set(ctx, modelID, u)
}
