package remote

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	"github.com/imochain/imod/x/remote/types"
)

var (
	_ porttypes.Middleware              = (*IBCMiddleware)(nil)
	_ porttypes.PacketUnmarshalerModule = (*IBCMiddleware)(nil)
)

// IBCMiddleware reads the memos of ICS-20 packets that arrive, and tells offerings how the returns that they sent ended.
// Everything else goes to the application below as it is.
type IBCMiddleware struct {
	porttypes.PacketUnmarshalerModule
	porttypes.ICS4Wrapper
	doors Doors
}

// NewIBCMiddleware returns a middleware for a stack builder, which gives it the application and the wrapper.
func NewIBCMiddleware(doors Doors) *IBCMiddleware { return &IBCMiddleware{doors: doors} }

// OnRecvPacket lets the coins of a purchase arrive on the account of channel and sender and does what the memo asks for.
// Whatever fails becomes an error acknowledgement: core then discards everything, and the sender is refunded.
func (im *IBCMiddleware) OnRecvPacket(ctx sdk.Context, version string, packet channeltypes.Packet, relayer sdk.AccAddress) ibcexported.Acknowledgement {
	data, err := transfertypes.UnmarshalPacketData(packet.GetData(), version, "")
	if err != nil { // the application below says what is wrong
		return im.PacketUnmarshalerModule.OnRecvPacket(ctx, version, packet, relayer)
	}
	purchase, err := im.doors.Read(ctx, Packet{
		SourcePort: packet.SourcePort, SourceChannel: packet.SourceChannel, Port: packet.DestinationPort, Channel: packet.DestinationChannel,
		Data: data,
	})
	if err != nil {
		return refuse(ctx, err)
	}
	if purchase == nil {
		return im.PacketUnmarshalerModule.OnRecvPacket(ctx, version, packet, relayer)
	}
	packet.Data = purchase.Data.GetBytes()
	ack := im.PacketUnmarshalerModule.OnRecvPacket(ctx, version, packet, relayer)
	if ack == nil || !ack.Success() {
		return ack
	}
	if err := im.doors.Perform(ctx, purchase); err != nil {
		return refuse(ctx, err)
	}
	return ack
}

// refuse is the acknowledgement of an error: its code, no words, which may differ between versions. The words are in an
// event.
func refuse(ctx sdk.Context, err error) ibcexported.Acknowledgement {
	types.EmitRefused(ctx, err)
	return channeltypes.NewErrorAcknowledgement(err)
}

// OnAcknowledgementPacket settles a return of ours after the transfer has handed back what was refused.
func (im *IBCMiddleware) OnAcknowledgementPacket(
	ctx sdk.Context, version string, packet channeltypes.Packet, acknowledgement []byte, relayer sdk.AccAddress,
) error {
	if err := im.PacketUnmarshalerModule.OnAcknowledgementPacket(ctx, version, packet, acknowledgement, relayer); err != nil {
		return err
	}
	var ack channeltypes.Acknowledgement
	if err := transfertypes.ModuleCdc.UnmarshalJSON(acknowledgement, &ack); err != nil {
		return err // the application below has read the same bytes
	}
	return im.doors.Returns.SettleReturn(ctx, packet.SourceChannel, packet.Sequence, ack.Success())
}

// OnTimeoutPacket settles a return of ours that never arrived.
func (im *IBCMiddleware) OnTimeoutPacket(ctx sdk.Context, version string, packet channeltypes.Packet, relayer sdk.AccAddress) error {
	if err := im.PacketUnmarshalerModule.OnTimeoutPacket(ctx, version, packet, relayer); err != nil {
		return err
	}
	return im.doors.Returns.SettleReturn(ctx, packet.SourceChannel, packet.Sequence, false)
}

// SetICS4Wrapper implements porttypes.Middleware.
func (im *IBCMiddleware) SetICS4Wrapper(wrapper porttypes.ICS4Wrapper) {
	if wrapper == nil {
		panic("ICS4Wrapper is nil")
	}
	im.ICS4Wrapper = wrapper
}

// SetUnderlyingApplication implements porttypes.Middleware.
func (im *IBCMiddleware) SetUnderlyingApplication(app porttypes.IBCModule) {
	below, ok := app.(porttypes.PacketUnmarshalerModule)
	if !ok {
		panic(fmt.Errorf("%T cannot unmarshal packet data", app))
	}
	if im.PacketUnmarshalerModule != nil {
		panic("underlying application is set twice")
	}
	im.PacketUnmarshalerModule = below
}
