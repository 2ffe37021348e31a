package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// List puts a final token up for sale, or gives a listing a new price. The token
// stays with its owner, who can still move or burn it, which ends the listing.
func (k *Keeper) List(ctx context.Context, owner sdk.AccAddress, collectionID uint64, id types.TokenID, price sdk.Coin) error {
	params, err := k.openParams(ctx)
	if err != nil {
		return err
	}
	if err := params.CheckPrice(price); err != nil {
		return err
	}
	if err := k.requireFinal(ctx, collectionID, id); err != nil {
		return err
	}
	if err := k.requireTradable(ctx, collectionID, id); err != nil {
		return err
	}
	seller, err := k.requireOwner(ctx, owner, collectionID, id)
	if err != nil {
		return err
	}
	listing := types.Listing{
		Seller: seller, Price: price, ProtocolFeeBps: params.ProtocolFeeBps, ListedHeight: height(ctx),
	}
	if err := k.listings.Set(ctx, keyOf(collectionID, id), listing); err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenListed{CollectionId: collectionID, TokenId: id.String(), Seller: seller, Price: price})
}

// Unlist ends a listing.
func (k *Keeper) Unlist(ctx context.Context, owner sdk.AccAddress, collectionID uint64, id types.TokenID) error {
	if _, err := k.listing(ctx, collectionID, id); err != nil {
		return err
	}
	if _, err := k.requireOwner(ctx, owner, collectionID, id); err != nil {
		return err
	}
	return k.endListing(ctx, collectionID, id)
}

// Buy pays the listed price, which must be the one the buyer expects, and takes
// the token. The listing is gone and the token moved before any coin moves. The
// seller, the creator and the model cannot prevent the sale: what cannot be sent
// to them waits for them.
func (k *Keeper) Buy(ctx context.Context, buyer sdk.AccAddress, collectionID uint64, id types.TokenID, expected sdk.Coin) error {
	if _, err := k.openParams(ctx); err != nil {
		return err
	}
	if err := expected.Validate(); err != nil {
		return types.ErrInvalidPrice.Wrap(err.Error())
	}
	c, err := k.Collection(ctx, collectionID)
	if err != nil {
		return err
	}
	listing, err := k.listing(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if err := k.requireTradable(ctx, collectionID, id); err != nil {
		return err
	}
	if listing.Price.Denom != expected.Denom || !listing.Price.Amount.Equal(expected.Amount) {
		return types.ErrStalePrice.Wrapf("it is %s", listing.Price)
	}
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if own.Owner != listing.Seller {
		return types.ErrInconsistent.Wrapf("token %s is listed by somebody else than its owner", id)
	}
	seller, err := k.account(listing.Seller)
	if err != nil {
		return err
	}
	if seller.Equals(buyer) {
		return types.ErrInvalidRecipient.Wrap("it is the seller")
	}
	if err := k.checkRecipient(collectionID, buyer); err != nil {
		return err
	}
	if err := k.listings.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return err
	}
	return k.sell(ctx, c, id, own, sale{
		seller: seller, buyer: buyer, from: buyer, price: listing.Price, protocolFeeBps: listing.ProtocolFeeBps,
	})
}

// sale is an agreed price: what a listing and its buyer, or an offer and its
// acceptance, come to.
type sale struct {
	seller, buyer sdk.AccAddress
	// from holds the price: the buyer, or the escrow account for an offer.
	from           sdk.AccAddress
	price          sdk.Coin
	protocolFeeBps uint32
}

// sell moves the token, then the money, and adds the sale to the collection's sums.
func (k *Keeper) sell(ctx context.Context, c types.Collection, id types.TokenID, own types.Ownership, s sale) error {
	if err := k.handOver(ctx, c.Id, id, own, s.buyer); err != nil {
		return err
	}
	parts, err := k.distribute(ctx, c, id, s.from, s.seller, s.price, s.protocolFeeBps)
	if err != nil {
		return err
	}
	if err := k.addTrade(ctx, c.Id, s.price, parts); err != nil {
		return err
	}
	event := &types.EventTokenSold{CollectionId: c.Id, TokenId: id.String(), Seller: own.Owner}
	if event.Buyer, err = k.text(s.buyer); err != nil {
		return err
	}
	return emit(ctx, event)
}

// Listing reads the listing of a token.
func (k *Keeper) Listing(ctx context.Context, collectionID uint64, id types.TokenID) (types.Listing, error) {
	return k.listing(ctx, collectionID, id)
}

func (k *Keeper) listing(ctx context.Context, collectionID uint64, id types.TokenID) (types.Listing, error) {
	listing, err := k.listings.Get(ctx, keyOf(collectionID, id))
	if errors.Is(err, collections.ErrNotFound) {
		return types.Listing{}, types.ErrNotListed.Wrapf("%s in collection %d", id, collectionID)
	}
	return listing, err
}

// requireFinal fails unless the token is final.
func (k *Keeper) requireFinal(ctx context.Context, collectionID uint64, id types.TokenID) error {
	token, err := k.Token(ctx, collectionID, id)
	if err != nil {
		return err
	}
	if token.Status != types.TOKEN_STATUS_FINAL {
		return types.ErrTokenPending.Wrapf("%s waits for request %d", id, token.RequestId)
	}
	return nil
}

// requireOwner fails unless the account owns the token, and returns the owner's text.
func (k *Keeper) requireOwner(ctx context.Context, owner sdk.AccAddress, collectionID uint64, id types.TokenID) (string, error) {
	own, err := k.ownership(ctx, collectionID, id)
	if err != nil {
		return "", err
	}
	text, err := k.text(owner)
	if err != nil {
		return "", err
	}
	if text != own.Owner {
		return "", types.ErrWrongOwner.Wrapf("token %s", id)
	}
	return text, nil
}

// endListing ends the listing of a token if there is one.
func (k *Keeper) endListing(ctx context.Context, collectionID uint64, id types.TokenID) error {
	listing, err := k.listing(ctx, collectionID, id)
	if errors.Is(err, types.ErrNotListed) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.listings.Remove(ctx, keyOf(collectionID, id)); err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenUnlisted{CollectionId: collectionID, TokenId: id.String(), Seller: listing.Seller})
}
