package integration_test

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
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
// requests, whose attestations come back in the injected transactions of later blocks.
func randomBlock(c *chain.Chain, rng *rand.Rand) *chain.Block {
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
			block.Messages(from, &oracletypes.MsgRequestInference{
				Requester: from.String(), ModelId: 1, Input: []byte("red"), Seed: rng.Uint64(), MaxFee: coins(imo(2)),
			})
		}
	}
	return block
}

// withGarbage puts bytes that are no transaction between those of a proposed block.
func withGarbage(rng *rand.Rand, txs [][]byte) [][]byte {
	for range 3 {
		junk := make([]byte, 1+rng.IntN(80))
		for i := range junk {
			junk[i] = byte(rng.Uint32())
		}
		txs = slices.Insert(slices.Clone(txs), len(txs)-rng.IntN(len(txs)), junk)
	}
	return txs
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
	c := newJob(t, followers()...).Chain
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[:], 7641)
	rng := rand.New(rand.NewChaCha8(seed))
	injected := 0
	for n := range blocks {
		proposed := c.Propose(time.Second, randomBlock(c, rng).Txs...)
		if attestation.IsInjected(proposed[0]) {
			injected++
		}
		if n%3 == 2 {
			proposed = withGarbage(rng, proposed) // as a byzantine majority would decide
		}
		c.Execute(time.Second, proposed)
	}
	require.GreaterOrEqual(t, injected, blocks/3, "blocks with an injected transaction")
	request, err := c.App().OracleKeeper.Request(c.Context(), 1)
	require.NoError(t, err)
	require.True(t, request.Final())
	return c.AppHash()
}
