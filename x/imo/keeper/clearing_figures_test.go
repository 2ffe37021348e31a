package keeper_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestClearingFigures clears a BATCH of BIDS bids of as many owners on a committed store (make bench-offerings) and tells
// how many blocks it takes, how long the longest of them is and how much memory the whole takes.
func TestClearingFigures(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("BIDS"))
	if err != nil {
		t.Skip("BIDS is not set")
	}
	f := newFixture(t)
	msg := batchOf(f.goodOffering(account(1), f.model(account(1), "sale")))
	hardCap := sdk.NewInt64Coin(aimo, 1<<60)
	msg.HardCap, msg.OwnerCap = &hardCap, hardCap
	id, hash := f.offer(msg)
	f.fund(account(2), sdk.NewCoin(aimo, math.NewInt(1<<62)))
	commit := func() { f.ctx.MultiStore().(storetypes.CommitMultiStore).Commit() }

	placing := time.Now()
	state := uint64(7)
	for i := range n {
		state = state*6364136223846793005 + 1442695040888963407
		owner := make(sdk.AccAddress, 20)
		owner[0], owner[17], owner[18], owner[19] = 0x50, byte(i>>16), byte(i>>8), byte(i)
		bid := bidOf(id, hash, account(2), 1_000+int64(state>>50))
		bid.Owner, bid.MaxPrice = text(owner), math.NewInt(1_000+int64(state>>32)%4_000_000)
		_, err := f.msg.PlaceBid(f.ctx, bid)
		require.NoError(t, err)
		if i%10_000 == 9_999 {
			commit()
			f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
		}
	}
	commit()
	placed := time.Since(placing)

	blocks, longest, total := 0, time.Duration(0), time.Duration(0)
	for f.offering(id).Running() {
		f.ctx = f.ctx.WithEventManager(sdk.NewEventManager())
		begun := time.Now()
		f.endBlock(saleTime + time.Duration(blocks)*time.Second)
		commit()
		took := time.Since(begun)
		blocks, longest, total = blocks+1, max(longest, took), total+took
	}
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("%d bids: placed in %s (%s each); %d blocks to clear, mean %s, longest %s with its commit; %d MiB of heap from the system",
		n, placed.Round(time.Second), (placed / time.Duration(n)).Round(time.Microsecond), blocks,
		(total / time.Duration(blocks)).Round(time.Millisecond), longest.Round(time.Millisecond), memory.HeapSys>>20)
}
