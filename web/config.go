package web

import (
	"encoding/json"
	"strconv"

	"github.com/imochain/imod/clients/chaininfo"
)

// clientConfig is config.json: what the pages need, and the two documents that wallets are given.
type clientConfig struct {
	ChainID  string             `json:"chainId"`
	Denom    string             `json:"denom"`
	Symbol   string             `json:"symbol"`
	Decimals int                `json:"decimals"`
	Prefix   string             `json:"prefix"`
	GasPrice string             `json:"gasPrice"`
	Bundles  bool               `json:"bundles"`
	Runner   bool               `json:"runner"`
	Keplr    chaininfo.Keplr    `json:"keplr"` // the pages fill in rest, which is the origin that they came from
	Ethereum chaininfo.Ethereum `json:"ethereum"`
}

func (c Config) json() []byte {
	runner, err := embedded.ReadFile("dist/runner.wasm.gz")
	chain := c.Chain
	document := clientConfig{
		ChainID: chain.ChainID, Denom: chain.Denom, Symbol: chain.Symbol, Decimals: chain.Decimals, Prefix: chain.Bech32Prefix,
		GasPrice: strconv.FormatUint(chain.GasPrice, 10), Bundles: c.Bundles != nil, Runner: err == nil && len(runner) > 0,
		Keplr: chain.Keplr(), Ethereum: chain.Ethereum(),
	}
	out, err := json.Marshal(document)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return out
}
