package types

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces registers the module's messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRequestInference{},
		&MsgDeliverOutput{},
		&MsgClaimRefund{},
		&MsgTopUpCallback{},
		&MsgSetCourier{},
		&MsgSetBeacon{},
		&MsgSetPolicy{},
		&MsgOpenProof{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the messages under the names that wallets sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRequestInference{}, "imod/oracle/MsgRequestInference")
	legacy.RegisterAminoMsg(cdc, &MsgDeliverOutput{}, "imod/oracle/MsgDeliverOutput")
	legacy.RegisterAminoMsg(cdc, &MsgClaimRefund{}, "imod/oracle/MsgClaimRefund")
	legacy.RegisterAminoMsg(cdc, &MsgTopUpCallback{}, "imod/oracle/MsgTopUpCallback")
	legacy.RegisterAminoMsg(cdc, &MsgSetCourier{}, "imod/oracle/MsgSetCourier")
	legacy.RegisterAminoMsg(cdc, &MsgSetBeacon{}, "imod/oracle/MsgSetBeacon")
	legacy.RegisterAminoMsg(cdc, &MsgSetPolicy{}, "imod/oracle/MsgSetPolicy")
	legacy.RegisterAminoMsg(cdc, &MsgOpenProof{}, "imod/oracle/MsgOpenProof")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "imod/oracle/MsgUpdateParams")
}
