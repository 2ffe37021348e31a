package keeper_test

import (
	"encoding/binary"
	"testing"

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
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(holder(0), math.NewInt(800_000_000_000))
	for i := 1; i < n; i++ {
		f.send(holder(0), holder(i), 1_000_000)
	}
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
func costs(t tester, holders int, epoch uint64) []cost {
	f := crowd(t, holders)
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
	require.NoError(t, deposit())
	f.epoch(epoch + 2)
	out := []cost{f.measure(transfer), f.measure(deposit), f.measure(claim), f.measure(transfer), f.measure(deposit)}
	f.epoch(epoch + 3)
	out = append(out, f.measure(deposit), f.measure(transfer), f.measure(claim))
	f.check()
	return out
}

// TestCostIndependentOfHolders: the same store operations and the same gas, bank's included,
// for 10 and for 20,000 holders.
func TestCostIndependentOfHolders(t *testing.T) {
	few, many := costs(t, 10, 5), costs(t, 20_000, 5)
	require.Equal(t, few, many, "get, has, set, delete, ranges; gas")
}

// TestCostIndependentOfAge: nor does it grow with the epochs that passed untouched.
func TestCostIndependentOfAge(t *testing.T) {
	young, old := costs(t, 10, 5), costs(t, 10, 1_000_000)
	for i := range young {
		require.Equal(t, young[i].operations, old[i].operations, "operation %d: get, has, set, delete, ranges", i)
	}
}

// TestTransferIndependentOfDenoms: a transfer does not look at revenue at all.
func TestTransferIndependentOfDenoms(t *testing.T) {
	run := func(denoms ...string) cost {
		f := crowd(t, 10)
		f.epoch(3)
		for _, d := range denoms {
			f.deposit(coin(d, 100))
		}
		f.epoch(4)
		return f.measure(func() error {
			return f.bank.SendCoins(f.ctx, holder(1), holder(2), sdk.NewCoins(coin(share, 10)))
		})
	}
	require.Equal(t, run(aimo), run(aimo, usdc, weth))
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
	require.Equal(t, uint64(types.GasRoll+2*types.GasCheckpoint), transfer.gas)
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
