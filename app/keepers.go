package app

import (
	"maps"
	"slices"

	"github.com/spf13/cast"

	corestore "cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtxconfig "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	protocolpoolkeeper "github.com/cosmos/cosmos-sdk/x/protocolpool/keeper"
	protocolpooltypes "github.com/cosmos/cosmos-sdk/x/protocolpool/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	packetforwardkeeper "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/keeper"
	packetforwardtypes "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware/types"
	ratelimitkeeper "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/keeper"
	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"

	evmaddress "github.com/cosmos/evm/encoding/address"
	erc20keeper "github.com/cosmos/evm/x/erc20/keeper"
	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	aigckeeper "github.com/imochain/imod/x/aigc/keeper"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	oraclekeeper "github.com/imochain/imod/x/oracle/keeper"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// Keepers are the keepers of every module.
type Keepers struct {
	AccountKeeper      authkeeper.AccountKeeper
	BankKeeper         bankkeeper.Keeper
	StakingKeeper      *stakingkeeper.Keeper
	SlashingKeeper     slashingkeeper.Keeper
	MintKeeper         mintkeeper.Keeper
	DistrKeeper        distrkeeper.Keeper
	GovKeeper          *govkeeper.Keeper
	UpgradeKeeper      *upgradekeeper.Keeper
	EvidenceKeeper     *evidencekeeper.Keeper
	FeeGrantKeeper     feegrantkeeper.Keeper
	ConsensusKeeper    consensuskeeper.Keeper
	ProtocolPoolKeeper protocolpoolkeeper.Keeper

	IBCKeeper           *ibckeeper.Keeper
	TransferKeeper      *transferkeeper.Keeper
	RateLimitKeeper     *ratelimitkeeper.Keeper
	PacketForwardKeeper *packetforwardkeeper.Keeper

	FeeMarketKeeper feemarketkeeper.Keeper
	EVMKeeper       *evmkeeper.Keeper
	Erc20Keeper     erc20keeper.Keeper

	RevShareKeeper *revsharekeeper.Keeper
	IMOKeeper      *imokeeper.Keeper
	OracleKeeper   *oraclekeeper.Keeper
	AIGCKeeper     *aigckeeper.Keeper
}

// storeKeys are the keys of all persistent and object stores. nonTransient lists both, because
// the EVM's snapshots and the parallel executor must know every store a transaction can touch.
type storeKeys struct {
	kv           map[string]*storetypes.KVStoreKey
	object       map[string]*storetypes.ObjectStoreKey
	nonTransient []storetypes.StoreKey
}

func newStoreKeys() storeKeys {
	keys := storeKeys{
		kv: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, minttypes.StoreKey,
			distrtypes.StoreKey, slashingtypes.StoreKey, govtypes.StoreKey, consensustypes.StoreKey,
			upgradetypes.StoreKey, feegrant.StoreKey, evidencetypes.StoreKey, protocolpooltypes.StoreKey,
			ibcexported.StoreKey, transfertypes.StoreKey, ratelimittypes.StoreKey, packetforwardtypes.StoreKey,
			evmtypes.StoreKey, feemarkettypes.StoreKey, erc20types.StoreKey,
			revsharetypes.StoreKey, imotypes.StoreKey, oracletypes.StoreKey, aigctypes.StoreKey,
		),
		object: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey, evmtypes.ObjectKey),
	}
	for _, name := range slices.Sorted(maps.Keys(keys.kv)) {
		keys.nonTransient = append(keys.nonTransient, keys.kv[name])
	}
	for _, name := range slices.Sorted(maps.Keys(keys.object)) {
		keys.nonTransient = append(keys.nonTransient, keys.object[name])
	}
	return keys
}

// authority is the account that may change parameters: the governance module's.
func authority() sdk.AccAddress { return authtypes.NewModuleAddress(govtypes.ModuleName) }

// service returns the store service of a module.
func (app *App) service(name string) corestore.KVStoreService {
	return runtime.NewKVStoreService(app.storeKeys.kv[name])
}

// addSDKKeepers makes the keepers of the Cosmos SDK, in the order of their needs.
func (app *App) addSDKKeepers(appOpts servertypes.AppOptions) {
	gov := authority().String()
	accountCodec := evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32AccountAddrPrefix())

	app.ConsensusKeeper = consensuskeeper.NewKeeper(
		app.codec, app.service(consensustypes.StoreKey), gov, runtime.EventService{},
	)
	app.SetParamStore(app.ConsensusKeeper.ParamsStore)

	app.AccountKeeper = authkeeper.NewAccountKeeper(
		app.codec, app.service(authtypes.StoreKey), authtypes.ProtoBaseAccount,
		ModuleAccountPermissions(), accountCodec, Bech32Prefix, gov,
	)
	app.BankKeeper = bankkeeper.NewBaseKeeper(
		app.codec, app.service(banktypes.StoreKey), app.AccountKeeper,
		BlockedAddresses(), gov, app.Logger(),
	).WithObjStoreKey(app.storeKeys.object[banktypes.ObjectStoreKey])

	txConfig, err := authtx.NewTxConfigWithOptions(app.codec, authtx.ConfigOptions{
		EnabledSignModes:           append(slices.Clone(authtx.DefaultSignModes), signing.SignMode_SIGN_MODE_TEXTUAL),
		TextualCoinMetadataQueryFn: authtxconfig.NewBankKeeperCoinMetadataQueryFn(app.BankKeeper),
	})
	if err != nil {
		panic(err)
	}
	app.txConfig = txConfig

	app.StakingKeeper = stakingkeeper.NewKeeper(
		app.codec, app.service(stakingtypes.StoreKey), app.AccountKeeper, app.BankKeeper, gov,
		evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32ValidatorAddrPrefix()),
		evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32ConsensusAddrPrefix()),
	)
	app.MintKeeper = mintkeeper.NewKeeper(
		app.codec, app.service(minttypes.StoreKey), app.StakingKeeper, app.AccountKeeper,
		app.BankKeeper, authtypes.FeeCollectorName, gov,
	)
	app.ProtocolPoolKeeper = protocolpoolkeeper.NewKeeper(
		app.codec, app.service(protocolpooltypes.StoreKey), app.AccountKeeper, app.BankKeeper, gov,
	)
	app.DistrKeeper = distrkeeper.NewKeeper(
		app.codec, app.service(distrtypes.StoreKey), app.AccountKeeper, app.BankKeeper,
		app.StakingKeeper, authtypes.FeeCollectorName, gov,
		distrkeeper.WithExternalCommunityPool(app.ProtocolPoolKeeper),
	)
	app.SlashingKeeper = slashingkeeper.NewKeeper(
		app.codec, app.amino, app.service(slashingtypes.StoreKey), app.StakingKeeper, gov,
	)
	app.FeeGrantKeeper = feegrantkeeper.NewKeeper(
		app.codec, app.service(feegrant.StoreKey), app.AccountKeeper,
	)
	app.StakingKeeper.SetHooks(stakingtypes.NewMultiStakingHooks(app.DistrKeeper.Hooks(), app.SlashingKeeper.Hooks()))

	skip := map[int64]bool{}
	for _, height := range cast.ToIntSlice(appOpts.Get(sdkserver.FlagUnsafeSkipUpgrades)) {
		skip[int64(height)] = true
	}
	app.UpgradeKeeper = upgradekeeper.NewKeeper(
		skip, app.service(upgradetypes.StoreKey), app.codec,
		cast.ToString(appOpts.Get(flags.FlagHome)), app.BaseApp, gov,
	)
	app.GovKeeper = govkeeper.NewKeeper(
		app.codec, app.service(govtypes.StoreKey), app.AccountKeeper, app.BankKeeper,
		app.DistrKeeper, app.MsgServiceRouter(), govtypes.DefaultConfig(), gov,
		govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(app.StakingKeeper),
	)
	app.EvidenceKeeper = evidencekeeper.NewKeeper(
		app.codec, app.service(evidencetypes.StoreKey), app.StakingKeeper, app.SlashingKeeper,
		app.AccountKeeper.AddressCodec(), runtime.ProvideCometInfoService(),
	)
}
