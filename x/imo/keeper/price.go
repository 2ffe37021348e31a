package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// LastSalePrice implements revshare's provider: what buyers paid per 10^18 base units of a token in the offering that
// sold it; the zero coin for a denom that is none or a token that is not sold.
func (k *Keeper) LastSalePrice(ctx context.Context, denom string) (sdk.Coin, error) {
	m, sold, err := k.soldModel(ctx, denom)
	if err != nil || !sold {
		return sdk.Coin{}, err
	}
	o, t, err := k.offering(ctx, m.SoldOfferingId)
	if err != nil {
		return sdk.Coin{}, err
	}
	return t.Payment(o.ClearingPrice), nil
}
