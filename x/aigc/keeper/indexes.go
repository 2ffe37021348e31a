package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/codec"
	"cosmossdk.io/collections/indexes"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

// collectionIndexes finds collections by what people look for.
type collectionIndexes struct {
	byModel *indexes.Multi[uint64, uint64, types.Collection]
}

// IndexesList implements collections.Indexes.
func (i collectionIndexes) IndexesList() []collections.Index[uint64, types.Collection] {
	return []collections.Index[uint64, types.Collection]{i.byModel}
}

func newCollectionIndexes(sb *collections.SchemaBuilder) collectionIndexes {
	return collectionIndexes{
		byModel: indexes.NewMulti(sb, types.CollectionsByModelKey, "collections_by_model",
			collections.Uint64Key, collections.Uint64Key,
			func(_ uint64, c types.Collection) (uint64, error) { return c.ModelId, nil }),
	}
}

// priceKey is (collection id, denom, price and token id). The price has 16 bytes,
// big-endian, so that the first key of a collection and denom is the floor.
type priceKey = collections.Triple[uint64, string, []byte]

const priceBytes = 16

// priceIndex orders the listings of a collection and denom by price.
type priceIndex struct {
	keys collections.KeySet[priceKey]
}

// Reference implements collections.Index.
func (i priceIndex) Reference(
	ctx context.Context, at tokenKey, listing types.Listing, old func() (types.Listing, error),
) error {
	if err := i.Unreference(ctx, at, old); err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	key, err := priceKeyOf(at, listing)
	if err != nil {
		return err
	}
	return i.keys.Set(ctx, key)
}

// Unreference implements collections.Index.
func (i priceIndex) Unreference(ctx context.Context, at tokenKey, value func() (types.Listing, error)) error {
	listing, err := value()
	if err != nil {
		return err
	}
	key, err := priceKeyOf(at, listing)
	if err != nil {
		return err
	}
	return i.keys.Remove(ctx, key)
}

// floor is the cheapest token of a collection in a denom, the lowest id among equals.
func (i priceIndex) floor(ctx context.Context, collectionID uint64, denom string) (id []byte, ok bool, err error) {
	within := collections.NewSuperPrefixedTripleRange[uint64, string, []byte](collectionID, denom)
	err = i.keys.Walk(ctx, within, func(key priceKey) (bool, error) {
		id, ok = key.K3()[priceBytes:], true
		return true, nil
	})
	return id, ok, err
}

func priceKeyOf(at tokenKey, listing types.Listing) (priceKey, error) {
	if err := settlement.CheckPrice(listing.Price.Amount); err != nil {
		return priceKey{}, types.ErrInconsistent.Wrap(err.Error())
	}
	price := listing.Price.Amount.BigInt().FillBytes(make([]byte, priceBytes))
	return collections.Join3(at.K1(), listing.Price.Denom, append(price, at.K2()...)), nil
}

// listingIndexes finds listings by price.
type listingIndexes struct {
	byPrice priceIndex
}

// IndexesList implements collections.Indexes.
func (i listingIndexes) IndexesList() []collections.Index[tokenKey, types.Listing] {
	return []collections.Index[tokenKey, types.Listing]{i.byPrice}
}

func newListingIndexes(sb *collections.SchemaBuilder) listingIndexes {
	return listingIndexes{byPrice: priceIndex{collections.NewKeySet(sb, types.ListingsByPriceKey, "listings_by_price",
		collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, collections.BytesKey))}}
}

// tokenAccountKey is (collection id, token id, account): the bidder of an offer, the author of a report.
type tokenAccountKey = collections.Triple[uint64, []byte, sdk.AccAddress]

// offerIndexes finds the offers of an account.
type offerIndexes struct {
	byBidder *indexes.Multi[sdk.AccAddress, tokenAccountKey, types.Offer]
}

// IndexesList implements collections.Indexes.
func (i offerIndexes) IndexesList() []collections.Index[tokenAccountKey, types.Offer] {
	return []collections.Index[tokenAccountKey, types.Offer]{i.byBidder}
}

func newOfferIndexes(sb *collections.SchemaBuilder, offer codec.KeyCodec[tokenAccountKey]) offerIndexes {
	return offerIndexes{
		byBidder: indexes.NewMulti(sb, types.OffersByBidderKey, "offers_by_bidder", sdk.AccAddressKey, offer,
			func(at tokenAccountKey, _ types.Offer) (sdk.AccAddress, error) { return at.K3(), nil }),
	}
}
