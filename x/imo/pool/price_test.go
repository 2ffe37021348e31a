package pool_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

const window = 30 * time.Minute

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// listed is a pool of a million tokens at a price of one, whose mean has run since start.
func listed() types.Pool {
	p := market(types.OneToken().MulRaw(1_000_000), types.OneToken().MulRaw(1_000_000), 30)
	p.Average = pool.StartAverage(p, window, start)
	return p
}

// trade swaps at a time as the keeper does: the mean first.
func trade(t require.TestingT, p types.Pool, side pool.Side, amount math.Int, now time.Time) (types.Pool, math.Int) {
	p.Average = pool.Observe(p, now)
	out, err := pool.Swap(p, side, amount)
	require.NoError(t, err)
	return out.Pool, out.Out
}

// TestMeanResistsOneBlock: within a block a price can be moved a hundredfold and nothing is seen; held over one block of
// one second it moves the mean by 99/1800, and costs 5,421 of the pool's million in fees, if nobody trades against it.
func TestMeanResistsOneBlock(t *testing.T) {
	one := types.OneToken()
	p := listed()
	require.Equal(t, one.String(), pool.Mean(p, start).String(), "the offering's price counts before the market begins")

	now := start.Add(window)
	bought := one.MulRaw(9_000_000) // ten times the payment reserve: a hundred times the price
	moved, tokens := trade(t, p, pool.Buy, bought, now)
	require.True(t, pool.Price(moved).GT(one.MulRaw(99)))
	require.Equal(t, one.String(), pool.Mean(moved, now).String(), "nothing is seen within the block")
	back, _ := trade(t, moved, pool.Sell, tokens, now)
	mean := pool.Mean(back, now.Add(time.Second))
	require.True(t, mean.Sub(one).Abs().LT(one.QuoRaw(10_000)), "a sandwich within a block moves the mean by its fee only, it is %s", mean)

	held, out := trade(t, moved, pool.Sell, tokens, now.Add(time.Second))
	mean = pool.Mean(held, now.Add(time.Second))
	require.True(t, mean.LT(one.MulRaw(106).QuoRaw(100)), "held for one second: %s", mean)
	lost := bought.Sub(out)
	require.Equal(t, "5421", lost.Quo(one).String(), "which costs")
}

// TestMeanAgainstEveryMillisecond: the mean lies between the least and the greatest price of its window, and equals the
// plain sum over every interval of the period that it covers.
func TestMeanAgainstEveryMillisecond(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p, now := listed(), start
		type segment struct {
			from, to time.Time
			price    math.Int
		}
		history := []segment{{start.Add(-window), start, scaled(p)}}
		for range rapid.IntRange(1, 60).Draw(r, "trades") {
			before := p
			next := now.Add(time.Duration(rapid.Int64Range(0, 40*60*1000).Draw(r, "pause")) * time.Millisecond)
			history = append(history, segment{now, next, scaled(p)})
			now = next
			side := pool.Side(rapid.Bool().Draw(r, "side"))
			p, _ = trade(r, before, side, types.OneToken().MulRaw(rapid.Int64Range(1, 400_000).Draw(r, "amount")), now)
			// What the record covers.
			since := p.Average.Older.Time
			if now.Sub(p.Average.Newer.Time) >= window {
				since = p.Average.Newer.Time
			}
			require.GreaterOrEqual(r, now.Sub(since), window)
			sum := new(big.Int)
			for _, s := range history {
				from := s.from
				if from.Before(since) {
					from = since
				}
				if ms := s.to.Sub(from).Milliseconds(); ms > 0 {
					sum.Add(sum, new(big.Int).Mul(s.price.BigInt(), big.NewInt(ms)))
				}
			}
			want := sum.Div(sum, big.NewInt(now.Sub(since).Milliseconds()))
			require.Equal(r, want.Rsh(want, 16).String(), pool.Mean(p, now).String())
		}
		require.Equal(r, pool.Price(p).String(), pool.Mean(p, now.Add(window)).String(), "a price that stood for a window is the mean")
		require.Equal(r, p.Average, pool.Observe(p, now.Add(-time.Second)), "a clock that goes back changes nothing")
	})
}

func scaled(p types.Pool) math.Int {
	return p.Payment.Amount.Mul(types.OneToken()).MulRaw(1 << 16).Quo(p.Tokens.Amount)
}

// TestMeanBounds: the highest price there can be, until the last year an offering can name, fits.
func TestMeanBounds(t *testing.T) {
	p := market(math.NewInt(1), types.MaxAmount(), 0)
	p.Average = pool.StartAverage(p, window, start)
	far := time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC)
	p.Average = pool.Observe(p, far)
	require.Equal(t, pool.Price(p).String(), pool.Mean(p, far).String())
}
