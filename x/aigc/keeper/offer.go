package keeper

import (
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// MakeOffer names a price for a token that somebody else owns and takes it into
// escrow. The bidder's older offer for the token ends, its price goes back to him first.
func (k *Keeper) MakeOffer(
	ctx context.Context, bidder sdk.AccAddress, collectionID uint64, id types.TokenID, price sdk.Coin, expires time.Time,
) error {
	params, err := k.openParams(ctx)
	if err != nil {
		return err
	}
	if err := params.CheckPrice(price); err != nil {
		return err
	}
	offer := types.Offer{Price: price, ProtocolFeeBps: params.ProtocolFeeBps, Expires: expires, MadeHeight: height(ctx)}
	if offer.Bidder, err = k.text(bidder); err != nil {
		return err
	}
	if err := offer.ValidateBasic(); err != nil {
		return err
	}
	if err := offer.CheckEnd(blockTime(ctx)); err != nil {
		return err
	}
	if err := k.checkRecipient(collectionID, bidder); err != nil {
		return err
	}
	if err := k.requireTradable(ctx, collectionID, id); err != nil {
		return err
	}
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if own.Owner == offer.Bidder {
		return types.ErrInvalidOffer.Wrap("the bidder owns the token")
	}
	if err := k.endOffer(ctx, collectionID, id, bidder); err != nil && !errors.Is(err, types.ErrOfferNotFound) {
		return err
	}
	if err := k.offers.Set(ctx, tokenAccountKeyOf(collectionID, id, bidder), offer); err != nil {
		return err
	}
	if err := k.toEscrow(ctx, collectionID, bidder, price); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferMade{
		CollectionId: collectionID, TokenId: id.String(), Bidder: offer.Bidder, Price: price, Expires: expires,
	})
}

// AcceptOffer sells a final token to a bidder for the price that he offered, which
// must be the one the owner expects. It is shared like that of a listing.
func (k *Keeper) AcceptOffer(
	ctx context.Context, owner, bidder sdk.AccAddress, collectionID uint64, id types.TokenID, expected sdk.Coin,
) error {
	if _, err := k.openParams(ctx); err != nil {
		return err
	}
	if err := expected.Validate(); err != nil {
		return types.ErrInvalidPrice.Wrap(err.Error())
	}
	offer, err := k.Offer(ctx, collectionID, id, bidder)
	if err != nil {
		return err
	}
	if now := blockTime(ctx); offer.Expired(now) {
		return types.ErrInvalidOffer.Wrapf("it ended at %s", offer.Expires.UTC().Format(time.RFC3339))
	}
	if offer.Price.Denom != expected.Denom || !offer.Price.Amount.Equal(expected.Amount) {
		return types.ErrStalePrice.Wrapf("it is %s", offer.Price)
	}
	if err := k.requireFinal(ctx, collectionID, id); err != nil {
		return err
	}
	if err := k.requireTradable(ctx, collectionID, id); err != nil {
		return err
	}
	if _, err := k.requireOwner(ctx, owner, collectionID, id); err != nil {
		return err
	}
	if owner.Equals(bidder) {
		return types.ErrInvalidRecipient.Wrap("it is the seller")
	}
	if err := k.checkRecipient(collectionID, bidder); err != nil {
		return err
	}
	c, err := k.Collection(ctx, collectionID)
	if err != nil {
		return err
	}
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if err := k.offers.Remove(ctx, tokenAccountKeyOf(collectionID, id, bidder)); err != nil {
		return err
	}
	if err := k.endListing(ctx, collectionID, id); err != nil {
		return err
	}
	return k.sell(ctx, c, id, own, sale{
		seller: owner, buyer: bidder, from: types.EscrowAddress(collectionID),
		price: offer.Price, protocolFeeBps: offer.ProtocolFeeBps,
	})
}

// CancelOffer returns the price of an offer to its bidder: for the bidder at any
// time, for anyone once it expired or its token is gone. It works while the module is paused.
func (k *Keeper) CancelOffer(
	ctx context.Context, caller, bidder sdk.AccAddress, collectionID uint64, id types.TokenID,
) error {
	offer, err := k.Offer(ctx, collectionID, id, bidder)
	if err != nil {
		return err
	}
	if !caller.Equals(bidder) && !offer.Expired(blockTime(ctx)) {
		exists, err := k.ownerships.Has(ctx, keyOf(collectionID, id))
		if err != nil {
			return err
		}
		if exists {
			return types.ErrOfferOpen.Wrapf("until %s", offer.Expires.UTC().Format(time.RFC3339))
		}
	}
	return k.endOffer(ctx, collectionID, id, bidder)
}

// endOffer removes an offer and returns its price.
func (k *Keeper) endOffer(ctx context.Context, collectionID uint64, id types.TokenID, bidder sdk.AccAddress) error {
	offer, err := k.Offer(ctx, collectionID, id, bidder)
	if err != nil {
		return err
	}
	if err := k.offers.Remove(ctx, tokenAccountKeyOf(collectionID, id, bidder)); err != nil {
		return err
	}
	if err := k.pay(ctx, collectionID, types.EscrowAddress(collectionID), bidder, offer.Price); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferEnded{
		CollectionId: collectionID, TokenId: id.String(), Bidder: offer.Bidder, Price: offer.Price,
	})
}

// Offer reads what a bidder offered for a token.
func (k *Keeper) Offer(ctx context.Context, collectionID uint64, id types.TokenID, bidder sdk.AccAddress) (types.Offer, error) {
	if err := checkAccount(bidder); err != nil {
		return types.Offer{}, err
	}
	offer, err := k.offers.Get(ctx, tokenAccountKeyOf(collectionID, id, bidder))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Offer{}, types.ErrOfferNotFound.Wrapf("for %s in collection %d", id, collectionID)
	}
	return offer, err
}

func tokenAccountKeyOf(collectionID uint64, id types.TokenID, account sdk.AccAddress) tokenAccountKey {
	return collections.Join3(collectionID, id.Bytes(), account)
}

func blockTime(ctx context.Context) time.Time {
	return sdk.UnwrapSDKContext(ctx).BlockTime()
}
