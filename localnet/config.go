package localnet

import (
	"fmt"
	"os"

	"go.yaml.in/yaml/v3"
)

// maxConfigBytes bounds config.yml before it is parsed.
const maxConfigBytes = 1 << 20

// Config is config.yml: Ignite's schema version 1, as far as a local network needs it.
type Config struct {
	Version      int            `yaml:"version"`
	Include      []string       `yaml:"include"`
	Validation   string         `yaml:"validation"`
	DefaultDenom string         `yaml:"default_denom"`
	Build        map[string]any `yaml:"build"`  // for Ignite; make builds the binary here
	Client       map[string]any `yaml:"client"` // for Ignite
	Accounts     []Account      `yaml:"accounts"`
	Validators   []Validator    `yaml:"validators"`
	Faucet       Faucet         `yaml:"faucet"`
	Genesis      map[string]any `yaml:"genesis"` // deep-merged over the default genesis, see merge.go
	Devnet       map[string]any `yaml:"x-devnet"`

	raw []byte // the file as read: part of the fingerprint that decides whether old data can be used again
}

// Account is one account with coins in the genesis. Without mnemonic and address its key is generated.
type Account struct {
	Name          string   `yaml:"name"`
	Coins         []string `yaml:"coins"`
	Mnemonic      string   `yaml:"mnemonic"`
	Address       string   `yaml:"address"`
	CoinType      string   `yaml:"cointype"`
	AccountNumber string   `yaml:"account_number"`
	AddressIndex  string   `yaml:"address_index"`
}

// Validator is one node of the network. Name is that of the account that bonds.
type Validator struct {
	Name   string         `yaml:"name"`
	Bonded string         `yaml:"bonded"`
	App    map[string]any `yaml:"app"`    // over app.toml
	Config map[string]any `yaml:"config"` // over config.toml
	Client map[string]any `yaml:"client"` // over client.toml
	Home   string         `yaml:"home"`   // Ignite's; homes here lie under --home
	GenTx  GenTx          `yaml:"gentx"`
}

// GenTx holds what a validator's genesis transaction can set.
type GenTx struct {
	Amount                  string `yaml:"amount"`
	Moniker                 string `yaml:"moniker"`
	Details                 string `yaml:"details"`
	Identity                string `yaml:"identity"`
	Website                 string `yaml:"website"`
	SecurityContact         string `yaml:"security-contact"`
	CommissionRate          string `yaml:"commission-rate"`
	CommissionMaxRate       string `yaml:"commission-max-rate"`
	CommissionMaxChangeRate string `yaml:"commission-max-change-rate"`
	MinSelfDelegation       string `yaml:"min-self-delegation"`
	Gas                     string `yaml:"gas"`
	GasPrices               string `yaml:"gas-prices"`
	Fees                    string `yaml:"fees"`
}

// Faucet describes the faucet; without a name there is none.
type Faucet struct {
	Name            string   `yaml:"name"`
	Coins           []string `yaml:"coins"`
	CoinsMax        []string `yaml:"coins_max"`
	RateLimitWindow string   `yaml:"rate_limit_window"`
	Host            string   `yaml:"host"`
	Port            uint     `yaml:"port"`
	TxFee           string   `yaml:"tx_fee"`
}

// ReadConfig reads and checks a config.yml. The warnings name keys that are not read.
func ReadConfig(path string) (*Config, []string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("config file: %w", err)
	}
	if info.Size() > maxConfigBytes {
		return nil, nil, fmt.Errorf("%s: %d bytes, at most %d are read", path, info.Size(), maxConfigBytes)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("config file: %w", err)
	}
	cfg, warnings, err := ParseConfig(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return cfg, warnings, nil
}

// ParseConfig is ReadConfig on bytes.
func ParseConfig(raw []byte) (*Config, []string, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, nil, err
	}
	if len(doc.Content) == 0 {
		return nil, nil, fmt.Errorf("the file is empty")
	}
	cfg := &Config{raw: raw}
	if err := doc.Decode(cfg); err != nil {
		return nil, nil, err
	}
	if err := cfg.validate(); err != nil {
		return nil, nil, err
	}
	return cfg, unknownKeys(doc.Content[0]), nil
}
