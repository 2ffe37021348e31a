package book_test

import (
	"maps"
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

var kinds = []types.OfferingKind{types.OFFERING_KIND_FIXED, types.OFFERING_KIND_PRO_RATA, types.OFFERING_KIND_BATCH}

// books is how many random books of a kind a test takes: hundreds where every change is tested, BOOKS=100000 before a
// release (make test-books-long).
func books(t *testing.T, few int) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("BOOKS")); err == nil && n > 0 {
		return n
	}
	return few
}

// bid places a random bid of one of three, for one of three, and compares what the book answers with the sums of the
// bids that stand.
func (s *sale) bid(r *rapid.T) {
	people := []string{"x", "y", "z"}
	least := s.t.MinBid.Amount
	// Around what a part of the sale costs, so that books are over and under; or anything at all.
	amount := amounts(r, "amount", least, math.MaxInt(least, math.MinInt(types.MaxAmount().QuoRaw(64), s.t.HardCap.Amount.AddRaw(1))))
	in := book.Order{
		Bidder: rapid.SampledFrom(people).Draw(r, "bidder"), Owner: rapid.SampledFrom(people).Draw(r, "owner"),
		Amount: s.t.Payment(amount), MaxPrice: s.t.Price, Cap: s.t.OwnerCap.Amount,
	}
	if top := s.t.TopPrice(); top.GT(s.t.Price) {
		in.MaxPrice = amounts(r, "max price", s.t.Price, math.MinInt(types.MaxAmount(), top.MulRaw(2)))
	}
	if rapid.IntRange(0, 9).Draw(r, "allow list") == 0 { // whose leaf allows less
		in.Cap = math.MinInt(in.Cap, amount.MulRaw(2))
	}
	class, left := amount, s.t.ForSale()
	for _, b := range s.bids {
		left = left.Sub(b.Tokens)
		if b.Owner == in.Owner && (b.Bidder == b.Owner) == (in.Bidder == in.Owner) {
			class = class.Add(b.Amount.Amount)
		}
	}
	before := s.o
	switch err := s.order(in); {
	case class.GT(in.Cap):
		require.ErrorIs(r, err, types.ErrOwnerCap, "own bids and those of others count apart, each up to the cap")
		require.Equal(r, before, s.o)
	case book.FilledAtOnce(s.t) && !left.IsPositive():
		require.ErrorIs(r, err, types.ErrSoldOut)
		require.Equal(r, before, s.o)
	default:
		require.NoError(r, err)
		if book.FilledAtOnce(s.t) {
			buys := new(big.Int).Mul(amount.BigInt(), types.OneToken().BigInt())
			buys.Quo(buys, s.t.Price.BigInt())
			equal(r, math.MinInt(left, math.NewIntFromBigInt(buys)), s.bids[len(s.bids)-1].Tokens, "first come, first served")
		}
	}
}

// TestRandomBooks: random sales of one to four rounds that share up to 50 bids, with cancels in between, against the rule
// computed with fractions; then everybody claims.
func TestRandomBooks(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			seen := map[string]int{}
			run := func(r *rapid.T) {
				all := rounds(r, kind)
				for range rapid.IntRange(0, 50).Draw(r, "bids") {
					s := all[0]
					if len(all) > 1 {
						s = rapid.SampledFrom(all).Draw(r, "round")
					}
					s.bid(r)
					if len(s.bids) > 0 && rapid.IntRange(0, 5).Draw(r, "cancel") == 0 {
						s.cancel(rapid.IntRange(0, len(s.bids)-1).Draw(r, "which"))
					}
				}
				seen[all[0].outcome()]++
				if len(all) > 1 {
					seen["with lots"]++
				}
				clearings := make([]book.Clearing, len(all))
				for i, s := range all {
					clearings[i] = s.clearing()
					if book.FilledAtOnce(s.t) {
						s.checkFixed(r)
					} else {
						s.check(r)
					}
				}
				seen[decide(r, all, clearings)]++
			}
			for range (books(t, 600) + 99) / 100 {
				rapid.Check(t, run)
			}
			t.Log(seen)
			expected := []string{"undersold", "sold out", "with lots", "succeeded", "failed"}
			if kind == types.OFFERING_KIND_BATCH {
				expected = append(expected, "between ticks")
			}
			for _, outcome := range expected {
				require.Positive(t, seen[outcome], "the books never came out %s", outcome)
			}
		})
	}
}

// outcome names how a round comes out.
func (s *sale) outcome() string {
	switch c := s.clearing(); {
	case len(s.bids) == 0:
		return "empty"
	case c.Remaining.IsPositive():
		return "undersold"
	case !book.FilledAtOnce(s.t) && s.o.Margin.Tick > 0 && c.Proceeds.Equal(s.o.Margin.Above):
		return "between ticks"
	default:
		return "sold out"
	}
}

// decide ends a sale as the keeper does and lets all owners of all rounds claim, in a random order: each gets what its
// bids say, whoever came before, and what stays are the proceeds to the unit.
func decide(r *rapid.T, all []*sale, clearings []book.Clearing) string {
	public := all[0]
	sold, paid, minted := math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
	for i, s := range all {
		equal(r, s.o.Sold, clearings[i].Sold, "what the end said is what bids got")
		equal(r, s.o.Proceeds, clearings[i].Proceeds)
		sold, paid = sold.Add(s.o.Sold), paid.Add(s.o.Proceeds)
	}
	succeeds := book.Succeeds(public.t, clearings...)
	require.Equal(r, sold.IsPositive() && paid.GTE(public.t.SoftCap.Amount), succeeds, "one soft cap over what all rounds accept")
	for _, s := range all {
		if s.o = book.Fail(s.o, start); succeeds {
			s.o = book.Settle(s.t, s.o, start, 1)
			minted = minted.Add(s.o.Minted)
		}
		s.claim(r, succeeds)
	}
	if !succeeds {
		return "failed"
	}
	equal(r, sold.Add(book.Locked(public.t)), minted, "what is not sold is never minted")
	return "succeeded"
}

func (s *sale) claim(r *rapid.T, succeeds bool) {
	names := rapid.Permutation(slices.Sorted(maps.Keys(s.owners))).Draw(r, "claims")
	for _, name := range names {
		refund, tokens := math.ZeroInt(), math.ZeroInt()
		for _, b := range s.bids {
			if b.Owner != name {
				continue
			}
			refund = refund.Add(b.Amount.Amount)
			if succeeds {
				refund, tokens = refund.Sub(b.Cost), tokens.Add(b.Tokens)
			}
		}
		a := s.owners[name]
		equal(r, refund, book.Refundable(s.t, s.o, a))
		equal(r, tokens, book.Uncollected(s.o, a))
		a.Refunded, a.Collected = a.Refunded.Add(refund), a.Collected.Add(tokens)
		s.o.Refunded = s.o.Refunded.Add(refund)
		require.True(r, book.Refundable(s.t, s.o, a).IsZero(), "once")
		require.True(r, book.Uncollected(s.o, a).IsZero())
	}
	stays := math.ZeroInt()
	if succeeds {
		stays = s.o.Proceeds
	}
	equal(r, stays, book.Owed(s.o), "the escrow holds what is owed, to the unit")
}

// TestLargeBooks: books of 10^4 bids of as many owners; 200 of each kind with BOOKS=100000.
func TestLargeBooks(t *testing.T) {
	if testing.Short() {
		t.Skip("a book of 10^4 bids takes a second; -short leaves it out")
	}
	for _, kind := range kinds {
		t.Run(kind.String(), func(t *testing.T) {
			for left := max(1, books(t, 0)/500); left > 0; {
				rapid.Check(t, func(r *rapid.T) {
					if left == 0 { // a check runs its function as often as -rapid.checks says
						return
					}
					left--
					s := rounds(r, kind)[0]
					s.t.OwnerCap = s.t.Payment(types.MaxAmount())
					s.fillUp(10_000, rapid.Int64().Draw(r, "seed"))
					s.checkSums(r)
				})
			}
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
	spread := math.MinInt(s.t.TopPrice(), types.MaxAmount()).Sub(s.t.Price)
	share := math.MinInt(s.t.HardCap.Amount.MulRaw(4), types.MaxAmount().QuoRaw(2)).QuoRaw(int64(n))
	for range n {
		err := s.place(s.t.MinBid.Amount.Add(draw(share)), s.t.Price.Add(draw(math.MaxInt(math.ZeroInt(), spread).AddRaw(1))))
		if book.SoldOut(s.t, s.o) {
			return
		}
		if err != nil {
			panic(err)
		}
	}
}

// checkSums checks what needs no fractions.
func (s *sale) checkSums(r *rapid.T) {
	if book.FilledAtOnce(s.t) {
		s.checkFixed(r)
		return
	}
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
	m := book.Margin(s.t, s.ticks.ticks)
	require.Equal(r, m.Tick, s.o.Margin.Tick)
}

// TestHardCapIsTheTopTick: with deposits above the cap at the top tick, the cap is what is accepted, to the unit, and
// every bid pays in proportion.
func TestHardCapIsTheTopTick(t *testing.T) {
	tm := terms(1_000)
	tm.Kind, tm.TickBps, tm.OwnerCap = types.OFFERING_KIND_BATCH, 100, sdk.NewInt64Coin("aimo", 1<<60)
	tm.HardCap = sdk.NewInt64Coin("aimo", 6_000_000)
	s := newSale(tm)
	require.Equal(t, math.NewInt(10_000), s.t.TopPrice())
	for range 3 {
		require.NoError(t, s.place(math.NewInt(4_000_000), math.NewInt(1<<40)))
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
