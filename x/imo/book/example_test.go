package book_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

func coins(n int64) math.Int { return math.NewIntWithDecimal(n, 18) }

// olm are the terms of ORA's sale of the OLM token: 1,000,000,000 tokens, half of them for 150 coins, the rest
// 30/10/10 to contributors, liquidity and treasury.
func olm(kind types.OfferingKind) types.Terms {
	t := terms(1)
	t.Kind, t.TotalSupply.Amount = kind, coins(1_000_000_000)
	t.SaleBps, t.ContributorsBps, t.LiquidityBps, t.TreasuryBps = 5_000, 3_000, 1_000, 1_000
	t.Price = coins(150).Mul(types.OneToken()).Quo(coins(500_000_000))
	t.HardCap, t.OwnerCap.Amount, t.MinBid.Amount = t.Payment(coins(150)), coins(150), math.NewIntWithDecimal(1, 15)
	return t
}

// TestOLM: the figures of ORA's sale.
func TestOLM(t *testing.T) {
	tm := olm(types.OFFERING_KIND_FIXED)
	require.Equal(t, "300000000000", tm.Price.String(), "0.0000003 coins a token")
	require.Equal(t, coins(500_000_000).String(), tm.ForSale().String())
	require.Equal(t, coins(150).String(), types.CostRoundedUp(tm.ForSale(), tm.Price).String())
	for name, tc := range map[string]struct {
		bps    uint32
		tokens int64
	}{"contributors": {tm.ContributorsBps, 300_000_000}, "liquidity": {tm.LiquidityBps, 100_000_000}, "treasury": {tm.TreasuryBps, 100_000_000}} {
		require.Equal(t, coins(tc.tokens).String(), tm.Part(tc.bps).String(), name)
	}

	o := types.NewOffering(tm, "", "")
	p, err := book.Place(tm, o, types.NewAllocation(1, "x"), book.Order{Bidder: "x", Owner: "x", Amount: tm.Payment(coins(3)), MaxPrice: tm.Price, Cap: coins(150)})
	require.NoError(t, err)
	require.Equal(t, coins(10_000_000).String(), p.Bid.Tokens.String(), "3 coins buy 10 million tokens")
	require.Equal(t, coins(3).String(), p.Bid.Cost.String())
	p, err = book.Place(tm, p.Offering, types.NewAllocation(1, "y"), book.Order{Bidder: "y", Owner: "y", Amount: tm.Payment(coins(150)), MaxPrice: tm.Price, Cap: coins(150)})
	require.NoError(t, err)
	require.Equal(t, coins(147).String(), p.Bid.Cost.String(), "the last bid gets what is left, the rest goes back")
	require.True(t, book.SoldOut(tm, p.Offering))
}

// TestORA2025: accepted = target / raised x deposit. With 450 coins raised for 150, each gets a third of the deposit
// taken and two thirds back.
func TestORA2025(t *testing.T) {
	s := newSale(olm(types.OFFERING_KIND_PRO_RATA))
	for _, deposit := range []int64{9, 90, 30, 150, 150, 21} {
		require.NoError(t, s.place(coins(deposit), s.t.Price))
	}
	f := s.filling()
	require.Equal(t, coins(150).String(), f.Proceeds.String())
	require.Equal(t, coins(500_000_000).String(), f.Sold.String())
	w := types.Walk{Above: math.ZeroInt(), At: math.ZeroInt()}
	for i, want := range []struct{ cost, tokens int64 }{{3, 10_000_000}, {30, 100_000_000}, {10, 0}, {50, 0}, {50, 0}, {7, 0}} {
		var b types.Bid
		w, b = f.Fill(w, s.bids[i])
		require.Equal(t, coins(want.cost).String(), b.Cost.String(), "150 / 450 x %s", b.Amount)
		share := coins(want.cost).MulRaw(10_000_000).QuoRaw(3)
		require.True(t, b.Tokens.Sub(share).Abs().LTE(math.OneInt()), "%s of %s", b.Tokens, share)
		if want.tokens > 0 {
			require.Equal(t, coins(want.tokens).String(), b.Tokens.String())
		}
	}

	under := newSale(s.t)
	require.NoError(t, under.place(coins(75), s.t.Price))
	f = under.filling()
	require.Equal(t, coins(75).String(), f.Proceeds.String(), "below the target every deposit is taken whole, at the same price")
	require.Equal(t, coins(250_000_000).String(), f.Sold.String())
}
