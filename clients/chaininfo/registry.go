package chaininfo

import "strings"

// Versions of what the node is built with, as go.mod pins them; a test compares.
const (
	sdkVersion   = "v0.54.4"
	cometVersion = "v0.39.4"
	ibcVersion   = "v11.2.0"
)

// registryName is how long a name in an asset list may be.
const registryName = 30

// Registry is chain.json of the chain registry (github.com/cosmos/chain-registry). Pictures are left out: their addresses
// must lie in the registry's own repository.
type Registry struct {
	Schema       string            `json:"$schema"`
	ChainName    string            `json:"chain_name"`
	ChainType    string            `json:"chain_type"`
	ChainID      string            `json:"chain_id"`
	PrettyName   string            `json:"pretty_name"`
	Status       string            `json:"status"`
	NetworkType  string            `json:"network_type"`
	Bech32Prefix string            `json:"bech32_prefix"`
	Bech32Config map[string]string `json:"bech32_config"`
	DaemonName   string            `json:"daemon_name"`
	NodeHome     string            `json:"node_home"`
	KeyAlgos     []string          `json:"key_algos"`
	Slip44       uint32            `json:"slip44"`
	ExtraCodecs  []string          `json:"extra_codecs"`
	Fees         struct {
		FeeTokens []FeeToken `json:"fee_tokens"`
	} `json:"fees"`
	Staking struct {
		StakingTokens []StakingToken `json:"staking_tokens"`
	} `json:"staking"`
	Codebase Codebase              `json:"codebase"`
	APIs     map[string][]Endpoint `json:"apis,omitempty"`
}

// FeeToken is a coin that pays for gas, with prices in base units.
type FeeToken struct {
	Denom            string `json:"denom"`
	FixedMinGasPrice uint64 `json:"fixed_min_gas_price"`
	LowGasPrice      uint64 `json:"low_gas_price"`
	AverageGasPrice  uint64 `json:"average_gas_price"`
	HighGasPrice     uint64 `json:"high_gas_price"`
}

// StakingToken is the coin of validators.
type StakingToken struct {
	Denom string `json:"denom"`
}

// Codebase is what the node is made of.
type Codebase struct {
	GitRepo   string    `json:"git_repo"`
	SDK       Component `json:"sdk"`
	Consensus Component `json:"consensus"`
	IBC       Component `json:"ibc"`
	Language  Component `json:"language"`
}

// Component is a part of the node with its version.
type Component struct {
	Type    string   `json:"type"`
	Version string   `json:"version,omitempty"`
	Enabled []string `json:"ics_enabled,omitempty"`
}

// Endpoint is the address of a node.
type Endpoint struct {
	Address string `json:"address"`
}

// Registry returns chain.json.
func (c Chain) Registry() Registry {
	folder, network := "../", "mainnet"
	if c.TestNetwork {
		folder, network = "../../", "testnet"
	}
	r := Registry{
		Schema: folder + "chain.schema.json", ChainName: c.Name, ChainType: "cosmos", ChainID: c.ChainID, PrettyName: c.PrettyName,
		Status: "upcoming", NetworkType: network, Bech32Prefix: c.Bech32Prefix, Bech32Config: c.bech32(), DaemonName: c.Daemon, NodeHome: c.Home,
		KeyAlgos: []string{"ethsecp256k1"}, Slip44: c.CoinType, ExtraCodecs: []string{"ethermint"},
		Codebase: Codebase{
			GitRepo: c.Repository, SDK: Component{Type: "cosmos", Version: sdkVersion}, Consensus: Component{Type: "cometbft", Version: cometVersion},
			IBC: Component{Type: "go", Version: ibcVersion, Enabled: []string{"ics20-1"}}, Language: Component{Type: "go"},
		},
	}
	price := c.steps()
	r.Fees.FeeTokens = []FeeToken{{
		Denom: c.Denom, FixedMinGasPrice: c.GasPrice, LowGasPrice: price.Low, AverageGasPrice: price.Average, HighGasPrice: price.High,
	}}
	r.Staking.StakingTokens = []StakingToken{{Denom: c.Denom}}
	for kind, address := range map[string]string{"rpc": c.RPC, "rest": c.REST, "grpc": c.GRPC, "evm-http-jsonrpc": c.JSONRPC} {
		if address != "" {
			if r.APIs == nil {
				r.APIs = map[string][]Endpoint{}
			}
			r.APIs[kind] = []Endpoint{{Address: address}}
		}
	}
	return r
}

// AssetList is assetlist.json of the chain registry.
type AssetList struct {
	Schema    string  `json:"$schema"`
	ChainName string  `json:"chain_name"`
	Assets    []Asset `json:"assets"`
}

// Asset is a coin of the chain.
type Asset struct {
	Description string      `json:"description,omitempty"`
	DenomUnits  []DenomUnit `json:"denom_units"`
	TypeAsset   string      `json:"type_asset"`
	Base        string      `json:"base"`
	Name        string      `json:"name"`
	Display     string      `json:"display"`
	Symbol      string      `json:"symbol"`
}

// DenomUnit is 10^Exponent base units.
type DenomUnit struct {
	Denom    string `json:"denom"`
	Exponent int    `json:"exponent"`
}

// AssetList returns assetlist.json: the base denom and the tokens.
func (c Chain) AssetList() AssetList {
	native := Token{
		Description: "The native coin of " + c.Daemon, Base: c.Denom, Display: c.Display, Name: c.Symbol, Symbol: c.Symbol, Decimals: c.Decimals,
	}
	list := AssetList{Schema: strings.Replace(c.Registry().Schema, "chain.", "assetlist.", 1), ChainName: c.Name}
	for _, t := range append([]Token{native}, c.Tokens...) {
		list.Assets = append(list.Assets, Asset{
			Description: t.Description, DenomUnits: []DenomUnit{{Denom: t.Base}, {Denom: t.Display, Exponent: t.Decimals}}, TypeAsset: "sdk.coin",
			Base: t.Base, Name: shortened(t.Name), Display: t.Display, Symbol: t.Symbol,
		})
	}
	return list
}

// shortened cuts a name to what the registry takes.
func shortened(name string) string {
	if runes := []rune(name); len(runes) > registryName {
		return string(runes[:registryName])
	}
	return name
}
