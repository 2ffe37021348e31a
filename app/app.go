// Package app wires the modules of imod into one ABCI application. It holds no rule of its own:
// rules live in the modules, and each file here has one concern.
package app

import (
	"encoding/json"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cast"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"

	evmante "github.com/cosmos/evm/ante"
	evmencoding "github.com/cosmos/evm/encoding"
	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"
	srvflags "github.com/cosmos/evm/server/flags"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app/wholedb"
	"github.com/imochain/imod/precompiles"
	oracleabci "github.com/imochain/imod/x/oracle/abci"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

var (
	_ runtime.AppI          = (*App)(nil)
	_ evmserver.Application = (*App)(nil)
)

// App is the imod application.
type App struct {
	*baseapp.BaseApp
	Keepers

	amino     *codec.LegacyAmino
	codec     codec.Codec
	registry  codectypes.InterfaceRegistry
	txConfig  client.TxConfig
	storeKeys storeKeys

	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
	simulation   *module.SimulationManager

	router     *precompiles.Router
	attestor   *oracleabci.Handlers
	workUpdate func(height int64, items []oracletypes.WorkItem)
	outputs    oracletypes.OutputSource
	flagged    func(root [32]byte) (why string, flagged bool)
	observer   *oracleabci.Observer // nil on a node that shows nothing

	evmMempool         sdkmempool.ExtMempool
	pendingTxListeners []evmante.PendingTxListener
}

// New returns the application over db. It panics on wiring mistakes only. appOpts without an EVM
// chain id make a temporary application that can encode but never runs a chain.
func New(
	logger log.Logger,
	db dbm.DB,
	loadLatest bool,
	appOpts servertypes.AppOptions,
	options ...func(*baseapp.BaseApp),
) *App {
	chainID := evmChainID(appOpts)
	encoding := evmencoding.MakeConfig(chainID)

	base := baseapp.NewBaseApp(Name, logger, wholedb.Wrap(db), encoding.TxConfig.TxDecoder(), options...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(encoding.InterfaceRegistry)
	base.SetTxEncoder(encoding.TxConfig.TxEncoder())
	// The meter would make a full block differ between executors: ProcessProposal bounds the gas instead.
	base.SetDisableBlockGasMeter(true)

	app := &App{
		BaseApp:   base,
		amino:     encoding.Amino,
		codec:     encoding.Codec,
		registry:  encoding.InterfaceRegistry,
		storeKeys: newStoreKeys(),
	}
	if err := base.RegisterStreamingServices(appOpts, app.storeKeys.kv); err != nil {
		panic(fmt.Errorf("register streaming services: %w", err))
	}

	app.addSDKKeepers(appOpts)
	app.addIBCKeepers()
	app.addEVMKeepers(appOpts, chainID)
	app.addImodKeepers()
	app.addTransferStack()
	app.addModules()
	app.addServices()
	app.addUpgrades()

	app.MountKVStores(app.storeKeys.kv)
	app.MountObjectStores(app.storeKeys.object)
	app.SetInitChainer(app.InitChainer)
	app.SetPreBlocker(app.PreBlocker)
	app.SetBeginBlocker(app.BeginBlocker)
	app.SetEndBlocker(app.EndBlocker)
	app.addAnteHandler(appOpts)
	app.addMempool(appOpts)
	app.addConsensusHandlers()
	app.addExecutor(appOpts)

	if loadLatest {
		if err := app.LoadLatestVersion(); err != nil {
			panic(fmt.Errorf("load latest version: %w", err))
		}
		app.hydrateEVM()
	}
	return app
}

// evmChainID returns the constant, or the upstream default for a temporary application; the
// EVM's process-wide configuration can be replaced only while it holds that default.
func evmChainID(appOpts servertypes.AppOptions) uint64 {
	switch id := cast.ToUint64(appOpts.Get(srvflags.EVMChainID)); id {
	case 0:
		return evmtypes.DefaultEVMChainID
	case EVMChainID:
		return id
	default:
		panic(fmt.Errorf("app.toml: evm.evm-chain-id is %d, this chain is %d", id, EVMChainID))
	}
}

// Name returns the name of the application.
func (app *App) Name() string { return app.BaseApp.Name() }

// InitChainer writes the genesis state.
func (app *App) InitChainer(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state GenesisState
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("genesis app_state: %w", err)
	}
	if err := app.UpgradeKeeper.SetModuleVersionMap(ctx, app.modules.GetVersionMap()); err != nil {
		return nil, err
	}
	return app.modules.InitGenesis(ctx, app.codec, state)
}

// BeginBlocker runs the modules' begin blockers.
func (app *App) BeginBlocker(ctx sdk.Context) (sdk.BeginBlock, error) {
	return app.modules.BeginBlock(ctx)
}

// EndBlocker runs the modules' end blockers.
func (app *App) EndBlocker(ctx sdk.Context) (sdk.EndBlock, error) {
	return app.modules.EndBlock(ctx)
}

// LoadHeight loads the state of a height.
func (app *App) LoadHeight(height int64) error { return app.LoadVersion(height) }

// LegacyAmino returns the amino codec.
func (app *App) LegacyAmino() *codec.LegacyAmino { return app.amino }

// AppCodec returns the protobuf codec.
func (app *App) AppCodec() codec.Codec { return app.codec }

// InterfaceRegistry returns the registry of interface implementations.
func (app *App) InterfaceRegistry() codectypes.InterfaceRegistry { return app.registry }

// TxConfig returns the transaction configuration.
func (app *App) TxConfig() client.TxConfig { return app.txConfig }

// Basics returns the basic module manager.
func (app *App) Basics() module.BasicManager { return app.basics }

// Modules returns the module manager.
func (app *App) Modules() *module.Manager { return app.modules }

// SimulationManager returns the simulation manager.
func (app *App) SimulationManager() *module.SimulationManager { return app.simulation }

// StoreKey returns a module's store key, for tests.
func (app *App) StoreKey(name string) *storetypes.KVStoreKey { return app.storeKeys.kv[name] }

// RegisterPendingTxListener is called by the JSON-RPC server.
func (app *App) RegisterPendingTxListener(listener func(common.Hash)) {
	app.pendingTxListeners = append(app.pendingTxListeners, listener)
}

func (app *App) onPendingTx(hash common.Hash) {
	for _, listener := range app.pendingTxListeners {
		listener(hash)
	}
}

// GetMempool returns the EVM mempool, nil when it is disabled.
func (app *App) GetMempool() sdkmempool.ExtMempool { return app.evmMempool }

// Close stops the mempool and the base application.
func (app *App) Close() error {
	var err error
	if pool, ok := app.evmMempool.(*evmmempool.Mempool); ok && pool != nil {
		err = pool.Close()
	}
	return errors.Join(err, app.BaseApp.Close())
}
