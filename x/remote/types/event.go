package types

import sdk "github.com/cosmos/cosmos-sdk/types"

// EmitRefused says why a packet is refused. Core keeps the event although it discards the state.
func EmitRefused(ctx sdk.Context, err error) {
	ctx.EventManager().EmitEvent(sdk.NewEvent("imod.remote.refused", sdk.NewAttribute("error", err.Error())))
}
