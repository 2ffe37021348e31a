package keeper

import (
	"context"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// account reads an address in bech32 or 0x form. Only 20-byte accounts can own
// or receive here; every door passes through this check.
func (k *Keeper) account(text string) (sdk.AccAddress, error) {
	raw, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidAddress.Wrapf("%q: %s", text, err)
	}
	return raw, checkAccount(raw)
}

// text prints an address as bech32, the form that is stored.
func (k *Keeper) text(addr sdk.AccAddress) (string, error) {
	out, err := k.addresses.BytesToString(addr)
	if err != nil {
		return "", types.ErrInvalidAddress.Wrap(err.Error())
	}
	return out, nil
}

func checkAccount(addr sdk.AccAddress) error {
	if len(addr) != types.AddressLength {
		return types.ErrInvalidAddress.Wrapf("%d bytes, want %d", len(addr), types.AddressLength)
	}
	return nil
}

func checkAccounts(addrs ...sdk.AccAddress) error {
	for _, addr := range addrs {
		if err := checkAccount(addr); err != nil {
			return err
		}
	}
	return nil
}

// checkRecipient refuses accounts that could never act on what they receive.
func (k *Keeper) checkRecipient(collectionID uint64, addr sdk.AccAddress) error {
	if !k.payable(addr) {
		return types.ErrInvalidRecipient.Wrap("it is blocked, reserved or not 20 bytes")
	}
	if addr.Equals(types.EscrowAddress(collectionID)) {
		return types.ErrInvalidRecipient.Wrap("it is the collection's escrow account")
	}
	return nil
}

// payable tells whether coins can be sent to an account. It is asked again at
// every payout, because accounts become blocked after they were accepted.
func (k *Keeper) payable(addr sdk.AccAddress) bool {
	return checkAccount(addr) == nil && !imotypes.ReservedAddress(addr) && !k.bank.BlockedAddr(addr)
}

func emit(ctx context.Context, event proto.Message) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(event)
}

func height(ctx context.Context) int64 {
	return sdk.UnwrapSDKContext(ctx).BlockHeight()
}
