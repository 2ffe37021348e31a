package pool_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

// ledger drives the records as the keeper does.
type ledger struct {
	shares    types.PoolShares
	revenue   types.PoolRevenue
	bounds    map[uint64]math.Int
	positions []types.Position
	income    map[uint64]math.Int // of the whole pool, by epoch
}

func newLedger(shares int64, epoch uint64) *ledger {
	l := &ledger{
		shares: pool.NewShares(7, math.NewInt(shares), epoch), revenue: pool.NewRevenue(7, "aimo"),
		bounds: map[uint64]math.Int{}, income: map[uint64]math.Int{},
	}
	l.positions = []types.Position{pool.SetShares(pool.NewPosition(7, "first"), math.NewInt(shares), epoch), pool.NewPosition(7, "x"), pool.NewPosition(7, "y")}
	return l
}

func (l *ledger) harvest(t require.TestingT, upTo uint64) {
	for _, step := range pool.Steps(l.shares, upTo) {
		sum := math.ZeroInt()
		for e := l.shares.SettledEpoch + 1; e <= step.UpTo; e++ {
			if income, ok := l.income[e]; ok {
				sum = sum.Add(income)
			}
		}
		var err error
		l.revenue, err = pool.Share(l.revenue, sum, step.Shares)
		require.NoError(t, err)
		l.shares.SettledEpoch = step.UpTo
		if step.Boundary {
			l.bounds[step.UpTo] = l.revenue.Index
		}
	}
}

func (l *ledger) settle(i int) {
	x := pool.Indexes{Denom: "aimo", Now: l.revenue.Index}
	if bound, ok := l.bounds[l.positions[i].ChangedEpoch]; ok {
		x.Boundary = &bound
	}
	l.positions[i] = pool.Settle(l.positions[i], l.shares.SettledEpoch, []pool.Indexes{x})
}

func (l *ledger) resize(i int, shares math.Int, epoch uint64) {
	l.settle(i)
	l.shares = pool.Resize(l.shares, l.shares.Total.Add(shares).Sub(l.positions[i].Shares), epoch)
	l.positions[i] = pool.SetShares(l.positions[i], shares, epoch)
}

// pay pays a settled position its whole units.
func (l *ledger) pay(i int) math.Int {
	l.settle(i)
	units := pool.Owed(l.positions[i], 0)
	l.positions[i] = pool.Pay(l.positions[i], 0, units)
	l.revenue.Paid = l.revenue.Paid.Add(units)
	return units
}

// TestRevenueAgainstNaiveLedger: liquidity comes and goes at random while the pool's tokens earn. Each epoch's income
// belongs to the shares as they were when the epoch before closed; a plain table of fractions says how much that is.
func TestRevenueAgainstNaiveLedger(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		epoch := uint64(5)
		l := newLedger(rapid.Int64Range(pool.MinShares+1, 1<<60).Draw(r, "first"), epoch)
		fair := []*big.Rat{new(big.Rat), new(big.Rat), new(big.Rat)}
		got := []math.Int{math.ZeroInt(), math.ZeroInt(), math.ZeroInt()}
		for range 60 {
			if rapid.IntRange(0, 2).Draw(r, "epoch ends") == 0 {
				closing := make([]math.Int, len(l.positions))
				for i, p := range l.positions {
					closing[i] = p.Shares
				}
				for range rapid.IntRange(1, 3).Draw(r, "epochs") {
					epoch++
					income := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 3), rapid.Int64Range(0, 1<<62)).Draw(r, "income")
					l.income[epoch] = math.NewInt(income)
					for i, shares := range closing {
						part := new(big.Rat).SetFrac(shares.BigInt(), l.shares.Total.BigInt())
						fair[i].Add(fair[i], part.Mul(part, new(big.Rat).SetInt64(income)))
					}
				}
			}
			i := rapid.IntRange(0, 2).Draw(r, "who")
			l.harvest(r, epoch-1)
			switch rapid.IntRange(0, 2).Draw(r, "operation") {
			case 0:
				l.resize(i, l.positions[i].Shares.AddRaw(rapid.Int64Range(1, 1<<61).Draw(r, "more")), epoch)
			case 1:
				left := l.positions[i].Shares.MulRaw(rapid.Int64Range(0, 3).Draw(r, "part")).QuoRaw(4)
				if i == 0 {
					left = math.MaxInt(left, math.NewInt(pool.MinShares))
				}
				l.resize(i, left, epoch)
			case 2:
				got[i] = got[i].Add(l.pay(i))
			}
			l.exact(r)
		}
		l.harvest(r, epoch)
		for i := range l.positions {
			got[i] = got[i].Add(l.pay(i))
			off := new(big.Rat).Sub(fair[i], new(big.Rat).SetInt(got[i].BigInt()))
			require.True(r, off.Sign() >= 0 || off.Cmp(big.NewRat(-1, 1<<40)) > 0, "position %d got %s, is due %s", i, got[i], fair[i].FloatString(3))
			require.Negative(r, off.Cmp(big.NewRat(1<<40+1, 1<<40)), "position %d got %s, is due %s", i, got[i], fair[i].FloatString(3))
		}
		l.exact(r)
	})
}

// exact: what came in is what was paid, what positions are owed and the carry, to the last fraction.
func (l *ledger) exact(t require.TestingT) {
	copied := *l
	copied.positions = append([]types.Position(nil), l.positions...)
	one := new(big.Int).Lsh(big.NewInt(1), 128)
	sum := new(big.Int).Mul(l.revenue.Paid.BigInt(), one)
	sum.Add(sum, l.revenue.Carry.BigInt())
	for i := range copied.positions {
		copied.settle(i)
		sum.Add(sum, copied.positions[i].Revenue[0].Owed.BigInt())
	}
	require.Equal(t, new(big.Int).Mul(l.revenue.Received.Amount.BigInt(), one).String(), sum.String())
}

// TestFlashLiquidity: who adds liquidity in an epoch shares nothing of that epoch's revenue, however late it was settled,
// and who takes it out keeps the revenue of the epoch in which he still had it when it began.
func TestFlashLiquidity(t *testing.T) {
	l := newLedger(1<<20, 5)
	l.income[6], l.income[7] = math.NewInt(500), math.NewInt(900)
	l.harvest(t, 5)
	l.resize(1, math.NewInt(3<<20), 6) // in epoch 6, three times what was there
	l.harvest(t, 6)
	l.resize(1, math.ZeroInt(), 7) // in epoch 7
	l.harvest(t, 7)
	require.Equal(t, int64(500+225), l.pay(0).Int64(), "epoch 6 belongs to who was there when epoch 5 closed")
	require.Equal(t, int64(675), l.pay(1).Int64(), "epoch 7 to who was there when 6 closed")
	l.exact(t)
}
