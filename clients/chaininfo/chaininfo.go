// Package chaininfo describes the chain to programs that others wrote: wallets (Keplr, MetaMask), the chain registry of the
// Cosmos ecosystem, and the Hermes relayer. Every description is made of one Chain, so that none says another thing.
package chaininfo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Chain is what there is to say of a network.
type Chain struct {
	// Name is the name in the registry, of lower-case letters and digits; PrettyName is for people.
	Name, PrettyName string
	ChainID          string
	EVMChainID       uint64
	Bech32Prefix     string
	// CoinType is the number of SLIP-44 by which wallets derive keys.
	CoinType uint32
	// Denom is the base denom, 10^Decimals of it one Display; Symbol is for people.
	Denom, Display, Symbol string
	Decimals               int
	// GasPrice is the least price of a unit of gas in Denom.
	GasPrice uint64
	// Daemon is the node's program, Home its folder, Repository its source.
	Daemon, Home, Repository string
	TestNetwork              bool
	// Addresses of a node that anyone may ask; empty ones are left out.
	RPC, REST, GRPC, JSONRPC string
	// Tokens are further coins of the chain, such as tokens of models.
	Tokens []Token
}

// Token is a coin of the chain beside the base denom.
type Token struct {
	Description, Base, Display, Name, Symbol string
	Decimals                                 int
}

// formats are the descriptions by name.
var formats = map[string]func(Chain) ([]byte, error){
	"chain.json":     func(c Chain) ([]byte, error) { return document(c.Registry()) },
	"assetlist.json": func(c Chain) ([]byte, error) { return document(c.AssetList()) },
	"keplr.json":     func(c Chain) ([]byte, error) { return document(c.Keplr()) },
	"metamask.json":  func(c Chain) ([]byte, error) { return document(c.Ethereum()) },
	"hermes.toml":    func(c Chain) ([]byte, error) { return c.hermes(), nil },
}

// Formats lists the names of the descriptions.
func Formats() []string {
	var names []string
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Describe writes a description.
func (c Chain) Describe(format string) ([]byte, error) {
	write, ok := formats[format]
	if !ok {
		return nil, fmt.Errorf("no format %q, there are %s", format, strings.Join(Formats(), ", "))
	}
	return write(c)
}

func document(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(v)
	return out.Bytes(), err
}

// hexID is the EVM's chain id as wallets write it.
func (c Chain) hexID() string { return "0x" + strconv.FormatUint(c.EVMChainID, 16) }

// steps are the gas prices that wallets offer.
func (c Chain) steps() *GasSteps {
	return &GasSteps{Low: c.GasPrice, Average: c.GasPrice + c.GasPrice/4, High: 2 * c.GasPrice}
}

// bech32 are the prefixes of addresses and keys.
func (c Chain) bech32() map[string]string {
	p := c.Bech32Prefix
	return map[string]string{
		"bech32PrefixAccAddr": p, "bech32PrefixAccPub": p + "pub",
		"bech32PrefixValAddr": p + "valoper", "bech32PrefixValPub": p + "valoperpub",
		"bech32PrefixConsAddr": p + "valcons", "bech32PrefixConsPub": p + "valconspub",
	}
}
