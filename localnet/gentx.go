package localnet

import (
	"context"
	"fmt"
	"strconv"

	"cosmossdk.io/math"

	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/imochain/imod/localnet/rpc"
)

// Commission of a local validator when config.yml does not set one.
const (
	defaultCommission          = "0.1"
	defaultCommissionMax       = "0.2"
	defaultCommissionMaxChange = "0.01"
)

// genTx signs the transaction that creates validator i. It pays a fee when config.yml sets a gas price: with a floor price in the
// genesis a genesis transaction without a fee stops the chain before its first block.
func genTx(ctx context.Context, chain Chain, cfg *Config, i int, account member, consensus cryptotypes.PubKey, bondDenom string) (sdk.Tx, error) {
	v := cfg.Validators[i]
	key := fmt.Sprintf("validators[%d]", i)
	if account.Mnemonic == "" {
		return nil, keyError(key+".name", v.Name, "the account is given by address, so its validator cannot be signed for")
	}
	bonded, err := v.bonded(key)
	if err != nil {
		return nil, err
	}
	if bonded.Denom != bondDenom {
		return nil, keyError(key+".bonded", bonded, "the genesis bonds %s", bondDenom)
	}
	gas, fee, err := v.GenTx.cost(key + ".gentx")
	if err != nil {
		return nil, err
	}
	if need := fee.Add(bonded); !account.coins.IsAllGTE(need) {
		return nil, keyError(key+".bonded", bonded, "with the fee it needs %s, account %s has %s", need, v.Name, account.coins)
	}
	msg, err := v.createMsg(account.addr, consensus, bonded)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	signer, err := rpc.KeyFromMnemonic(account.Name, account.Mnemonic, account.Path)
	if err != nil {
		return nil, err
	}
	builder, err := rpc.Sign(ctx, chain.TxConfig, signer, rpc.Draft{
		ChainID: fmt.Sprint(cfg.Genesis["chain_id"]), Msgs: []sdk.Msg{msg}, Gas: gas, Fee: fee,
	})
	if err != nil {
		return nil, fmt.Errorf("%s.gentx: %w", key, err)
	}
	return builder.GetTx(), nil
}

// bonded is the self-delegation; gentx.amount, as in Ignite, goes before bonded.
func (v Validator) bonded(key string) (sdk.Coin, error) {
	if v.GenTx.Amount != "" {
		return parseCoin(key+".gentx.amount", v.GenTx.Amount)
	}
	return parseCoin(key+".bonded", v.Bonded)
}

// cost is the gas limit and the fee: stated, or gas × price.
func (g GenTx) cost(key string) (uint64, sdk.Coins, error) {
	gas := uint64(defaultGenTxGas)
	if g.Gas != "" {
		n, err := strconv.ParseUint(g.Gas, 10, 64)
		if err != nil {
			return 0, nil, keyError(key+".gas", g.Gas, "%s", err)
		}
		gas = n
	}
	if g.Fees != "" {
		fee, err := parseCoin(key+".fees", g.Fees)
		return gas, sdk.NewCoins(fee), err
	}
	prices, err := sdk.ParseDecCoins(g.GasPrices)
	if err != nil {
		return 0, nil, keyError(key+".gas-prices", g.GasPrices, "%s", err)
	}
	fee := sdk.NewCoins()
	for _, price := range prices {
		amount := price.Amount.MulInt(math.NewIntFromUint64(gas)).Ceil().TruncateInt()
		fee = fee.Add(sdk.NewCoin(price.Denom, amount))
	}
	return gas, fee, nil
}

func (v Validator) createMsg(operator sdk.AccAddress, consensus cryptotypes.PubKey, bonded sdk.Coin) (*stakingtypes.MsgCreateValidator, error) {
	var rates [3]math.LegacyDec
	for i, text := range []string{
		orDefault(v.GenTx.CommissionRate, defaultCommission),
		orDefault(v.GenTx.CommissionMaxRate, defaultCommissionMax),
		orDefault(v.GenTx.CommissionMaxChangeRate, defaultCommissionMaxChange),
	} {
		var err error
		if rates[i], err = math.LegacyNewDecFromStr(text); err != nil {
			return nil, err
		}
	}
	minimum, ok := math.NewIntFromString(orDefault(v.GenTx.MinSelfDelegation, "1"))
	if !ok {
		return nil, keyError("gentx.min-self-delegation", v.GenTx.MinSelfDelegation, "must be a number")
	}
	return stakingtypes.NewMsgCreateValidator(sdk.ValAddress(operator).String(), consensus, bonded,
		stakingtypes.NewDescription(orDefault(v.GenTx.Moniker, v.Name), v.GenTx.Identity, v.GenTx.Website, v.GenTx.SecurityContact, v.GenTx.Details),
		stakingtypes.NewCommissionRates(rates[0], rates[1], rates[2]), minimum)
}

func orDefault(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
