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
		&MsgRegisterExecutor{},
		&MsgUnregisterExecutor{},
		&MsgBindResult{},
		&MsgOpenResult{},
		&MsgAssertResult{},
		&MsgChallenge{},
		&MsgDefend{},
		&MsgPick{},
		&MsgReveal{},
		&MsgElement{},
		&MsgProve{},
		&MsgTimeout{},
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
	legacy.RegisterAminoMsg(cdc, &MsgRegisterExecutor{}, "imod/oracle/MsgRegisterExecutor")
	legacy.RegisterAminoMsg(cdc, &MsgUnregisterExecutor{}, "imod/oracle/MsgUnregisterExecutor")
	legacy.RegisterAminoMsg(cdc, &MsgBindResult{}, "imod/oracle/MsgBindResult")
	legacy.RegisterAminoMsg(cdc, &MsgOpenResult{}, "imod/oracle/MsgOpenResult")
	legacy.RegisterAminoMsg(cdc, &MsgAssertResult{}, "imod/oracle/MsgAssertResult")
	legacy.RegisterAminoMsg(cdc, &MsgChallenge{}, "imod/oracle/MsgChallenge")
	legacy.RegisterAminoMsg(cdc, &MsgDefend{}, "imod/oracle/MsgDefend")
	legacy.RegisterAminoMsg(cdc, &MsgPick{}, "imod/oracle/MsgPick")
	legacy.RegisterAminoMsg(cdc, &MsgReveal{}, "imod/oracle/MsgReveal")
	legacy.RegisterAminoMsg(cdc, &MsgElement{}, "imod/oracle/MsgElement")
	legacy.RegisterAminoMsg(cdc, &MsgProve{}, "imod/oracle/MsgProve")
	legacy.RegisterAminoMsg(cdc, &MsgTimeout{}, "imod/oracle/MsgTimeout")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "imod/oracle/MsgUpdateParams")
}
