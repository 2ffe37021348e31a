package courier

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// inTurn tells whether an account may deliver a callback in the next block.
func inTurn(cb oracletypes.QueryCallbackResponse, courier string) bool {
	return cb.Courier == "" || strings.EqualFold(cb.Courier, courier)
}

// income is what a delivery brings at least: the premium, and the gas at the lower of the two prices,
// up to what was prepaid.
func income(cb oracletypes.QueryCallbackResponse, gas uint64, price *big.Int) *big.Int {
	perGas := cb.GasPrice.Amount.BigInt()
	if price.Cmp(perGas) < 0 {
		perGas = price
	}
	paid := new(big.Int).Mul(perGas, new(big.Int).SetUint64(min(gas, cb.Callback.PaidGas)))
	return paid.Add(paid, cb.Premium.Amount.BigInt())
}

// worth returns why a delivery is not worth its gas, nil if it is. What is not worth it now may be
// in a later turn, when the premium is higher.
func worth(cfg Config, cb oracletypes.QueryCallbackResponse, gas uint64, price *big.Int) error {
	if cfg.MaxGasPrice != nil && cfg.MaxGasPrice.Sign() > 0 && price.Cmp(cfg.MaxGasPrice) > 0 {
		return fmt.Errorf("gas costs %s, at most %s", price, cfg.MaxGasPrice)
	}
	cost := cost(gas, price)
	least := new(big.Int).Add(cost, cfg.MinProfit)
	if got := income(cb, gas, price); got.Cmp(least) < 0 {
		return fmt.Errorf("it brings %s, costs %s, and must bring %s", got, cost, least)
	}
	return nil
}

func cost(gas uint64, price *big.Int) *big.Int {
	return new(big.Int).Mul(price, new(big.Int).SetUint64(gas))
}

// calldata packs a delivery.
func calldata(id uint64, output []byte) ([]byte, error) {
	return contractABI.Pack("deliver", new(big.Int).SetUint64(id), output)
}

// short is a hash as a log shows it.
func short(hash common.Hash) string { return hash.Hex() }
