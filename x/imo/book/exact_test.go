package book_test

import (
	"math/big"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// exact clears a book of ticks by the text of the rule, with fractions: the price, and each bid's tokens and cost.
type exact struct {
	price        *big.Rat
	tokens, cost []*big.Rat
	full         bool
}

func (s *sale) exact() exact {
	supply := new(big.Rat).SetFrac(s.t.ForSale().BigInt(), types.OneToken().BigInt())
	prices := ladder(s.t)
	on := map[uint32]*big.Rat{} // deposits by tick
	for _, b := range s.bids {
		if on[b.Tick] == nil {
			on[b.Tick] = new(big.Rat)
		}
		on[b.Tick].Add(on[b.Tick], new(big.Rat).SetInt(b.Amount.Amount.BigInt()))
	}
	e := exact{price: prices[0]}
	part := big.NewRat(1, 1)
	margin := uint32(0)
	above := new(big.Rat)
	// The highest tick of the whole ladder at which the deposits on it and above pay for everything.
	for n := uint32(len(prices)); n > 0; n-- {
		at, some := on[n]
		if !some {
			at = new(big.Rat)
		}
		worth := new(big.Rat).Mul(supply, prices[n-1])
		if upTo := new(big.Rat).Add(above, at); upTo.Cmp(worth) < 0 {
			above = upTo
			continue
		}
		e.full, margin = true, n
		if above.Cmp(worth) > 0 {
			e.price, part = new(big.Rat).Quo(above, supply), new(big.Rat)
		} else {
			e.price = prices[n-1]
			if at.Sign() > 0 {
				part = new(big.Rat).Quo(new(big.Rat).Sub(worth, above), at)
			}
		}
		break
	}
	one := new(big.Rat).SetInt(types.OneToken().BigInt())
	for _, b := range s.bids {
		cost := new(big.Rat)
		switch {
		case b.Tick > margin:
			cost.SetInt(b.Amount.Amount.BigInt())
		case b.Tick == margin:
			cost.Mul(new(big.Rat).SetInt(b.Amount.Amount.BigInt()), part)
		}
		e.cost = append(e.cost, cost)
		e.tokens = append(e.tokens, new(big.Rat).Mul(new(big.Rat).Quo(cost, e.price), one))
	}
	return e
}

// ladder lists the prices by the text of the rule.
func ladder(t types.Terms) []*big.Rat {
	var out []*big.Rat
	top := t.TopPrice()
	for p := t.Price; ; p = math.MinInt(top, math.MaxInt(p.AddRaw(1), p.MulRaw(10_000+int64(t.TickBps)).QuoRaw(10_000))) {
		out = append(out, new(big.Rat).SetInt(p.BigInt()))
		if p.Equal(top) {
			return out
		}
	}
}

// check clears the book in one go and in random pieces, compares both with the exact result, and gives the owners what
// their bids bought.
func (s *sale) check(r *rapid.T) {
	f := s.filling()
	m := book.Margin(s.t, s.ticks.ticks)
	require.Equal(r, m.Tick, s.o.Margin.Tick, "the margin kept is the margin of the ticks")
	equal(r, m.Above, s.o.Margin.Above)
	want := s.exact()
	filled := s.walk(r, f, len(s.bids)+1)
	again := s.walk(r, f, rapid.IntRange(1, 7).Draw(r, "bids a call"))
	sold, paid, refunds, deposits := math.ZeroInt(), math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	for i, b := range filled {
		equal(r, b.Tokens, again[i].Tokens, "an interrupted walk gives the same tokens")
		equal(r, b.Cost, again[i].Cost)
		within(r, want.tokens[i], b.Tokens, "tokens")
		within(r, want.cost[i], b.Cost, "cost")
		require.False(r, b.Cost.GT(b.Amount.Amount), "nobody pays more than the deposit")
		sold, paid, deposits = sold.Add(b.Tokens), paid.Add(b.Cost), deposits.Add(b.Amount.Amount)
		refunds = refunds.Add(b.Amount.Amount.Sub(b.Cost))
	}
	equal(r, f.Sold, sold, "what bids buy is what is sold")
	equal(r, f.Proceeds, paid, "what bids pay are the proceeds")
	equal(r, deposits, paid.Add(refunds), "every unit of the deposits is paid or refunded")
	equal(r, s.o.Deposited, deposits)
	require.False(r, paid.GT(s.t.HardCap.Amount), "the hard cap holds")
	if want.full {
		equal(r, s.t.ForSale(), sold, "everything is sold")
	} else {
		require.Equal(r, s.t.Price.String(), f.Price.String(), "the floor is reached")
	}
	up := new(big.Rat).SetInt(f.Price.BigInt())
	require.True(r, up.Cmp(want.price) >= 0 && up.Sub(up, want.price).Cmp(big.NewRat(1, 1)) < 0, "the price is rounded up")
	s.fill(filled)
}

// fill gives the owners what their bids bought, as the keeper does.
func (s *sale) fill(filled []types.Bid) {
	s.bids = filled
	for _, b := range filled {
		a := s.owners[b.Owner]
		a.Cost, a.Tokens = a.Cost.Add(b.Cost), a.Tokens.Add(b.Tokens)
		s.owners[b.Owner] = a
		s.o.Sold, s.o.Proceeds = s.o.Sold.Add(b.Tokens), s.o.Proceeds.Add(b.Cost)
	}
}

// checkFixed checks a book whose bids were filled as they came.
func (s *sale) checkFixed(r *rapid.T) {
	sold, paid, deposits := math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	for _, b := range s.bids {
		sold, paid, deposits = sold.Add(b.Tokens), paid.Add(b.Cost), deposits.Add(b.Amount.Amount)
		equal(r, types.CostRoundedUp(b.Tokens, s.t.Price), b.Cost, "everybody pays the price")
		require.False(r, b.Cost.GT(b.Amount.Amount), "nobody pays more than the deposit")
		require.True(r, b.Tokens.IsPositive())
	}
	equal(r, s.o.Sold, sold)
	equal(r, s.o.Proceeds, paid)
	equal(r, s.o.Deposited, deposits)
	require.False(r, sold.GT(s.t.ForSale()))
	require.False(r, paid.GT(s.t.HardCap.Amount.AddRaw(int64(len(s.bids)))))
}

// walk fills all bids, at most step in a call, carrying only the cursor from call to call.
func (s *sale) walk(r *rapid.T, f book.Filling, step int) []types.Bid {
	w, out := types.Walk{Above: math.ZeroInt(), At: math.ZeroInt()}, []types.Bid{}
	for i := 0; i < len(s.bids); {
		for range min(step, len(s.bids)-i) {
			var b types.Bid
			w, b = f.Fill(w, s.bids[i])
			require.True(r, f.Buys(b.Tick) || b.Cost.IsZero() && b.Tokens.IsZero(), "below the margin nothing is bought")
			out = append(out, b)
			i++
		}
		bz, err := w.Marshal()
		require.NoError(r, err)
		w = types.Walk{}
		require.NoError(r, w.Unmarshal(bz))
		f = s.filling()
	}
	return out
}

func within(r *rapid.T, want *big.Rat, got math.Int, what string) {
	d := new(big.Rat).Sub(want, new(big.Rat).SetInt(got.BigInt()))
	require.Less(r, d.Abs(d).Cmp(big.NewRat(1, 1)), 0, "%s: exact %s, got %s", what, want.FloatString(3), got)
}
