package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// MaxWalkPerBlock is maxWalkPerBlock.
const MaxWalkPerBlock = maxWalkPerBlock

// StoreBook stores an open offering, ticks, bids and the sums of their owners, as PlaceBid does bid by bid.
func (k *Keeper) StoreBook(ctx context.Context, o types.Offering, ticks []types.BookTick, bids []types.Bid, owners []types.Allocation) error {
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return err
	}
	for _, tick := range ticks {
		if err := k.ticks.Set(ctx, collections.Join(o.Id, tick.Number), tick); err != nil {
			return err
		}
	}
	for _, b := range bids {
		if err := k.bids.Set(ctx, collections.Join(o.Id, b.Id), b); err != nil {
			return err
		}
	}
	for _, a := range owners {
		owner, err := k.accountOf("owner", a.Owner)
		if err != nil {
			return err
		}
		if err := k.allocations.Set(ctx, collections.Join(o.Id, owner), a); err != nil {
			return err
		}
	}
	return nil
}

// FreeExits counts the free exits that are noted.
func (k *Keeper) FreeExits(ctx context.Context) (int, error) {
	count := 0
	err := k.freeExits.Walk(ctx, nil, func(sdk.AccAddress, uint64) (bool, error) {
		count++
		return false, nil
	})
	return count, err
}
