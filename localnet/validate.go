package localnet

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// maxValidators keeps the shifted port ranges apart and one machine usable.
	maxValidators = 32
	// maxAmountBits is the cap the modules put on every amount that enters the chain.
	maxAmountBits = 120
	// coinType is the only one imod derives keys with: Ethereum's.
	coinType = 60

	defaultRateLimitWindow = 24 * time.Hour
	defaultFaucetHost      = loopback + ":4500"
	defaultGenTxGas        = 200_000
)

// keyError names the key of config.yml that is wrong, and its value.
func keyError(key string, value any, format string, args ...any) error {
	return fmt.Errorf("%s: %q: %s", key, fmt.Sprint(value), fmt.Sprintf(format, args...))
}

// validate checks what the file says by itself; what depends on the application is checked when the genesis is built.
func (c *Config) validate() error {
	var errs []error
	if c.Version != 1 {
		errs = append(errs, keyError("version", c.Version, "only version 1 is read"))
	}
	if len(c.Include) > 0 {
		errs = append(errs, keyError("include", c.Include, "other files are not read; put everything into this one"))
	}
	if c.Validation != "" && c.Validation != "sovereign" {
		errs = append(errs, keyError("validation", c.Validation, "must be sovereign"))
	}
	if id, ok := c.Genesis["chain_id"]; !ok || id == "" {
		errs = append(errs, keyError("genesis.chain_id", "", "is missing"))
	}
	accounts := make(map[string]bool)
	if len(c.Accounts) == 0 {
		errs = append(errs, errors.New("accounts: at least one account is needed"))
	}
	for i, a := range c.Accounts {
		key := fmt.Sprintf("accounts[%d]", i)
		if accounts[a.Name] {
			errs = append(errs, keyError(key+".name", a.Name, "is used twice"))
		}
		accounts[a.Name] = true
		errs = append(errs, a.validate(key))
	}
	errs = append(errs, c.validateValidators(accounts), c.Faucet.validate(accounts))
	return errors.Join(errs...)
}

func (c *Config) validateValidators(accounts map[string]bool) error {
	var errs []error
	if n := len(c.Validators); n == 0 || n > maxValidators {
		errs = append(errs, fmt.Errorf("validators: there are %d, 1 to %d are possible", n, maxValidators))
	}
	seen := make(map[string]bool)
	for i, v := range c.Validators {
		key := fmt.Sprintf("validators[%d]", i)
		if v.Name == "" {
			errs = append(errs, keyError(key+".name", v.Name, "is missing"))
		} else if !accounts[v.Name] {
			errs = append(errs, keyError(key+".name", v.Name, "no account has this name"))
		}
		if seen[v.Name] {
			errs = append(errs, keyError(key+".name", v.Name, "is used twice"))
		}
		seen[v.Name] = true
		_, err := parseCoin(key+".bonded", v.Bonded)
		errs = append(errs, err, v.GenTx.validate(key+".gentx"))
	}
	return errors.Join(errs...)
}

func (a Account) validate(key string) error {
	var errs []error
	if a.Name == "" {
		errs = append(errs, keyError(key+".name", a.Name, "is missing"))
	}
	if a.Mnemonic != "" && a.Address != "" {
		errs = append(errs, keyError(key+".address", a.Address, "give a mnemonic or an address, not both"))
	}
	if a.CoinType != "" && a.CoinType != strconv.Itoa(coinType) {
		errs = append(errs, keyError(key+".cointype", a.CoinType, "keys of this chain have coin type %d", coinType))
	}
	for _, p := range [][2]string{{"account_number", a.AccountNumber}, {"address_index", a.AddressIndex}} {
		if _, err := pathIndex(p[1]); err != nil {
			errs = append(errs, keyError(key+"."+p[0], p[1], "must be a number below 2^31"))
		}
	}
	_, err := parseCoins(key+".coins", a.Coins)
	return errors.Join(append(errs, err)...)
}

func (g GenTx) validate(key string) error {
	var errs []error
	if g.Amount != "" {
		_, err := parseCoin(key+".amount", g.Amount)
		errs = append(errs, err)
	}
	if g.Gas != "" {
		if gas, err := strconv.ParseUint(g.Gas, 10, 64); err != nil || gas == 0 {
			errs = append(errs, keyError(key+".gas", g.Gas, "must be a positive number"))
		}
	}
	if _, err := sdk.ParseDecCoins(g.GasPrices); err != nil {
		errs = append(errs, keyError(key+".gas-prices", g.GasPrices, "%s", err))
	}
	if g.Fees != "" {
		_, err := parseCoin(key+".fees", g.Fees)
		errs = append(errs, err)
	}
	for _, r := range [][2]string{
		{"commission-rate", g.CommissionRate},
		{"commission-max-rate", g.CommissionMaxRate},
		{"commission-max-change-rate", g.CommissionMaxChangeRate},
	} {
		if r[1] == "" {
			continue
		}
		if rate, err := math.LegacyNewDecFromStr(r[1]); err != nil || rate.IsNegative() || rate.GT(math.LegacyOneDec()) {
			errs = append(errs, keyError(key+"."+r[0], r[1], "must be a decimal from 0 to 1"))
		}
	}
	return errors.Join(errs...)
}

func (f Faucet) validate(accounts map[string]bool) error {
	if f.Name == "" {
		return nil
	}
	var errs []error
	if !accounts[f.Name] {
		errs = append(errs, keyError("faucet.name", f.Name, "no account has this name"))
	}
	_, err := parseCoins("faucet.coins", f.Coins)
	errs = append(errs, err)
	if len(f.CoinsMax) > 0 {
		_, err = parseCoins("faucet.coins_max", f.CoinsMax)
		errs = append(errs, err)
	}
	if f.RateLimitWindow != "" {
		if d, err := time.ParseDuration(f.RateLimitWindow); err != nil || d <= 0 {
			errs = append(errs, keyError("faucet.rate_limit_window", f.RateLimitWindow, "must be a duration such as 24h"))
		}
	}
	_, err = f.listen()
	return errors.Join(append(errs, err)...)
}

// listen is the address of the faucet: host, or port on the loopback address. A port overrides the host, as with Ignite.
func (f Faucet) listen() (hostPort, error) {
	if f.Port != 0 {
		return parseAddress("faucet.port", loopback+":"+strconv.FormatUint(uint64(f.Port), 10))
	}
	if f.Host == "" {
		return parseAddress("faucet.host", defaultFaucetHost)
	}
	return parseAddress("faucet.host", f.Host)
}

// window is the time over which coins_max counts.
func (f Faucet) window() time.Duration {
	if d, err := time.ParseDuration(f.RateLimitWindow); err == nil && d > 0 {
		return d
	}
	return defaultRateLimitWindow
}

// parseCoins reads a list of amounts; each denom once.
func parseCoins(key string, values []string) (sdk.Coins, error) {
	if len(values) == 0 {
		return nil, keyError(key, "", "is missing")
	}
	out := sdk.NewCoins()
	for i, value := range values {
		at := fmt.Sprintf("%s[%d]", key, i)
		coin, err := parseCoin(at, value)
		if err != nil {
			return nil, err
		}
		if !out.AmountOf(coin.Denom).IsZero() {
			return nil, keyError(at, value, "this denom appears twice")
		}
		out = out.Add(coin)
	}
	return out, nil
}

// parseCoin reads an amount such as 100aimo, from 1 to 2^120.
func parseCoin(key, value string) (sdk.Coin, error) {
	coin, err := sdk.ParseCoinNormalized(value)
	switch {
	case value == "":
		return sdk.Coin{}, keyError(key, value, "is missing")
	case err != nil:
		return sdk.Coin{}, keyError(key, value, "is not an amount such as 100aimo")
	case !coin.Amount.IsPositive():
		return sdk.Coin{}, keyError(key, value, "must be positive")
	case coin.Amount.BigInt().BitLen() > maxAmountBits:
		return sdk.Coin{}, keyError(key, value, "is above 2^%d", maxAmountBits)
	}
	return coin, nil
}

// pathIndex reads an index of a key path; empty is 0.
func pathIndex(value string) (uint32, error) {
	if value == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(value, 10, 31)
	return uint32(n), err
}
