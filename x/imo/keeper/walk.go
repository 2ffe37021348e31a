package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/imo/types"
)

const (
	// maxWalkPerBlock bounds the bids that a block gives their tokens, of all offerings together.
	maxWalkPerBlock = 2_000
	// maxWalkPerMessage bounds those of one message.
	maxWalkPerMessage = 200
)

// walk gives the next bids of an ended book their tokens, in the order of their ids. What it leaves to the next call
// changes nothing about the result: everything it needs to go on is in the offering. The caller stores the offering.
func (k *Keeper) walk(ctx context.Context, o *types.Offering, t types.Terms, budget *int) error {
	if o.Walk.Done {
		return nil
	}
	f, err := k.filling(ctx, *o, t)
	if err != nil {
		return err
	}
	bids, err := k.bidsAfter(ctx, o.Id, o.Walk.Bid, *budget)
	if err != nil {
		return err
	}
	o.Walk.Done = len(bids) < *budget
	*budget -= len(bids)
	for _, b := range bids {
		o.Walk, b = f.Fill(o.Walk, b)
		if !f.Buys(b.Tick) {
			continue
		}
		if err := k.storeFilled(ctx, b); err != nil {
			return err
		}
		o.Sold, o.Proceeds = o.Sold.Add(b.Tokens), o.Proceeds.Add(b.Cost)
	}
	if o.Walk.Done && (!o.Sold.Equal(f.Sold) || !o.Proceeds.Equal(f.Proceeds)) {
		return types.ErrInvariant.Wrapf("bids of offering %d buy %s for %s, the book %s for %s", o.Id, o.Sold, o.Proceeds, f.Sold, f.Proceeds)
	}
	return nil
}

// bidsAfter reads the next standing bids, at most limit.
func (k *Keeper) bidsAfter(ctx context.Context, id, after uint64, limit int) ([]types.Bid, error) {
	if limit <= 0 {
		return nil, nil
	}
	bids := make([]types.Bid, 0, min(limit, maxWalkPerBlock))
	err := k.bids.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](id).StartExclusive(after),
		func(_ collections.Pair[uint64, uint64], b types.Bid) (bool, error) {
			bids = append(bids, b)
			return len(bids) >= limit, nil
		})
	return bids, err
}

// storeFilled stores a bid that was given its tokens and adds them to its owner's sums.
func (k *Keeper) storeFilled(ctx context.Context, b types.Bid) error {
	owner, err := k.accountOf("owner", b.Owner)
	if err != nil {
		return err
	}
	key := collections.Join(b.OfferingId, owner)
	a, err := k.allocations.Get(ctx, key)
	if err != nil {
		return err
	}
	a.Cost, a.Tokens = a.Cost.Add(b.Cost), a.Tokens.Add(b.Tokens)
	if b.Home.TakesRefund() {
		a.AwayCost = a.AwayCost.Add(b.Cost)
	}
	if err := k.allocations.Set(ctx, key, a); err != nil {
		return err
	}
	return k.bids.Set(ctx, collections.Join(b.OfferingId, b.Id), b)
}
