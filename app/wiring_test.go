package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	srvflags "github.com/cosmos/evm/server/flags"
	evmtypes "github.com/cosmos/evm/x/vm/types"
)

func temporary(t *testing.T) *App {
	t.Helper()
	evmtypes.NewEVMConfigurator().ResetTestConfig()
	app := New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.AppOptionsMap{srvflags.EVMChainID: EVMChainID, "mempool.max-txs": -1})
	t.Cleanup(func() { _ = app.Close() })
	return app
}

// TestWiring: the chain id is the constant, module accounts are blocked, the EVM and the parallel
// executor know every store, the default genesis is valid, only staking changes the validators.
func TestWiring(t *testing.T) {
	require.PanicsWithError(t, "app.toml: evm.evm-chain-id is 1, this chain is 7641", func() {
		New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.AppOptionsMap{srvflags.EVMChainID: 1})
	})

	app := temporary(t)
	require.NoError(t, app.Basics().ValidateGenesis(app.AppCodec(), app.TxConfig(), app.DefaultGenesis()))

	blocked := BlockedAddresses()
	for _, name := range slices.Sorted(maps.Keys(ModuleAccountPermissions())) {
		address := authtypes.NewModuleAddress(name)
		require.Len(t, address, 20, name)
		require.True(t, blocked[address.String()], "module account %s is not blocked", name)
	}
	require.Len(t, app.storeKeys.nonTransient, len(app.storeKeys.kv)+len(app.storeKeys.object))
	require.True(t, slices.IsSorted(ActivePrecompiles()))

	for name, m := range app.Modules().Modules {
		if _, changes := m.(module.HasABCIEndBlock); changes {
			require.Equal(t, stakingtypes.ModuleName, name, "%s returns validator updates", name)
		}
	}
}

// TestMessageClasses: every message is classified; a new one fails here until somebody thought
// about who may send it and where.
func TestMessageClasses(t *testing.T) {
	app := temporary(t)
	governance := []string{
		"UpdateParams", "SoftwareUpgrade", "CancelUpgrade", "CommunityPoolSpend", "SetSendEnabled", "RecoverClient", "IBCSoftwareUpgrade",
		"ExecLegacyContent", "RegisterPreinstalls", "ToggleConversion", "CreateContinuousFund", "CancelContinuousFund",
		"UpdateClientParams", "DeleteClientCreator", "AddRateLimit", "UpdateRateLimit", "RemoveRateLimit", "ResetRateLimit",
	}
	user := []string{ // prefixes of packages whose other messages anyone may send
		"/cosmos.bank.", "/cosmos.staking.", "/cosmos.distribution.", "/cosmos.gov.", "/cosmos.slashing.", "/cosmos.feegrant.",
		"/cosmos.evidence.", "/cosmos.protocolpool.", "/cosmos.consensus.", "/cosmos.mint.", "/cosmos.upgrade.", "/cosmos.auth.",
		"/cosmos.evm.vm.", "/cosmos.evm.erc20.", "/cosmos.evm.feemarket.", "/ibc.core.", "/ibc.applications.transfer.", "/ibc.lightclients.",
		"/imod.imo.", "/imod.oracle.", "/imod.revshare.", "/imod.aigc.",
	}
	absent := []string{"/cosmos.vesting.", "/cosmos.authz.", "/ibc.applications.interchain_accounts.", "/cosmos.group.", "/cosmos.circuit."}

	seen := 0
	for _, url := range app.InterfaceRegistry().ListImplementations(sdk.MsgInterfaceProtoName) {
		if app.MsgServiceRouter().HandlerByTypeURL(url) == nil {
			continue // a response or a legacy type without a handler
		}
		seen++
		for _, prefix := range absent {
			require.False(t, strings.HasPrefix(url, prefix), "%s has a handler", url)
		}
		isGovernance := slices.ContainsFunc(governance, func(name string) bool { return strings.HasSuffix(url, ".Msg"+name) })
		isUser := slices.ContainsFunc(user, func(prefix string) bool { return strings.HasPrefix(url, prefix) })
		require.True(t, isGovernance || isUser, "%s is not classified", url)
	}
	require.Greater(t, seen, 80)
}
