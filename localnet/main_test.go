package localnet_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/codec"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/cosmos-sdk/x/auth"
	"github.com/cosmos/cosmos-sdk/x/bank"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/staking"

	evmcodec "github.com/cosmos/evm/crypto/codec"
	evmserverconfig "github.com/cosmos/evm/server/config"

	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/x/imo"
	"github.com/imochain/imod/x/oracle"
)

// envFake makes this test binary behave as a node or a faucet; its value says how.
const envFake = "IMOD_LOCALNET_FAKE"

func TestMain(m *testing.M) {
	if mode := os.Getenv(envFake); mode != "" && len(os.Args) > 1 {
		fake(mode, os.Args[1:])
		return
	}
	sdk.GetConfig().SetBech32PrefixForAccount("imo", "imopub")
	sdk.GetConfig().SetBech32PrefixForValidator("imovaloper", "imovaloperpub")
	sdk.DefaultBondDenom = "aimo"
	os.Exit(m.Run())
}

// fake is the body of a fake process. Modes: node (makes blocks), dies (exits with a message), deaf (ignores SIGTERM), unlinked
// (its relayer cannot link).
func fake(mode string, args []string) {
	if len(args) > 1 && slices.Contains(args[:2], "link") {
		fakeRelayer(mode, args)
		return
	}
	home := args[len(args)-1]
	if args[0] == "testnet" {
		n, err := localnet.Open(home)
		if err != nil {
			panic(err)
		}
		listen(n.Faucet.Listen, func(w http.ResponseWriter) { fmt.Fprint(w, `{"is_a_faucet":true}`) })
		wait()
		return
	}
	if mode == "dies" {
		fmt.Fprintln(os.Stderr, "panic: the fake node is broken")
		os.Exit(1)
	}
	if mode == "deaf" {
		signal.Ignore(syscall.SIGTERM)
	}
	if mode == "parent" { // a child in the same session, as a sidecar is
		child := exec.Command("sleep", "300")
		if err := child.Start(); err != nil {
			panic(err)
		}
		fmt.Printf("child %d\n", child.Process.Pid)
	}
	v := viper.New()
	v.SetConfigFile(filepath.Join(home, "config", "config.toml"))
	if err := v.ReadInConfig(); err != nil {
		panic(err)
	}
	begin := time.Now()
	listen(strings.TrimPrefix(v.GetString("rpc.laddr"), "tcp://"), func(w http.ResponseWriter) {
		height := 1 + time.Since(begin)/(100*time.Millisecond)
		fmt.Fprintf(w, `{"result":{"sync_info":{"latest_block_height":"%d"}}}`, height)
	})
	if err := fakeIBC(home); err != nil {
		panic(err)
	}
	fmt.Println("fake node runs")
	if mode == "deaf" {
		time.Sleep(time.Hour)
	}
	wait()
}

func listen(addr string, page func(http.ResponseWriter)) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		panic(err)
	}
	go func() {
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { page(w) }))
	}()
}

func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM)
	<-c
}

// testChain is a chain of the SDK modules that a genesis needs, with imod's key type.
func testChain(t *testing.T) localnet.Chain {
	t.Helper()
	enc := moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{}, staking.AppModuleBasic{}, genutil.AppModuleBasic{},
		imo.AppModule{}, oracle.AppModule{})
	evmcodec.RegisterInterfaces(enc.InterfaceRegistry)
	basics := module.NewBasicManager(auth.AppModuleBasic{}, bank.AppModuleBasic{}, staking.AppModuleBasic{}, imo.AppModule{}, oracle.AppModule{},
		genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator))
	cdc := codec.NewProtoCodec(enc.InterfaceRegistry)
	return localnet.Chain{
		Codec: cdc, TxConfig: enc.TxConfig, BaseDenom: "aimo", EVMChainID: 7641,
		DefaultGenesis: func() map[string]json.RawMessage { return basics.DefaultGenesis(cdc) },
		ValidateGenesis: func(state map[string]json.RawMessage) error {
			return basics.ValidateGenesis(cdc, enc.TxConfig, state)
		},
		CometConfig: cmtcfg.DefaultConfig,
		AppConfig:   func() any { return evmserverconfig.DefaultConfig() },
		AppTemplate: serverconfig.DefaultConfigTemplate + evmserverconfig.DefaultEVMConfigTemplate,
	}
}

// smallConfig is a config.yml whose genesis part fits testChain.
const smallConfig = `
version: 1
default_denom: aimo
accounts:
  - {name: val1, coins: [2000000000000000000000000aimo], cointype: "60"}
  - {name: val2, coins: [2000000000000000000000000aimo], cointype: "60"}
  - {name: faucet, coins: [1000000aimo], mnemonic: "copper push brief egg scan entry inform record adjust fossil boss egg comic alien upon aspect dry avoid interest fury window hint race symptom"}
validators:
  - name: val1
    bonded: 1000000000000000000000000aimo
    gentx: &gentx {gas-prices: 1000000000aimo}
    app: &app
      minimum-gas-prices: 1000000000aimo
      evm: {evm-chain-id: "7641"}
    config: &config
      consensus: {timeout_commit: 900ms}
  - {name: val2, bonded: 1000000000000000000000000aimo, gentx: *gentx, app: *app, config: *config}
faucet:
  name: faucet
  coins: [100aimo]
  coins_max: [250aimo]
genesis:
  chain_id: imo-local-1
  consensus:
    params:
      abci: {vote_extensions_enable_height: "1"}
  app_state:
    staking: {params: {bond_denom: aimo}}
`

func parse(t *testing.T, text string) *localnet.Config {
	t.Helper()
	cfg, warnings, err := localnet.ParseConfig([]byte(text))
	require.NoError(t, err)
	require.Empty(t, warnings)
	return cfg
}

// freeOffset finds a port offset under which the whole network is free.
func freeOffset(t *testing.T) int {
	t.Helper()
	for offset := 10_000; offset < 30_000; offset += 500 {
		busy := false
		for _, base := range []int{26657, 26656, 26660, 9090, 1317, 8545, 8546, 8100, 4500, 4800} {
			for _, shift := range []int{0, 10, 500} {
				l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+offset+shift))
				if err != nil {
					busy = true
					continue
				}
				require.NoError(t, l.Close())
			}
		}
		if !busy {
			return offset
		}
	}
	t.Fatal("no free ports")
	return 0
}
