package book_test

import (
	"fmt"
	"math/big"
	"slices"

	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// memory is a book's ticks in memory, ascending.
type memory struct{ ticks []types.BookTick }

// find is where a tick is, or would be.
func (m *memory) find(n uint32) (int, bool) {
	return slices.BinarySearchFunc(m.ticks, n, func(t types.BookTick, n uint32) int { return int(t.Number) - int(n) })
}

func (m *memory) tick(i int) (types.BookTick, bool, error) {
	if i < 0 || i >= len(m.ticks) {
		return types.BookTick{}, false, nil
	}
	return m.ticks[i], true, nil
}

// At implements book.Ticks.
func (m *memory) At(n uint32) (types.BookTick, bool, error) {
	i, ok := m.find(n)
	if !ok {
		return types.BookTick{}, false, nil
	}
	return m.tick(i)
}

// Above implements book.Ticks.
func (m *memory) Above(n uint32) (types.BookTick, bool, error) {
	i, ok := m.find(n)
	if ok {
		i++
	}
	return m.tick(i)
}

// Below implements book.Ticks.
func (m *memory) Below(n uint32) (types.BookTick, bool, error) {
	i, _ := m.find(n)
	return m.tick(i - 1)
}

func (m *memory) change(number uint32, price, by math.Int, bids int64) {
	i, ok := m.find(number)
	if !ok {
		m.ticks = slices.Insert(m.ticks, i, types.BookTick{Number: number, Price: price, Deposited: math.ZeroInt()})
	}
	t := &m.ticks[i]
	t.Deposited = t.Deposited.Add(by)
	if t.Bids += uint64(bids); t.Bids == 0 {
		m.ticks = slices.Delete(m.ticks, i, i+1)
	}
}

// sale is one round of a sale, whose book takes bids and cancels.
type sale struct {
	t      types.Terms
	o      types.Offering
	ticks  memory
	bids   []types.Bid
	owners map[string]types.Allocation
}

func newSale(t types.Terms) *sale {
	return &sale{t: t, o: types.NewOffering(t, "", ""), owners: map[string]types.Allocation{}}
}

// owner is what an owner has in the round.
func (s *sale) owner(name string) types.Allocation {
	if a, ok := s.owners[name]; ok {
		return a
	}
	return types.NewAllocation(s.o.Id, name)
}

// order puts an order into the book.
func (s *sale) order(in book.Order) error {
	p, err := book.Place(s.t, s.o, s.owner(in.Owner), in)
	if err != nil {
		return err
	}
	s.o, s.owners[in.Owner] = p.Offering, p.Allocation
	s.bids = append(s.bids, p.Bid)
	if !book.FilledAtOnce(s.t) {
		s.ticks.change(p.Bid.Tick, p.Price, in.Amount.Amount, 1)
		s.move(p.Bid.Tick, in.Amount.Amount)
	}
	return nil
}

// place bids for an owner of its own.
func (s *sale) place(amount, limit math.Int) error {
	who := fmt.Sprint("owner ", s.o.BidCount)
	return s.order(book.Order{Bidder: who, Owner: who, Amount: s.t.Payment(amount), MaxPrice: limit, Cap: s.t.OwnerCap.Amount})
}

func (s *sale) cancel(i int) {
	b := s.bids[i]
	c := book.Cancel(s.o, s.owner(b.Owner), b)
	s.o, s.owners[b.Owner] = c.Offering, c.Allocation
	s.bids = slices.Delete(s.bids, i, i+1)
	if !book.FilledAtOnce(s.t) {
		s.ticks.change(b.Tick, math.ZeroInt(), b.Amount.Amount.Neg(), -1)
		s.move(b.Tick, b.Amount.Amount.Neg())
	}
}

func (s *sale) move(tick uint32, by math.Int) {
	m, err := book.MoveMargin(s.t, s.o.Margin, &s.ticks, tick, by)
	if err != nil {
		panic(err)
	}
	s.o.Margin = m
}

// atMargin is deposits and price of the margin's tick, both 0 without one.
func (s *sale) atMargin() (deposits, price math.Int) {
	if tick, ok, _ := s.ticks.At(s.o.Margin.Tick); ok {
		return tick.Deposited, tick.Price
	}
	return math.ZeroInt(), math.ZeroInt()
}

func (s *sale) filling() book.Filling {
	at, price := s.atMargin()
	return book.NewFilling(s.t, s.o.Margin, at, price)
}

func (s *sale) clearing() book.Clearing {
	at, price := s.atMargin()
	return book.Clear(s.t, s.o, at, price)
}

// amounts reach from low to high in every order of magnitude.
func amounts(r *rapid.T, name string, low, high math.Int) math.Int {
	bits := rapid.IntRange(low.BigInt().BitLen(), high.BigInt().BitLen()).Draw(r, name+" bits")
	raw := rapid.SliceOfN(rapid.Byte(), (bits+7)/8, (bits+7)/8).Draw(r, name)
	v := new(big.Int).SetBytes(raw)
	v.SetBit(v, max(bits-1, 0), 1)
	v.And(v, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(max(bits, 1))), big.NewInt(1)))
	return math.MaxInt(low, math.MinInt(high, math.NewIntFromBigInt(v)))
}

// rounds are a whole random sale: the public round first, then up to three early ones, with amounts from one unit to
// 2^120, caps per owner that bind or do not, and one soft cap.
func rounds(r *rapid.T, kind types.OfferingKind) []*sale {
	t := terms(1)
	t.Kind = kind
	t.TotalSupply.Amount = amounts(r, "supply", types.OneToken(), types.MaxAmount().QuoRaw(10_000)).QuoRaw(10_000).MulRaw(10_000)
	early := rapid.SampledFrom([]uint32{0, 0, 0, 1, 2, 3}).Draw(r, "lots")
	t.SaleBps = rapid.Uint32Range(1, 10_000-early).Draw(r, "sale bps")
	left := 10_000 - t.SaleBps
	t.Price = price(r, t)
	floor := types.CostRoundedUp(t.ForSale(), t.Price)
	t.HardCap = t.Payment(floor)
	if kind == types.OFFERING_KIND_BATCH {
		// At most 2^120, and the top price at most that.
		most := math.MinInt(types.MaxAmount(), math.MaxInt(floor, types.MaxAmount().Quo(types.OneToken()).Mul(t.ForSale())))
		t.HardCap = t.Payment(math.MinInt(most, floor.MulRaw(rapid.Int64Range(1, 1_000).Draw(r, "cap over floor"))))
		t.TickBps = rapid.Uint32Range(200, 10_000).Draw(r, "tick bps")
	}
	t.MinBid, t.OwnerCap = bounds(r, t)
	all := t.HardCap.Amount
	for i := range early {
		lot := t
		lot.Kind = rapid.SampledFrom([]types.OfferingKind{types.OFFERING_KIND_FIXED, types.OFFERING_KIND_PRO_RATA}).Draw(r, "lot kind")
		lot.SaleBps = rapid.Uint32Range(1, left-(early-1-i)).Draw(r, "lot bps")
		left -= lot.SaleBps
		lot.Price = price(r, lot)
		lot.HardCap = t.Payment(types.CostRoundedUp(lot.ForSale(), lot.Price))
		all = all.Add(lot.HardCap.Amount)
		lot.MinBid, lot.OwnerCap = bounds(r, lot)
		t.Lots = append(t.Lots, types.Lot{Kind: lot.Kind, SaleBps: lot.SaleBps, Price: lot.Price, MinBid: lot.MinBid, OwnerCap: lot.OwnerCap})
	}
	t.TreasuryBps, t.ContributorsBps = left, 0
	t.SoftCap = t.Payment(amounts(r, "soft cap", math.OneInt(), math.MinInt(all, types.MaxAmount())))
	out := []*sale{newSale(t)}
	for i := range t.Lots {
		out = append(out, newSale(t.LotTerms(i)))
	}
	return out
}

// price is one at which everything brings at most 2^119.
func price(r *rapid.T, t types.Terms) math.Int {
	half := types.MaxAmount().QuoRaw(2)
	return amounts(r, "price", math.OneInt(), math.MinInt(half, half.Mul(types.OneToken()).Quo(t.ForSale())))
}

// bounds are the least bid and an owner's cap, which every other time is none.
func bounds(r *rapid.T, t types.Terms) (least, limit sdk.Coin) {
	least = t.Payment(types.CostRoundedUp(math.NewInt(types.MinBidTokens), t.Price))
	if rapid.Bool().Draw(r, "no cap") {
		return least, t.Payment(types.MaxAmount())
	}
	return least, t.Payment(amounts(r, "cap", least.Amount, math.MaxInt(least.Amount, t.HardCap.Amount)))
}
