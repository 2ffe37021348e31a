package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// SetAutoPayout asks for payments without a claim, or stops them. Contracts are refused: they
// could not account for coins that they did not ask for.
func (k *Keeper) SetAutoPayout(ctx context.Context, holder sdk.AccAddress, shareDenom string, enabled bool) error {
	if err := k.checkAccount(holder); err != nil {
		return err
	}
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return err
	}
	key := collections.Join(shareDenom, holder)
	had, err := k.auto.Has(ctx, key)
	if err != nil {
		return err
	}
	if enabled == had {
		return errorsmod.Wrapf(types.ErrAutoRefused, "it is so already: %t", had)
	}
	if enabled {
		if err := k.enableAuto(ctx, holder, pool); err != nil {
			return err
		}
	} else if err := k.dropAuto(ctx, shareDenom, holder); err != nil {
		return err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventAutoPayoutSet{ShareDenom: shareDenom, Holder: text, Enabled: enabled})
}

func (k *Keeper) enableAuto(ctx context.Context, holder sdk.AccAddress, pool rolledPool) error {
	recipient, err := k.recipient(ctx, holder)
	if err != nil {
		return err
	}
	if k.deps.Code.HasCode(ctx, holder) || k.deps.Code.HasCode(ctx, recipient) {
		return errorsmod.Wrap(types.ErrAutoRefused, "contracts claim for themselves")
	}
	held, err := k.holding(ctx, pool.ShareDenom, holder)
	if err != nil {
		return err
	}
	if held.Balance.IsZero() && held.Lazy.IsZero() {
		return errorsmod.Wrap(types.ErrAutoRefused, "the account holds nothing")
	}
	return k.queueAuto(ctx, pool.ShareDenom, holder, types.AutoPayout{Due: pool.Epoch + pool.DripEpochs})
}

func (k *Keeper) queueAuto(ctx context.Context, shareDenom string, holder sdk.AccAddress, auto types.AutoPayout) error {
	if err := k.auto.Set(ctx, collections.Join(shareDenom, holder), auto); err != nil {
		return err
	}
	return k.autoQueue.Set(ctx, collections.Join3(auto.Due, shareDenom, holder))
}

func (k *Keeper) dropAuto(ctx context.Context, shareDenom string, holder sdk.AccAddress) error {
	key := collections.Join(shareDenom, holder)
	auto, err := k.auto.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := k.autoQueue.Remove(ctx, collections.Join3(auto.Due, shareDenom, holder)); err != nil {
		return err
	}
	return k.auto.Remove(ctx, key)
}
