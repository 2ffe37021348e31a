package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// ownModel returns a model after checking that it is the creator's.
func (k *Keeper) ownModel(ctx context.Context, creator sdk.AccAddress, id uint64) (types.Model, error) {
	m, err := k.Model(ctx, id)
	if err != nil {
		return m, err
	}
	text, err := k.text(creator)
	if err != nil {
		return m, err
	}
	if m.Creator != text {
		return m, types.ErrNotCreator.Wrapf("model %d belongs to %s, the signer is %s", id, m.Creator, text)
	}
	return m, nil
}

// SetPrice changes a model's price per request. It is free until an offering exists; from then on the newest terms
// bound it. Requests copied their price when they were made.
func (k *Keeper) SetPrice(ctx context.Context, creator sdk.AccAddress, id uint64, price sdk.Coin) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	m, err := k.ownModel(ctx, creator, id)
	if err != nil {
		return err
	}
	if m.Status == types.MODEL_STATUS_RETIRED {
		return types.ErrModelRetired.Wrapf("model %d", id)
	}
	if err := checkRequestPrice(params, price); err != nil {
		return err
	}
	if price.IsPositive() && types.NonCommercial(m.Licence) {
		return types.ErrNonCommercial.Wrapf("licence %q, price %s must be 0", m.Licence, price)
	}
	old := m.Price
	bound, terms, err := k.boundingTerms(ctx, m)
	if err != nil {
		return err
	}
	if !bound {
		m.Price = price
	} else if m, err = m.MovePrice(terms, price, sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return err
	}
	if err := k.models.Set(ctx, id, m); err != nil {
		return err
	}
	return emit(ctx, &types.EventPriceSet{ModelId: id, OldPrice: old, NewPrice: price})
}

// boundingTerms returns the terms that bound the model's price: those of the sold or running offering. Terms of an
// offering that failed or was cancelled bind nobody.
func (k *Keeper) boundingTerms(ctx context.Context, m types.Model) (bool, types.Terms, error) {
	if m.OfferingId == 0 {
		return false, types.Terms{}, nil
	}
	o, t, err := k.offering(ctx, m.OfferingId)
	if err != nil {
		return false, t, err
	}
	return o.Running() || m.SoldOfferingId == o.Id, t, nil
}

// RetireModel withdraws a model. Not while somebody else depends on it: a token, a running offering, an open proof.
func (k *Keeper) RetireModel(ctx context.Context, creator sdk.AccAddress, id uint64) error {
	m, err := k.ownModel(ctx, creator, id)
	if err != nil {
		return err
	}
	if m.Status == types.MODEL_STATUS_RETIRED {
		return types.ErrModelRetired.Wrapf("model %d", id)
	}
	if m.ProofVersion != 0 {
		return types.ErrModelInUse.Wrapf("version %d of model %d is under proof", m.ProofVersion, id)
	}
	bound, _, err := k.boundingTerms(ctx, m)
	if err != nil {
		return err
	}
	if bound {
		return types.ErrModelInUse.Wrapf("model %d has offering %d", id, m.OfferingId)
	}
	m.Status = types.MODEL_STATUS_RETIRED
	if err := k.models.Set(ctx, id, m); err != nil {
		return err
	}
	return emit(ctx, &types.EventModelRetired{ModelId: id})
}
