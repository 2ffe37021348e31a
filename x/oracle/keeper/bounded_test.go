package keeper_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// rootBytes bounds key and record of the receipts' root of one block, the only thing that stays.
const rootBytes = 64

// TestStateStaysBounded: full blocks of requests become final and are forgotten after the retention.
// What stays is one root for each block, and a block late in the run takes no longer than an early one.
// IMOD_FINISHED sets how many requests: `make bench-oracle` does a million, on saved trees.
func TestStateStaysBounded(t *testing.T) {
	finished := 3_000
	if text := os.Getenv("IMOD_FINISHED"); text != "" {
		var err error
		finished, err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	f := fixture.New(t, 40, 30, 20, 10)
	params := types.DefaultParams()
	params.RetentionBlocks, params.PayoutBlocks = 1000, 50
	f.SetParams(params)
	f.Commit()
	empty := f.StoreBytes()
	var payer sdk.AccAddress // one can pay for some thousands

	blocks := finished / types.MaxOpenRequests
	var times []time.Duration
	var peak int
	for n := range blocks {
		if n%20 == 0 {
			payer = f.Account(fmt.Sprintf("payer %d", n))
		}
		round := attestation.Round{Set: f.Set(), Proposer: f.Validators[n%4].Address, Votes: make([]attestation.RoundVote, 4)}
		for i := range types.MaxOpenRequests {
			r := f.Ask(payer, 2, uint64(n*types.MaxOpenRequests+i))
			result := fixture.Result(r)
			for v := range round.Votes {
				round.Votes[v].Index = v
				round.Votes[v].Items = append(round.Votes[v].Items, f.Binding(v, r, result))
			}
			round = fixture.Reveal(round, r, result)
		}
		began := time.Now()
		require.NoError(t, f.Keeper.Attest(f.Ctx, round))
		f.Next()
		f.Commit()
		times = append(times, time.Since(began))
		if n%1000 == 999 {
			peak = max(peak, f.StoreBytes())
		}
	}
	f.CheckMoney()
	last, err := f.Keeper.Request(f.Ctx, uint64(blocks*types.MaxOpenRequests))
	require.NoError(t, err)
	require.True(t, last.Final())
	steady := f.StoreBytes()

	f.At(f.Ctx.BlockHeight() + 1001) // the retention of the last one is over
	for range blocks + 10 {
		f.Next()
		f.Commit()
	}
	left := f.StoreBytes()
	t.Logf("%d requests: %d bytes before, %d with the last 1,000 blocks, %d after pruning, %.2f a request for ever",
		finished, empty, steady, left, float64(left-empty)/float64(finished))
	require.LessOrEqual(t, left-empty, blocks*rootBytes+4_000)
	require.LessOrEqual(t, (steady-empty)/min(finished, 1000*types.MaxOpenRequests), 700, "a kept request with its entries")
	if peak > 0 {
		require.LessOrEqual(t, steady, peak*12/10, "the state does not grow with the requests that were")
	}
	if tenth := len(times) / 10; tenth > 300 { // the first tenth fills the retention
		early, late := mean(times[2*tenth:3*tenth]), mean(times[9*tenth:])
		t.Logf("a full block takes %s in the third tenth and %s in the last", early, late)
		require.Less(t, late, early*3/2)
	}
}

func mean(times []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range times {
		sum += d
	}
	return sum / time.Duration(len(times))
}
