package app

import (
	"fmt"

	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
	reflectionv1 "cosmossdk.io/api/cosmos/reflection/v1"

	runtimeservices "github.com/cosmos/cosmos-sdk/runtime/services"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/msgservice"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/protocolpool"
	protocolpooltypes "github.com/cosmos/cosmos-sdk/x/protocolpool/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/cosmos/gogoproto/proto"
	packetforward "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware"
	packetforwardtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimiting "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v11/modules/core"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	"github.com/cosmos/evm/x/erc20"
	erc20types "github.com/cosmos/evm/x/erc20/types"
	"github.com/cosmos/evm/x/feemarket"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/cosmos/evm/x/vm"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/x/aigc"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	"github.com/imochain/imod/x/imo"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	"github.com/imochain/imod/x/revshare"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// Orders of the modules. Where order matters the reason is beside it.
var (
	preBlockOrder = []string{
		upgradetypes.ModuleName, // may change what the rest runs
		authtypes.ModuleName,
		evmtypes.ModuleName,
	}
	beginBlockOrder = []string{
		minttypes.ModuleName,
		oracletypes.ModuleName, // between the two: sets aside what goes by attestation score
		distrtypes.ModuleName,  // after mint: shares out the provisions of this block
		protocolpooltypes.ModuleName,
		slashingtypes.ModuleName, // after distribution: nothing of a slashed validator is left unpaid
		evidencetypes.ModuleName,
		stakingtypes.ModuleName,
		ibcexported.ModuleName,
		transfertypes.ModuleName,
		ratelimittypes.ModuleName, // opens the quotas of the hour
		erc20types.ModuleName,
		feemarkettypes.ModuleName,
		evmtypes.ModuleName, // after the fee market: reads the base fee
	}
	endBlockOrder = []string{
		banktypes.ModuleName, // credits the fees of this block first
		govtypes.ModuleName,
		stakingtypes.ModuleName,
		feegrant.ModuleName,
		protocolpooltypes.ModuleName,
		imotypes.ModuleName,      // settles what is due
		oracletypes.ModuleName,   // expires what is due
		aigctypes.ModuleName,     // pays royalty that is due
		revsharetypes.ModuleName, // pays holders who asked for it
		evmtypes.ModuleName,
		erc20types.ModuleName,
		feemarkettypes.ModuleName, // last: sees all gas of the block
	}
	genesisOrder = []string{
		consensustypes.ModuleName,
		authtypes.ModuleName,
		banktypes.ModuleName,
		distrtypes.ModuleName,
		stakingtypes.ModuleName,
		slashingtypes.ModuleName,
		govtypes.ModuleName,
		minttypes.ModuleName,
		protocolpooltypes.ModuleName,
		ibcexported.ModuleName,
		evmtypes.ModuleName,
		feemarkettypes.ModuleName, // before genutil: genesis transactions pay fees
		erc20types.ModuleName,     // before imo: holds the pairs of its tokens
		transfertypes.ModuleName,
		ratelimittypes.ModuleName,
		packetforwardtypes.ModuleName,
		revsharetypes.ModuleName, // after bank: balances are there
		imotypes.ModuleName,
		oracletypes.ModuleName,
		aigctypes.ModuleName,
		genutiltypes.ModuleName,
		evidencetypes.ModuleName,
		feegrant.ModuleName,
		upgradetypes.ModuleName,
		ibctm.ModuleName,
	}
)

// addModules makes the module manager and sets every order.
func (app *App) addModules() {
	app.modules = module.NewManager(
		genutil.NewAppModule(app.AccountKeeper, app.StakingKeeper, app, app.txConfig),
		auth.NewAppModule(app.codec, app.AccountKeeper, authsims.RandomGenesisAccounts, nil),
		bank.NewAppModule(app.codec, app.BankKeeper, app.AccountKeeper, nil),
		feegrantmodule.NewAppModule(app.codec, app.AccountKeeper, app.BankKeeper, app.FeeGrantKeeper, app.registry),
		gov.NewAppModule(app.codec, app.GovKeeper, app.AccountKeeper, app.BankKeeper, nil),
		mint.NewAppModule(app.codec, app.MintKeeper, app.AccountKeeper, nil, nil),
		slashing.NewAppModule(app.codec, app.SlashingKeeper, app.AccountKeeper, app.BankKeeper, app.StakingKeeper, nil, app.registry),
		distr.NewAppModule(app.codec, app.DistrKeeper, app.AccountKeeper, app.BankKeeper, app.StakingKeeper, nil),
		staking.NewAppModule(app.codec, app.StakingKeeper, app.AccountKeeper, app.BankKeeper, nil),
		upgrade.NewAppModule(app.UpgradeKeeper, app.AccountKeeper.AddressCodec()),
		evidence.NewAppModule(*app.EvidenceKeeper),
		consensus.NewAppModule(app.codec, app.ConsensusKeeper),
		protocolpool.NewAppModule(app.ProtocolPoolKeeper, app.AccountKeeper, app.BankKeeper),
		ibc.NewAppModule(app.IBCKeeper),
		ibctm.NewAppModule(*app.tendermintClient()),
		transfer.NewAppModule(app.TransferKeeper),
		ratelimiting.NewAppModule(app.RateLimitKeeper),
		packetforward.NewAppModule(app.PacketForwardKeeper),
		vm.NewAppModule(app.EVMKeeper, app.AccountKeeper, app.BankKeeper, app.AccountKeeper.AddressCodec()),
		feemarket.NewAppModule(app.FeeMarketKeeper),
		erc20.NewAppModule(app.Erc20Keeper, app.AccountKeeper),
		revshare.NewAppModule(app.RevShareKeeper),
		imo.NewAppModule(app.IMOKeeper),
		oracle.NewAppModule(app.OracleKeeper),
		aigc.NewAppModule(app.AIGCKeeper),
	)
	app.basics = module.NewBasicManagerFromManager(app.modules, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName:  genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		stakingtypes.ModuleName:  staking.AppModuleBasic{},
		govtypes.ModuleName:      gov.NewAppModuleBasic(nil),
		transfertypes.ModuleName: transfer.AppModuleBasic{},
	})
	app.basics.RegisterLegacyAminoCodec(app.amino)
	app.basics.RegisterInterfaces(app.registry)

	app.modules.SetOrderPreBlockers(preBlockOrder...)
	app.modules.SetOrderBeginBlockers(beginBlockOrder...)
	app.modules.SetOrderEndBlockers(endBlockOrder...)
	app.modules.SetOrderInitGenesis(genesisOrder...)
	app.modules.SetOrderExportGenesis(genesisOrder...)
}

// addServices registers message, query and reflection services and checks the proto annotations.
func (app *App) addServices() {
	app.configurator = module.NewConfigurator(app.codec, app.MsgServiceRouter(), app.GRPCQueryRouter())
	if err := app.modules.RegisterServices(app.configurator); err != nil {
		panic(fmt.Errorf("register services: %w", err))
	}
	autocliv1.RegisterQueryServer(app.GRPCQueryRouter(), runtimeservices.NewAutoCLIQueryService(app.modules.Modules))
	reflection, err := runtimeservices.NewReflectionService()
	if err != nil {
		panic(fmt.Errorf("reflection service: %w", err))
	}
	reflectionv1.RegisterReflectionServiceServer(app.GRPCQueryRouter(), reflection)

	app.simulation = module.NewSimulationManagerFromAppModules(app.modules.Modules, map[string]module.AppModuleSimulation{
		authtypes.ModuleName: auth.NewAppModule(app.codec, app.AccountKeeper, authsims.RandomGenesisAccounts, nil),
	})
	app.simulation.RegisterStoreDecoders()

	files, err := proto.MergedRegistry()
	if err != nil {
		panic(fmt.Errorf("proto registry: %w", err))
	}
	if err := msgservice.ValidateProtoAnnotations(files); err != nil {
		app.Logger().Error("proto annotations", "err", err)
	}
}
