package book_test

import (
	"math/big"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// memory is a book's ticks in memory.
type memory map[uint32]types.BookTick

func (m memory) At(n uint32) (types.BookTick, bool, error) { t, ok := m[n]; return t, ok, nil }

func (m memory) Above(n uint32) (types.BookTick, bool, error) {
	for _, t := range m.sorted() {
		if t.Number > n {
			return t, true, nil
		}
	}
	return types.BookTick{}, false, nil
}

func (m memory) Below(n uint32) (types.BookTick, bool, error) {
	for _, t := range slices.Backward(m.sorted()) {
		if t.Number < n {
			return t, true, nil
		}
	}
	return types.BookTick{}, false, nil
}

func (m memory) sorted() []types.BookTick {
	out := make([]types.BookTick, 0, len(m))
	for _, t := range m {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b types.BookTick) int { return int(a.Number) - int(b.Number) })
	return out
}

func (m memory) change(number uint32, price, by math.Int, bids int64) {
	t, ok := m[number]
	if !ok {
		t = types.BookTick{Number: number, Price: price, Deposited: math.ZeroInt()}
	}
	t.Deposited = t.Deposited.Add(by)
	t.Bids += uint64(bids)
	if m[number] = t; t.Bids == 0 {
		delete(m, number)
	}
}

// sale is a random sale of one kind whose book takes random bids and cancels.
type sale struct {
	t     types.Terms
	o     types.Offering
	ticks memory
	bids  []types.Bid
}

// amounts reach from one unit to 2^120 in every order of magnitude.
func amounts(r *rapid.T, name string, low, high math.Int) math.Int {
	bits := rapid.IntRange(low.BigInt().BitLen(), high.BigInt().BitLen()).Draw(r, name+" bits")
	raw := rapid.SliceOfN(rapid.Byte(), (bits+7)/8, (bits+7)/8).Draw(r, name)
	v := new(big.Int).SetBytes(raw)
	v.SetBit(v, max(bits-1, 0), 1)
	v.And(v, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(max(bits, 1))), big.NewInt(1)))
	return math.MaxInt(low, math.MinInt(high, math.NewIntFromBigInt(v)))
}

func newSale(r *rapid.T, kind types.OfferingKind) *sale {
	t := terms(1)
	t.Kind = kind
	t.TotalSupply.Amount = amounts(r, "supply", types.OneToken(), types.MaxAmount().QuoRaw(10_000)).QuoRaw(10_000).MulRaw(10_000)
	t.SaleBps = rapid.Uint32Range(1, 10_000).Draw(r, "sale bps")
	t.TreasuryBps, t.ContributorsBps = 10_000-t.SaleBps, 0
	// A price at which everything brings at most 2^119.
	highest := types.MaxAmount().QuoRaw(2).Mul(types.OneToken()).Quo(t.ForSale())
	t.Price = amounts(r, "price", math.OneInt(), math.MaxInt(math.OneInt(), math.MinInt(highest, types.MaxAmount())))
	floor := types.CostRoundedUp(t.ForSale(), t.Price)
	t.HardCap = t.Payment(floor)
	if kind == types.OFFERING_KIND_BATCH {
		t.HardCap = t.Payment(math.MinInt(types.MaxAmount(), floor.MulRaw(rapid.Int64Range(1, 1_000).Draw(r, "cap over floor"))))
		t.TickBps = rapid.Uint32Range(200, 10_000).Draw(r, "tick bps")
	}
	t.MinBid = t.Payment(math.MinInt(types.MaxAmount().QuoRaw(2), types.CostRoundedUp(math.NewInt(types.MinBidTokens), t.Price)))
	t.OwnerCap, t.SoftCap = t.Payment(types.MaxAmount()), t.Payment(math.OneInt())
	return &sale{t: t, o: types.NewOffering(t, "", ""), ticks: memory{}}
}

func (s *sale) bid(r *rapid.T) {
	// Around what a part of the sale costs, so that books are over and under; or anything at all.
	high := math.MinInt(types.MaxAmount().QuoRaw(64), s.t.HardCap.Amount.AddRaw(1))
	amount := amounts(r, "amount", s.t.MinBid.Amount, math.MaxInt(s.t.MinBid.Amount, high))
	limit := s.t.Price
	if top := s.t.TopPrice(); top.GT(limit) {
		limit = amounts(r, "max price", limit, top.MulRaw(2))
	}
	s.place(amount, limit)
}

func (s *sale) place(amount, limit math.Int) {
	a := types.NewAllocation(1, "x")
	p, err := book.Place(s.t, s.o, a, book.Order{Bidder: "x", Owner: "x", Amount: s.t.Payment(amount), MaxPrice: limit, Cap: s.t.OwnerCap.Amount})
	if err != nil {
		return
	}
	s.o = p.Offering
	s.bids = append(s.bids, p.Bid)
	if book.FilledAtOnce(s.t) {
		return
	}
	s.ticks.change(p.Bid.Tick, p.Price, amount, 1)
	s.move(p.Bid.Tick, amount)
}

func (s *sale) cancel(i int) {
	b := s.bids[i]
	a := types.NewAllocation(1, "x")
	a.Deposited, a.Cost, a.Tokens = b.Amount.Amount, b.Cost, b.Tokens
	s.o = book.Cancel(s.o, a, b).Offering
	s.bids = slices.Delete(s.bids, i, i+1)
	if book.FilledAtOnce(s.t) {
		return
	}
	s.ticks.change(b.Tick, math.ZeroInt(), b.Amount.Amount.Neg(), -1)
	s.move(b.Tick, b.Amount.Amount.Neg())
}

func (s *sale) move(tick uint32, by math.Int) {
	m, err := book.MoveMargin(s.t, s.o.Margin, s.ticks, tick, by)
	if err != nil {
		panic(err)
	}
	s.o.Margin = m
}

func (s *sale) filling() book.Filling {
	at := s.ticks[s.o.Margin.Tick]
	if at.Bids == 0 {
		return book.NewFilling(s.t, s.o.Margin, math.ZeroInt(), math.ZeroInt())
	}
	return book.NewFilling(s.t, s.o.Margin, at.Deposited, at.Price)
}

// exact clears a book of ticks by the text of the rule, with fractions: the price, and each bid's tokens and cost.
type exact struct {
	price        *big.Rat
	tokens, cost []*big.Rat
	full         bool
}

func (s *sale) exact() exact {
	supply := new(big.Rat).SetFrac(s.t.ForSale().BigInt(), types.OneToken().BigInt())
	prices := ladder(s.t)
	over := func(tick int, orAt bool) *big.Rat {
		sum := new(big.Rat)
		for _, b := range s.bids {
			if int(b.Tick) > tick+1 || orAt && int(b.Tick) == tick+1 {
				sum.Add(sum, new(big.Rat).SetInt(b.Amount.Amount.BigInt()))
			}
		}
		return sum
	}
	e := exact{price: prices[0]}
	part := big.NewRat(1, 1)
	margin := -1
	// The highest tick of the whole ladder at which the deposits on it and above pay for everything.
	for i := len(prices) - 1; i >= 0; i-- {
		worth := new(big.Rat).Mul(supply, prices[i])
		if over(i, true).Cmp(worth) < 0 {
			continue
		}
		e.full, margin = true, i
		above := over(i, false)
		if above.Cmp(worth) > 0 {
			e.price, part = new(big.Rat).Quo(above, supply), new(big.Rat)
		} else {
			e.price = prices[i]
			if at := new(big.Rat).Sub(over(i, true), above); at.Sign() > 0 {
				part = new(big.Rat).Quo(new(big.Rat).Sub(worth, above), at)
			}
		}
		break
	}
	one := new(big.Rat).SetInt(types.OneToken().BigInt())
	for _, b := range s.bids {
		cost := new(big.Rat)
		switch {
		case int(b.Tick) > margin+1:
			cost.SetInt(b.Amount.Amount.BigInt())
		case int(b.Tick) == margin+1:
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

// check clears the book in one go and in random pieces, and compares both with the exact result.
func (s *sale) check(r *rapid.T) {
	f := s.filling()
	var ticks []types.BookTick
	if !book.FilledAtOnce(s.t) {
		ticks = s.ticks.sorted()
		m := book.Margin(s.t, ticks)
		require.Equal(r, m.Tick, s.o.Margin.Tick, "the margin kept is the margin of the ticks")
		equal(r, m.Above, s.o.Margin.Above)
	}
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

// books is how many random books a test takes: thousands in all where every change is tested, BOOKS=100000 before a
// release (make test-books-long).
func books(t *testing.T, few int) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("BOOKS")); err == nil && n > 0 {
		return n
	}
	return few
}

// TestRandomBooks: random books of up to 50 bids with cancels in between, against the rule computed with fractions.
func TestRandomBooks(t *testing.T) {
	for _, kind := range []types.OfferingKind{types.OFFERING_KIND_PRO_RATA, types.OFFERING_KIND_BATCH} {
		t.Run(kind.String(), func(t *testing.T) {
			seen := map[string]int{}
			run := func(r *rapid.T) {
				s := newSale(r, kind)
				for range rapid.IntRange(0, 50).Draw(r, "bids") {
					s.bid(r)
					if len(s.bids) > 0 && rapid.IntRange(0, 5).Draw(r, "cancel") == 0 {
						s.cancel(rapid.IntRange(0, len(s.bids)-1).Draw(r, "which"))
					}
				}
				s.check(r)
				switch f := s.filling(); {
				case len(s.bids) == 0:
					seen["empty"]++
				case f.Sold.LT(s.t.ForSale()):
					seen["undersold"]++
				case s.o.Margin.Tick > 0 && f.Proceeds.GT(s.o.Margin.Above):
					seen["at a tick"]++
				default:
					seen["between ticks"]++
				}
			}
			checks := books(t, 600)
			for range (checks + 99) / 100 {
				rapid.Check(t, run)
			}
			t.Log(seen)
			for _, outcome := range []string{"undersold", "at a tick"} {
				require.Positive(t, seen[outcome], "the books never came out %s", outcome)
			}
			require.True(t, kind != types.OFFERING_KIND_BATCH || seen["between ticks"] > 0)
		})
	}
}

// TestLargeBooks: books of 10^4 bids.
func TestLargeBooks(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	for _, kind := range []types.OfferingKind{types.OFFERING_KIND_PRO_RATA, types.OFFERING_KIND_BATCH} {
		many := os.Getenv("BOOKS") != ""
		left := 2
		if many {
			left = 100
		}
		rapid.Check(t, func(r *rapid.T) {
			if left == 0 {
				return
			}
			left--
			s := newSale(r, kind)
			s.fillUp(10_000, rapid.Int64().Draw(r, "seed"))
			s.checkSums(r)
		})
	}
}

// fillUp takes n bids whose amounts and limits come from a counter, which is fast.
func (s *sale) fillUp(n int, seed int64) {
	state := uint64(seed)
	draw := func(high math.Int) math.Int {
		state = state*6364136223846793005 + 1442695040888963407
		v := new(big.Int).SetUint64(state >> 1)
		return math.NewIntFromBigInt(v.Mul(v, high.BigInt()).Rsh(v, 63))
	}
	top := s.t.TopPrice()
	share := s.t.HardCap.Amount.MulRaw(4).QuoRaw(int64(n))
	for range n {
		s.place(s.t.MinBid.Amount.Add(draw(share)), s.t.Price.Add(draw(top.Sub(s.t.Price).AddRaw(1))))
	}
}

// checkSums checks what needs no fractions.
func (s *sale) checkSums(r *rapid.T) {
	f := s.filling()
	sold, paid := math.ZeroInt(), math.ZeroInt()
	for _, b := range s.walk(r, f, 977) {
		sold, paid = sold.Add(b.Tokens), paid.Add(b.Cost)
		require.False(r, b.Cost.GT(b.Amount.Amount))
		// within one unit: tokens x price = cost up to one unit of each
		value := new(big.Int).Mul(b.Tokens.BigInt(), f.Price.BigInt())
		cost := new(big.Int).Mul(b.Cost.AddRaw(1).BigInt(), types.OneToken().BigInt())
		slack := new(big.Int).Add(f.Price.BigInt(), b.Tokens.BigInt())
		require.True(r, value.Cmp(cost.Add(cost, slack)) <= 0, "nobody gets more than a unit for nothing")
	}
	equal(r, f.Sold, sold)
	equal(r, f.Proceeds, paid)
	m := book.Margin(s.t, s.ticks.sorted())
	require.Equal(r, m.Tick, s.o.Margin.Tick)
}

// TestFixedBooks: first come, first served. What the last bid leaves is refunded, and everything adds up.
func TestFixedBooks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := newSale(r, types.OFFERING_KIND_FIXED)
		for range rapid.IntRange(0, 50).Draw(r, "bids") {
			s.bid(r)
			if len(s.bids) > 0 && rapid.IntRange(0, 5).Draw(r, "cancel") == 0 {
				s.cancel(rapid.IntRange(0, len(s.bids)-1).Draw(r, "which"))
			}
		}
		sold, paid, deposits := math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
		for _, b := range s.bids {
			sold, paid, deposits = sold.Add(b.Tokens), paid.Add(b.Cost), deposits.Add(b.Amount.Amount)
			worth := types.CostRoundedUp(b.Tokens, s.t.Price)
			equal(r, worth, b.Cost, "everybody pays the price")
		}
		equal(r, s.o.Sold, sold)
		equal(r, s.o.Proceeds, paid)
		equal(r, s.o.Deposited, deposits)
		require.False(r, sold.GT(s.t.ForSale()))
		require.False(r, paid.GT(s.t.HardCap.Amount.AddRaw(int64(len(s.bids)))))
	})
}

// TestHardCapIsTheTopTick: with deposits above the cap at the top tick, the cap is what is accepted, to the unit, and
// every bid pays in proportion.
func TestHardCapIsTheTopTick(t *testing.T) {
	s := &sale{t: terms(1_000), ticks: memory{}}
	s.t.Kind, s.t.TickBps, s.t.OwnerCap = types.OFFERING_KIND_BATCH, 100, sdk.NewInt64Coin("aimo", 1<<60)
	s.t.HardCap = sdk.NewInt64Coin("aimo", 6_000_000)
	s.o = types.NewOffering(s.t, "", "")
	require.Equal(t, math.NewInt(10_000), s.t.TopPrice())
	for range 3 {
		s.place(math.NewInt(4_000_000), math.NewInt(1<<40))
	}
	f := s.filling()
	require.Equal(t, "6000000", f.Proceeds.String())
	require.Equal(t, "10000", f.Price.String())
	rapid.Check(t, func(r *rapid.T) {
		for _, b := range s.walk(r, f, 1) {
			equal(r, math.NewInt(2_000_000), b.Cost)
			equal(r, types.OneToken().MulRaw(200), b.Tokens)
		}
	})
}
