package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// Params reads the governed settings.
func (k *Keeper) Params(ctx context.Context) (types.Params, error) {
	return k.params.Get(ctx)
}

// openParams reads the settings and refuses while the module is paused.
func (k *Keeper) openParams(ctx context.Context) (types.Params, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return types.Params{}, err
	}
	if params.Paused {
		return types.Params{}, types.ErrPaused
	}
	return params, nil
}

// CreateCollection makes a collection with the terms given; id, creator and
// height are set here. The model must be servable, so that content can be made.
func (k *Keeper) CreateCollection(
	ctx context.Context, creator sdk.AccAddress, terms types.Collection,
) (types.Collection, error) {
	params, err := k.openParams(ctx)
	if err != nil {
		return types.Collection{}, err
	}
	if !k.payable(creator) {
		return types.Collection{}, types.ErrInvalidRecipient.Wrap("the creator could not be paid")
	}
	if err := terms.ValidateBasic(); err != nil {
		return types.Collection{}, err
	}
	if royalty := terms.RoyaltyPoolBps + terms.RoyaltyCreatorBps; royalty > params.MaxRoyaltyBps {
		return types.Collection{}, types.ErrInvalidCollection.Wrapf(
			"royalties of %d basis points, at most %d", royalty, params.MaxRoyaltyBps)
	}
	if err := params.CheckPrice(terms.MintPrice); err != nil {
		return types.Collection{}, err
	}
	model, err := k.models.ServableVersion(ctx, terms.ModelId, 0)
	if err != nil {
		return types.Collection{}, err
	}
	if !params.OpenCollections && !creator.Equals(model.Creator) {
		return types.Collection{}, types.ErrNotCreator.Wrapf("of model %d", terms.ModelId)
	}
	return k.insertCollection(ctx, creator, terms)
}

func (k *Keeper) insertCollection(
	ctx context.Context, creator sdk.AccAddress, c types.Collection,
) (types.Collection, error) {
	last, err := k.lastCollectionID.Peek(ctx)
	if err != nil {
		return types.Collection{}, err
	}
	if c.Creator, err = k.text(creator); err != nil {
		return types.Collection{}, err
	}
	c.Id = last + 1
	c.CreatedHeight = height(ctx)
	if err := k.lastCollectionID.Set(ctx, c.Id); err != nil {
		return types.Collection{}, err
	}
	if err := k.collections.Set(ctx, c.Id, c); err != nil {
		return types.Collection{}, err
	}
	if err := emit(ctx, &types.EventCollectionCreated{
		CollectionId: c.Id, ModelId: c.ModelId, Creator: c.Creator, Contract: types.ContractText(c.Id),
	}); err != nil {
		return types.Collection{}, err
	}
	if k.hooks == nil {
		return c, nil
	}
	return c, k.hooks.AfterCollectionCreated(ctx, c.Id)
}

// Collection reads one collection.
func (k *Keeper) Collection(ctx context.Context, id uint64) (types.Collection, error) {
	c, err := k.collections.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Collection{}, types.ErrCollectionNotFound.Wrapf("id %d", id)
	}
	return c, err
}

// requireCollection fails if there is none of that id, without reading it.
func (k *Keeper) requireCollection(ctx context.Context, id uint64) error {
	ok, err := k.collections.Has(ctx, id)
	if err != nil {
		return err
	}
	if !ok {
		return types.ErrCollectionNotFound.Wrapf("id %d", id)
	}
	return nil
}

// RoyaltyInfo answers ERC-2981 for a sale elsewhere. Nothing enforces it: only
// sales through this module pay royalty. The standard knows a single receiver: the
// model's token, whose native income is shared by its holders, if the model has
// one and the collection gives it a share; the collection's creator otherwise.
func (k *Keeper) RoyaltyInfo(ctx context.Context, collectionID uint64, price math.Int) (types.Royalty, error) {
	c, err := k.Collection(ctx, collectionID)
	if err != nil {
		return types.Royalty{}, err
	}
	if price.IsNil() || price.IsNegative() {
		return types.Royalty{}, types.ErrInvalidPrice
	}
	creator, err := k.account(c.Creator)
	if err != nil {
		return types.Royalty{}, err
	}
	royalty := types.Royalty{Receiver: creator, Amount: settlement.Royalty(price, c.Terms(0))}
	if c.RoyaltyPoolBps == 0 {
		return royalty, nil
	}
	_, hasToken, err := k.models.TokenDenom(ctx, c.ModelId)
	if err != nil {
		return types.Royalty{}, err
	}
	if hasToken {
		royalty.Receiver = imotypes.TokenAddress(c.ModelId)
	}
	return royalty, nil
}
