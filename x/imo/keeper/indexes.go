package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/indexes"
	"cosmossdk.io/core/address"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// modelIndexes finds models by creator.
type modelIndexes struct {
	creator *indexes.Multi[sdk.AccAddress, uint64, types.Model]
}

// IndexesList implements collections.Indexes.
func (i modelIndexes) IndexesList() []collections.Index[uint64, types.Model] {
	return []collections.Index[uint64, types.Model]{i.creator}
}

func newModelIndexes(sb *collections.SchemaBuilder, addresses address.Codec) modelIndexes {
	return modelIndexes{creator: indexes.NewMulti(sb, types.ModelsByCreatorPrefix, "models_by_creator",
		sdk.AccAddressKey, collections.Uint64Key,
		func(_ uint64, m types.Model) (sdk.AccAddress, error) { return addresses.StringToBytes(m.Creator) })}
}

// offeringIndexes finds offerings by model.
type offeringIndexes struct {
	model *indexes.Multi[uint64, uint64, types.Offering]
}

// IndexesList implements collections.Indexes.
func (i offeringIndexes) IndexesList() []collections.Index[uint64, types.Offering] {
	return []collections.Index[uint64, types.Offering]{i.model}
}

func newOfferingIndexes(sb *collections.SchemaBuilder) offeringIndexes {
	return offeringIndexes{model: indexes.NewMulti(sb, types.OfferingsByModelPrefix, "offerings_by_model",
		collections.Uint64Key, collections.Uint64Key,
		func(_ uint64, o types.Offering) (uint64, error) { return o.ModelId, nil })}
}

// bidIndexes finds bids by owner.
type bidIndexes struct {
	owner *indexes.Multi[sdk.AccAddress, collections.Pair[uint64, uint64], types.Bid]
}

// IndexesList implements collections.Indexes.
func (i bidIndexes) IndexesList() []collections.Index[collections.Pair[uint64, uint64], types.Bid] {
	return []collections.Index[collections.Pair[uint64, uint64], types.Bid]{ownerOnce{i.owner}}
}

// ownerOnce keeps the reference of a bid that is written again: its owner never changes, and a clearing, which writes
// every bid once more, would write every reference too.
type ownerOnce struct {
	*indexes.Multi[sdk.AccAddress, collections.Pair[uint64, uint64], types.Bid]
}

// Reference implements collections.Index.
func (o ownerOnce) Reference(
	ctx context.Context, key collections.Pair[uint64, uint64], bid types.Bid, stored func() (types.Bid, error),
) error {
	before, err := stored()
	if err == nil && before.Owner == bid.Owner {
		return nil
	}
	return o.Multi.Reference(ctx, key, bid, func() (types.Bid, error) { return before, err })
}

func newBidIndexes(sb *collections.SchemaBuilder, addresses address.Codec) bidIndexes {
	return bidIndexes{owner: indexes.NewMulti(sb, types.BidsByOwnerPrefix, "bids_by_owner",
		sdk.AccAddressKey, collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key),
		func(_ collections.Pair[uint64, uint64], b types.Bid) (sdk.AccAddress, error) {
			return addresses.StringToBytes(b.Owner)
		})}
}
