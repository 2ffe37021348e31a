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
	// ratioAmount is what every account has of both tokens.
	ratioAmount = 1_000_000_000
	// ratioOutputs are the accounts that a block gives the model token to.
	ratioOutputs = 1_000
)

// ratioCrowd is a network on which so many accounts hold as much of an ordinary token as of a model token, and some of them,
// which it returns, can send.
func ratioCrowd(b *testing.B, holders, payers int) (*job, []chain.Account) {
	b.Helper()
	names := []string{"ana", "bo", "chi", "dee", "eve"}
	var all []sdk.AccAddress
	for i := range holders {
		if i < payers {
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
// here, so every second block of the model token records what its accounts held; in the last case every transfer is the
// first of its epoch for both of its accounts.
func BenchmarkTransferRatio(b *testing.B) {
	for _, c := range []struct {
		name            string
		holders, payers int
		first           bool
	}{
		{"holders=10", 10, 10, false},
		{"holders=100000", 100_000, 100, false},
		{"first of the epoch", 2 * benchPerBlock, 2 * benchPerBlock, true},
	} {
		b.Run(c.name, func(b *testing.B) {
			j, payers := ratioCrowd(b, c.holders, c.payers)
			denoms, away := []string{plainDenom, j.denom}, 7
			if c.first {
				away = benchPerBlock
			}
			took := map[string][]float64{}
			for b.Loop() {
				for _, denom := range denoms {
					for c.first && j.Height()%4 != 3 {
						j.Next()
					}
					block := j.NewBlock()
					for i := range benchPerBlock {
						from, to := payers[i%len(payers)], payers[(i+away)%len(payers)]
						block.Messages(from, banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(sdk.NewInt64Coin(denom, 1))))
					}
					for _, result := range j.Execute(time.Second, block.Txs) {
						require.Zero(b, result.Code, result.Log)
					}
					took[denom] = append(took[denom], float64(j.Followers[0].Spent.Microseconds())/benchPerBlock)
				}
				slices.Reverse(denoms) // who comes first finds the caches cold
			}
			var ratios []float64
			for i, model := range took[j.denom] {
				ratios = append(ratios, model/took[plainDenom][i])
			}
			b.ReportMetric(median(ratios), "median-ratio")
			b.ReportMetric(median(took[plainDenom]), "ordinary-µs/tx")
			b.ReportMetric(median(took[j.denom]), "model-µs/tx")
		})
	}
}
