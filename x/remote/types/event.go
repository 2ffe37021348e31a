package types

import (
	"strconv"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Event of a packet that is refused. Core keeps it although it discards the state, with a prefix to its names.
const (
	EventRefused     = "imod.remote.refused"
	AttributeCode    = "code"
	AttributeMessage = "error"
)

// EmitRefused says why a packet is refused: the code of the acknowledgement, which over IBC v2 carries none, and the words,
// which no acknowledgement carries.
func EmitRefused(ctx sdk.Context, err error) {
	_, code, _ := errorsmod.ABCIInfo(err, false)
	ctx.EventManager().EmitEvent(sdk.NewEvent(EventRefused,
		sdk.NewAttribute(AttributeCode, strconv.FormatUint(uint64(code), 10)), sdk.NewAttribute(AttributeMessage, err.Error())))
}
