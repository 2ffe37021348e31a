package tranche_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// terms sell 600 of 1,000 tokens at 1,000 aimo each, a tenth goes to the market; the sale ends at hour 4.
func terms(tranches ...types.Tranche) types.Terms {
	return types.Terms{
		OfferingId: 1, ModelId: 7, Kind: types.OFFERING_KIND_FIXED, TotalSupply: sdk.NewCoin("model-7", tokens(1_000)),
		SaleBps: 6_000, ContributorsBps: 2_000, LiquidityBps: 1_000, TreasuryBps: 1_000, PaymentDenom: "aimo", Price: math.NewInt(1_000),
		EndTime: start.Add(4 * time.Hour), Tranches: tranches, ExitWindow: time.Hour, ProceedsProtocolBps: 200, PoolFeeBps: 30,
	}
}

func at(hours int, bps uint32) types.Tranche {
	return types.Tranche{ReleaseTime: start.Add(time.Duration(hours) * time.Hour), Bps: bps}
}

func tokens(n int64) math.Int { return types.OneToken().MulRaw(n) }

// settled is a sale of some tokens for some proceeds.
func settled(t types.Terms, sold, proceeds math.Int, when time.Time) types.Offering {
	o := types.NewOffering(t, "", "")
	o.Status, o.Sold, o.Proceeds, o.Deposited = types.OFFERING_STATUS_SUCCEEDED, sold, proceeds, proceeds
	o.ClearingPrice, o.SettledTime = t.Price, &when
	o.Tranches = make([]types.TrancheState, len(t.Tranches))
	o.Liquidity, o.Seeded = tranche.Liquidity(t, sold, proceeds)
	o, _, _ = tranche.Announce(t, o, unused(), when)
	return o
}

func unused() types.Usage { return types.Usage{ModelId: 7, NetworkFees: math.ZeroInt()} }

// TestSchedule: exits shrink all later tranches alike, the last takes the rest, each waits for its window.
func TestSchedule(t *testing.T) {
	tm := terms(at(6, 2_000), at(7, 3_000), at(30, 5_000))
	tm.LiquidityBps, tm.TreasuryBps = 0, 2_000
	o := settled(tm, tokens(10), math.NewInt(10_001), start.Add(6*time.Hour)) // late: a full window after the settlement
	due, ok := tranche.NotBefore(tm, o, 0)
	require.True(t, ok)
	require.Equal(t, start.Add(7*time.Hour), due)
	_, ok = tranche.NotBefore(tm, o, 1)
	require.False(t, ok, "announced when the one before is released")
	_, err := tranche.Release(tm, o, start.Add(7*time.Hour-1))
	require.ErrorIs(t, err, types.ErrTrancheNotDue)
	r, err := tranche.Release(tm, o, start.Add(7*time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(2_000), r.Protocol.Add(r.Contributors).Int64(), "20 %% of 10,001")
	require.Equal(t, int64(40), r.Protocol.Int64())
	require.Nil(t, r.Offering.VestingStart)
	o, _, ok = tranche.Announce(tm, r.Offering, unused(), start.Add(7*time.Hour))
	require.True(t, ok)
	_, _, ok = tranche.Announce(tm, o, unused(), start.Add(7*time.Hour))
	require.False(t, ok, "once")

	d, err := tranche.Exit(tm, o, tranche.Market{}, tranche.Net(o, tranche.Market{}, tokens(410), tokens(400)), tokens(5))
	require.NoError(t, err)
	require.Equal(t, int64(4_000), d.Payout().Int64(), "half of 8,001, rounded down")
	o.Exited = d.Escrow
	_, err = tranche.Release(tm, o, start.Add(8*time.Hour-1))
	require.ErrorIs(t, err, types.ErrTrancheNotDue, "announced at the release before, due a window later")
	r, err = tranche.Release(tm, o, start.Add(8*time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(1_500), r.Protocol.Add(r.Contributors).Int64(), "3/8 of 4,001")
	_, err = tranche.Release(tm, r.Offering, start.Add(300*time.Hour))
	require.ErrorIs(t, err, types.ErrTrancheNotDue, "nobody announced it")
	o, _, _ = tranche.Announce(tm, r.Offering, unused(), start.Add(300*time.Hour))
	_, err = tranche.Release(tm, o, start.Add(301*time.Hour-1))
	require.ErrorIs(t, err, types.ErrTrancheNotDue, "so its window begins late")
	r, err = tranche.Release(tm, o, start.Add(301*time.Hour))
	require.NoError(t, err)
	require.Equal(t, int64(2_501), r.Protocol.Add(r.Contributors).Int64(), "the rest")
	require.True(t, tranche.Unreleased(r.Offering).IsZero())
	require.Equal(t, start.Add(301*time.Hour), *r.Offering.VestingStart)
	_, err = tranche.Exit(tm, r.Offering, tranche.Market{}, tranche.Net(r.Offering, tranche.Market{}, tokens(405), tokens(400)), tokens(1))
	require.ErrorIs(t, err, types.ErrNothingToExit)
	_, err = tranche.Release(tm, r.Offering, start.Add(900*time.Hour))
	require.ErrorIs(t, err, types.ErrTrancheNotDue)
}

// TestFactsOnlyDelay: whatever facts are reached and when, no tranche is released before its date, before a full window
// after its announcement, or before its facts.
func TestFactsOnlyDelay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fees := sdk.NewInt64Coin("aimo", 1_000)
		second := at(40, 5_000)
		second.MinRequests, second.MinNetworkFees = rapid.Uint64Range(0, 5).Draw(r, "threshold"), &fees
		tm := terms(at(6, 5_000), second)
		o := settled(tm, tokens(600), math.NewInt(600_000), start.Add(4*time.Hour))
		u, now := unused(), start.Add(4*time.Hour)
		var announced, reached *time.Time
		for range 40 {
			now = now.Add(time.Duration(rapid.Int64Range(0, 3*int64(time.Hour)).Draw(r, "pause")))
			if rapid.Bool().Draw(r, "request") {
				u.Requests++
				u.NetworkFees = u.NetworkFees.AddRaw(rapid.Int64Range(0, 200_000).Draw(r, "fee"))
			}
			i, _ := tranche.Next(o)
			if i == 1 && reached == nil && tranche.Reached(tm, o, 1, u) {
				reached = &now
			}
			var done bool
			if o, _, done = tranche.Announce(tm, o, u, now); done && i == 1 {
				announced = &now
			}
			released, err := tranche.Release(tm, o, now)
			if err != nil {
				continue
			}
			o = released.Offering
			if released.Tranche == 1 {
				require.False(r, now.Before(second.ReleaseTime), "before its date")
				require.NotNil(r, announced)
				require.False(r, now.Before(announced.Add(tm.ExitWindow)), "before its window")
				require.NotNil(r, reached, "before its facts")
				return
			}
		}
	})
}

// TestBuyableFact: O2. The creator pays himself for requests: that counts only as far as the network was paid, and the
// threshold is at least what the tranche pays, so he pays 300,000 to get at most 300,000, at the date that was set anyway.
func TestBuyableFact(t *testing.T) {
	fees := sdk.NewInt64Coin("aimo", 1)
	second := at(40, 5_000)
	second.MinNetworkFees = &fees
	tm := terms(at(6, 5_000), second)
	tm.LiquidityBps, tm.TreasuryBps = 0, 2_000
	o := settled(tm, tokens(600), math.NewInt(600_000), start.Add(4*time.Hour))
	r, err := tranche.Release(tm, o, start.Add(6*time.Hour))
	require.NoError(t, err)
	o = r.Offering
	u := unused()
	u.Requests, u.NetworkFees = 1_000_000, math.NewInt(299_999)
	require.False(t, tranche.Reached(tm, o, 1, u), "a threshold below the tranche is the tranche")
	u.NetworkFees = math.NewInt(300_000)
	require.True(t, tranche.Reached(tm, o, 1, u))
	o, _, _ = tranche.Announce(tm, o, u, start.Add(7*time.Hour))
	due, _ := tranche.NotBefore(tm, o, 1)
	require.Equal(t, second.ReleaseTime, due, "not a minute earlier")
	require.True(t, tranche.Amount(tm, o, 1).LTE(u.NetworkFees))
}

// world is a sold token with its market and some accounts, as the keeper moves them.
type world struct {
	terms  types.Terms
	o      types.Offering
	market tranche.Market
	supply math.Int
	locked math.Int
}

func newWorld(tm types.Terms, sold, proceeds math.Int) *world {
	w := &world{terms: tm, o: settled(tm, sold, proceeds, start.Add(4*time.Hour))}
	w.locked = tm.Part(tm.ContributorsBps).Add(tm.Part(tm.TreasuryBps))
	w.supply = sold.Add(w.locked).Add(w.o.Liquidity)
	if shares, ok := pool.Seed(w.o.Liquidity, w.o.Seeded); ok {
		w.market = tranche.Market{
			Pool:  types.Pool{Tokens: tm.Tokens(w.o.Liquidity), Payment: tm.Payment(w.o.Seeded), FeeBps: tm.PoolFeeBps},
			Total: shares, Locked: shares,
		}
	}
	return w
}

func (w *world) assets() tranche.Assets { return tranche.Net(w.o, w.market, w.supply, w.locked) }

func (w *world) exit(burnt math.Int) (math.Int, error) {
	d, err := tranche.Exit(w.terms, w.o, w.market, w.assets(), burnt)
	if err != nil {
		return math.Int{}, err
	}
	w.o.Exited = w.o.Exited.Add(d.Escrow)
	w.supply = w.supply.Sub(burnt).Sub(d.Tokens)
	if w.market.Exists() {
		w.market.Pool, w.market.Total, w.market.Locked = d.Pool, w.market.Total.Sub(d.Shares), w.market.Locked.Sub(d.Shares)
	}
	return d.Payout(), nil
}

func (w *world) swap(side pool.Side, in math.Int) (math.Int, error) {
	trade, err := pool.Swap(w.market.Pool, side, in)
	if err == nil {
		w.market.Pool = trade.Pool
	}
	return trade.Out, err
}

// TestNobodyIsDiluted: before the first release, whatever is traded, added and burnt in whatever order, everybody who is
// left can still leave with the clearing price, but for rounding: net assets per token never fall below it.
func TestNobodyIsDiluted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tm := terms(at(6, 2_000), at(40, 8_000))
		tm.LiquidityBps = rapid.Uint32Range(1, 2_000).Draw(r, "liquidity")
		tm.ContributorsBps = 3_000 - tm.LiquidityBps
		tm.Price = math.NewInt(rapid.OneOf(rapid.Int64Range(1_000, 1_000_000), rapid.Int64Range(1, 1<<58)).Draw(r, "price"))
		sold := types.OneToken().MulRaw(rapid.Int64Range(1, 600).Draw(r, "sold"))
		w := newWorld(tm, sold, types.CostRoundedUp(sold, tm.Price))
		held, cash, outside := sold, math.ZeroInt(), math.ZeroInt()
		for range 30 {
			amount := types.OneToken().MulRaw(rapid.Int64Range(1, 300).Draw(r, "amount"))
			switch rapid.IntRange(0, 3).Draw(r, "operation") {
			case 0:
				if amount = math.MinInt(amount, held); amount.IsPositive() {
					if out, err := w.exit(amount); err == nil {
						require.True(r, out.LTE(types.ValueRoundedDown(amount, tm.Price)), "nobody gets more than the clearing price")
						held, cash = held.Sub(amount), cash.Add(out)
					}
				}
			case 1:
				if !w.market.Exists() {
					continue
				}
				if out, err := w.swap(pool.Buy, types.CostRoundedUp(amount, tm.Price)); err == nil {
					held, outside = held.Add(out), outside.Add(types.CostRoundedUp(amount, tm.Price))
				}
			case 2:
				if amount = math.MinInt(amount, held); !w.market.Exists() || !amount.IsPositive() {
					continue
				}
				if out, err := w.swap(pool.Sell, amount); err == nil {
					held, cash = held.Sub(amount), cash.Add(out)
				}
			case 3: // somebody else provides liquidity with tokens that circulate
				if !w.market.Exists() {
					continue
				}
				l, err := pool.Add(w.market.Pool, w.market.Total, math.MinInt(amount, held), types.CostRoundedUp(amount, tm.Price))
				if err == nil {
					w.market.Pool, w.market.Total = l.Pool, w.market.Total.Add(l.Shares)
					held, outside = held.Sub(l.Tokens), outside.Add(l.Payment)
				}
			}
			a := w.assets()
			require.False(r, a.Unreleased.IsNegative() || a.Payment.IsNegative())
			if !a.Circulating.IsPositive() {
				continue
			}
			// assets / circulating >= price, but for 40 units of rounding per operation and a part in 10^9
			got := new(big.Int).Mul(a.Unreleased.Add(a.Payment).AddRaw(40*30).BigInt(), types.OneToken().BigInt())
			need := new(big.Int).Mul(a.Circulating.BigInt(), tm.Price.BigInt())
			need.Sub(need, new(big.Int).Div(need, big.NewInt(1_000_000_000)))
			require.True(r, got.Cmp(need) >= 0, "assets %s and %s for %s tokens at %s", a.Unreleased, a.Payment, a.Circulating, tm.Price)
		}
	})
}

// TestExitRace: O1. First or last, everybody gets the same; buying out of the market to leave with it gains nothing.
func TestExitRace(t *testing.T) {
	tm := terms(at(6, 2_000), at(40, 8_000))
	w := newWorld(tm, tokens(600), math.NewInt(600_000))
	require.Equal(t, tokens(100), w.o.Liquidity)
	require.Equal(t, int64(100_000), w.o.Seeded.Int64())
	// An attacker buys 50 tokens of the 100 in the market for 100,300 and leaves with them and his own 100 first.
	paid := math.NewInt(100_301)
	bought, err := w.swap(pool.Buy, paid)
	require.NoError(t, err)
	got, err := w.exit(tokens(100).Add(bought))
	require.NoError(t, err)
	require.True(t, got.LT(paid.AddRaw(100_000)), "he spent 200,301, gets %s", got)
	require.Equal(t, "150000", got.String())
	// Everybody else leaves with what they paid, the last one too.
	for range 10 {
		out, err := w.exit(tokens(50))
		require.NoError(t, err)
		require.InDelta(t, 50_000, out.Int64(), 1)
	}

	// After a release, leaving first or last is the same again.
	w = newWorld(tm, tokens(600), math.NewInt(600_000))
	r, err := tranche.Release(tm, w.o, start.Add(6*time.Hour))
	require.NoError(t, err)
	w.o = r.Offering
	first, err := w.exit(tokens(300))
	require.NoError(t, err)
	require.Equal(t, int64(250_000), first.Int64(), "half of 400,000 and of the market's 100,000")
	last, err := w.exit(tokens(300))
	require.NoError(t, err)
	require.InDelta(t, 250_000, last.Int64(), 1)
}

// TestCreatorFillsTheSoftCap: O1, scenario 1. Honest demand is 240 of 600, the creator buys 360 with his own money. The
// honest ones leave with everything they paid, before he sees anything of it; he is left with his own money at most.
func TestCreatorFillsTheSoftCap(t *testing.T) {
	tm := terms(at(6, 2_000), at(40, 8_000))
	w := newWorld(tm, tokens(600), math.NewInt(600_000))
	honest, err := w.exit(tokens(240))
	require.NoError(t, err)
	require.InDelta(t, 240_000, honest.Int64(), 1)
	a := w.assets()
	require.True(t, a.Unreleased.Add(a.Payment).LTE(math.NewInt(360_001)), "what is left to be released, to him or to the protocol, is what he paid")
	require.Equal(t, tokens(360).String(), a.Circulating.String())

	// He tries the market first: selling into it makes the others richer, not him.
	w = newWorld(tm, tokens(600), math.NewInt(600_000))
	sold, err := w.swap(pool.Sell, tokens(100))
	require.NoError(t, err)
	require.True(t, sold.LT(math.NewInt(100_000)), "for 100 tokens that cost 100,000 he gets %s", sold)
	honest, err = w.exit(tokens(240))
	require.NoError(t, err)
	require.InDelta(t, 240_000, honest.Int64(), 1)
	a = w.assets()
	require.True(t, a.Unreleased.Add(a.Payment).Add(sold).LTE(math.NewInt(360_001)))
}

// TestTreasuryTokensCannotExit: O2. Half the supply is the treasury's and the contributors': it takes nothing from
// holders, because it does not count and cannot leave.
func TestTreasuryTokensCannotExit(t *testing.T) {
	tm := terms(at(6, 2_000), at(40, 8_000))
	tm.SaleBps, tm.ContributorsBps, tm.TreasuryBps, tm.LiquidityBps = 4_000, 3_000, 3_000, 0
	w := newWorld(tm, tokens(400), math.NewInt(400_000))
	_, err := w.exit(tokens(401))
	require.ErrorIs(t, err, types.ErrLimit)
	got, err := w.exit(tokens(400))
	require.NoError(t, err)
	require.Equal(t, int64(400_000), got.Int64())
	_, err = w.exit(math.OneInt())
	require.ErrorIs(t, err, types.ErrLimit)
}

// TestExitOrder: in any order, in any parts, nobody gets more than the clearing price, and all together no more than
// the proceeds.
func TestExitOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tm := terms(at(6, 2_000), at(40, 8_000))
		tm.Price = math.NewInt(rapid.Int64Range(1, 1<<40).Draw(r, "price"))
		var holdings []math.Int
		sold, proceeds := math.ZeroInt(), math.ZeroInt()
		for range rapid.IntRange(1, 12).Draw(r, "buyers") {
			h := math.NewInt(rapid.Int64Range(1_000_000, 1<<62).Draw(r, "tokens"))
			holdings, sold, proceeds = append(holdings, h), sold.Add(h), proceeds.Add(types.CostRoundedUp(h, tm.Price))
		}
		w := newWorld(tm, sold, proceeds)
		total := math.ZeroInt()
		for _, h := range holdings {
			for _, part := range []math.Int{h.QuoRaw(3), h.Sub(h.QuoRaw(3))} {
				payout, err := w.exit(part)
				if err != nil {
					require.ErrorIs(r, err, types.ErrInvalidCoin)
					continue
				}
				require.False(r, payout.GT(types.ValueRoundedDown(part, tm.Price)))
				total = total.Add(payout)
			}
		}
		require.False(r, tranche.Unreleased(w.o).IsNegative())
		require.True(r, total.LTE(proceeds))
	})
}

// TestObjection: a spend needs the objection of less than 20 %.
func TestObjection(t *testing.T) {
	o := types.Objections{Eligible: math.NewInt(1_000), LimitBps: 2_000, Weight: math.NewInt(199)}
	require.False(t, tranche.Objected(o))
	o.Weight = math.NewInt(200)
	require.True(t, tranche.Objected(o))
	require.False(t, tranche.Objected(types.Objections{Eligible: math.ZeroInt(), LimitBps: 2_000, Weight: math.ZeroInt()}), "nobody is no objection")

	s := types.Spend{Id: 3, Status: types.SPEND_STATUS_PROPOSED, DecideTime: start}
	require.NoError(t, tranche.CheckObject(s, start.Add(-1)))
	require.ErrorIs(t, tranche.CheckObject(s, start), types.ErrSpendWindow)
	require.ErrorIs(t, tranche.CheckExecute(s, start.Add(-1)), types.ErrSpendWindow)
	require.NoError(t, tranche.CheckExecute(s, start))
	require.NoError(t, tranche.CheckExecute(s, start.Add(tranche.SpendLapse)))
	require.ErrorIs(t, tranche.CheckExecute(s, start.Add(tranche.SpendLapse+1)), types.ErrSpendWindow, "nobody collects approvals")
	s.Status = types.SPEND_STATUS_REFUSED
	require.ErrorIs(t, tranche.CheckExecute(s, start), types.ErrSpendDecided)
	require.ErrorIs(t, tranche.CheckObject(s, start.Add(-1)), types.ErrSpendDecided)
}
