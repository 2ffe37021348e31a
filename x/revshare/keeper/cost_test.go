package keeper_test

import (
	"encoding/binary"
	"flag"
	"fmt"
	"testing"
	"time"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// holder is one of many accounts.
func holder(n int) sdk.AccAddress {
	addr := append(make([]byte, 12), 0x77, 0x77, 0x77, 0x77)
	return binary.BigEndian.AppendUint32(addr, uint32(n))
}

// crowd is a pool of the same supply for any number of holders: one large, n-1 small.
func crowd(t tester, n int) *fixture {
	return newFixture(t).populate(n)
}

// commitEvery is how many new holders are committed at a time, as blocks would be. What a tree has not saved it keeps in
// memory, and sorts whenever somebody iterates; a context keeps the events of everything done in it. With a million holders in
// one piece that was the whole test.
const commitEvery = 10_000

// handful is what each of them but the first gets: a million of them leave the first one an amount of as many digits as
// ten do, so that the records are as long.
const handful = 700_000

func (f *fixture) populate(n int) *fixture {
	f.epoch(1)
	require.NoError(f.t, f.keeper.CreatePool(f.ctx, share))
	f.issue(holder(0), math.NewInt(800_000_000_000))
	for i := 1; i < n; i++ {
		f.send(holder(0), holder(i), handful)
		if i%commitEvery == 0 {
			f.commit()
			f.freshEvents()
		}
	}
	f.commit()
	return f
}

type cost struct {
	operations [5]int
	gas        uint64
}

// measure runs one operation in a transaction of its own.
func (f *fixture) measure(run func() error) cost {
	f.t.Helper()
	f.ops.reset()
	outer := f.ctx
	f.ctx = outer.WithGasMeter(storetypes.NewInfiniteGasMeter())
	require.NoError(f.t, run())
	c := cost{operations: f.ops.counts(), gas: f.ctx.GasMeter().GasConsumed()}
	f.ctx = outer
	return c
}

// costs are deposit, transfer and claim in a fresh epoch with a catch-up behind them, and
// each again when there is nothing to catch up.
func costs(f *fixture, epoch uint64) []cost {
	payer := account(60)
	f.fund(payer, coin(aimo, 10_000_000_000), coin(usdc, 1_000_000_000))
	f.epoch(epoch)
	deposit := func() error {
		return f.keeper.Deposit(f.ctx, payer, share, coin(aimo, 400_000_000), types.SourceKind_SOURCE_KIND_USAGE)
	}
	transfer := func() error {
		return f.bank.SendCoins(f.ctx, holder(1), holder(2), sdk.NewCoins(coin(share, 10)))
	}
	claim := func() error {
		_, err := f.keeper.Claim(f.ctx, holder(3), share, epoch+100)
		return err
	}
	require.NoError(f.t, deposit())
	f.epoch(epoch + 2)
	out := []cost{f.measure(transfer), f.measure(deposit), f.measure(claim), f.measure(transfer), f.measure(deposit)}
	f.epoch(epoch + 3)
	out = append(out, f.measure(deposit), f.measure(transfer), f.measure(claim))
	f.check()
	return out
}

// manyHolders is how many holders TestCostIndependentOfHolders compares with ten; a million (make
// test-revenue-holders) takes minutes and some gigabytes of disk.
var manyHolders = flag.Int("holders", 20_000, "holders of the large pool whose cost is measured")

// TestCostIndependentOfHolders: the same store operations and the same gas, bank's included,
// for 10 and for many holders, whose state lies in a database on disk as a node's does.
func TestCostIndependentOfHolders(t *testing.T) {
	disk, err := dbm.NewGoLevelDB("holders", t.TempDir(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, disk.Close()) })
	f := newFixtureOn(t, disk, storetypes.StoreTypeIAVL, types.GenesisState{Params: testParams()})
	began := time.Now()
	f.populate(*manyHolders)
	t.Logf("%d holders made in %s", *manyHolders, time.Since(began).Round(time.Second))
	require.Equal(t, int64(handful), f.balance(holder(*manyHolders-1), share).Int64())

	few, many := costs(crowd(t, 10), 5), costs(f, 5)
	require.Equal(t, few, many, "get, has, set, delete, ranges; gas")
	t.Logf("%d holders as 10: %+v", *manyHolders, many)
}

// TestCostIndependentOfAge: nor does it grow with the epochs that passed untouched.
func TestCostIndependentOfAge(t *testing.T) {
	young, old := costs(crowd(t, 10), 5), costs(crowd(t, 10), 1_000_000)
	for i := range young {
		require.Equal(t, young[i].operations, old[i].operations, "operation %d: get, has, set, delete, ranges", i)
	}
}

// TestCostByDenoms: a deposit costs the same in a pool of one denom and of eight, and a transfer
// does not look at revenue at all. A claim settles and pays every denom of the pool, so it costs a
// fixed part and an equal part for each, no more.
func TestCostByDenoms(t *testing.T) {
	run := func(n int) (deposit, transfer, claim cost) {
		params := testParams()
		params.RevenueDenoms = nil
		for i := range n {
			params.RevenueDenoms = append(params.RevenueDenoms, types.RevenueDenom{Denom: fmt.Sprintf("coin%d", i), MinDrip: math.OneInt()})
		}
		f := newFixtureWith(t, storetypes.StoreTypeIAVL, types.GenesisState{Params: params})
		f.epoch(1)
		require.NoError(t, f.keeper.CreatePool(f.ctx, share))
		f.issue(account(1), math.NewInt(1000))
		f.issue(account(2), math.NewInt(1000))
		f.epoch(2)
		for _, d := range params.RevenueDenoms {
			f.deposit(coin(d.Denom, 4_000_000))
		}
		f.epoch(4)
		f.fund(account(60), coin("coin0", 4_000_000))
		transfer = f.measure(func() error {
			return f.bank.SendCoins(f.ctx, account(1), account(2), sdk.NewCoins(coin(share, 10)))
		})
		deposit = f.measure(func() error {
			return f.keeper.Deposit(f.ctx, account(60), share, coin("coin0", 4_000_000), types.SourceKind_SOURCE_KIND_USAGE)
		})
		for _, d := range params.RevenueDenoms[1:] { // the first was caught up by the deposit: so are all, now
			f.deposit(coin(d.Denom, 1))
		}
		claim = f.measure(func() error { _, err := f.keeper.Claim(f.ctx, account(1), share, 99); return err })
		f.check()
		return deposit, transfer, claim
	}
	oneDeposit, oneTransfer, one := run(1)
	_, _, two := run(2)
	eightDeposit, eightTransfer, eight := run(8)
	require.Equal(t, oneDeposit.operations, eightDeposit.operations)
	require.InEpsilon(t, oneDeposit.gas, eightDeposit.gas, 0.01, "the allow-list is longer")
	require.Equal(t, oneTransfer, eightTransfer)
	for i := range one.operations {
		require.Equal(t, one.operations[i]+7*(two.operations[i]-one.operations[i]), eight.operations[i], "get, has, set, delete, ranges: place %d", i)
	}
	require.InEpsilon(t, one.gas+7*(two.gas-one.gas), eight.gas, 0.01)
	t.Logf("claim of 1, 2, 8 denoms: %+v %+v %+v", one, two, eight)
}

// TestClaimAfterMissedEpochs: a claim after 1,000 epochs with revenue in each costs what it costs
// after one, but for the digits of longer numbers.
func TestClaimAfterMissedEpochs(t *testing.T) {
	run := func(missed uint64) cost {
		f := crowd(t, 10)
		for epoch := uint64(2); epoch < 2+missed; epoch++ {
			f.epoch(epoch)
			f.deposit(coin(aimo, 8_000_000))
		}
		f.epoch(2 + missed)
		f.deposit(coin(aimo, 8_000_000)) // catches up
		return f.measure(func() error { _, err := f.keeper.Claim(f.ctx, holder(3), share, 1<<40); return err })
	}
	once, often := run(1), run(1000)
	require.Equal(t, once.operations, often.operations, "get, has, set, delete, ranges")
	require.InEpsilon(t, once.gas, often.gas, 0.02)
}

// TestClaimFromTheTill: a claim that finds enough in its till writes the till and the position, and
// no key that a claim from another till reads or writes.
func TestClaimFromTheTill(t *testing.T) {
	f := crowd(t, 200)
	f.epoch(2)
	f.deposit(coin(aimo, 4_000_000_000))
	f.epoch(4)
	f.deposit(coin(aimo, 4_000_000)) // catches up
	first, second := holder(5), holder(5+types.Tills)
	require.Equal(t, types.TillOf(first), types.TillOf(second))
	claim := func(who sdk.AccAddress) cost {
		return f.measure(func() error { _, err := f.keeper.Claim(f.ctx, who, share, 99); return err })
	}
	filled, found := claim(first), claim(second)
	require.Equal(t, 4, filled.operations[2], "stream, till when filled, till when it pays, position")
	require.Equal(t, 2, found.operations[2], "till, position")
	require.Less(t, found.gas, filled.gas)
	f.check()
}

// TestCatchUpIsBounded: with a supply that changes in every epoch, the first event after
// any silence does at most drip_epochs + 1 steps per denom.
func TestCatchUpIsBounded(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4000))
	for epoch := uint64(3); epoch < 200; epoch++ {
		f.epoch(epoch)
		f.issue(account(1), math.NewInt(3))
	}
	f.epoch(300)
	f.ops.reset()
	f.deposit(coin(aimo, 4000))
	require.LessOrEqual(t, f.ops.set, parts+1+6, "segments, and six records of the deposit itself")
	f.check()
}

// TestGasIsChargedWhereTheStoreIsFree: inside a precompile the store costs no gas.
func TestGasIsChargedWhereTheStoreIsFree(t *testing.T) {
	f := pooled(t)
	f.deposit(coin(aimo, 4096))
	f.epoch(4)
	f.ctx = f.ctx.WithKVGasConfig(storetypes.GasConfig{}).WithTransientKVGasConfig(storetypes.GasConfig{})
	transfer := f.measure(func() error {
		return f.bank.SendCoins(f.ctx, account(1), account(2), sdk.NewCoins(coin(share, 1)))
	})
	require.Equal(t, uint64(types.GasRoll+2*types.GasCheckpoint+3*types.GasLazy), transfer.gas)
	claim := f.measure(func() error { _, err := f.keeper.Claim(f.ctx, account(1), share, 9); return err })
	require.Equal(t, uint64(types.GasSpan+types.GasCatchUp), claim.gas)
}

// benchmark runs ten operations in an epoch, each epoch a block on a committed store.
func benchmark(b *testing.B, holders int, run func(f *fixture, i int) error) {
	f := crowd(b, holders)
	f.fund(account(60), sdk.NewCoin(aimo, math.NewIntWithDecimal(1, 30)))
	db, ok := f.ctx.MultiStore().(storetypes.CommitMultiStore)
	require.True(b, ok)
	db.Commit()
	base, write := f.ctx, func() {}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		if i%10 == 0 {
			b.StopTimer()
			write()
			db.Commit()
			f.ctx, write = base.CacheContext()
			f.epoch(uint64(i/10) + 2)
			b.StartTimer()
		}
		if err := run(f, i); err != nil {
			b.Fatal(err)
		}
	}
}

func sizes(b *testing.B, run func(f *fixture, i int) error) {
	for _, n := range []struct {
		name    string
		holders int
	}{{"holders=10", 10}, {"holders=1000", 1000}} {
		b.Run(n.name, func(b *testing.B) { benchmark(b, n.holders, run) })
	}
}

func (f *fixture) pay(i int) error {
	return f.keeper.Deposit(f.ctx, account(60), share, coin(aimo, int64(1000+i%7)), types.SourceKind_SOURCE_KIND_INFERENCE)
}

// BenchmarkDeposit is one deposit; ten in an epoch.
func BenchmarkDeposit(b *testing.B) {
	sizes(b, (*fixture).pay)
}

// BenchmarkTransfer is one transfer; ten in an epoch.
func BenchmarkTransfer(b *testing.B) {
	sizes(b, func(f *fixture, i int) error {
		return f.bank.SendCoins(f.ctx, holder(i%9), holder(i%9+1), sdk.NewCoins(coin(share, 1)))
	})
}

// BenchmarkClaim is a deposit into each epoch and a claim of one holder who traded.
func BenchmarkClaim(b *testing.B) {
	sizes(b, func(f *fixture, i int) error {
		if i%10 == 0 {
			return f.keeper.Deposit(f.ctx, account(60), share, coin(aimo, 1_000_000_000), types.SourceKind_SOURCE_KIND_INFERENCE)
		}
		if i < 20 {
			return nil
		}
		_, err := f.keeper.Claim(f.ctx, holder(i%10), share, 1<<40)
		return err
	})
}
