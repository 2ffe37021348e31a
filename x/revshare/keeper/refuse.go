package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// SetRefusals replaces the list of revenue denoms that holder is not paid in. What it earns
// in them stays owed; one coin that nobody can or wants to receive does not stop the others.
func (k *Keeper) SetRefusals(ctx context.Context, holder sdk.AccAddress, denoms []string) error {
	if err := k.checkAccount(holder); err != nil {
		return err
	}
	refusals := types.Refusals{Denoms: denoms}
	if err := refusals.Validate(); err != nil {
		return err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	if len(denoms) == 0 {
		err = k.refusals.Remove(ctx, holder)
	} else {
		err = k.refusals.Set(ctx, holder, refusals)
	}
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventRefusalsSet{Holder: text, Denoms: denoms})
}
