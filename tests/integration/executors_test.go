package integration_test

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// followers are the applications that must agree on every block (SAFETY 16).
func followers() []*chain.Follower {
	return []*chain.Follower{
		{Name: "main"},
		{Name: "restarted before each block", Restart: true},
		{Name: "block-stm, 2 workers", Executor: config.BlockExecutorBlockSTM, Workers: 2},
		{Name: "block-stm, 8 workers", Executor: config.BlockExecutorBlockSTM, Workers: 8},
	}
}

// randomBlock fills a block with transfers by both doors, failing ones, a hot recipient, and
// bytes that are no transaction.
func randomBlock(c *chain.Chain, rng *rand.Rand, garbage bool) *chain.Block {
	block := c.NewBlock()
	hot := c.Accounts[0]
	for range 3 + rng.IntN(12) {
		from := c.Accounts[rng.IntN(len(c.Accounts))]
		to := c.Accounts[rng.IntN(len(c.Accounts))]
		if rng.IntN(3) == 0 {
			to = hot
		}
		amount := rng.Int64N(1_000_000) + 1
		switch rng.IntN(6) {
		case 0, 1:
			block.Messages(from, send(from, to, sdkmath.NewInt(amount)))
		case 2, 3:
			recipient := to.EVM()
			block.Eth(from, chain.Call{To: &recipient, Value: big.NewInt(amount), Gas: 30_000})
		case 4:
			block.Messages(from, send(from, to, chain.Funds.MulRaw(10))) // more than there is
		default:
			if garbage {
				junk := make([]byte, 1+rng.IntN(80))
				for i := range junk {
					junk[i] = byte(rng.Uint32())
				}
				block.Raw(junk)
			}
		}
	}
	return block
}

func send(from, to chain.Account, amount sdkmath.Int) sdk.Msg {
	return banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(sdk.NewCoin(app.BaseDenom, amount)))
}

// TestSixApps runs the same random blocks, with the injected transaction where the proposer makes
// one and with undecodable bytes that a byzantine majority let through, on every kind of
// application, with one and with two processors.
func TestSixApps(t *testing.T) {
	var hashes [2][]byte
	for i, processors := range []int{1, 2} {
		previous := runtime.GOMAXPROCS(processors)
		hashes[i] = runRandomBlocks(t, 12)
		runtime.GOMAXPROCS(previous)
	}
	require.Equal(t, hashes[0], hashes[1], "app hash with one and with two processors")
}

func runRandomBlocks(t *testing.T, blocks int) []byte {
	t.Helper()
	c := chain.New(t, chain.Options{Accounts: []string{"ana", "bo", "chi", "dee", "eve"}, Followers: followers()})
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], 7641)
	rng := rand.New(rand.NewChaCha8(seed))
	for n := range blocks {
		if n%3 == 2 {
			c.Execute(time.Second, randomBlock(c, rng, true).Txs) // as decided, not as proposed
			continue
		}
		c.Next(randomBlock(c, rng, false).Txs...)
	}
	return c.AppHash()
}
