package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

// viewPosition is a position as a message would find it now: what the pool's tokens earned in epochs that nobody settled
// yet is shared out in memory. It writes nothing.
func (k *Keeper) viewPosition(ctx context.Context, modelID uint64, owner sdk.AccAddress) (holding, error) {
	h := holding{owner: owner}
	var err error
	if h.pool, err = k.pool(ctx, modelID); err != nil {
		return h, err
	}
	if h.shares, err = k.market.shares.Get(ctx, modelID); err != nil {
		return h, err
	}
	if h.position, err = k.position(ctx, modelID, owner); err != nil {
		return h, err
	}
	indexes, err := k.indexesOf(ctx, modelID, h.position.ChangedEpoch)
	if err != nil {
		return h, err
	}
	if h.epoch, err = k.revshare.CurrentEpoch(ctx); err != nil || h.epoch == 0 {
		return h, err
	}
	before := sdk.Coins{}
	for _, step := range pool.Steps(h.shares, h.epoch-1) {
		all, err := k.revshare.ClaimableRevenue(ctx, h.pool.Tokens.Denom, types.PoolAddress(modelID), step.UpTo)
		if err != nil {
			return h, err
		}
		if indexes, err = k.shareInMemory(ctx, modelID, indexes, all, before, step, h.position.ChangedEpoch); err != nil {
			return h, err
		}
		before, h.shares.SettledEpoch = all, step.UpTo
	}
	h.position = pool.Settle(h.position, h.shares.SettledEpoch, indexes)
	return h, nil
}

// shareInMemory grows the indexes by what is claimable up to a step beyond what was up to the one before.
func (k *Keeper) shareInMemory(
	ctx context.Context, modelID uint64, indexes []pool.Indexes, all, before sdk.Coins, step pool.Step, changed uint64,
) ([]pool.Indexes, error) {
	revenues, err := k.poolRevenues(ctx, modelID)
	if err != nil {
		return nil, err
	}
	for _, coin := range all {
		at := slices.IndexFunc(indexes, func(x pool.Indexes) bool { return x.Denom == coin.Denom })
		r := pool.NewRevenue(modelID, coin.Denom)
		if at < 0 {
			indexes = append(indexes, pool.Indexes{Denom: coin.Denom, Now: math.ZeroInt()})
			at = len(indexes) - 1
		} else if i := slices.IndexFunc(revenues, func(r types.PoolRevenue) bool { return r.Received.Denom == coin.Denom }); i >= 0 {
			r = revenues[i]
		}
		r.Index = indexes[at].Now
		if r, err = pool.Share(r, coin.Amount.Sub(before.AmountOf(coin.Denom)), step.Shares); err != nil {
			return nil, err
		}
		indexes[at].Now = r.Index
	}
	if step.Boundary && step.UpTo == changed {
		for i := range indexes {
			now := indexes[i].Now
			indexes[i].Boundary = &now
		}
	}
	return indexes, nil
}
