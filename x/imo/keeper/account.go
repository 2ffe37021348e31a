package keeper

import (
	"bytes"
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

const (
	accountLength = 20
	// maxAddressLength bounds the text of an address before it is decoded.
	maxAddressLength = 90
)

// accountOf decodes an address of a message. Only 20-byte accounts take part: longer ones would forge coins in the
// EVM's mirror of balances.
func (k *Keeper) accountOf(field, text string) (sdk.AccAddress, error) {
	if len(text) > maxAddressLength {
		return nil, types.ErrInvalidAddress.Wrapf("%s has %d characters, allowed are %d", field, len(text), maxAddressLength)
	}
	addr, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidAddress.Wrapf("%s %q: %s", field, text, err)
	}
	if len(addr) != accountLength {
		return nil, types.ErrInvalidAddress.Wrapf("%s %s has %d bytes, must have %d", field, text, len(addr), accountLength)
	}
	return addr, nil
}

// accountOr decodes an optional address; the fallback stands in when it is empty.
func (k *Keeper) accountOr(field, text string, fallback sdk.AccAddress) (sdk.AccAddress, error) {
	if text == "" {
		return fallback, nil
	}
	return k.accountOf(field, text)
}

// text prints an account in its canonical form.
func (k *Keeper) text(addr sdk.AccAddress) (string, error) {
	text, err := k.addresses.BytesToString(addr)
	if err != nil {
		return "", types.ErrInvalidAddress.Wrap(err.Error())
	}
	return text, nil
}

// show prints an account in an error.
func (k *Keeper) show(addr sdk.AccAddress) string {
	text, err := k.addresses.BytesToString(addr)
	if err != nil {
		return hex.EncodeToString(addr)
	}
	return text
}

// checkRecipient refuses accounts that must not own or be paid anything here: blocked and module accounts, tokens,
// collections, precompiles, zero, and accounts of another length. It is asked when a user names somebody and again
// before every payout, because accounts can become blocked in between.
func (k *Keeper) checkRecipient(field string, addr sdk.AccAddress) error {
	switch {
	case len(addr) != accountLength:
		return types.ErrRecipient.Wrapf("%s has %d bytes, must have %d", field, len(addr), accountLength)
	case types.ReservedAddress(addr):
		return types.ErrRecipient.Wrapf("%s %s is reserved for tokens and precompiles", field, k.show(addr))
	case k.bank.BlockedAddr(addr), bytes.Equal(addr, k.moduleAddress()):
		return types.ErrRecipient.Wrapf("%s %s is blocked", field, k.show(addr))
	}
	return nil
}

// moduleAddress is the module account.
func (k *Keeper) moduleAddress() sdk.AccAddress { return k.account.GetModuleAddress(types.ModuleName) }
