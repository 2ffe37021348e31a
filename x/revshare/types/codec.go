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
	registry.RegisterImplementations(
		(*sdk.Msg)(nil),
		&MsgDeposit{},
		&MsgClaim{},
		&MsgClaimFor{},
		&MsgRequestSnapshot{},
		&MsgSync{},
		&MsgSetPayout{},
		&MsgRedeem{},
		&MsgSetRefusals{},
		&MsgSetAutoPayout{},
		&MsgCompact{},
		&MsgUpdateParams{},
	)
	msgservice.RegisterMsgServiceDesc(registry, &_Msg_serviceDesc)
}

// RegisterLegacyAminoCodec registers the messages under their amino names, which wallets
// show and sign.
func RegisterLegacyAminoCodec(cdc *codec.LegacyAmino) {
	legacy.RegisterAminoMsg(cdc, &MsgDeposit{}, "imod/revshare/MsgDeposit")
	legacy.RegisterAminoMsg(cdc, &MsgClaim{}, "imod/revshare/MsgClaim")
	legacy.RegisterAminoMsg(cdc, &MsgClaimFor{}, "imod/revshare/MsgClaimFor")
	legacy.RegisterAminoMsg(cdc, &MsgRequestSnapshot{}, "imod/revshare/MsgRequestSnapshot")
	legacy.RegisterAminoMsg(cdc, &MsgSync{}, "imod/revshare/MsgSync")
	legacy.RegisterAminoMsg(cdc, &MsgSetPayout{}, "imod/revshare/MsgSetPayout")
	legacy.RegisterAminoMsg(cdc, &MsgRedeem{}, "imod/revshare/MsgRedeem")
	legacy.RegisterAminoMsg(cdc, &MsgSetRefusals{}, "imod/revshare/MsgSetRefusals")
	legacy.RegisterAminoMsg(cdc, &MsgSetAutoPayout{}, "imod/revshare/MsgSetAutoPayout")
	legacy.RegisterAminoMsg(cdc, &MsgCompact{}, "imod/revshare/MsgCompact")
	legacy.RegisterAminoMsg(cdc, &MsgUpdateParams{}, "imod/revshare/MsgUpdateParams")
	cdc.RegisterConcrete(&Params{}, "imod/revshare/Params", nil)
}
