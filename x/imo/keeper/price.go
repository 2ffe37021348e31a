package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// LastSalePrice implements revshare's provider: the time-weighted price of 10^18 base units of a token in its market, or
// what buyers paid in the offering that sold it while it has none; the zero coin for a token that is not sold.
func (k *Keeper) LastSalePrice(ctx context.Context, denom string) (sdk.Coin, error) {
	m, sold, err := k.soldModel(ctx, denom)
	if err != nil || !sold {
		return sdk.Coin{}, err
	}
	o, t, err := k.offering(ctx, m.SoldOfferingId)
	if err != nil {
		return sdk.Coin{}, err
	}
	price, traded, err := k.marketPrice(ctx, m.Id)
	if err != nil {
		return sdk.Coin{}, err
	}
	if !traded {
		price = o.ClearingPrice
	}
	return t.Payment(price), nil
}
