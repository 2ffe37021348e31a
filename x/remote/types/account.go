package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

const accountLength = 20

// Account is the local account of a sender at the other end of a channel (over IBC v2: of a client). No key signs for it; it
// acts by packets of that pair only. The sender alone is no identity: a chain may claim any sender, but only through its own
// channel.
func Account(channel, sender string) sdk.AccAddress {
	return address.Module("imo", []byte("ibc"), []byte(channel), []byte(sender))[:accountLength]
}
