package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	transferv2 "github.com/cosmos/ibc-go/v11/modules/apps/transfer/v2"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	evmaddress "github.com/cosmos/evm/encoding/address"
	"github.com/cosmos/evm/x/erc20"
	erc20v2 "github.com/cosmos/evm/x/erc20/v2"

	imokeeper "github.com/imochain/imod/x/imo/keeper"
	oraclekeeper "github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/remote"
	remotev2 "github.com/imochain/imod/x/remote/v2"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
)

// addIBCKeepers makes the core and transfer keepers. Transfer comes before the EVM, whose ICS-20
// precompile holds a pointer to it.
func (app *App) addIBCKeepers() {
	gov := authority().String()
	app.IBCKeeper = ibckeeper.NewKeeper(app.codec, app.service(ibcexported.StoreKey), app.UpgradeKeeper, gov)
	app.TransferKeeper = transferkeeper.NewKeeper(
		app.codec, evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32AccountAddrPrefix()), app.service(transfertypes.StoreKey),
		app.IBCKeeper.ChannelKeeper, app.MsgServiceRouter(), app.AccountKeeper, app.BankKeeper, gov,
	)
}

// addTransferStack routes ICS-20 packets of both IBC versions. The memo of a purchase is read above what would forward or
// call, so that a memo that asks for both is refused; what leaves passes the same layers the other way.
func (app *App) addTransferStack() {
	doors := app.remoteDoors()
	router := porttypes.NewRouter()
	router.AddRoute(transfertypes.ModuleName, porttypes.NewIBCStackBuilder(app.IBCKeeper.ChannelKeeper).
		Base(erc20.NewIBCMiddleware(app.Erc20Keeper, transfer.NewIBCModule(app.TransferKeeper))).
		Next(remote.NewIBCMiddleware(doors)).
		Build())
	app.IBCKeeper.SetRouter(router)

	routerV2 := ibcapi.NewRouter()
	routerV2.AddRoute(transfertypes.PortID, remotev2.NewIBCMiddleware(
		erc20v2.NewIBCMiddleware(transferv2.NewIBCModule(app.TransferKeeper), app.Erc20Keeper), doors))
	app.IBCKeeper.SetRouterV2(routerV2)

	app.IBCKeeper.ClientKeeper.AddRoute(ibctm.ModuleName, app.tendermintClient())
}

// remoteDoors are what the memos of transfers can ask for.
func (app *App) remoteDoors() remote.Doors {
	return remote.Doors{
		Offerings: imokeeper.NewMsgServer(app.IMOKeeper), Revenue: revsharekeeper.NewMsgServer(app.RevShareKeeper),
		Requests: oraclekeeper.NewMsgServer(app.OracleKeeper), Deposits: app.RevShareKeeper, Returns: app.IMOKeeper,
		Transfers: app.TransferKeeper, Bank: app.BankKeeper, Addresses: app.AccountKeeper.AddressCodec(),
	}
}

func (app *App) tendermintClient() *ibctm.LightClientModule {
	module := ibctm.NewLightClientModule(app.codec, app.IBCKeeper.ClientKeeper.GetStoreProvider())
	return &module
}
