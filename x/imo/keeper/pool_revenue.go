package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

const (
	// callsPerSwap bounds the claims that a swap makes for its pool: the first event of an epoch needs at most two.
	callsPerSwap = 2
	// callsPerChange bounds the claims of whatever changes or pays positions; each settles up to 64 epochs in which
	// somebody touched the pool's balance.
	callsPerChange = 64
	// maxPoolDenoms bounds the denoms of a pool's revenue; revshare allows fewer.
	maxPoolDenoms = 32
)

// harvest takes what the pool's tokens earned in closed epochs out of the token's revenue pool and shares it among the
// shares that were there: for the revenue of an epoch those that stood when the epoch before it closed. It stops after
// some calls; what changes the shares must not, or the rest would go to the wrong ones.
func (k *Keeper) harvest(ctx context.Context, p types.Pool, calls int) (types.PoolShares, error) {
	s, err := k.market.shares.Get(ctx, p.ModelId)
	if err != nil {
		return s, err
	}
	epoch, err := k.revshare.CurrentEpoch(ctx)
	if err != nil || epoch == 0 {
		return s, err
	}
	for range calls {
		steps := pool.Steps(s, epoch-1)
		if len(steps) == 0 {
			return s, nil
		}
		before := s.SettledEpoch
		if s, err = k.harvestStep(ctx, p, s, steps[0]); err != nil {
			return s, err
		}
		if s.SettledEpoch == before { // the token's revenue pool is breached; its revenue stays owed there
			return s, nil
		}
	}
	if calls == callsPerChange && len(pool.Steps(s, epoch-1)) != 0 {
		return s, types.ErrLimit.Wrapf("revenue of the pool of model %d is shared out up to epoch %d of %d, collect it first", p.ModelId, s.SettledEpoch, epoch-1)
	}
	return s, nil
}

// harvestStep shares out the revenue of a run of epochs, or of its beginning.
func (k *Keeper) harvestStep(ctx context.Context, p types.Pool, s types.PoolShares, step pool.Step) (types.PoolShares, error) {
	coins, settled, err := k.revshare.ClaimThrough(ctx, types.PoolAddress(p.ModelId), p.Tokens.Denom, step.UpTo)
	if err != nil || settled <= s.SettledEpoch {
		return s, err
	}
	for _, coin := range coins {
		key := collections.Join(p.ModelId, coin.Denom)
		r, err := k.market.revenues.Get(ctx, key)
		if errors.Is(err, collections.ErrNotFound) {
			r = pool.NewRevenue(p.ModelId, coin.Denom)
		} else if err != nil {
			return s, err
		}
		if r, err = pool.Share(r, coin.Amount, step.Shares); err != nil {
			return s, err
		}
		if err := k.market.revenues.Set(ctx, key, r); err != nil {
			return s, err
		}
	}
	s.SettledEpoch = settled
	if step.Boundary && settled == step.UpTo {
		revenues, err := k.poolRevenues(ctx, p.ModelId)
		if err != nil {
			return s, err
		}
		for _, r := range revenues {
			if err := k.market.indexes.Set(ctx, collections.Join3(p.ModelId, settled, r.Received.Denom), r.Index); err != nil {
				return s, err
			}
		}
	}
	return s, k.market.shares.Set(ctx, p.ModelId, s)
}

// poolRevenues lists a pool's revenue by denom, ascending.
func (k *Keeper) poolRevenues(ctx context.Context, modelID uint64) ([]types.PoolRevenue, error) {
	var revenues []types.PoolRevenue
	err := k.market.revenues.Walk(ctx, collections.NewPrefixedPairRange[uint64, string](modelID),
		func(_ collections.Pair[uint64, string], r types.PoolRevenue) (bool, error) {
			revenues = append(revenues, r)
			return len(revenues) >= maxPoolDenoms, nil
		})
	return revenues, err
}

// indexesOf says what a share earned so far, and up to the close of an epoch in which shares changed.
func (k *Keeper) indexesOf(ctx context.Context, modelID, epoch uint64) ([]pool.Indexes, error) {
	revenues, err := k.poolRevenues(ctx, modelID)
	if err != nil {
		return nil, err
	}
	out := make([]pool.Indexes, 0, len(revenues))
	for _, r := range revenues {
		x := pool.Indexes{Denom: r.Received.Denom, Now: r.Index}
		boundary, err := k.market.indexes.Get(ctx, collections.Join3(modelID, epoch, x.Denom))
		if err == nil {
			x.Boundary = &boundary
		} else if !errors.Is(err, collections.ErrNotFound) {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// CollectPoolRevenue pays a position what the pool's tokens earned for it. Anyone may ask for anyone, except for a
// contract: it could not account for coins that others send it. The revenue of the pool's own position is the treasury's.
func (k *Keeper) CollectPoolRevenue(ctx context.Context, caller, owner sdk.AccAddress, modelID uint64) (sdk.Coins, error) {
	recipient := owner
	if types.PoolAddress(modelID).Equals(owner) {
		p, err := k.pool(ctx, modelID)
		if err != nil {
			return nil, err
		}
		_, t, err := k.offering(ctx, p.OfferingId)
		if err != nil {
			return nil, err
		}
		if recipient, err = k.accountOf("treasury", t.Treasury); err != nil {
			return nil, err
		}
	} else if !caller.Equals(owner) && k.hasCode(ctx, owner) {
		return nil, types.ErrNotOwner.Wrapf("%s is a contract, which collects for itself", k.show(owner))
	}
	if err := k.checkRecipient("owner", recipient); err != nil {
		return nil, err
	}
	h, err := k.openPosition(ctx, modelID, owner)
	if err != nil {
		return nil, err
	}
	paid := sdk.NewCoins()
	for i, r := range h.position.Revenue {
		units := pool.Owed(h.position, i)
		if !units.IsPositive() {
			continue
		}
		h.position = pool.Pay(h.position, i, units)
		key := collections.Join(modelID, r.Denom)
		revenue, err := k.market.revenues.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		revenue.Paid = revenue.Paid.Add(units)
		if err := k.market.revenues.Set(ctx, key, revenue); err != nil {
			return nil, err
		}
		paid = paid.Add(sdk.NewCoin(r.Denom, units))
	}
	if paid.IsZero() {
		return nil, types.ErrNothingToCollect.Wrapf("revenue of %s in the pool of model %d", h.position.Owner, modelID)
	}
	if err := k.market.positions.Set(ctx, collections.Join(modelID, owner), h.position); err != nil {
		return nil, err
	}
	if err := k.bank.SendCoins(ctx, types.PoolAddress(modelID), recipient, paid); err != nil {
		return nil, err
	}
	return paid, emit(ctx, &types.EventPoolRevenueCollected{ModelId: modelID, Owner: h.position.Owner, Paid: paid})
}

// hasCode tells whether an account is a contract; while nothing can tell, everybody counts as one.
func (k *Keeper) hasCode(ctx context.Context, account sdk.AccAddress) bool {
	return k.code == nil || k.code.HasCode(ctx, account)
}
