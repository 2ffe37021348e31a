package types

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces makes the messages known to the interface registry.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgCreateCollection{}, &MsgMint{}, &MsgMintFromResult{}, &MsgSettle{},
		&MsgTransfer{}, &MsgApprove{}, &MsgSetApprovalForAll{}, &MsgBurn{},
		&MsgList{}, &MsgUnlist{}, &MsgBuy{}, &MsgCommit{}, &MsgReport{}, &MsgSetFlags{}, &MsgEndReport{},
		&MsgMakeOffer{}, &MsgAcceptOffer{}, &MsgCancelOffer{}, &MsgWithdraw{}, &MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the messages for amino JSON, which hardware
// wallets sign. The names equal the amino.name options of the proto file.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgCreateCollection{}, "imod/aigc/MsgCreateCollection")
	legacy.RegisterAminoMsg(cdc, &MsgReport{}, "imod/aigc/MsgReport")
	legacy.RegisterAminoMsg(cdc, &MsgSetFlags{}, "imod/aigc/MsgSetFlags")
	legacy.RegisterAminoMsg(cdc, &MsgEndReport{}, "imod/aigc/MsgEndReport")
	legacy.RegisterAminoMsg(cdc, &MsgCommit{}, "imod/aigc/MsgCommit")
	legacy.RegisterAminoMsg(cdc, &MsgMint{}, "imod/aigc/MsgMint")
	legacy.RegisterAminoMsg(cdc, &MsgMintFromResult{}, "imod/aigc/MsgMintFromResult")
	legacy.RegisterAminoMsg(cdc, &MsgSettle{}, "imod/aigc/MsgSettle")
	legacy.RegisterAminoMsg(cdc, &MsgTransfer{}, "imod/aigc/MsgTransfer")
	legacy.RegisterAminoMsg(cdc, &MsgApprove{}, "imod/aigc/MsgApprove")
	legacy.RegisterAminoMsg(cdc, &MsgSetApprovalForAll{}, "imod/aigc/MsgSetApprovalForAll")
	legacy.RegisterAminoMsg(cdc, &MsgBurn{}, "imod/aigc/MsgBurn")
	legacy.RegisterAminoMsg(cdc, &MsgList{}, "imod/aigc/MsgList")
	legacy.RegisterAminoMsg(cdc, &MsgUnlist{}, "imod/aigc/MsgUnlist")
	legacy.RegisterAminoMsg(cdc, &MsgBuy{}, "imod/aigc/MsgBuy")
	legacy.RegisterAminoMsg(cdc, &MsgMakeOffer{}, "imod/aigc/MsgMakeOffer")
	legacy.RegisterAminoMsg(cdc, &MsgAcceptOffer{}, "imod/aigc/MsgAcceptOffer")
	legacy.RegisterAminoMsg(cdc, &MsgCancelOffer{}, "imod/aigc/MsgCancelOffer")
	legacy.RegisterAminoMsg(cdc, &MsgWithdraw{}, "imod/aigc/MsgWithdraw")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "imod/aigc/MsgUpdateParams")
}
