package chaininfo_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/clients/chaininfo"
)

func chain() chaininfo.Chain {
	return chaininfo.Chain{
		Name: "imotestnet", PrettyName: "IMO", ChainID: "imo-test-1", EVMChainID: 7641, Bech32Prefix: "imo", CoinType: 60, Denom: "aimo", Display: "imo",
		Symbol: "IMO", Decimals: 18, GasPrice: 1_000_000_000, Daemon: "imod", Home: "$HOME/.imod", Repository: "https://github.com/imochain/imod",
		TestNetwork: true, RPC: "http://127.0.0.1:26657", REST: "http://127.0.0.1:1317", GRPC: "http://127.0.0.1:9090", JSONRPC: "http://127.0.0.1:8545",
		Tokens: []chaininfo.Token{{Base: "model-1", Display: "MODEL-1", Name: strings.Repeat("ä", 40), Symbol: "TINY", Decimals: 18}},
	}
}

// rule is what the registry's JSON schemas demand of a value: an object with no other fields, a list, or text.
type rule struct {
	fields   map[string]rule
	required []string
	items    *rule
	one      []string // allowed text
	pattern  string
	longest  int
	number   bool
}

func text() rule { return rule{} }

func listOf(r rule) rule { return rule{items: &r} }

// check returns what a decoded value breaks.
func (r rule) check(at string, value any) []string {
	switch {
	case r.items != nil:
		list, ok := value.([]any)
		if !ok || len(list) == 0 {
			return []string{at + ": no list with content"}
		}
		var out []string
		for i, item := range list {
			out = append(out, r.items.check(fmt.Sprintf("%s[%d]", at, i), item)...)
		}
		return out
	case r.fields != nil:
		object, ok := value.(map[string]any)
		if !ok {
			return []string{at + ": no object"}
		}
		var out []string
		for _, name := range r.required {
			if _, ok := object[name]; !ok {
				out = append(out, at+": "+name+" is missing")
			}
		}
		for name, inner := range object {
			field, ok := r.fields[name]
			if !ok {
				out = append(out, at+": "+name+" is not known")
				continue
			}
			out = append(out, field.check(at+"."+name, inner)...)
		}
		return out
	case r.number:
		if _, ok := value.(float64); !ok {
			return []string{at + ": no number"}
		}
		return nil
	}
	s, ok := value.(string)
	if !ok || s == "" || r.longest > 0 && len([]rune(s)) > r.longest || r.pattern != "" && !regexp.MustCompile(r.pattern).MatchString(s) ||
		r.one != nil && !slices.Contains(r.one, s) {
		return []string{fmt.Sprintf("%s: %v is not allowed", at, value)}
	}
	return nil
}

// The demands of chain.schema.json and assetlist.schema.json of github.com/cosmos/chain-registry on what we say.
var (
	version   = rule{pattern: `^v?\d+(\.\d+){0,2}$`}
	component = func(kinds ...string) rule {
		return rule{
			fields:   map[string]rule{"type": {one: kinds}, "version": version, "repo": text(), "tag": text(), "ics_enabled": listOf(rule{one: []string{"ics20-1", "ics27-1", "mauth"}})},
			required: []string{"type"},
		}
	}
	endpoints = listOf(rule{fields: map[string]rule{"address": text(), "provider": text()}, required: []string{"address"}})
	prefixes  = rule{fields: map[string]rule{
		"bech32PrefixAccAddr": text(), "bech32PrefixAccPub": text(), "bech32PrefixValAddr": text(), "bech32PrefixValPub": text(),
		"bech32PrefixConsAddr": text(), "bech32PrefixConsPub": text(),
	}}
	price    = rule{number: true}
	registry = rule{
		required: []string{"chain_name", "chain_type"},
		fields: map[string]rule{
			"$schema": {pattern: `^(\.\./)+chain\.schema\.json$`}, "chain_name": {pattern: `^[a-z0-9]+$`}, "chain_type": {one: []string{"cosmos", "eip155"}},
			"chain_id": text(), "pretty_name": text(), "website": text(), "status": {one: []string{"live", "upcoming", "killed"}},
			"network_type": {one: []string{"mainnet", "testnet", "devnet"}}, "bech32_prefix": text(), "bech32_config": prefixes, "daemon_name": text(),
			"node_home": text(), "key_algos": listOf(rule{one: []string{"secp256k1", "ethsecp256k1", "ed25519", "sr25519", "bn254"}}), "slip44": price,
			"extra_codecs": listOf(rule{one: []string{"ethermint", "injective"}}),
			"fees": {required: []string{"fee_tokens"}, fields: map[string]rule{"fee_tokens": listOf(rule{required: []string{"denom"}, fields: map[string]rule{
				"denom": text(), "fixed_min_gas_price": price, "low_gas_price": price, "average_gas_price": price, "high_gas_price": price,
			}})}},
			"staking": {required: []string{"staking_tokens"}, fields: map[string]rule{
				"staking_tokens": listOf(rule{required: []string{"denom"}, fields: map[string]rule{"denom": text()}}),
			}},
			"codebase": {fields: map[string]rule{
				"git_repo": {pattern: `^https://`}, "recommended_version": text(), "sdk": component("cosmos", "penumbra", "other"),
				"consensus": component("tendermint", "cometbft", "sei-tendermint"), "ibc": component("go", "rust", "other"),
				"language": component("go", "rust", "solidity", "other"),
			}},
			"apis": {fields: map[string]rule{
				"rpc": endpoints, "rest": endpoints, "grpc": endpoints, "wss": endpoints, "grpc-web": endpoints, "evm-http-jsonrpc": endpoints,
			}},
		},
	}
	assetList = rule{
		required: []string{"chain_name", "assets"},
		fields: map[string]rule{
			"$schema": {pattern: `^(\.\./)+assetlist\.schema\.json$`}, "chain_name": text(),
			"assets": listOf(rule{
				required: []string{"denom_units", "base", "display", "name", "symbol"},
				fields: map[string]rule{
					"description": text(), "base": text(), "display": text(), "name": {longest: 30}, "symbol": text(), "type_asset": {one: []string{"sdk.coin"}},
					"denom_units": listOf(rule{required: []string{"denom", "exponent"}, fields: map[string]rule{"denom": text(), "exponent": price}}),
				},
			}),
		},
	}
)

// TestRegistry: chain.json and assetlist.json keep the demands of the chain registry's schemas, and the check finds what does not.
func TestRegistry(t *testing.T) {
	for format, demands := range map[string]rule{"chain.json": registry, "assetlist.json": assetList} {
		written, err := chain().Describe(format)
		require.NoError(t, err)
		var value map[string]any
		require.NoError(t, json.Unmarshal(written, &value))
		require.Empty(t, demands.check(format, value))

		value["surplus"] = "x"
		delete(value, "chain_name")
		value["$schema"] = "chain.schema.json"
		require.Len(t, demands.check(format, value), 3)
	}
	for _, asset := range chain().AssetList().Assets { // base and display are among the units
		require.Equal(t, []chaininfo.DenomUnit{{Denom: asset.Base}, {Denom: asset.Display, Exponent: 18}}, asset.DenomUnits)
	}
}

// TestVersions: the versions that the registry is told are those of go.mod.
func TestVersions(t *testing.T) {
	pinned, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	code := chain().Registry().Codebase
	for path, says := range map[string]string{
		"github.com/cosmos/cosmos-sdk": code.SDK.Version, "github.com/cometbft/cometbft": code.Consensus.Version, "github.com/cosmos/ibc-go/v11": code.IBC.Version,
	} {
		require.Regexp(t, `(?m)^\s`+regexp.QuoteMeta(path)+` `+regexp.QuoteMeta(says)+`$`, string(pinned))
	}
}

// TestWallets: wallets derive the right keys, count the right decimals, and find both sides of the chain.
func TestWallets(t *testing.T) {
	keplr := chain().Keplr()
	require.Equal(t, uint32(60), keplr.Bip44.CoinType)
	require.Contains(t, keplr.Features, "eth-secp256k1-cosmos")
	require.Equal(t, uint64(7641), keplr.EVM.ChainID)
	require.Equal(t, "imovaloper", keplr.Bech32Config["bech32PrefixValAddr"])
	require.Equal(t, &chaininfo.GasSteps{Low: 1_000_000_000, Average: 1_250_000_000, High: 2_000_000_000}, keplr.FeeCurrencies[0].GasPrice)
	ethereum := chain().Ethereum()
	require.Equal(t, "0x1dd9", ethereum.ChainID)
	require.Equal(t, 18, ethereum.NativeCurrency.Decimals)
	hermes, err := chain().Describe("hermes.toml")
	require.NoError(t, err)
	require.Contains(t, string(hermes), "ws://127.0.0.1:26657/websocket")
	require.Contains(t, string(hermes), "UNTESTED")
	_, err = chain().Describe("other")
	require.ErrorContains(t, err, "keplr.json")
}
