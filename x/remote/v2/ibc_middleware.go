// Package v2 is the door for accounts on other chains over IBC v2: the same calls as of package remote, with clients in
// the place of channels.
package v2

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"

	"github.com/imochain/imod/x/remote"
	"github.com/imochain/imod/x/remote/types"
)

var _ ibcapi.IBCModule = IBCMiddleware{}

// IBCMiddleware is remote.IBCMiddleware for payloads.
type IBCMiddleware struct {
	ibcapi.IBCModule
	doors remote.Doors
}

// NewIBCMiddleware returns a middleware over an application.
func NewIBCMiddleware(app ibcapi.IBCModule, doors remote.Doors) IBCMiddleware {
	if app == nil {
		panic("underlying application is nil")
	}
	return IBCMiddleware{IBCModule: app, doors: doors}
}

// UnmarshalPacketData implements ibcapi.PacketDataUnmarshaler.
func (im IBCMiddleware) UnmarshalPacketData(payload channeltypesv2.Payload) (any, error) {
	return transfertypes.UnmarshalPacketData(payload.Value, payload.Version, payload.Encoding)
}

// OnRecvPacket does what remote.IBCMiddleware does.
func (im IBCMiddleware) OnRecvPacket(
	ctx sdk.Context, sourceClient, destinationClient string, sequence uint64, payload channeltypesv2.Payload, relayer sdk.AccAddress,
) channeltypesv2.RecvPacketResult {
	data, err := transfertypes.UnmarshalPacketData(payload.Value, payload.Version, payload.Encoding)
	if err != nil { // the application below says what is wrong
		return im.IBCModule.OnRecvPacket(ctx, sourceClient, destinationClient, sequence, payload, relayer)
	}
	purchase, err := im.doors.Read(ctx, remote.Packet{
		SourcePort: payload.SourcePort, SourceChannel: sourceClient, Port: payload.DestinationPort, Channel: destinationClient, Data: data,
	})
	if err != nil {
		return refuse(ctx, err)
	}
	if purchase == nil {
		return im.IBCModule.OnRecvPacket(ctx, sourceClient, destinationClient, sequence, payload, relayer)
	}
	if payload.Value, err = transfertypes.MarshalPacketData(purchase.Data, payload.Version, payload.Encoding); err != nil {
		return refuse(ctx, types.ErrPacket.Wrap(err.Error()))
	}
	result := im.IBCModule.OnRecvPacket(ctx, sourceClient, destinationClient, sequence, payload, relayer)
	if result.Status != channeltypesv2.PacketStatus_Success {
		return result
	}
	if err := im.doors.Perform(ctx, purchase); err != nil {
		return refuse(ctx, err)
	}
	return result
}

func refuse(ctx sdk.Context, err error) channeltypesv2.RecvPacketResult {
	types.EmitRefused(ctx, err)
	return channeltypesv2.RecvPacketResult{
		Status: channeltypesv2.PacketStatus_Failure, Acknowledgement: channeltypes.NewErrorAcknowledgement(err).Acknowledgement(),
	}
}

// OnAcknowledgementPacket settles a return of ours after the transfer has handed back what was refused.
func (im IBCMiddleware) OnAcknowledgementPacket(
	ctx sdk.Context, sourceClient, destinationClient string, sequence uint64, acknowledgement []byte, payload channeltypesv2.Payload,
	relayer sdk.AccAddress,
) error {
	err := im.IBCModule.OnAcknowledgementPacket(ctx, sourceClient, destinationClient, sequence, acknowledgement, payload, relayer)
	if err != nil {
		return err
	}
	arrived := false
	if string(acknowledgement) != string(channeltypesv2.ErrorAcknowledgement[:]) {
		var ack channeltypes.Acknowledgement
		if err := transfertypes.ModuleCdc.UnmarshalJSON(acknowledgement, &ack); err != nil {
			return err // the application below has read the same bytes
		}
		arrived = ack.Success()
	}
	return im.doors.Returns.SettleReturn(ctx, sourceClient, sequence, arrived)
}

// OnTimeoutPacket settles a return of ours that never arrived.
func (im IBCMiddleware) OnTimeoutPacket(
	ctx sdk.Context, sourceClient, destinationClient string, sequence uint64, payload channeltypesv2.Payload, relayer sdk.AccAddress,
) error {
	if err := im.IBCModule.OnTimeoutPacket(ctx, sourceClient, destinationClient, sequence, payload, relayer); err != nil {
		return err
	}
	return im.doors.Returns.SettleReturn(ctx, sourceClient, sequence, false)
}
