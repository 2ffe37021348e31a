package integration_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server/config"

	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

const (
	benchAccounts = 100
	benchPerBlock = 400
)

// BenchmarkThroughput executes and commits blocks of signed transactions on one validator and
// reports transactions per second, for native sends and for ERC-20 transfers of a model token
// with its revenue checkpoints. Both executors see the same blocks in the same run, so that their
// ratio means something on a noisy machine.
func BenchmarkThroughput(b *testing.B) {
	for _, executor := range []string{config.BlockExecutorSequential, config.BlockExecutorBlockSTM} {
		b.Run("native sends/"+executor, func(b *testing.B) {
			c, accounts := benchChain(b, executor)
			benchBlocks(b, c, accounts, func(block *chain.Block, from, to chain.Account) {
				block.Messages(from, send(from, to, sdkmath.OneInt()))
			})
		})
		b.Run("ERC-20 transfers/"+executor, func(b *testing.B) {
			c, accounts := benchChain(b, executor)
			token := common.BytesToAddress(imotypes.TokenAddress(1))
			api := abiOf(b, "token")
			benchBlocks(b, c, accounts, func(block *chain.Block, from, to chain.Account) {
				data, err := api.Pack("transfer", to.EVM(), big.NewInt(1))
				require.NoError(b, err)
				block.Eth(from, chain.Call{To: &token, Data: data, Gas: 140_000})
			})
		})
	}
}

// benchChain sells the tiny model and gives every account some of its token.
func benchChain(b *testing.B, executor string) (*chain.Chain, []chain.Account) {
	b.Helper()
	names := []string{"ana", "bo", "chi", "dee", "eve"}
	for i := range benchAccounts {
		names = append(names, fmt.Sprintf("bench %d", i))
	}
	j := newJobWith(b, names, &chain.Follower{Name: "main", Executor: executor})
	j.AfterBlock = nil // adding up every balance is not what is measured
	j.sell()
	accounts := j.Accounts[5:]
	api := abiOf(b, "token")
	token := common.BytesToAddress(imotypes.TokenAddress(1))
	block := j.NewBlock()
	for _, account := range accounts {
		data, err := api.Pack("transfer", account.EVM(), imo(1).BigInt())
		require.NoError(b, err)
		block.Eth(j.bo, chain.Call{To: &token, Data: data, Gas: 200_000})
	}
	ok(b, j.Next(block.Txs...))
	return j.Chain, accounts
}

func benchBlocks(b *testing.B, c *chain.Chain, accounts []chain.Account, add func(*chain.Block, chain.Account, chain.Account)) {
	b.Helper()
	var spent time.Duration
	for range b.N {
		b.StopTimer()
		block := c.NewBlock()
		for i := range benchPerBlock {
			add(block, accounts[i%len(accounts)], accounts[(i+7)%len(accounts)])
		}
		b.StartTimer()
		began := time.Now()
		results := c.Execute(time.Second, block.Txs)
		spent += time.Since(began)
		b.StopTimer()
		for _, result := range results {
			require.Zero(b, result.Code, result.Log)
		}
	}
	b.ReportMetric(float64(benchPerBlock*b.N)/spent.Seconds(), "tx/s")
}
