package web

import (
	"encoding/json"
	"strconv"
)

// coinType is that of Ethereum keys.
const coinType = 60

// clientConfig is config.json: what the pages need, and the two documents that wallets are given.
type clientConfig struct {
	ChainID  string        `json:"chainId"`
	Denom    string        `json:"denom"`
	Symbol   string        `json:"symbol"`
	Decimals int           `json:"decimals"`
	Prefix   string        `json:"prefix"`
	GasPrice string        `json:"gasPrice"`
	Bundles  bool          `json:"bundles"`
	Runner   bool          `json:"runner"`
	Keplr    keplrChain    `json:"keplr"`
	Ethereum ethereumChain `json:"ethereum"`
}

// keplrChain is the argument of experimentalSuggestChain. The pages fill in rest, which is the origin
// that they came from.
type keplrChain struct {
	ChainID       string            `json:"chainId"`
	ChainName     string            `json:"chainName"`
	RPC           string            `json:"rpc"`
	REST          string            `json:"rest"`
	EVM           keplrEVM          `json:"evm"`
	Bip44         bip44             `json:"bip44"`
	Bech32Config  map[string]string `json:"bech32Config"`
	Currencies    []currency        `json:"currencies"`
	FeeCurrencies []currency        `json:"feeCurrencies"`
	StakeCurrency currency          `json:"stakeCurrency"`
	Features      []string          `json:"features"`
	IsTestnet     bool              `json:"isTestnet"`
}

type keplrEVM struct {
	ChainID uint64 `json:"chainId"`
	RPC     string `json:"rpc"`
}

type bip44 struct {
	CoinType int `json:"coinType"`
}

type currency struct {
	Denom    string    `json:"coinDenom"`
	Minimal  string    `json:"coinMinimalDenom"`
	Decimals int       `json:"coinDecimals"`
	GasPrice *gasSteps `json:"gasPriceStep,omitempty"`
}

type gasSteps struct {
	Low     uint64 `json:"low"`
	Average uint64 `json:"average"`
	High    uint64 `json:"high"`
}

// ethereumChain is the argument of wallet_addEthereumChain.
type ethereumChain struct {
	ChainID        string         `json:"chainId"`
	ChainName      string         `json:"chainName"`
	NativeCurrency nativeCurrency `json:"nativeCurrency"`
	RPCURLs        []string       `json:"rpcUrls"`
}

type nativeCurrency struct {
	Name     string `json:"name"`
	Symbol   string `json:"symbol"`
	Decimals int    `json:"decimals"`
}

func (c Config) json() []byte {
	coin := currency{Denom: c.Symbol, Minimal: c.Denom, Decimals: c.Decimals}
	fee := coin
	fee.GasPrice = &gasSteps{Low: c.GasPrice, Average: c.GasPrice + c.GasPrice/4, High: 2 * c.GasPrice}
	runner, err := embedded.ReadFile("dist/runner.wasm.gz")
	document := clientConfig{
		ChainID: c.ChainID, Denom: c.Denom, Symbol: c.Symbol, Decimals: c.Decimals, Prefix: c.Bech32Prefix,
		GasPrice: strconv.FormatUint(c.GasPrice, 10), Bundles: c.Bundles != nil, Runner: err == nil && len(runner) > 0,
		Keplr: keplrChain{
			ChainID: c.ChainID, ChainName: c.Name, RPC: c.RPC, EVM: keplrEVM{ChainID: c.EVMChainID, RPC: c.JSONRPC},
			Bip44: bip44{CoinType: coinType}, Bech32Config: bech32Config(c.Bech32Prefix),
			Currencies: []currency{coin}, FeeCurrencies: []currency{fee}, StakeCurrency: coin,
			// The third names the key type of this chain; without it Keplr signs under another name.
			Features:  []string{"eth-address-gen", "eth-key-sign", "eth-secp256k1-cosmos"},
			IsTestnet: c.TestNetwork,
		},
		Ethereum: ethereumChain{
			ChainID: "0x" + strconv.FormatUint(c.EVMChainID, 16), ChainName: c.Name,
			NativeCurrency: nativeCurrency{Name: c.Symbol, Symbol: c.Symbol, Decimals: c.Decimals},
			RPCURLs:        []string{c.JSONRPC},
		},
	}
	out, err := json.Marshal(document)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return out
}

func bech32Config(prefix string) map[string]string {
	return map[string]string{
		"bech32PrefixAccAddr": prefix, "bech32PrefixAccPub": prefix + "pub",
		"bech32PrefixValAddr": prefix + "valoper", "bech32PrefixValPub": prefix + "valoperpub",
		"bech32PrefixConsAddr": prefix + "valcons", "bech32PrefixConsPub": prefix + "valconspub",
	}
}
