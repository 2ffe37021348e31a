package integration_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// plainDenom is an ordinary token of the bank.
const plainDenom = "plain"

// plainGenesis is fastGenesis in which accounts have an amount of the ordinary token each.
func plainGenesis(amount int64, accounts ...sdk.AccAddress) func(*app.App, map[string]json.RawMessage) {
	return func(a *app.App, state map[string]json.RawMessage) {
		fastGenesis(a, state)
		var bank banktypes.GenesisState
		a.AppCodec().MustUnmarshalJSON(state[banktypes.ModuleName], &bank)
		at := map[string]int{}
		for i, balance := range bank.Balances {
			at[balance.Address] = i
		}
		coin := sdk.NewInt64Coin(plainDenom, amount)
		for _, account := range accounts {
			i, known := at[account.String()]
			if !known {
				i = len(bank.Balances)
				bank.Balances = append(bank.Balances, banktypes.Balance{Address: account.String()})
			}
			bank.Balances[i].Coins = bank.Balances[i].Coins.Add(coin)
		}
		bank.Supply = bank.Supply.Add(sdk.NewCoin(plainDenom, coin.Amount.MulRaw(int64(len(accounts)))))
		state[banktypes.ModuleName] = a.AppCodec().MustMarshalJSON(&bank)
	}
}

const (
	// ratioPayers are the accounts that send, at most.
	ratioPayers = 100
	// ratioAmount is what every account has of both tokens.
	ratioAmount = 1_000_000_000
	// ratioOutputs are the accounts that a block gives the model token to.
	ratioOutputs = 1_000
)

// ratioCrowd is a network on which so many accounts hold as much of an ordinary token as of a model token, and some of them,
// which it returns, can send.
func ratioCrowd(b *testing.B, holders int) (*job, []chain.Account) {
	b.Helper()
	names := []string{"ana", "bo", "chi", "dee", "eve"}
	var all []sdk.AccAddress
	for i := range holders {
		if i < ratioPayers {
			name := fmt.Sprintf("payer %d", i)
			names, all = append(names, name), append(all, chain.NewAccount(name).Address())
			continue
		}
		hash := sha256.Sum256(binary.BigEndian.AppendUint32([]byte("holder"), uint32(i)))
		all = append(all, hash[:20])
	}
	plain := plainGenesis(ratioAmount, all...)
	j := newJobOn(b, names, func(a *app.App, state map[string]json.RawMessage) {
		plain(a, state)
		var fees feemarkettypes.GenesisState
		a.AppCodec().MustUnmarshalJSON(state[feemarkettypes.ModuleName], &fees)
		fees.Params.BaseFeeChangeDenominator = 1_000_000 // or full blocks would price out the next ones
		state[feemarkettypes.ModuleName] = a.AppCodec().MustMarshalJSON(&fees)
	})
	j.AfterBlock = nil // adding up every balance is not what is measured
	j.sell()
	each := sdk.NewCoins(sdk.NewInt64Coin(j.denom, ratioAmount))
	for some := range slices.Chunk(all, ratioOutputs) {
		var outputs []banktypes.Output
		for _, holder := range some {
			outputs = append(outputs, banktypes.NewOutput(holder, each))
		}
		total := sdk.NewCoins(sdk.NewCoin(j.denom, sdkmath.NewInt(ratioAmount).MulRaw(int64(len(some)))))
		ok(b, j.Next(j.TxWithGas(j.bo, 0, 60_000_000, banktypes.NewMsgMultiSend(banktypes.NewInput(j.bo.Address(), total), outputs))))
	}
	return j, j.Accounts[5:]
}

// BenchmarkTransferRatio executes the same block of signed MsgSend among the same accounts once in an ordinary token of the
// bank and once in a model token, in turns, in a state in which few and many accounts hold both. An epoch is four blocks
// here, so every second block of the model token records what its accounts held.
func BenchmarkTransferRatio(b *testing.B) {
	for _, holders := range []int{10, 100_000} {
		b.Run(fmt.Sprintf("holders=%d", holders), func(b *testing.B) {
			j, payers := ratioCrowd(b, holders)
			denoms := []string{plainDenom, j.denom}
			spent := map[string]time.Duration{}
			var ratios []float64
			b.ResetTimer()
			for range b.N {
				took := map[string]time.Duration{}
				for _, denom := range denoms {
					block := j.NewBlock()
					for i := range benchPerBlock {
						from, to := payers[i%len(payers)], payers[(i+7)%len(payers)]
						block.Messages(from, banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(sdk.NewInt64Coin(denom, 1))))
					}
					for _, result := range j.Execute(time.Second, block.Txs) {
						require.Zero(b, result.Code, result.Log)
					}
					took[denom] = j.Followers[0].Spent
					spent[denom] += took[denom]
				}
				ratios = append(ratios, float64(took[j.denom])/float64(took[plainDenom]))
				slices.Reverse(denoms) // who comes first finds the caches cold
			}
			perTx := func(denom string) float64 {
				return float64(spent[denom].Microseconds()) / float64(benchPerBlock*b.N)
			}
			b.ReportMetric(perTx(plainDenom), "ordinary-µs/tx")
			b.ReportMetric(perTx(j.denom), "model-µs/tx")
			b.ReportMetric(median(ratios), "median-ratio")
		})
	}
}
