package relayer

import (
	"fmt"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
)

// coinTypeEthereum is the coin type of accounts that sign with Ethereum's keys.
const coinTypeEthereum = 60

// settings is rly's config.yaml, as far as it is written or read here.
type settings struct {
	Global global                `yaml:"global"`
	Chains map[string]provider   `yaml:"chains"`
	Paths  map[string]pathConfig `yaml:"paths"`
}

type global struct {
	Timeout        string `yaml:"timeout"`
	LightCacheSize int    `yaml:"light-cache-size"`
	LogLevel       string `yaml:"log-level"`
	// Packets of any memo and receiver are relayed: what the chain refuses comes back at once, what nobody relays only when
	// its time is out. 0 is no limit.
	MemoLimit   int `yaml:"ics20-memo-limit"`
	MaxReceiver int `yaml:"max-receiver-size"`
}

type provider struct {
	Type  string        `yaml:"type"`
	Value chainSettings `yaml:"value"`
}

type chainSettings struct {
	Key           string   `yaml:"key"`
	ChainID       string   `yaml:"chain-id"`
	RPC           string   `yaml:"rpc-addr"`
	Prefix        string   `yaml:"account-prefix"`
	Keyring       string   `yaml:"keyring-backend"`
	GasAdjustment float64  `yaml:"gas-adjustment"`
	GasPrices     string   `yaml:"gas-prices"`
	Timeout       string   `yaml:"timeout"`
	OutputFormat  string   `yaml:"output-format"`
	SignMode      string   `yaml:"sign-mode"`
	ExtraCodecs   []string `yaml:"extra-codecs"`
	CoinType      int      `yaml:"coin-type"`
	Broadcast     string   `yaml:"broadcast-mode"`
	MinLoop       string   `yaml:"min-loop-duration"`
	Extensions    []string `yaml:"extension-options"`
}

type pathConfig struct {
	Src    pathEnd `yaml:"src"`
	Dst    pathEnd `yaml:"dst"`
	Filter filter  `yaml:"src-channel-filter"`
}

type pathEnd struct {
	ChainID    string `yaml:"chain-id"`
	Client     string `yaml:"client-id,omitempty"`
	Connection string `yaml:"connection-id,omitempty"`
}

type filter struct {
	Rule string   `yaml:"rule"`
	List []string `yaml:"channel-list"`
}

func (r Relayer) file() string { return filepath.Join(r.Home, "config", "config.yaml") }

// Write makes the home of a link that does not exist yet.
func (r Relayer) Write() error {
	s := settings{
		Global: global{Timeout: "10s", LightCacheSize: 20, LogLevel: "info"},
		Chains: map[string]provider{},
		Paths:  map[string]pathConfig{path: {Src: pathEnd{ChainID: r.Chains[0].ID}, Dst: pathEnd{ChainID: r.Chains[1].ID}, Filter: filter{List: []string{}}}},
	}
	for _, c := range r.Chains {
		value := chainSettings{
			Key: c.Key, ChainID: c.ID, RPC: c.RPC, Prefix: c.Prefix, Keyring: "test", GasAdjustment: 1.5, GasPrices: c.GasPrices, Timeout: "20s",
			OutputFormat: "json", SignMode: "direct", CoinType: c.CoinType, Broadcast: "batch", MinLoop: "500ms", ExtraCodecs: []string{},
			Extensions: []string{},
		}
		if c.CoinType == coinTypeEthereum {
			value.ExtraCodecs = append(value.ExtraCodecs, "ethermint")
		}
		s.Chains[c.ID] = provider{Type: "cosmos", Value: value}
	}
	raw, err := yaml.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(r.file()), 0o755); err != nil {
		return err
	}
	return os.WriteFile(r.file(), raw, 0o600)
}

// linked reads clients and connections, which rly writes into its configuration.
func (r Relayer) linked() ([2]End, error) {
	var ends [2]End
	raw, err := os.ReadFile(r.file())
	if err != nil {
		return ends, err
	}
	var s settings
	if err := yaml.Unmarshal(raw, &s); err != nil {
		return ends, fmt.Errorf("%s: %w", r.file(), err)
	}
	for i, end := range []pathEnd{s.Paths[path].Src, s.Paths[path].Dst} {
		if end.Client == "" || end.Connection == "" {
			return ends, fmt.Errorf("%s: chain %s has no client and connection", r.file(), end.ChainID)
		}
		ends[i] = End{Client: end.Client, Connection: end.Connection}
	}
	return ends, nil
}
