package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// allocation returns the sums of an owner's bids, zero without one.
func (k *Keeper) allocation(ctx context.Context, id uint64, owner sdk.AccAddress) (types.Allocation, error) {
	a, err := k.allocations.Get(ctx, collections.Join(id, owner))
	if !errors.Is(err, collections.ErrNotFound) {
		return a, err
	}
	text, err := k.text(owner)
	return types.NewAllocation(id, text), err
}

// PlaceBid takes a deposit from the bidder into the offering's escrow; the owner owns the bid. The terms hash proves
// that the bidder means these terms.
func (k *Keeper) PlaceBid(
	ctx context.Context, bidder, owner sdk.AccAddress, id uint64, amount sdk.Coin, maxPrice math.Int, termsHash string,
) (types.Bid, error) {
	var none types.Bid
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return none, err
	}
	if params.Paused {
		return none, types.ErrPaused
	}
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return none, err
	}
	if err := o.CheckOpen(t, sdkCtx.BlockTime()); err != nil {
		return none, err
	}
	if termsHash != o.TermsHash {
		return none, types.ErrTermsHash.Wrapf("offering %d has %s, the bid has %.80q", id, o.TermsHash, termsHash)
	}
	if err := k.checkRecipient("owner", owner); err != nil {
		return none, err
	}
	a, err := k.allocation(ctx, id, owner)
	if err != nil {
		return none, err
	}
	if owner.Equals(types.OfferingAddress(id)) {
		return none, types.ErrRecipient.Wrapf("owner %s is the escrow of offering %d", a.Owner, id)
	}
	bidderText, err := k.text(bidder)
	if err != nil {
		return none, err
	}
	placed, err := book.Place(t, o, a, book.Order{
		Bidder: bidderText, Owner: a.Owner, Amount: amount, MaxPrice: maxPrice, Height: sdkCtx.BlockHeight(),
	})
	if err != nil {
		return none, err
	}

	// The first bid may come in the block in which the offering starts, before its end block opens it.
	if placed.Offering.Status == types.OFFERING_STATUS_SCHEDULED {
		if err := k.start(ctx, &placed.Offering, t); err != nil {
			return none, err
		}
	}
	if err := k.storeBook(ctx, t, placed.Offering, owner, placed.Allocation); err != nil {
		return none, err
	}
	if err := k.bids.Set(ctx, collections.Join(id, placed.Bid.Id), placed.Bid); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, bidder, types.OfferingAddress(id), sdk.NewCoins(amount)); err != nil {
		return none, err
	}
	b := placed.Bid
	return b, emit(ctx, &types.EventBidPlaced{
		OfferingId: id, BidId: b.Id, Bidder: b.Bidder, Owner: b.Owner, Amount: b.Amount, Cost: t.Payment(b.Cost), Tokens: t.Tokens(b.Tokens),
	})
}

// storeBook stores an open offering and an owner's sums, and moves the settlement in the queue when the book became
// full or is not full any more.
func (k *Keeper) storeBook(ctx context.Context, t types.Terms, o types.Offering, owner sdk.AccAddress, a types.Allocation) error {
	if at := book.SettleTime(t, o); o.DueTime == nil || !o.DueTime.Equal(at) {
		if err := k.requeue(ctx, &o, &at); err != nil {
			return err
		}
	}
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return err
	}
	key := collections.Join(o.Id, owner)
	if a.Deposited.IsZero() {
		return k.allocations.Remove(ctx, key)
	}
	return k.allocations.Set(ctx, key, a)
}

// CancelBid takes a bid back before the cancel deadline. Only its owner may, and the owner is refunded, whoever paid.
func (k *Keeper) CancelBid(ctx context.Context, owner sdk.AccAddress, id, bidID uint64) (sdk.Coin, error) {
	var none sdk.Coin
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return none, err
	}
	bid, err := k.bids.Get(ctx, collections.Join(id, bidID))
	if errors.Is(err, collections.ErrNotFound) {
		return none, types.ErrBidNotFound.Wrapf("bid %d of offering %d", bidID, id)
	}
	if err != nil {
		return none, err
	}
	a, err := k.allocation(ctx, id, owner)
	if err != nil {
		return none, err
	}
	if bid.Owner != a.Owner {
		return none, types.ErrNotOwner.Wrapf("bid %d of offering %d belongs to %s, the signer is %s", bidID, id, bid.Owner, a.Owner)
	}
	if err := o.CheckCancel(t, sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return none, err
	}
	if err := k.checkRecipient("owner", owner); err != nil {
		return none, err
	}
	cancelled := book.Cancel(o, a, bid)

	if err := k.bids.Remove(ctx, collections.Join(id, bidID)); err != nil {
		return none, err
	}
	if err := k.storeBook(ctx, t, cancelled.Offering, owner, cancelled.Allocation); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, types.OfferingAddress(id), owner, sdk.NewCoins(cancelled.Refund)); err != nil {
		return none, err
	}
	return cancelled.Refund, emit(ctx, &types.EventBidCancelled{OfferingId: id, BidId: bidID, Owner: a.Owner, Refund: cancelled.Refund})
}
