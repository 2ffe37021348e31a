package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	ibccallbacks "github.com/cosmos/ibc-go/v11/modules/apps/callbacks"
	callbacksv2 "github.com/cosmos/ibc-go/v11/modules/apps/callbacks/v2"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"

	erc20v2 "github.com/cosmos/evm/x/erc20/v2"
)

// maxCallbackGas bounds the gas of a contract that a packet calls.
const maxCallbackGas = 1_000_000

// erc20Payloads lets the layers above the ERC-20 middleware, which does not, read a payload.
type erc20Payloads struct{ erc20v2.IBCMiddleware }

// UnmarshalPacketData implements ibcapi.PacketDataUnmarshaler.
func (erc20Payloads) UnmarshalPacketData(payload channeltypesv2.Payload) (any, error) {
	return transfertypes.UnmarshalPacketData(payload.Value, payload.Version, payload.Encoding)
}

// receiptCallbacks calls contracts when packets arrive, are acknowledged or time out, but not when they leave. For a packet that
// leaves, the layer would run a callback, which does nothing, in a branch of the state; opened inside a contract's call, as by
// the ICS-20 precompile, that branch breaks the EVM's books: TestUpstreamICS20 then finds coins that nobody minted.
type receiptCallbacks struct {
	*ibccallbacks.IBCMiddleware
	above porttypes.ICS4Wrapper
}

// SetICS4Wrapper implements porttypes.Middleware.
func (c *receiptCallbacks) SetICS4Wrapper(wrapper porttypes.ICS4Wrapper) {
	c.IBCMiddleware.SetICS4Wrapper(wrapper)
	c.above = wrapper
}

// SendPacket implements porttypes.ICS4Wrapper.
func (c *receiptCallbacks) SendPacket(
	ctx sdk.Context, port, channel string, timeoutHeight clienttypes.Height, timeoutTimestamp uint64, data []byte,
) (uint64, error) {
	return c.above.SendPacket(ctx, port, channel, timeoutHeight, timeoutTimestamp, data)
}

// receiptCallbacksV2 is receiptCallbacks for payloads.
type receiptCallbacksV2 struct {
	*callbacksv2.IBCMiddleware
	below ibcapi.IBCModule
}

// OnSendPacket implements ibcapi.IBCModule.
func (c receiptCallbacksV2) OnSendPacket(
	ctx sdk.Context, source, destination string, sequence uint64, payload channeltypesv2.Payload, signer sdk.AccAddress,
) error {
	return c.below.OnSendPacket(ctx, source, destination, sequence, payload, signer)
}
