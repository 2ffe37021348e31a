package pool_test

import (
	"math/big"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

func market(token, payment math.Int, feeBps uint32) types.Pool {
	return types.Pool{ModelId: 7, Tokens: sdk.NewCoin("model-7", token), Payment: sdk.NewCoin("aimo", payment), FeeBps: feeBps}
}

// extreme draws amounts from 1 to 2^120, small and large ones alike.
func extreme(r *rapid.T, label string) math.Int {
	bits := rapid.UintRange(0, types.MaxAmountBits).Draw(r, label+" bits")
	if bits == types.MaxAmountBits {
		return types.MaxAmount()
	}
	low := rapid.Uint64().Draw(r, label)
	n := new(big.Int).Lsh(big.NewInt(1), bits)
	return math.NewIntFromBigInt(n.Add(n, new(big.Int).Mod(new(big.Int).SetUint64(low), n)))
}

func product(p types.Pool) *big.Int {
	return new(big.Int).Mul(p.Tokens.Amount.BigInt(), p.Payment.Amount.BigInt())
}

// perShareFell tells whether x*y/shares^2 fell: a*b/s^2 < before, crosswise.
func perShareFell(before *big.Int, sharesBefore math.Int, after *big.Int, sharesAfter math.Int) bool {
	square := func(n math.Int) *big.Int { return new(big.Int).Mul(n.BigInt(), n.BigInt()) }
	return new(big.Int).Mul(after, square(sharesBefore)).Cmp(new(big.Int).Mul(before, square(sharesAfter))) < 0
}

// TestPoolNeverLoses: 50 random swaps, additions and removals on each of many pools, amounts from 1 to 2^120. The product
// never falls in a swap, nor per share otherwise; what all positions can take out never exceeds the reserves; nobody gets
// out more than went in by rounding. Rapid runs 100 checks of 10 pools each; POOLS=50 (make test-pool-long) makes it
// 5,000 pools, on which at least 10^5 operations take effect.
func TestPoolNeverLoses(t *testing.T) {
	pools, least := 10, 10_000
	if n, err := strconv.Atoi(os.Getenv("POOLS")); err == nil && n > 0 {
		pools, least = n, n*2_000
	}
	operations := 0
	rapid.Check(t, func(r *rapid.T) {
		for range pools {
			operations += walkPool(r)
		}
	})
	t.Logf("%d operations took effect", operations)
	require.GreaterOrEqual(t, operations, least)
}

func walkPool(r *rapid.T) (done int) {
	token, payment := extreme(r, "token"), extreme(r, "payment")
	total, ok := pool.Seed(token, payment)
	if !ok {
		return 0
	}
	p := market(token, payment, rapid.Uint32Range(0, types.MaxPoolFeeBps).Draw(r, "fee"))
	positions := []math.Int{total, math.ZeroInt(), math.ZeroInt()}
	for range 50 {
		before, sharesBefore := product(p), total
		switch rapid.IntRange(0, 3).Draw(r, "operation") {
		case 0, 1:
			side := pool.Side(rapid.Bool().Draw(r, "side"))
			trade, err := pool.Swap(p, side, extreme(r, "amount"))
			if err != nil {
				continue
			}
			require.True(r, trade.Out.IsPositive())
			p = trade.Pool
		case 2:
			who := rapid.IntRange(1, 2).Draw(r, "owner")
			l, err := pool.Add(p, total, extreme(r, "token in"), extreme(r, "payment in"))
			if err != nil {
				continue
			}
			// Taking it out at once gives at most what went in.
			back, err := pool.Remove(l.Pool, total.Add(l.Shares), l.Shares)
			require.NoError(r, err)
			require.True(r, back.Tokens.LTE(l.Tokens) && back.Payment.LTE(l.Payment))
			p, total = l.Pool, total.Add(l.Shares)
			positions[who] = positions[who].Add(l.Shares)
		case 3:
			who := rapid.IntRange(0, 2).Draw(r, "owner")
			part := positions[who].MulRaw(rapid.Int64Range(1, 4).Draw(r, "part")).QuoRaw(4)
			l, err := pool.Remove(p, total, part)
			if err != nil {
				continue
			}
			p, total = l.Pool, total.Sub(l.Shares)
			positions[who] = positions[who].Sub(l.Shares)
		}
		done++
		require.False(r, perShareFell(before, sharesBefore, product(p), total), "x*y per share fell")
		require.True(r, p.Tokens.Amount.IsPositive() && p.Payment.Amount.IsPositive(), "a reserve is empty")
		require.False(r, total.GT(types.MaxAmount()), "shares %s", total)
		tokens, payments := math.ZeroInt(), math.ZeroInt()
		for _, shares := range positions {
			t, y := pool.Worth(p, total, shares)
			tokens, payments = tokens.Add(t), payments.Add(y)
		}
		require.True(r, tokens.LTE(p.Tokens.Amount) && payments.LTE(p.Payment.Amount), "claims exceed the reserves")
	}
	return done
}

// TestRoundTrip: buying and selling back, in any number of parts, never leaves the trader with more than before.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		token, payment := extreme(r, "token"), extreme(r, "payment")
		if _, ok := pool.Seed(token, payment); !ok {
			return
		}
		p := market(token, payment, rapid.Uint32Range(0, 100).Draw(r, "fee"))
		spent, bought := math.ZeroInt(), math.ZeroInt()
		for range rapid.IntRange(1, 5).Draw(r, "buys") {
			in := extreme(r, "in")
			trade, err := pool.Swap(p, pool.Buy, in)
			if err != nil {
				continue
			}
			p, spent, bought = trade.Pool, spent.Add(in), bought.Add(trade.Out)
		}
		got, parts := math.ZeroInt(), rapid.Int64Range(1, 5).Draw(r, "sells")
		for i := range parts {
			part := bought.QuoRaw(parts)
			if i == 0 {
				part = part.Add(bought.ModRaw(parts))
			}
			trade, err := pool.Swap(p, pool.Sell, part)
			if err != nil {
				continue
			}
			p, got = trade.Pool, got.Add(trade.Out)
		}
		require.True(r, got.LTE(spent), "spent %s, got %s", spent, got)
	})
}

// TestSwapNumbers: worked by hand. 1,000 tokens against 1,000 payments at 0.3 %: paying 100 gives
// floor(1000*100*9970 / (1000*10000+100*9970)) = floor(997000000/10997000) = 90.
func TestSwapNumbers(t *testing.T) {
	p := market(math.NewInt(1_000), math.NewInt(1_000), 30)
	trade, err := pool.Swap(p, pool.Buy, math.NewInt(100))
	require.NoError(t, err)
	require.Equal(t, int64(90), trade.Out.Int64())
	require.Equal(t, int64(1), trade.Fee.Int64(), "0.3 %% of 100, rounded up")
	require.Equal(t, int64(910), trade.Pool.Tokens.Amount.Int64())
	require.Equal(t, int64(1_100), trade.Pool.Payment.Amount.Int64())

	for _, c := range []struct {
		name   string
		amount math.Int
		want   error
	}{
		{"fails: nothing paid in", math.ZeroInt(), types.ErrInvalidCoin},
		{"fails: less than nothing", math.NewInt(-1), types.ErrInvalidCoin},
		{"fails: too little for one unit", math.NewInt(1), types.ErrInvalidCoin},
		{"fails: more than 2^120", types.MaxAmount().AddRaw(1), types.ErrInvalidCoin},
		{"fails: reserve over 2^120", types.MaxAmount(), types.ErrLimit},
		{"fails: absent", math.Int{}, types.ErrInvalidCoin},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := pool.Swap(p, pool.Sell, c.amount)
			require.ErrorIs(t, err, c.want)
		})
	}
}

// TestSandwich: a victim buys with 10,000 in a pool of 100,000 and 100,000 at 0.3 %. Alone it gets 9,066. An attacker
// who buys with 50,000 before and sells after leaves it 4,159. A limit of 1 % below the quote refuses that: the largest
// front run that it lets through costs the victim 1 % of its tokens and gains the attacker 106.
func TestSandwich(t *testing.T) {
	start := market(math.NewInt(100_000_000), math.NewInt(100_000_000), 30)
	victim := math.NewInt(10_000_000)
	quote, err := pool.Swap(start, pool.Buy, victim)
	require.NoError(t, err)
	require.Equal(t, int64(9_066_108), quote.Out.Int64())
	limit := quote.Out.MulRaw(99).QuoRaw(100)

	attack := func(front int64) (victimGets, profit math.Int) {
		a, err := pool.Swap(start, pool.Buy, math.NewInt(front))
		require.NoError(t, err)
		v, err := pool.Swap(a.Pool, pool.Buy, victim)
		require.NoError(t, err)
		back, err := pool.Swap(v.Pool, pool.Sell, a.Out)
		require.NoError(t, err)
		return v.Out, back.Out.SubRaw(front)
	}
	got, profit := attack(50_000_000)
	require.True(t, got.LT(limit), "without a limit the victim gets %s", got)
	require.Equal(t, int64(4_159_104), got.Int64())
	require.True(t, profit.IsPositive(), "and the attacker gains %s", profit)

	// The largest front run that the limit lets through.
	low, high := int64(1), int64(50_000_000)
	for low < high {
		mid := (low + high + 1) / 2
		if got, _ := attack(mid); got.GTE(limit) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	got, profit = attack(low)
	require.True(t, got.GTE(limit))
	lost := quote.Out.Sub(got)
	t.Logf("front run %d: the victim gets %s of %s, the attacker gains %s", low, got, quote.Out, profit)
	require.True(t, lost.LTE(quote.Out.QuoRaw(100).AddRaw(1)), "the victim loses at most 1 %%, lost %s", lost)
	require.Equal(t, int64(106_074), profit.Int64(), "what the victim lost, 90,662 tokens, at the price of the end")
}

// TestLiquidityBounds: the first position keeps MinShares for ever, and too little is refused.
func TestLiquidityBounds(t *testing.T) {
	p := market(math.NewInt(1_000_000), math.NewInt(4_000_000), 30)
	total, ok := pool.Seed(p.Tokens.Amount, p.Payment.Amount)
	require.True(t, ok)
	require.Equal(t, int64(2_000_000), total.Int64())
	_, ok = pool.Seed(math.NewInt(1_000), math.NewInt(1_000))
	require.False(t, ok, "MinShares are no market")

	_, err := pool.Remove(p, total, total.SubRaw(pool.MinShares).AddRaw(1))
	require.ErrorIs(t, err, types.ErrLimit)
	_, err = pool.Remove(p, total, math.ZeroInt())
	require.ErrorIs(t, err, types.ErrLimit)
	l, err := pool.Remove(p, total, total.SubRaw(pool.MinShares))
	require.NoError(t, err)
	require.Equal(t, int64(500), l.Pool.Tokens.Amount.Int64())
	require.Equal(t, int64(2_000), l.Pool.Payment.Amount.Int64())

	_, err = pool.Add(p, total, math.NewInt(0), math.NewInt(100))
	require.ErrorIs(t, err, types.ErrInvalidCoin)
	_, err = pool.Add(p, total, types.MaxAmount(), types.MaxAmount())
	require.ErrorIs(t, err, types.ErrLimit)
	l, err = pool.Add(p, total, math.NewInt(1_000), math.NewInt(3_999))
	require.NoError(t, err)
	require.Equal(t, []int64{1_999, 1_000, 3_998}, []int64{l.Shares.Int64(), l.Tokens.Int64(), l.Payment.Int64()},
		"3,999 pay for 1,999.5 shares; what 1,999 need is taken")
}
