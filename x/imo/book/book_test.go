package book_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// terms sell 600 of 1,000 tokens at a price; times are hours.
func terms(price int64) types.Terms {
	coin := func(n int64) sdk.Coin { return sdk.NewInt64Coin("aimo", n) }
	return types.Terms{
		OfferingId: 1, ModelId: 7, Version: 1, ManifestRoot: strings.Repeat("ab", 32), Creator: "a", Kind: types.OFFERING_KIND_FIXED,
		TokenName: "Token", TokenSymbol: "TKN", TotalSupply: sdk.NewCoin("model-7", types.OneToken().MulRaw(1_000)),
		SaleBps: 6_000, ContributorsBps: 3_000, TreasuryBps: 1_000, Treasury: "t",
		Contributors: []types.Contributor{{Address: "a", Weight: 3}, {Address: "b", Weight: 7}, {Address: "t", Weight: 1}},
		PaymentDenom: "aimo", Price: math.NewInt(price), SoftCap: coin(1), MinBid: coin(10 + price/1_000_000), OwnerCap: coin(1 << 60),
		StartTime: start, EndTime: start.Add(4 * time.Hour), CancelDeadline: start.Add(2 * time.Hour),
		Tranches:   []types.Tranche{{ReleaseTime: start.Add(6 * time.Hour), Bps: 10_000}},
		ExitWindow: time.Hour, VestingCliff: time.Hour, VestingDuration: 10 * time.Hour, DisclosureHash: strings.Repeat("cd", 32),
		MinRequestPrice: coin(1), MaxRequestPrice: coin(100), ProceedsProtocolBps: 200, MainId: 1,
		HardCap: sdk.NewCoin("aimo", types.CostRoundedUp(types.OneToken().MulRaw(600), math.NewInt(price))),
	}
}

func order(who string, amount int64, t types.Terms) book.Order {
	return book.Order{Bidder: who, Owner: who, Amount: sdk.NewInt64Coin("aimo", amount), MaxPrice: t.Price, Cap: t.OwnerCap.Amount}
}

// equal compares amounts by value: zero has two forms in memory.
func equal(r *rapid.T, want, got math.Int, why ...any) {
	r.Helper()
	require.Equal(r, want.String(), got.String(), why...)
}

// TestBookAgainstNaiveLedger: random bids, cancels and refunds of excess, against a list of bids summed afresh.
func TestBookAgainstNaiveLedger(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tm := terms(rapid.OneOf(rapid.Int64Range(1, 5_000), rapid.Int64Range(1, 1<<50)).Draw(r, "price"))
		o := types.NewOffering(tm, "", "")
		o.Status = types.OFFERING_STATUS_OPEN
		owners := []string{"x", "y", "z"}
		allocations := map[string]types.Allocation{}
		for _, w := range owners {
			allocations[w] = types.NewAllocation(1, w)
		}
		type entry struct {
			bid  types.Bid
			gone bool
		}
		var bids []entry
		in, out := math.ZeroInt(), math.ZeroInt()
		for range 40 {
			switch rapid.IntRange(0, 3).Draw(r, "operation") {
			case 0, 1:
				who := rapid.SampledFrom(owners).Draw(r, "owner")
				in1 := order(who, rapid.Int64Range(0, 1<<40).Draw(r, "amount"), tm)
				in1.Bidder = rapid.SampledFrom(owners).Draw(r, "bidder")
				placed, err := book.Place(tm, o, allocations[who], in1)
				if err != nil {
					continue
				}
				require.True(r, placed.Bid.Cost.LTE(in1.Amount.Amount))
				require.True(r, placed.Bid.Tokens.IsPositive())
				o, allocations[who] = placed.Offering, placed.Allocation
				bids = append(bids, entry{bid: placed.Bid})
				in = in.Add(in1.Amount.Amount)
			case 2:
				if len(bids) == 0 {
					continue
				}
				i := rapid.IntRange(0, len(bids)-1).Draw(r, "bid")
				if bids[i].gone {
					continue
				}
				bids[i].gone = true
				who := bids[i].bid.Owner
				c := book.Cancel(o, allocations[who], bids[i].bid)
				o, allocations[who] = c.Offering, c.Allocation
				require.False(r, c.Refund.Amount.LT(bids[i].bid.Cost))
				require.False(r, c.Refund.Amount.GT(bids[i].bid.Amount.Amount))
				out = out.Add(c.Refund.Amount)
			case 3:
				who := rapid.SampledFrom(owners).Draw(r, "owner")
				a := allocations[who]
				refund := book.Refundable(tm, o, a)
				require.False(r, refund.IsNegative())
				a.Refunded, o.Refunded = a.Refunded.Add(refund), o.Refunded.Add(refund)
				allocations[who] = a
				out = out.Add(refund)
			}
			equal(r, in.Sub(out), book.Owed(o), "what is owed is what came in less what went out")
			standing, deposited, sold, proceeds := uint64(0), math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
			for _, e := range bids {
				if !e.gone {
					standing++
					deposited, sold, proceeds = deposited.Add(e.bid.Amount.Amount), sold.Add(e.bid.Tokens), proceeds.Add(e.bid.Cost)
				}
			}
			require.Equal(r, standing, o.StandingBids)
			equal(r, deposited, o.Deposited)
			equal(r, sold, o.Sold)
			equal(r, proceeds, o.Proceeds)
			require.True(r, sold.LTE(tm.ForSale()))
			owed := math.ZeroInt()
			for _, w := range owners {
				owed = owed.Add(book.Refundable(tm, o, allocations[w])).Add(allocations[w].Cost)
			}
			equal(r, book.Owed(o), owed)
		}
	})
}

// TestLastUnits: at random prices the last units can be bought, down to one.
func TestLastUnits(t *testing.T) {
	for _, price := range []int64{1, 3, 999, 1_000_003, 1 << 50} {
		for left := int64(0); left <= 3; left++ {
			tm := terms(price)
			o := types.NewOffering(tm, "", "")
			o.Sold = tm.ForSale().SubRaw(left)
			placed, err := book.Place(tm, o, types.NewAllocation(1, "x"), order("x", tm.MinBid.Amount.Int64(), tm))
			if left == 0 {
				require.ErrorIs(t, err, types.ErrSoldOut)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, math.NewInt(left), placed.Bid.Tokens)
			require.True(t, placed.Bid.Cost.IsPositive(), "nothing is free")
			require.True(t, book.SoldOut(tm, placed.Offering))
		}
	}
}

func TestSettle(t *testing.T) {
	tm := terms(1_000)
	tm.SoftCap = sdk.NewInt64Coin("aimo", 5_000)
	for name, tc := range map[string]struct {
		proceeds int64
		succeeds bool
	}{
		"ok: nothing sold":        {0, false},
		"ok: one below":           {4_999, false},
		"ok: the soft cap itself": {5_000, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := types.NewOffering(tm, "", "")
			o.Proceeds, o.Sold = math.NewInt(tc.proceeds), types.TokensFor(math.NewInt(tc.proceeds), tm.Price)
			require.Equal(t, tc.succeeds, book.Succeeds(tm, book.Clear(tm, o, math.ZeroInt(), math.ZeroInt())))
			settled := book.Settle(tm, o, start, 9)
			require.Equal(t, o.Sold.Add(types.OneToken().MulRaw(400)), settled.Minted, "sold and locked")
			lot := tm
			lot.MainId = 2
			require.Equal(t, o.Sold, book.Settle(lot, o, start, 9).Minted, "an early round mints what it sold")
			require.Equal(t, types.OFFERING_STATUS_FAILED, book.Fail(o, start).Status)
		})
	}
	require.Equal(t, tm.EndTime, book.EndTime(tm, types.NewOffering(tm, "", "")))
}

// TestSplit: parts of a fixed total sum to it exactly, each within one unit of its share.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		total := math.NewInt(rapid.Int64Range(0, 1<<62).Draw(r, "total"))
		weights := rapid.SliceOfN(rapid.Uint32Range(1, 10_000), 1, 16).Draw(r, "weights")
		all := int64(0)
		for _, w := range weights {
			all += int64(w)
		}
		sum, due := math.ZeroInt(), math.ZeroInt()
		for i, w := range weights {
			part := book.Split(total, weights, i)
			exact := total.MulRaw(int64(w))
			require.True(r, part.MulRaw(all).Sub(exact).Abs().LT(math.NewInt(all)))
			sum = sum.Add(part)
			share := book.Due(total, weights, i, math.ZeroInt())
			require.False(r, book.Due(total.AddRaw(1), weights, i, share).IsNegative(), "shares only grow")
			due = due.Add(share)
		}
		equal(r, total, sum)
		require.True(r, total.Sub(due).LT(math.NewInt(int64(len(weights)))) && !due.GT(total))
	})
}

func TestVested(t *testing.T) {
	tm := terms(1)
	all := math.NewInt(1_000)
	released := start.Add(time.Hour)
	for name, tc := range map[string]struct {
		start *time.Time
		after time.Duration
		want  int64
	}{
		"ok: locked before the last release": {nil, 1_000 * time.Hour, 0},
		"ok: nothing before the cliff":       {&released, time.Hour - 1, 0},
		"ok: linear from the release on":     {&released, time.Hour, 100},
		"ok: rounded down":                   {&released, time.Hour + time.Minute, 101},
		"ok: everything at the end":          {&released, 10 * time.Hour, 1_000},
		"ok: everything ever after":          {&released, 1_000 * time.Hour, 1_000},
		"ok: clock before the release":       {&released, -time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := types.Offering{VestingStart: tc.start}
			require.Equal(t, math.NewInt(tc.want), book.Vested(tm, o, all, released.Add(tc.after)))
		})
	}
	tm.VestingCliff, tm.VestingDuration = 0, 0
	require.Equal(t, all, book.Vested(tm, types.Offering{VestingStart: &released}, all, released), "no vesting is everything at once")
}

func TestAllotments(t *testing.T) {
	tm := terms(1)
	sum := math.ZeroInt()
	for _, who := range book.Beneficiaries(tm) {
		sum = sum.Add(book.Allotment(tm, who))
	}
	require.Equal(t, book.Locked(tm), sum)
	require.Equal(t, types.OneToken().MulRaw(400), sum)
	require.Len(t, book.Beneficiaries(tm), 3, "the treasury is a contributor too and counts once")
	require.True(t, book.Allotment(tm, "stranger").IsZero())
}

// TestTranches: exits shrink all later tranches alike, the last takes the rest, each waits for its window.
func TestTranches(t *testing.T) {
	tm := terms(1_000)
	tm.Tranches = []types.Tranche{
		{ReleaseTime: start.Add(6 * time.Hour), Bps: 2_000}, {ReleaseTime: start.Add(7 * time.Hour), Bps: 3_000}, {ReleaseTime: start.Add(30 * time.Hour), Bps: 5_000},
	}
	o := types.NewOffering(tm, "", "")
	o.Sold, o.Proceeds, o.Deposited = types.OneToken().MulRaw(10), math.NewInt(10_001), math.NewInt(10_001)
	o = book.Settle(tm, o, start.Add(6*time.Hour), 1) // late: a full window after the settlement
	require.Equal(t, start.Add(7*time.Hour), book.NotBefore(tm, o, 0))
	_, err := book.ReleaseNext(tm, o, start.Add(7*time.Hour-1))
	require.ErrorIs(t, err, types.ErrTrancheNotDue)
	r, err := book.ReleaseNext(tm, o, start.Add(7*time.Hour))
	require.NoError(t, err)
	require.Equal(t, math.NewInt(2_000), r.Protocol.Add(r.Contributors), "20 % of 10,001")
	require.Equal(t, math.NewInt(40), r.Protocol)
	o = r.Offering
	require.Nil(t, o.VestingStart)

	o.ClearingPrice = tm.Price
	outstanding := types.OneToken().MulRaw(10)
	half, err := book.Exit(tm, o, outstanding, types.OneToken().MulRaw(5))
	require.NoError(t, err)
	require.Equal(t, math.NewInt(4_000), half, "half of 8,001, rounded down")
	o.Exited = half
	_, err = book.ReleaseNext(tm, o, start.Add(8*time.Hour-1))
	require.ErrorIs(t, err, types.ErrTrancheNotDue, "announced at the release before, due a window later")
	r, err = book.ReleaseNext(tm, o, start.Add(8*time.Hour))
	require.NoError(t, err)
	require.Equal(t, math.NewInt(1_500), r.Protocol.Add(r.Contributors), "3/8 of 4,001")
	r, err = book.ReleaseNext(tm, r.Offering, start.Add(30*time.Hour))
	require.NoError(t, err)
	require.Equal(t, math.NewInt(2_501), r.Protocol.Add(r.Contributors), "the rest")
	require.True(t, book.Unreleased(r.Offering).IsZero())
	require.Equal(t, start.Add(30*time.Hour), *r.Offering.VestingStart)
	_, err = book.ReleaseNext(tm, r.Offering, start.Add(300*time.Hour))
	require.ErrorIs(t, err, types.ErrTrancheNotDue)
	_, err = book.Exit(tm, r.Offering, outstanding, types.OneToken())
	require.ErrorIs(t, err, types.ErrNothingToExit)
}

// TestExitOrder: whoever exits first or last, nobody gets more than the clearing price, and all together no more than
// the proceeds.
func TestExitOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tm := terms(rapid.Int64Range(1, 1<<40).Draw(r, "price"))
		o := types.NewOffering(tm, "", "")
		var holdings []math.Int
		for range rapid.IntRange(1, 12).Draw(r, "buyers") {
			p, err := book.Place(tm, o, types.NewAllocation(1, "x"), order("x", tm.MinBid.Amount.Int64()+rapid.Int64Range(0, 1<<40).Draw(r, "amount"), tm))
			if err != nil {
				break
			}
			o = p.Offering
			holdings = append(holdings, p.Bid.Tokens)
		}
		o = book.Settle(tm, o, start, 1)
		o.ClearingPrice = tm.Price
		outstanding := o.Sold
		for _, h := range holdings {
			for _, part := range []math.Int{h.QuoRaw(3), h.Sub(h.QuoRaw(3))} {
				payout, err := book.Exit(tm, o, outstanding, part)
				if err != nil {
					require.ErrorIs(r, err, types.ErrInvalidCoin)
					continue
				}
				require.False(r, payout.GT(types.ValueRoundedDown(part, tm.Price)))
				o.Exited = o.Exited.Add(payout)
				outstanding = outstanding.Sub(part)
			}
		}
		require.False(r, book.Unreleased(o).IsNegative())
	})
}
