package types

import (
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/legacy"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
)

// RegisterInterfaces registers the messages.
func RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*sdk.Msg)(nil),
		&MsgRegisterModel{},
		&MsgRetireModel{},
		&MsgPublishVersion{},
		&MsgObjectVersion{},
		&MsgShowSharedWeights{},
		&MsgSetPrice{},
		&MsgCreateOffering{},
		&MsgCancelOffering{},
		&MsgPlaceBid{},
		&MsgCancelBid{},
		&MsgFinalizeOffering{},
		&MsgCollectAllocation{},
		&MsgCollectRefund{},
		&MsgReleaseProceeds{},
		&MsgExit{},
		&MsgSwap{},
		&MsgAddLiquidity{},
		&MsgRemoveLiquidity{},
		&MsgCollectPoolRevenue{},
		&MsgProposeSpend{},
		&MsgObjectSpend{},
		&MsgExecuteSpend{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the messages under the names of their amino.name option.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgRegisterModel{}, "imod/imo/MsgRegisterModel")
	legacy.RegisterAminoMsg(cdc, &MsgRetireModel{}, "imod/imo/MsgRetireModel")
	legacy.RegisterAminoMsg(cdc, &MsgPublishVersion{}, "imod/imo/MsgPublishVersion")
	legacy.RegisterAminoMsg(cdc, &MsgObjectVersion{}, "imod/imo/MsgObjectVersion")
	legacy.RegisterAminoMsg(cdc, &MsgShowSharedWeights{}, "imod/imo/MsgShowSharedWeights")
	legacy.RegisterAminoMsg(cdc, &MsgSetPrice{}, "imod/imo/MsgSetPrice")
	legacy.RegisterAminoMsg(cdc, &MsgCreateOffering{}, "imod/imo/MsgCreateOffering")
	legacy.RegisterAminoMsg(cdc, &MsgCancelOffering{}, "imod/imo/MsgCancelOffering")
	legacy.RegisterAminoMsg(cdc, &MsgPlaceBid{}, "imod/imo/MsgPlaceBid")
	legacy.RegisterAminoMsg(cdc, &MsgCancelBid{}, "imod/imo/MsgCancelBid")
	legacy.RegisterAminoMsg(cdc, &MsgFinalizeOffering{}, "imod/imo/MsgFinalizeOffering")
	legacy.RegisterAminoMsg(cdc, &MsgCollectAllocation{}, "imod/imo/MsgCollectAllocation")
	legacy.RegisterAminoMsg(cdc, &MsgCollectRefund{}, "imod/imo/MsgCollectRefund")
	legacy.RegisterAminoMsg(cdc, &MsgReleaseProceeds{}, "imod/imo/MsgReleaseProceeds")
	legacy.RegisterAminoMsg(cdc, &MsgExit{}, "imod/imo/MsgExit")
	legacy.RegisterAminoMsg(cdc, &MsgSwap{}, "imod/imo/MsgSwap")
	legacy.RegisterAminoMsg(cdc, &MsgAddLiquidity{}, "imod/imo/MsgAddLiquidity")
	legacy.RegisterAminoMsg(cdc, &MsgRemoveLiquidity{}, "imod/imo/MsgRemoveLiquidity")
	legacy.RegisterAminoMsg(cdc, &MsgCollectPoolRevenue{}, "imod/imo/MsgCollectPoolRevenue")
	legacy.RegisterAminoMsg(cdc, &MsgProposeSpend{}, "imod/imo/MsgProposeSpend")
	legacy.RegisterAminoMsg(cdc, &MsgObjectSpend{}, "imod/imo/MsgObjectSpend")
	legacy.RegisterAminoMsg(cdc, &MsgExecuteSpend{}, "imod/imo/MsgExecuteSpend")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "imod/imo/MsgUpdateParams")
	cdc.RegisterConcrete(&Params{}, "imod/imo/Params", nil)
}
