package chaininfo

// Keplr is the argument of Keplr's experimentalSuggestChain, which Leap takes as well.
type Keplr struct {
	ChainID       string            `json:"chainId"`
	ChainName     string            `json:"chainName"`
	RPC           string            `json:"rpc"`
	REST          string            `json:"rest"`
	EVM           KeplrEVM          `json:"evm"`
	Bip44         Bip44             `json:"bip44"`
	Bech32Config  map[string]string `json:"bech32Config"`
	Currencies    []Currency        `json:"currencies"`
	FeeCurrencies []Currency        `json:"feeCurrencies"`
	StakeCurrency Currency          `json:"stakeCurrency"`
	Features      []string          `json:"features"`
	IsTestnet     bool              `json:"isTestnet"`
}

// KeplrEVM is where Keplr finds the EVM.
type KeplrEVM struct {
	ChainID uint64 `json:"chainId"`
	RPC     string `json:"rpc"`
}

// Bip44 is how Keplr derives keys.
type Bip44 struct {
	CoinType uint32 `json:"coinType"`
}

// Currency is a coin as Keplr writes it.
type Currency struct {
	Denom    string    `json:"coinDenom"`
	Minimal  string    `json:"coinMinimalDenom"`
	Decimals int       `json:"coinDecimals"`
	GasPrice *GasSteps `json:"gasPriceStep,omitempty"`
}

// GasSteps are prices of a unit of gas in base units.
type GasSteps struct {
	Low     uint64 `json:"low"`
	Average uint64 `json:"average"`
	High    uint64 `json:"high"`
}

// Keplr returns what Keplr is told. A web page fills in the addresses that it does not know before.
func (c Chain) Keplr() Keplr {
	coin := Currency{Denom: c.Symbol, Minimal: c.Denom, Decimals: c.Decimals}
	fee := coin
	fee.GasPrice = c.steps()
	coins := []Currency{coin}
	for _, t := range c.Tokens {
		coins = append(coins, Currency{Denom: t.Symbol, Minimal: t.Base, Decimals: t.Decimals})
	}
	return Keplr{
		ChainID: c.ChainID, ChainName: c.PrettyName, RPC: c.RPC, REST: c.REST, EVM: KeplrEVM{ChainID: c.EVMChainID, RPC: c.JSONRPC},
		Bip44: Bip44{CoinType: c.CoinType}, Bech32Config: c.bech32(),
		Currencies: coins, FeeCurrencies: []Currency{fee}, StakeCurrency: coin,
		// The third names the key type of this chain; without it Keplr signs under another name.
		Features:  []string{"eth-address-gen", "eth-key-sign", "eth-secp256k1-cosmos"},
		IsTestnet: c.TestNetwork,
	}
}

// Ethereum is the argument of wallet_addEthereumChain (EIP-3085).
type Ethereum struct {
	ChainID        string         `json:"chainId"`
	ChainName      string         `json:"chainName"`
	NativeCurrency NativeCurrency `json:"nativeCurrency"`
	RPCURLs        []string       `json:"rpcUrls"`
}

// NativeCurrency is the gas coin. MetaMask insists on 18 decimals.
type NativeCurrency struct {
	Name     string `json:"name"`
	Symbol   string `json:"symbol"`
	Decimals int    `json:"decimals"`
}

// Ethereum returns what MetaMask and its like are told.
func (c Chain) Ethereum() Ethereum {
	return Ethereum{
		ChainID: c.hexID(), ChainName: c.PrettyName,
		NativeCurrency: NativeCurrency{Name: c.Symbol, Symbol: c.Symbol, Decimals: c.Decimals},
		RPCURLs:        []string{c.JSONRPC},
	}
}
