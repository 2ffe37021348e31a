package localnet_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	imod "github.com/imochain/imod"
	"github.com/imochain/imod/localnet"
)

// The committed file must parse without a warning and keep what Ignite needs of it.
func TestCommittedConfig(t *testing.T) {
	cfg, warnings, err := localnet.ReadConfig(filepath.Join("..", "config.yml"))
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.Len(t, cfg.Validators, 4)
	built, err := os.ReadFile(filepath.Join("..", "config.yml"))
	require.NoError(t, err)
	require.Equal(t, string(built), string(imod.DefaultNetwork), "the built-in description is this file")
	dev := 0
	for _, a := range cfg.Accounts {
		if a.Mnemonic == localnet.DevMnemonic {
			require.Equal(t, strconv.Itoa(dev), a.AddressIndex, a.Name)
			dev++
		} else {
			require.Empty(t, a.Mnemonic, "only the public test mnemonic stands in the file")
		}
	}
	require.Equal(t, 10, dev)
	require.Equal(t, "imo-local-1", cfg.Genesis["chain_id"])
	// Ignite's merge into app.toml fails on integers.
	require.Equal(t, "7641", cfg.Validators[0].App["evm"].(map[string]any)["evm-chain-id"])
	require.Equal(t, cfg.Validators[0].App, cfg.Validators[3].App, "anchors are resolved")
	for _, v := range cfg.Validators {
		require.NoError(t, noIntegers(v.App))
	}
}

func noIntegers(tree map[string]any) error {
	for key, value := range tree {
		switch v := value.(type) {
		case int, uint64, float64:
			return os.ErrInvalid
		case map[string]any:
			if err := noIntegers(v); err != nil {
				return err
			}
		default:
			_ = key
		}
	}
	return nil
}

func TestParseConfig(t *testing.T) {
	cases := []struct {
		name, old, with string
		want            []string // all of these appear in the error
	}{
		{name: "ok: as it is"},
		{"fails: version", "version: 1", "version: 2", []string{"version", `"2"`}},
		{"fails: no accounts", smallConfig[strings.Index(smallConfig, "accounts:"):strings.Index(smallConfig, "validators:")], "", []string{"at least one account"}},
		{"fails: account twice", "name: val2, coins", "name: val1, coins", []string{"accounts[1].name", `"val1"`, "twice"}},
		{"fails: not an amount", "coins: [1000000aimo]", "coins: [1.5.0aimo]", []string{"accounts[2].coins[0]", `"1.5.0aimo"`}},
		{"fails: zero", "coins: [1000000aimo]", "coins: [0aimo]", []string{"accounts[2].coins[0]", "positive"}},
		{"fails: above 2^120", "coins: [1000000aimo]", "coins: [10000000000000000000000000000000000000aimo]", []string{"accounts[2].coins[0]", "2^120"}},
		{"fails: denom twice", "coins: [1000000aimo]", "coins: [1aimo, 2aimo]", []string{"accounts[2].coins[1]", "twice"}},
		{"fails: coin type", `coins: [2000000000000000000000000aimo], cointype: "60"`, `coins: [1aimo], cointype: "118"`, []string{"accounts[0].cointype", `"118"`}},
		{"fails: validator without account", "{name: val2, bonded", "{name: val3, bonded", []string{"validators[1].name", `"val3"`}},
		{"fails: validator without name", "  - name: val1\n", "  - home: x\n", []string{"validators[0].name", "missing"}},
		{"fails: validator without bond", "    bonded: 1000000000000000000000000aimo\n", "", []string{"validators[0].bonded", "missing"}},
		{"fails: gas price", "gas-prices: 1000000000aimo", "gas-prices: much", []string{"validators[0].gentx.gas-prices", `"much"`}},
		{"fails: faucet without account", "  name: faucet\n", "  name: nobody\n", []string{"faucet.name", `"nobody"`}},
		{"fails: faucet open to the world", "  coins_max: [250aimo]\n", "  host: 0.0.0.0:4500\n", []string{"faucet.host", "0.0.0.0:4500", "127.0.0.1"}},
		{"fails: faucet window", "  coins_max: [250aimo]\n", "  rate_limit_window: soon\n", []string{"faucet.rate_limit_window", `"soon"`}},
		{"fails: no chain id", "  chain_id: imo-local-1\n", "", []string{"genesis.chain_id"}},
		{"fails: include", "version: 1", "version: 1\ninclude: [other.yml]", []string{"include"}},
		{"fails: consumer chain", "version: 1", "version: 1\nvalidation: consumer", []string{"validation", `"consumer"`}},
		{"fails: not YAML", "version: 1", "version: [1", []string{"line"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			require.Contains(t, smallConfig, tc.old)
			_, _, err := localnet.ParseConfig([]byte(strings.Replace(smallConfig, tc.old, tc.with, 1)))
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			for _, part := range tc.want {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

func TestUnknownKeys(t *testing.T) {
	text := strings.Replace(smallConfig, "version: 1", "version: 1\nvalidatorz: 3\nx-devnet: {ibc: {anything: 1}}", 1)
	text = strings.Replace(text, "  coins_max: [250aimo]", "  coins_max: [250aimo]\n  colour: red", 1)
	text = strings.Replace(text, "gentx: &gentx {", "gentx: &gentx {ledger: true, ", 1)
	_, warnings, err := localnet.ParseConfig([]byte(text))
	require.NoError(t, err)
	all := strings.Join(warnings, "\n")
	require.Contains(t, all, "validatorz is not read")
	require.Contains(t, all, "faucet.colour is not read")
	require.Contains(t, all, "validators[0].gentx.ledger is not read")
	require.NotContains(t, all, "x-devnet")
}

func TestReadConfig(t *testing.T) {
	_, _, err := localnet.ReadConfig(filepath.Join(t.TempDir(), "missing.yml"))
	require.ErrorIs(t, err, os.ErrNotExist)

	huge := filepath.Join(t.TempDir(), "huge.yml")
	require.NoError(t, os.WriteFile(huge, make([]byte, 2<<20), 0o600))
	_, _, err = localnet.ReadConfig(huge)
	require.ErrorContains(t, err, "2097152 bytes, at most 1048576")

	empty := filepath.Join(t.TempDir(), "empty.yml")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	_, _, err = localnet.ReadConfig(empty)
	require.ErrorContains(t, err, "empty")
}
