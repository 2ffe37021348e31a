package keeper

import (
	"context"
	"slices"

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
	revenues, err := k.poolRevenues(ctx, modelID)
	if err != nil {
		return h, err
	}
	before := sdk.Coins{}
	for _, step := range pool.Steps(h.shares, h.epoch-1) {
		all, err := k.revshare.ClaimableRevenue(ctx, h.pool.Tokens.Denom, types.PoolAddress(modelID), step.UpTo)
		if err != nil {
			return h, err
		}
		if revenues, err = shareInMemory(modelID, revenues, all, before, step); err != nil {
			return h, err
		}
		indexes = grown(indexes, revenues, step.Boundary && step.UpTo == h.position.ChangedEpoch)
		before, h.shares.SettledEpoch = all, step.UpTo
	}
	h.position = pool.Settle(h.position, h.shares.SettledEpoch, indexes)
	return h, nil
}

// shareInMemory shares out what is claimable up to a step beyond what was up to the one before, remainders included.
func shareInMemory(modelID uint64, revenues []types.PoolRevenue, all, before sdk.Coins, step pool.Step) ([]types.PoolRevenue, error) {
	for _, coin := range all {
		at := slices.IndexFunc(revenues, func(r types.PoolRevenue) bool { return r.Received.Denom == coin.Denom })
		if at < 0 {
			at = len(revenues)
			revenues = append(revenues, pool.NewRevenue(modelID, coin.Denom))
		}
		var err error
		if revenues[at], err = pool.Share(revenues[at], coin.Amount.Sub(before.AmountOf(coin.Denom)), step.Shares); err != nil {
			return nil, err
		}
	}
	return revenues, nil
}

// grown are the indexes after a step; at a boundary they are kept as what they were there.
func grown(indexes []pool.Indexes, revenues []types.PoolRevenue, boundary bool) []pool.Indexes {
	for _, r := range revenues {
		at := slices.IndexFunc(indexes, func(x pool.Indexes) bool { return x.Denom == r.Received.Denom })
		if at < 0 {
			at = len(indexes)
			indexes = append(indexes, pool.Indexes{Denom: r.Received.Denom})
		}
		indexes[at].Now = r.Index
		if boundary {
			now := r.Index
			indexes[at].Boundary = &now
		}
	}
	return indexes
}
