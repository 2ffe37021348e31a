package app

import (
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/spf13/cast"

	// The tracers register themselves.
	_ "github.com/ethereum/go-ethereum/eth/tracers/js"
	_ "github.com/ethereum/go-ethereum/eth/tracers/native"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	precompiletypes "github.com/cosmos/evm/precompiles/types"
	srvflags "github.com/cosmos/evm/server/flags"
	erc20keeper "github.com/cosmos/evm/x/erc20/keeper"
	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/cosmos/evm/x/vm"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/precompiles"
)

// addEVMKeepers makes the fee market, EVM and ERC-20 keepers. The EVM finds contracts through the
// router, which is filled in afterwards because what it routes to needs the EVM.
func (app *App) addEVMKeepers(appOpts servertypes.AppOptions, chainID uint64) {
	app.router = &precompiles.Router{Rest: &app.Erc20Keeper}
	app.FeeMarketKeeper = feemarketkeeper.NewKeeper(app.codec, authority(), app.storeKeys.kv[feemarkettypes.StoreKey])

	app.EVMKeeper = evmkeeper.NewKeeper(
		app.codec, app.storeKeys.kv[evmtypes.StoreKey], app.storeKeys.object[evmtypes.ObjectKey], app.storeKeys.nonTransient,
		authority(), app.AccountKeeper, app.BankKeeper, app.StakingKeeper, app.FeeMarketKeeper, &app.ConsensusKeeper,
		app.router, chainID, cast.ToString(appOpts.Get(srvflags.EVMTracer)),
	)
	app.EVMKeeper.WithStaticPrecompiles(precompiletypes.DefaultStaticPrecompiles(
		*app.StakingKeeper, app.DistrKeeper, app.BankKeeper, &app.Erc20Keeper, app.TransferKeeper,
		app.IBCKeeper.ChannelKeeper, app.IBCKeeper.ClientKeeper, *app.GovKeeper, app.SlashingKeeper, app.codec,
	))
	// Fees gather in the object store and reach the collector in bank's end blocker: no key is
	// written by every transaction.
	app.EVMKeeper.EnableVirtualFeeCollection()

	app.Erc20Keeper = erc20keeper.NewKeeper(
		app.storeKeys.kv[erc20types.StoreKey], app.codec, authority(), app.AccountKeeper, app.BankKeeper,
		app.EVMKeeper, app.StakingKeeper, app.TransferKeeper,
	)
}

// hydrateEVM restores the EVM's process-wide coin settings after a restart.
func (app *App) hydrateEVM() {
	ctx := app.NewContextLegacy(true, cmtproto.Header{Height: app.LastBlockHeight(), ChainID: app.ChainID()})
	if evmModule, ok := app.modules.Modules[evmtypes.ModuleName].(vm.AppModule); ok {
		evmModule.HydrateGlobals(ctx)
	}
}
