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

// allocation returns the sums of an owner's bids as they are stored, zero without one.
func (k *Keeper) allocation(ctx context.Context, id uint64, owner sdk.AccAddress) (types.Allocation, error) {
	a, err := k.allocations.Get(ctx, collections.Join(id, owner))
	if !errors.Is(err, collections.ErrNotFound) {
		return a, err
	}
	text, err := k.text(owner)
	return types.NewAllocation(id, text), err
}

// filled is the allocation of an owner once the end decides what bids buy. A clearing writes bids, one behind the other,
// and no owner's sums, which lie anywhere: whoever asks adds up the owner's bids, at most book.MaxBidsPerOwner of each
// class, until the first payment stores them.
func (k *Keeper) filled(ctx context.Context, o types.Offering, owner sdk.AccAddress) (types.Allocation, error) {
	a, err := k.allocation(ctx, o.Id, owner)
	if err != nil || a.Deposited.IsZero() || !a.Cost.IsZero() || !a.Tokens.IsZero() ||
		o.Status == types.OFFERING_STATUS_SCHEDULED || o.Status == types.OFFERING_STATUS_OPEN {
		return a, err
	}
	keys, err := k.bidKeys(ctx, owner, o.Id, 1)
	if err != nil {
		return a, err
	}
	for _, key := range keys {
		b, err := k.bids.Get(ctx, key)
		if err != nil {
			return a, err
		}
		a = book.Bought(a, b)
	}
	return a, nil
}

// gasPlaceBid prices what a bid computes beside the store's own gas: its tick among at most types.MaxTicks, and the price
// before and after it.
const gasPlaceBid = 10_000

// BidOrder is a bid as it arrives, whatever door it comes through.
type BidOrder struct {
	Bidder, Owner sdk.AccAddress
	OfferingID    uint64
	Amount        sdk.Coin
	MaxPrice      math.Int
	// TermsHash proves that the bidder means these terms.
	TermsHash string
	Allowance *types.Allowance
	Home      *types.Home
	// AutoPayout asks that the owner be paid the token's revenue without a claim.
	AutoPayout bool
}

// PlaceBid takes a deposit from the bidder into the offering's escrow; the owner owns the bid. It returns the price of
// the bid's tick besides.
func (k *Keeper) PlaceBid(ctx context.Context, in BidOrder) (types.Bid, math.Int, error) {
	var none types.Bid
	id := in.OfferingID
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return none, math.Int{}, err
	}
	a, err := k.checkBid(ctx, o, t, in)
	if err != nil {
		return none, math.Int{}, err
	}
	bidder, err := k.text(in.Bidder)
	if err != nil {
		return none, math.Int{}, err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(gasPlaceBid, "place bid")
	limit := t.OwnerCap.Amount
	if t.AllowRoot != "" {
		limit = math.MinInt(limit, in.Allowance.Cap)
	}
	placed, err := book.Place(t, o, a, book.Order{
		Bidder: bidder, Owner: a.Owner, Amount: in.Amount, MaxPrice: in.MaxPrice, Cap: limit,
		Height: sdk.UnwrapSDKContext(ctx).BlockHeight(), Home: in.Home, AutoPayout: in.AutoPayout,
	})
	if err != nil {
		return none, math.Int{}, err
	}

	// The first bid may come in the block in which the offering starts, before its end block opens it.
	if placed.Offering.Status == types.OFFERING_STATUS_SCHEDULED {
		if err := k.start(ctx, &placed.Offering, t); err != nil {
			return none, math.Int{}, err
		}
	}
	b := placed.Bid
	if err := k.changeBook(ctx, t, &placed.Offering, b, placed.Price, b.Amount.Amount, 1); err != nil {
		return none, math.Int{}, err
	}
	if err := k.storeBook(ctx, t, placed.Offering, in.Owner, placed.Allocation); err != nil {
		return none, math.Int{}, err
	}
	if err := k.bids.Set(ctx, collections.Join(id, b.Id), b); err != nil {
		return none, math.Int{}, err
	}
	if err := k.bank.SendCoins(ctx, in.Bidder, types.OfferingAddress(id), sdk.NewCoins(in.Amount)); err != nil {
		return none, math.Int{}, err
	}
	if !k.account.HasAccount(ctx, in.Owner) { // or its owner could sign nothing, not even what is free of fees
		k.account.SetAccount(ctx, k.account.NewAccountWithAddress(ctx, in.Owner))
	}
	return b, placed.Price, emit(ctx, &types.EventBidPlaced{
		OfferingId: id, BidId: b.Id, Bidder: b.Bidder, Owner: b.Owner, Amount: b.Amount, Cost: t.Payment(b.Cost), Tokens: t.Tokens(b.Tokens),
		TickPrice: placed.Price,
	})
}

// checkBid checks everything about a bid that the book does not, and returns the sums of its owner.
func (k *Keeper) checkBid(ctx context.Context, o types.Offering, t types.Terms, in BidOrder) (types.Allocation, error) {
	var none types.Allocation
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return none, err
	}
	if params.Paused {
		return none, types.ErrPaused
	}
	if err := o.CheckOpen(t, sdkCtx.BlockTime()); err != nil {
		return none, err
	}
	if err := in.Home.Validate(); err != nil {
		return none, err
	}
	if in.TermsHash != o.TermsHash {
		return none, types.ErrTermsHash.Wrapf("offering %d has %s, the bid has %.80q", o.Id, o.TermsHash, in.TermsHash)
	}
	if err := k.checkRecipient("owner", in.Owner); err != nil {
		return none, err
	}
	switch {
	case t.AllowRoot != "":
		if err := in.Allowance.Check(t.AllowRoot, sdkCtx.ChainID(), o.Id, in.Owner); err != nil {
			return none, err
		}
	case in.Allowance != nil:
		return none, types.ErrNotAllowed.Wrapf("allowance is set: offering %d has no allow list", o.Id)
	}
	a, err := k.allocation(ctx, o.Id, in.Owner)
	if err != nil {
		return none, err
	}
	if in.Owner.Equals(types.OfferingAddress(o.Id)) {
		return none, types.ErrRecipient.Wrapf("owner %s is the escrow of offering %d", a.Owner, o.Id)
	}
	return a, nil
}

// changeBook puts a bid on its tick or takes it off, and moves the end if that late a change moves the price.
func (k *Keeper) changeBook(ctx context.Context, t types.Terms, o *types.Offering, b types.Bid, price, change math.Int, bids int64) error {
	if book.FilledAtOnce(t) {
		return nil
	}
	before, err := k.clearing(ctx, *o, t)
	if err != nil {
		return err
	}
	if err := k.moveTick(ctx, t, o, b.Tick, price, change, bids); err != nil {
		return err
	}
	return k.extend(ctx, t, o, before)
}

// storeBook stores an open offering and an owner's sums, and moves the end in the queue when the book became full, is
// not full any more, or was extended.
func (k *Keeper) storeBook(ctx context.Context, t types.Terms, o types.Offering, owner sdk.AccAddress, a types.Allocation) error {
	if at := book.EndTime(t, o); o.DueTime == nil || !o.DueTime.Equal(at) {
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
	if err := k.changeBook(ctx, t, &cancelled.Offering, bid, math.ZeroInt(), bid.Amount.Amount.Neg(), -1); err != nil {
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
