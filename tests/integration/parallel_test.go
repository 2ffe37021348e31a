package integration_test

import (
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// tokenTransactions is a block of transfers and claims of one token, from as many accounts.
const tokenTransactions = 1000

// tokenCrowd is a network whose many holders have revenue to claim.
func tokenCrowd(t testing.TB, followers ...*chain.Follower) (*job, common.Address, []chain.Account) {
	t.Helper()
	names := []string{"ana", "bo", "chi", "dee", "eve"}
	for i := range tokenTransactions {
		names = append(names, fmt.Sprintf("holder %d", i))
	}
	j := newJobOn(t, names, fastGenesis, followers...)
	j.AfterBlock = nil // adding up every balance is not what is measured
	j.sell()
	token, holders := common.BytesToAddress(imotypes.TokenAddress(1)), j.Accounts[5:]
	var outputs []banktypes.Output
	each := sdk.NewCoins(sdk.NewCoin(j.denom, sdkmath.NewIntWithDecimal(9, 17)))
	for _, holder := range holders {
		outputs = append(outputs, banktypes.NewOutput(holder.Address(), each))
	}
	total := sdk.NewCoins(sdk.NewCoin(j.denom, each[0].Amount.MulRaw(tokenTransactions)))
	ok(t, j.Next(j.TxWithGas(j.bo, 0, 60_000_000, banktypes.NewMsgMultiSend(banktypes.NewInput(j.bo.Address(), total), outputs))))
	ok(t, j.Next(j.EthTx(j.eve, chain.Call{To: &token, Value: imo(100).BigInt(), Gas: 400_000})))
	for range 20 {
		j.Next()
	}
	return j, token, holders
}

// tokenBlock is a block in which every second holder claims and the others transfer.
func tokenBlock(j *job, token common.Address, holders []chain.Account, claims bool) *chain.Block {
	j.T.Helper()
	api := abiOf(j.T, "token")
	claim, err := api.Pack("claim", big.NewInt(1<<40))
	require.NoError(j.T, err)
	block := j.NewBlock()
	for i, holder := range holders {
		data := claim
		if !claims || i%2 == 0 {
			data, err = api.Pack("transfer", holders[(i+7)%len(holders)].EVM(), big.NewInt(1))
			require.NoError(j.T, err)
		}
		block.Eth(holder, chain.Call{To: &token, Data: data, Gas: 300_000})
	}
	return block
}

// TestExecutorsAgreeOnOneToken: a block of 1,000 transfers and claims of one token gives the same
// application hash, codes, gas and data on the sequential and on the parallel executor.
func TestExecutorsAgreeOnOneToken(t *testing.T) {
	j, token, holders := tokenCrowd(t,
		&chain.Follower{Name: "main"}, &chain.Follower{Name: "block-stm", Executor: config.BlockExecutorBlockSTM, Workers: 4})
	results := j.Execute(time.Second, tokenBlock(j, token, holders, true).Txs)
	require.Len(t, results, tokenTransactions)
	for i, result := range results {
		require.Zero(t, result.Code, result.Log)
		response := decodeResponse(t, result.Data)
		require.Empty(t, response.VmError, "%d: %s", i, revertReason(response.Ret))
	}
	require.NoError(t, j.App().RevShareKeeper.CheckInvariants(j.Context()))
	chain.CheckSupply(j.Chain)
}

// BenchmarkOneToken executes the same blocks of 1,000 transactions on every executor, in turns, so that their ratios mean
// something on a machine that does other things too: payments of gas coin between strangers, which have no key in common
// and show what the parallel executor can gain here at most, transfers of one token, and transfers and claims of one token.
// A gain is the time of the sequential executor over that of a parallel one for one block; medians are reported. What the
// machine itself gains is measured with signatures that are recovered side by side, without any application.
func BenchmarkOneToken(b *testing.B) {
	b.Run("machine", func(b *testing.B) {
		var gains []float64
		for b.Loop() {
			gains = append(gains, machineGain(b))
		}
		b.ReportMetric(median(gains), "parallel-gain")
	})
	for _, name := range []string{"strangers", "transfers", "transfers and claims"} {
		b.Run(name, func(b *testing.B) {
			sequential := &chain.Follower{Name: "sequential"}
			parallel := &chain.Follower{Name: "parallel", Executor: config.BlockExecutorBlockSTM}
			estimating := &chain.Follower{Name: "estimating", Executor: config.BlockExecutorBlockSTM, PreEstimate: true}
			j, token, holders := tokenCrowd(b, sequential, parallel, estimating)
			took := map[string][]float64{}
			for b.Loop() {
				if name == "transfers and claims" { // who claimed has something to claim again
					j.earn(token, imo(100))
				}
				j.pass() // empty blocks let the base fee fall again
				j.pass()
				block := tokenBlock(j, token, holders, name == "transfers and claims")
				if name == "strangers" {
					block = strangersBlock(j, holders)
				}
				for _, result := range j.Execute(time.Second, block.Txs) {
					require.Zero(b, result.Code, result.Log)
					response := decodeResponse(b, result.Data)
					require.Empty(b, response.VmError, revertReason(response.Ret))
				}
				for _, f := range j.Followers {
					took[f.Name] = append(took[f.Name], f.Spent.Seconds())
				}
				j.Followers = append(j.Followers[1:], j.Followers[0]) // who comes first finds the caches cold
			}
			for _, f := range []*chain.Follower{parallel, estimating} {
				var gains []float64
				for i, seconds := range took[f.Name] {
					gains = append(gains, took[sequential.Name][i]/seconds)
				}
				b.ReportMetric(median(gains), f.Name+"-gain")
			}
			for who, seconds := range took {
				b.ReportMetric(tokenTransactions/median(seconds), who+"-tx/s")
			}
		})
	}
}

// machineGain is how many times faster all processors recover signatures than one of them does.
func machineGain(b *testing.B) float64 {
	const signatures = 2_000
	key, err := crypto.ToECDSA(chain.NewAccount("ana").Key.Key)
	require.NoError(b, err)
	hash := crypto.Keccak256([]byte("machine"))
	signature, err := crypto.Sign(hash, key)
	require.NoError(b, err)
	recoverThem := func(n int) {
		for range n {
			if _, err := crypto.Ecrecover(hash, signature); err != nil {
				panic(err)
			}
		}
	}
	began := time.Now()
	recoverThem(signatures)
	alone := time.Since(began)
	began = time.Now()
	var group sync.WaitGroup
	processors := runtime.GOMAXPROCS(0)
	for range processors {
		group.Go(func() { recoverThem(signatures / processors) })
	}
	group.Wait()
	return float64(alone) / float64(time.Since(began))
}

// median is the middle one of some figures, which it sorts.
func median(figures []float64) float64 {
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// strangersBlock is a block of payments to addresses that nobody else pays.
func strangersBlock(j *job, holders []chain.Account) *chain.Block {
	block := j.NewBlock()
	for _, holder := range holders {
		to := common.BytesToAddress(crypto.Keccak256(holder.Address())[12:])
		block.Eth(holder, chain.Call{To: &to, Value: big.NewInt(1), Gas: 21_000})
	}
	return block
}

// TestTransferCostsLittleMore: a transfer of a model token costs at most 1.5 times the gas of one of
// an ordinary bank token, also when it is the first of the epoch for both accounts, and also when it
// is the very first of the token, which records the eligible supply besides.
func TestTransferCostsLittleMore(t *testing.T) {
	genesis := plainGenesis(1_000_000, chain.NewAccount("bo").Address(), chain.NewAccount("eve").Address())
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, genesis)
	j.sell()
	// Both recipients hold both tokens.
	ok(t, j.Next(j.Tx(j.bo, banktypes.NewMsgSend(j.bo.Address(), j.eve.Address(), sdk.NewCoins(sdk.NewInt64Coin(j.denom, 5_000_000))))))
	gas := func(from, to chain.Account, denom string) float64 {
		return float64(ok(t, j.Next(j.Tx(from, banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(sdk.NewInt64Coin(denom, 1)))))).GasUsed)
	}
	for range 3 {
		for j.Height()%4 != 3 {
			j.Next()
		}
		first := gas(j.dee, j.chi, j.denom)   // of the token in this epoch
		accounts := gas(j.bo, j.eve, j.denom) // of these two accounts
		later := gas(j.bo, j.eve, j.denom)
		plain := gas(j.bo, j.eve, plainDenom)
		t.Logf("ordinary %.0f; model token: later %.2f, first of two accounts %.2f, first of the token %.2f", plain, later/plain, accounts/plain, first/plain)
		require.LessOrEqual(t, later/plain, 1.5)
		require.LessOrEqual(t, accounts/plain, 1.5)
		require.LessOrEqual(t, first/plain, 1.5)
	}
}
