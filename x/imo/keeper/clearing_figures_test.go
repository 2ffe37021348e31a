package keeper_test

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/keeper"
	"github.com/imochain/imod/x/imo/types"
)

const (
	// clearingBudget is a quarter of a block of one second.
	clearingBudget = 250 * time.Millisecond
	// storedAtOnce bounds the bids that are written in one commit of the setup.
	storedAtOnce = 50_000
)

// TestClearingFigures clears a BATCH of many bids of as many owners, nearly all of which buy, on a store on disk that
// commits every block. BIDS=1000000 (make bench-offerings) tells blocks, times and memory, and fails when the thread of a
// block computes for more than a quarter of a second, whatever else the machine does; without it three blocks are enough to hold setup and clearing to the
// invariants.
func TestClearingFigures(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("BIDS"))
	measured := err == nil
	if !measured {
		n = 2*keeper.MaxWalkPerBlock + 200
	}
	db, err := dbm.NewDB("clearing", dbm.GoLevelDBBackend, t.TempDir())
	require.NoError(t, err)
	defer db.Close()
	f := newFixtureOn(t, db, types.GenesisState{Params: testParams(), NetworkKind: types.NETWORK_KIND_TEST})
	root := f.ctx.MultiStore().(storetypes.CommitMultiStore)
	begun := time.Now()
	id := f.seedBook(root, n)
	if !measured {
		f.invariants()
	}
	runtime.GC()
	var rest, now runtime.MemStats
	runtime.ReadMemStats(&rest)
	t.Logf("%d bids are placed after %s; %d MiB of heap", n, time.Since(begun).Round(time.Second), rest.HeapAlloc>>20)

	runtime.LockOSThread() // so that its time can be told from the database's and the collector's
	defer runtime.UnlockOSThread()
	var took, worked, own []time.Duration
	peak, most, allocated := rest.HeapAlloc, uint64(0), rest.TotalAlloc
	for f.offering(id).Running() {
		block := root.CacheMultiStore()
		f.ctx = f.ctx.WithMultiStore(block).WithEventManager(sdk.NewEventManager())
		begun, cpu, thread := time.Now(), cpuTime(t, syscall.RUSAGE_SELF), cpuTime(t, syscall.RUSAGE_THREAD)
		f.endBlock(saleTime + time.Duration(len(took))*time.Second)
		block.Write()
		root.Commit()
		took, worked = append(took, time.Since(begun)), append(worked, cpuTime(t, syscall.RUSAGE_SELF)-cpu)
		own = append(own, cpuTime(t, syscall.RUSAGE_THREAD)-thread)
		f.ctx = f.ctx.WithMultiStore(root)
		runtime.ReadMemStats(&now)
		peak, most, allocated = max(peak, now.HeapAlloc), max(most, now.TotalAlloc-allocated), now.TotalAlloc
	}
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	require.Len(t, took, n/keeper.MaxWalkPerBlock+1, "so many bids a block, and what is left in the last")
	t.Logf("%d blocks to clear, with their commits", len(took))
	for _, figure := range []struct {
		name  string
		times []time.Duration
	}{{"processor of the block's thread", own}, {"processor with the database's and the collector's threads", worked}, {"clock", took}} {
		slices.Sort(figure.times)
		of := func(percent int) time.Duration {
			return figure.times[(len(figure.times)-1)*percent/100].Round(time.Millisecond)
		}
		t.Logf("%s: half of the blocks take at most %s, 99 %% %s, all %s", figure.name, of(50), of(99), of(100))
	}
	t.Logf("%d MiB of heap at most, %d MiB allocated in a block", peak>>20, most>>20)
	if measured {
		require.LessOrEqual(t, own[len(own)-1], clearingBudget)
		return
	}
	f.invariants()
}

// cpuTime is the processor time of this process or thread so far.
func cpuTime(t *testing.T, who int) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	require.NoError(t, syscall.Getrusage(who, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// seedBook opens a BATCH and puts n bids into it, each of an owner of its own whose address says nothing about the
// bid's id, and commits them in a few versions.
func (f *fixture) seedBook(root storetypes.CommitMultiStore, n int) uint64 {
	f.t.Helper()
	msg := batchOf(f.goodOffering(account(1), f.model(account(1), "sale")))
	hardCap := sdk.NewInt64Coin(aimo, 1<<60)
	msg.HardCap, msg.OwnerCap = &hardCap, hardCap
	msg.TotalSupply.Amount = whole(1_000_000)
	id, _ := f.offer(msg)
	f.endBlock(time.Second) // opens
	o, t, err := f.keeper.Offering(f.ctx, id)
	require.NoError(f.t, err)

	ticks := map[uint32]types.BookTick{}
	var bids []types.Bid
	var owners []types.Allocation
	for i := range n {
		seed := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		owner, random := text(seed[:20]), binary.BigEndian.Uint64(seed[20:])
		p, err := book.Place(t, o, types.NewAllocation(id, owner), book.Order{
			Bidder: owner, Owner: owner, Amount: t.Payment(math.NewInt(1_000 + int64(random>>50))),
			MaxPrice: math.NewInt(1_000 + int64(random&0xffffffff)%4_000_000), Height: f.ctx.BlockHeight(), Cap: t.OwnerCap.Amount,
		})
		require.NoError(f.t, err)
		o = p.Offering
		tick, ok := ticks[p.Bid.Tick]
		if !ok {
			tick = types.BookTick{OfferingId: id, Number: p.Bid.Tick, Price: p.Price, Deposited: math.ZeroInt()}
		}
		tick.Deposited, tick.Bids = tick.Deposited.Add(p.Bid.Amount.Amount), tick.Bids+1
		ticks[p.Bid.Tick] = tick
		bids, owners = append(bids, p.Bid), append(owners, p.Allocation)
		if len(bids) == storedAtOnce {
			require.NoError(f.t, f.keeper.StoreBook(f.ctx, o, nil, bids, owners))
			root.Commit()
			bids, owners = bids[:0], owners[:0]
		}
	}
	sorted := make([]types.BookTick, 0, len(ticks))
	for _, tick := range ticks {
		sorted = append(sorted, tick)
	}
	slices.SortFunc(sorted, func(a, b types.BookTick) int { return int(a.Number) - int(b.Number) })
	o.Margin = book.Margin(t, sorted)
	require.NoError(f.t, f.keeper.StoreBook(f.ctx, o, sorted, bids, owners))
	f.fund(types.OfferingAddress(id), t.Payment(o.Deposited))
	root.Commit()
	return id
}
