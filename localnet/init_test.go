package localnet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/viper"
	"github.com/stretchr/testify/require"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/cosmos/evm/crypto/hd"

	"github.com/imochain/imod/localnet"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

func initialised(t *testing.T, text string, opts localnet.Options) (*localnet.Network, localnet.Chain) {
	t.Helper()
	chain := testChain(t)
	opts.Home = filepath.Join(t.TempDir(), "net")
	if opts.PortOffset == 0 {
		opts.PortOffset = freeOffset(t)
	}
	n, warnings, err := localnet.Init(t.Context(), chain, parse(t, text), opts)
	require.NoError(t, err)
	require.Empty(t, warnings)
	return n, chain
}

func TestInitFiles(t *testing.T) {
	offset := freeOffset(t)
	n, _ := initialised(t, smallConfig, localnet.Options{PortOffset: offset})
	require.Len(t, n.Nodes, 2)

	for i, node := range n.Nodes {
		comet, app, client := readTOML(t, n, node.Name, "config"), readTOML(t, n, node.Name, "app"), readTOML(t, n, node.Name, "client")
		at := func(base int) string { return fmt.Sprintf("127.0.0.1:%d", base+offset+10*i) }
		require.Equal(t, "tcp://"+at(26657), comet.GetString("rpc.laddr"))
		require.Equal(t, "tcp://"+at(26656), comet.GetString("p2p.laddr"))
		require.Equal(t, at(26660), comet.GetString("instrumentation.prometheus_listen_addr"))
		require.Equal(t, "tcp://"+at(1317), app.GetString("api.address"))
		require.Equal(t, at(9090), app.GetString("grpc.address"))
		require.Equal(t, at(8545), app.GetString("json-rpc.address"))
		require.Equal(t, at(8546), app.GetString("json-rpc.ws-address"))

		require.Equal(t, "app", comet.GetString("mempool.type"))
		require.Equal(t, "900ms", comet.GetString("consensus.timeout_commit"), "config.yml goes before the default")
		require.Zero(t, comet.GetInt("consensus.double_sign_check_height"))
		require.False(t, comet.GetBool("p2p.addr_book_strict"))
		other := n.Nodes[1-i]
		require.Equal(t, other.ID+"@"+other.P2P, comet.GetString("p2p.persistent_peers"))

		require.Equal(t, uint64(7641), app.GetUint64("evm.evm-chain-id"))
		require.Equal(t, "1000000000aimo", app.GetString("minimum-gas-prices"))
		require.Equal(t, "eth,net,web3,txpool", app.GetString("json-rpc.api"))
		require.False(t, app.GetBool("json-rpc.allow-insecure-unlock"))
		require.Equal(t, 100, app.GetInt("json-rpc.batch-request-limit"))
		require.Equal(t, 500, app.GetInt("json-rpc.max-open-connections"))
		require.GreaterOrEqual(t, app.GetInt("mempool.max-txs"), 0, "the app-side mempool needs it")

		require.Equal(t, "imo-local-1", client.GetString("chain-id"))
		require.Equal(t, "test", client.GetString("keyring-backend"))
		require.Equal(t, "tcp://"+at(26657), client.GetString("node"))
		requireLoopback(t, n, node.Name)
		require.Equal(t, at(4800), readTOML(t, n, node.Name, "sidecar").GetString("serve"))
	}
	reopened, err := localnet.Open(n.Home())
	require.NoError(t, err)
	require.Equal(t, n, reopened)
}

// requireLoopback looks for any address in the files that is reachable from outside.
func requireLoopback(t *testing.T, n *localnet.Network, node string) {
	t.Helper()
	for _, file := range []string{"config.toml", "app.toml", "sidecar.toml"} {
		raw, err := os.ReadFile(filepath.Join(n.NodeHome(node), "config", file))
		require.NoError(t, err)
		for _, line := range strings.Split(string(raw), "\n") {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				require.NotContains(t, line, "0.0.0.0", file)
			}
		}
	}
}

func readTOML(t *testing.T, n *localnet.Network, node, file string) *viper.Viper {
	t.Helper()
	v := viper.New()
	v.SetConfigFile(filepath.Join(n.NodeHome(node), "config", file+".toml"))
	require.NoError(t, v.ReadInConfig())
	return v
}

func TestGenesis(t *testing.T) {
	n, chain := initialised(t, smallConfig, localnet.Options{})
	genesis, err := genutiltypes.AppGenesisFromFile(filepath.Join(n.NodeHome("node0"), "config", "genesis.json"))
	require.NoError(t, err)
	same, err := os.ReadFile(filepath.Join(n.NodeHome("node1"), "config", "genesis.json"))
	require.NoError(t, err)
	first, err := os.ReadFile(filepath.Join(n.NodeHome("node0"), "config", "genesis.json"))
	require.NoError(t, err)
	require.Equal(t, string(first), string(same))
	require.Equal(t, "imo-local-1", genesis.ChainID)
	require.Equal(t, int64(1), genesis.Consensus.Params.ABCI.VoteExtensionsEnableHeight)

	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(genesis.AppState, &state))
	require.NoError(t, chain.ValidateGenesis(state))

	var bank banktypes.GenesisState
	chain.Codec.MustUnmarshalJSON(state["bank"], &bank)
	total := sdk.NewCoins()
	for _, b := range bank.Balances {
		total = total.Add(b.Coins...)
	}
	require.Equal(t, total, bank.Supply)
	require.Len(t, bank.Balances, 3)
	var imo imotypes.GenesisState
	chain.Codec.MustUnmarshalJSON(state[imotypes.ModuleName], &imo)
	require.Equal(t, imotypes.NETWORK_KIND_LOCAL, imo.NetworkKind, "the default is another one")
	require.Equal(t, "LOCAL", n.Kind)

	var oracle oracletypes.GenesisState
	chain.Codec.MustUnmarshalJSON(state[oracletypes.ModuleName], &oracle)
	require.Len(t, oracle.Policies, 2, "sidecars find each other's bundles")
	for i, p := range oracle.Policies {
		require.Equal(t, "http://"+readTOML(t, n, n.Nodes[i].Name, "sidecar").GetString("serve"), p.Mirror)
	}

	txs := genutiltypes.GetGenesisStateFromAppState(chain.Codec, state).GenTxs
	require.Len(t, txs, 2)
	for i, raw := range txs {
		tx, err := chain.TxConfig.TxJSONDecoder()(raw)
		require.NoError(t, err)
		fee := tx.(sdk.FeeTx)
		require.Equal(t, "200000000000000aimo", fee.GetFee().String(), "200,000 gas at the price of config.yml")
		requireSigned(t, chain, tx, n, fmt.Sprintf("val%d", i+1))
	}
}

// requireSigned verifies the signature as the chain does for a genesis transaction: number 0, sequence 0.
func requireSigned(t *testing.T, chain localnet.Chain, tx sdk.Tx, n *localnet.Network, name string) {
	t.Helper()
	key, err := n.Key(name)
	require.NoError(t, err)
	signatures, err := tx.(authsigning.SigVerifiableTx).GetSignaturesV2()
	require.NoError(t, err)
	require.Len(t, signatures, 1)
	bytes, err := authsigning.GetSignBytesAdapter(t.Context(), chain.TxConfig.SignModeHandler(), signing.SignMode_SIGN_MODE_DIRECT,
		authsigning.SignerData{Address: key.Address.String(), ChainID: n.ChainID, PubKey: key.Priv.PubKey()}, tx)
	require.NoError(t, err)
	require.True(t, key.Priv.PubKey().VerifySignature(bytes, signatures[0].Data.(*signing.SingleSignatureData).Signature))
}

func TestKeys(t *testing.T) {
	n, chain := initialised(t, smallConfig, localnet.Options{})
	records, err := n.Keys()
	require.NoError(t, err)
	require.Len(t, records, 3)
	info, err := os.Stat(filepath.Join(n.Home(), "keys.json"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// The faucet's mnemonic is one of cosmos/evm's published test accounts: derived elsewhere, it must give the same address.
	faucet, err := n.Key("faucet")
	require.NoError(t, err)
	require.Equal(t, "0xC6Fe5D33615a1C52c08018c47E8Bc53646A0E101", faucet.Eth().Hex())

	ring, err := keyring.New(sdk.KeyringServiceName(), keyring.BackendTest, n.NodeHome("node0"), nil, chain.Codec, hd.EthSecp256k1Option())
	require.NoError(t, err)
	for _, r := range records {
		stored, err := ring.Key(r.Name)
		require.NoError(t, err)
		addr, err := stored.GetAddress()
		require.NoError(t, err)
		require.Equal(t, r.Address, addr.String())
	}
	_, err = n.Key("nobody")
	require.ErrorContains(t, err, "nobody")
}

// TestPrint: a visitor sees where everything answers, and the accounts of the test mnemonic under the warning.
func TestPrint(t *testing.T) {
	dev := `  - {name: dev0, coins: [7aimo], mnemonic: "` + localnet.DevMnemonic + `"}
  - {name: dev1, coins: [7aimo], mnemonic: "` + localnet.DevMnemonic + `", address_index: "1"}
validators:`
	n, _ := initialised(t, strings.Replace(smallConfig, "validators:", dev, 1), localnet.Options{})
	var out bytes.Buffer
	require.NoError(t, n.Print(&out))
	for _, want := range []string{
		"imo-local-1 (LOCAL network)", "EVM chain id", "7641", n.Nodes[0].RPC, n.Nodes[0].REST + "/web/", n.Nodes[0].GRPC, n.Nodes[1].JSONRPC,
		n.Faucet.URL, "EVERYBODY has these keys",
		// The first two accounts that Ethereum's tools print.
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
		"0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
	} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "adjust fossil", "only the mnemonic that everybody knows is printed")

	n.Kind = "TEST"
	out.Reset()
	require.NoError(t, n.Print(&out))
	require.NotContains(t, out.String(), "private key")
	require.NotContains(t, out.String(), "ac0974bec")
}

func TestInitRefuses(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	port := busy.Addr().(*net.TCPAddr).Port

	cases := []struct {
		name, old, with string
		opts            localnet.Options
		want            []string
	}{
		{name: "fails: more validators than listed", opts: localnet.Options{Validators: 3}, want: []string{"--validators 3", "has 2"}},
		{name: "fails: port out of range", opts: localnet.Options{PortOffset: 60_000}, want: []string{"port-offset"}},
		{
			name: "fails: busy port", old: "consensus: {timeout_commit: 900ms}", with: fmt.Sprintf("rpc: {laddr: \"tcp://127.0.0.1:%d\"}", port),
			opts: localnet.Options{Validators: 1}, want: []string{fmt.Sprintf("port %d", port), "validators[0].config.rpc.laddr", "busy"},
		},
		{
			name: "fails: one port for two", old: "consensus: {timeout_commit: 900ms}", with: "rpc: {laddr: \"tcp://127.0.0.1:39999\"}",
			want: []string{"port 39999", "validators[0].config.rpc.laddr", "validators[1].config.rpc.laddr"},
		},
		{
			name: "fails: reachable from outside", old: "consensus: {timeout_commit: 900ms}", with: "rpc: {laddr: \"tcp://0.0.0.0:26657\"}",
			want: []string{"validators[0].config.rpc.laddr", "0.0.0.0", "127.0.0.1 only"},
		},
		{name: "fails: EVM chain id", old: `evm-chain-id: "7641"`, with: `evm-chain-id: "1"`, want: []string{"evm.evm-chain-id", `"1"`, "7641"}},
		{name: "fails: unknown key of app.toml", old: "evm: {", with: "json-rpc: {enabel: true}\n      evm: {", want: []string{"validators[0].app", "enabel"}},
		{name: "fails: wrong value in config.toml", old: "timeout_commit: 900ms", with: "timeout_commit: soon", want: []string{"validators[0].config", "soon"}},
		{name: "fails: genesis field", old: "{bond_denom: aimo}", with: "{bond_denmo: aimo}", want: []string{"genesis.app_state.staking.params.bond_denmo"}},
		{name: "fails: genesis module", old: "    staking: {", with: "    stakin: {", want: []string{"genesis.app_state.stakin"}},
		{name: "fails: genesis value", old: "{bond_denom: aimo}", with: `{bond_denom: "!"}`, want: []string{"genesis", "!"}},
		{name: "fails: bond in another denom", old: "{bond_denom: aimo}", with: "{bond_denom: stake}", want: []string{"validators[0].bonded", "stake"}},
		{
			name: "fails: bond and fee above the balance", old: "coins: [2000000000000000000000000aimo]", with: "coins: [1000000000000000000000000aimo]",
			want: []string{"validators[0].bonded", "val1"},
		},
		{
			name: "fails: public keys on a main network", old: "    staking: {", with: "    imo: {network_kind: NETWORK_KIND_MAIN}\n    staking: {",
			want: []string{"genesis.app_state.imo.network_kind", "MAIN", "NETWORK_KIND_LOCAL"},
		},
		{name: "fails: default denom", old: "default_denom: aimo", with: "default_denom: atom", want: []string{"default_denom", `"atom"`, "aimo"}},
		{name: "fails: mnemonic", old: "copper push", with: "copper copper", want: []string{"accounts[2].mnemonic"}},
		{name: "fails: gas price denom", old: "minimum-gas-prices: 1000000000aimo", with: "minimum-gas-prices: 5atom", want: []string{"minimum-gas-prices", "5atom"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, smallConfig, tc.old)
			home := filepath.Join(t.TempDir(), "net")
			tc.opts.Home = home
			if tc.opts.PortOffset == 0 {
				tc.opts.PortOffset = freeOffset(t)
			}
			cfg, _, err := localnet.ParseConfig([]byte(strings.Replace(smallConfig, tc.old, tc.with, 1)))
			require.NoError(t, err)
			_, _, err = localnet.Init(context.Background(), testChain(t), cfg, tc.opts)
			for _, part := range tc.want {
				require.ErrorContains(t, err, part)
			}
			require.NotContains(t, err.Error(), "adjust fossil", "a mnemonic in an error")
			entries, err := os.ReadDir(filepath.Dir(home))
			require.NoError(t, err)
			require.Empty(t, entries, "something was left behind")
		})
	}
}

func TestInitKeepsForeignFolder(t *testing.T) {
	home := t.TempDir()
	precious := filepath.Join(home, "thesis.txt")
	require.NoError(t, os.WriteFile(precious, []byte("ten years"), 0o600))
	_, _, err := localnet.Init(t.Context(), testChain(t), parse(t, smallConfig), localnet.Options{Home: home, PortOffset: freeOffset(t)})
	require.ErrorContains(t, err, "other content")
	require.FileExists(t, precious)
}
