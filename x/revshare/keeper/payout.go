package keeper

import (
	"context"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// SetPayout sets the address that receives the holder's revenue of all pools; empty, or
// the holder itself, clears it. A contract may set it once, so that whoever owns the
// contract later cannot redirect what its depositors rely on.
func (k *Keeper) SetPayout(ctx context.Context, holder, payout sdk.AccAddress) error {
	if err := k.checkAccount(holder); err != nil {
		return err
	}
	before, err := getOr(ctx, k.payouts, holder, nil)
	if err != nil {
		return err
	}
	if len(before) != 0 && k.deps.Code.HasCode(ctx, holder) {
		return types.ErrPayoutFixed
	}
	event := types.EventPayoutSet{}
	if event.Holder, err = k.deps.AddressCodec.BytesToString(holder); err != nil {
		return err
	}
	if len(payout) == 0 || payout.Equals(holder) {
		if err := k.payouts.Remove(ctx, holder); err != nil {
			return err
		}
		return emit(ctx, &event)
	}
	if err := k.checkAccount(payout); err != nil {
		return err
	}
	if event.Payout, err = k.deps.AddressCodec.BytesToString(payout); err != nil {
		return err
	}
	if err := k.payouts.Set(ctx, holder, payout); err != nil {
		return err
	}
	return emit(ctx, &event)
}

// recipient is the holder's payout address, or the holder when it set none or when that
// address has become unable to receive.
func (k *Keeper) recipient(ctx context.Context, holder sdk.AccAddress) (sdk.AccAddress, error) {
	if err := k.checkAccount(holder); err != nil {
		return nil, err
	}
	payout, err := getOr(ctx, k.payouts, holder, nil)
	if err != nil {
		return nil, err
	}
	if len(payout) != 0 && k.checkAccount(payout) == nil {
		return payout, nil
	}
	return holder, nil
}

// checkAccount refuses accounts that may not hold or be paid: other lengths than 20 bytes
// (the EVM mirror would forge coins), the lowest addresses (zero and precompiles), module
// accounts, and what the app reserves (tokens, collections).
func (k *Keeper) checkAccount(addr sdk.AccAddress) error {
	switch {
	case len(addr) != types.AccountLength:
		return errorsmod.Wrapf(types.ErrInvalidAccount, "%d bytes, not %d", len(addr), types.AccountLength)
	case types.LowAddress(addr):
		return errorsmod.Wrap(types.ErrInvalidAccount, "zero address or precompile")
	case k.deps.Bank.BlockedAddr(addr):
		return errorsmod.Wrap(types.ErrInvalidAccount, "address cannot receive coins")
	case k.deps.Reserved(addr):
		return errorsmod.Wrap(types.ErrInvalidAccount, "reserved address")
	}
	return nil
}

// hasSigned tells whether the account has ever signed a transaction. Escrow accounts, whose
// addresses are hashes, never will.
func (k *Keeper) hasSigned(ctx context.Context, addr sdk.AccAddress) bool {
	acc := k.deps.Accounts.GetAccount(ctx, addr)
	return acc != nil && (acc.GetPubKey() != nil || acc.GetSequence() > 0)
}
