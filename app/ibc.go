package app

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	ibccallbacks "github.com/cosmos/ibc-go/v11/modules/apps/callbacks"
	callbacksv2 "github.com/cosmos/ibc-go/v11/modules/apps/callbacks/v2"
	packetforward "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware"
	packetforwardkeeper "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/keeper"
	packetforwardtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimiting "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting"
	ratelimitkeeper "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/keeper"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	ratelimitingv2 "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/v2"
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
	evmcallbacks "github.com/cosmos/evm/x/ibc/callbacks/keeper"

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
	addresses := app.AccountKeeper.AddressCodec()
	app.RateLimitKeeper = ratelimitkeeper.NewKeeper(
		app.codec, addresses, app.service(ratelimittypes.StoreKey), app.IBCKeeper.ChannelKeeper, app.IBCKeeper.ClientKeeper, app.BankKeeper, gov,
	)
	app.PacketForwardKeeper = packetforwardkeeper.NewKeeper(
		app.codec, addresses, app.service(packetforwardtypes.StoreKey), app.TransferKeeper, app.IBCKeeper.ChannelKeeper, app.BankKeeper, gov,
	)
}

// addTransferStack routes packets of both IBC versions and makes the light client.
func (app *App) addTransferStack() {
	app.RouteTransfers(app.RemoteDoors())
	app.IBCKeeper.ClientKeeper.AddRoute(ibctm.ModuleName, app.tendermintClient())
}

// RouteTransfers routes ICS-20 packets of both IBC versions, whose memos open doors. The memo of a purchase is read above what
// would forward or call, so that a memo that asks for both is refused; what leaves passes the same layers the other way.
func (app *App) RouteTransfers(doors remote.Doors) {
	contracts := evmcallbacks.NewKeeper(app.AccountKeeper, app.EVMKeeper, app.Erc20Keeper)
	router := porttypes.NewRouter()
	router.AddRoute(transfertypes.ModuleName, porttypes.NewIBCStackBuilder(app.IBCKeeper.ChannelKeeper).
		Base(erc20.NewIBCMiddleware(app.Erc20Keeper, transfer.NewIBCModule(app.TransferKeeper))).
		Next(&receiptCallbacks{IBCMiddleware: ibccallbacks.NewIBCMiddleware(contracts, maxCallbackGas)}).
		Next(packetforward.NewIBCMiddleware(app.PacketForwardKeeper, 0, packetforwardkeeper.DefaultForwardTransferPacketTimeoutTimestamp)).
		Next(remote.NewIBCMiddleware(doors)).
		Next(ratelimiting.NewIBCMiddleware(app.RateLimitKeeper)).
		Build())
	app.IBCKeeper.SetRouter(router)

	routerV2 := ibcapi.NewRouter()
	channels := app.IBCKeeper.ChannelKeeperV2
	payloads := erc20Payloads{erc20v2.NewIBCMiddleware(transferv2.NewIBCModule(app.TransferKeeper), app.Erc20Keeper)}
	withCallbacks := receiptCallbacksV2{callbacksv2.NewIBCMiddleware(payloads, channels, contracts, channels, maxCallbackGas), payloads}
	routerV2.AddRoute(transfertypes.PortID, ratelimitingv2.NewIBCMiddleware(
		*app.RateLimitKeeper, remotev2.NewIBCMiddleware(withCallbacks, doors), channels, channels))
	app.IBCKeeper.SetRouterV2(routerV2)
}

// RemoteDoors are what the memos of transfers can ask for.
func (app *App) RemoteDoors() remote.Doors {
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
