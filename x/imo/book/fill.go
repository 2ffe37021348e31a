package book

import (
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Filling is how the bids of a book are filled: the clearing price as a fraction, and what is sold for it. Deposits
// above the margin buy with all they have, the one at the margin in proportion, those below nothing.
type Filling struct {
	// Sold is the number of tokens sold, Proceeds what they bring.
	Sold, Proceeds math.Int
	// Price is the clearing price, rounded up.
	Price math.Int

	margin    uint32
	above, at *big.Int
	// tokens per unit of deposit above the margin, as a fraction
	num, den *big.Int
	// what is left for the margin: cost = P x costNum / costDen, tokens = (start + P x step) / (price x at)
	price    *big.Int
	leftover *big.Int
}

// NewFilling clears a book: margin as MoveMargin keeps it, at the deposits on its tick and price the tick's price (both
// 0 without a margin).
func NewFilling(t types.Terms, m types.Margin, at, price math.Int) Filling {
	forSale, floor := t.ForSale().BigInt(), t.Price.BigInt()
	f := Filling{margin: m.Tick, above: m.Above.BigInt(), at: at.BigInt(), price: price.BigInt()}
	value := new(big.Int).Mul(f.above, oneToken)
	// What all tokens cost at the margin, or at the floor, x 10^18.
	least := new(big.Int).Mul(forSale, floor)
	if m.Tick > 0 {
		least.Mul(forSale, f.price)
	}
	f.leftover = new(big.Int).Sub(least, value)
	switch {
	case f.leftover.Sign() <= 0:
		// Deposits above pay more than that: they share everything, the price lies between two ticks.
		f.num, f.den, f.leftover = forSale, f.above, new(big.Int)
		f.Sold, f.Proceeds = t.ForSale(), m.Above
		f.Price = math.NewIntFromBigInt(ceil(value, forSale))
	case m.Tick > 0:
		f.num, f.den = oneToken, f.price
		f.Sold, f.Proceeds = t.ForSale(), math.NewIntFromBigInt(ceil(least, oneToken))
		f.Price = price
	default:
		// The floor price, and not everything is sold.
		f.num, f.den = oneToken, floor
		f.Sold, f.Proceeds = math.NewIntFromBigInt(value.Quo(value, floor)), m.Above
		f.Price = t.Price
	}
	return f
}

// Fill gives the next bid in the order of ids its tokens and cost. The differences of two rounded values of one function
// of the deposits before add up exactly, and each is within one unit of the bid's exact share.
func (f Filling) Fill(w types.Walk, b types.Bid) (types.Walk, types.Bid) {
	w.Bid = b.Id
	switch {
	case b.Tick > f.margin:
		before, after := w.Above.BigInt(), w.Above.Add(b.Amount.Amount).BigInt()
		b.Tokens = difference(f.tokensAbove(before), f.tokensAbove(after))
		b.Cost = b.Amount.Amount
		w.Above = w.Above.Add(b.Amount.Amount)
	case b.Tick == f.margin && f.leftover.Sign() > 0:
		before, after := w.At.BigInt(), w.At.Add(b.Amount.Amount).BigInt()
		b.Tokens = difference(f.tokensAt(before), f.tokensAt(after))
		b.Cost = difference(f.costAt(before), f.costAt(after))
		w.At = w.At.Add(b.Amount.Amount)
	}
	return w, b
}

// Bought adds what a filled bid bought to the sums of its owner.
func Bought(a types.Allocation, b types.Bid) types.Allocation {
	a.Cost, a.Tokens = a.Cost.Add(b.Cost), a.Tokens.Add(b.Tokens)
	if b.Home.TakesRefund() {
		a.AwayCost = a.AwayCost.Add(b.Cost)
	}
	return a
}

// Buys tells whether bids of a tick buy anything.
func (f Filling) Buys(tick uint32) bool {
	return tick > f.margin || tick == f.margin && f.leftover.Sign() > 0
}

// Estimate is what a bid buys and pays wherever in the order it stands, within one unit: what the first bid would.
func (f Filling) Estimate(b types.Bid) (tokens, cost math.Int) {
	_, filled := f.Fill(types.Walk{Above: math.ZeroInt(), At: math.ZeroInt()}, b)
	return filled.Tokens, filled.Cost
}

// tokensAbove is what the first deposits above the margin buy.
func (f Filling) tokensAbove(deposits *big.Int) *big.Int {
	if f.den.Sign() == 0 {
		return new(big.Int)
	}
	out := new(big.Int).Mul(deposits, f.num)
	return out.Quo(out, f.den)
}

// tokensAt is what everything above and the first deposits at the margin buy: (above x 10^18 + deposits x leftover / at) / price.
func (f Filling) tokensAt(deposits *big.Int) *big.Int {
	out := new(big.Int).Mul(f.above, oneToken)
	out.Mul(out, f.at)
	out.Add(out, new(big.Int).Mul(deposits, f.leftover))
	return out.Quo(out, new(big.Int).Mul(f.price, f.at))
}

// costAt is what the first deposits at the margin pay, rounded up: deposits x leftover / at / 10^18.
func (f Filling) costAt(deposits *big.Int) *big.Int {
	return ceil(new(big.Int).Mul(deposits, f.leftover), new(big.Int).Mul(f.at, oneToken))
}

func difference(from, to *big.Int) math.Int {
	return math.NewIntFromBigInt(new(big.Int).Sub(to, from))
}

func ceil(num, den *big.Int) *big.Int {
	if den.Sign() == 0 {
		return new(big.Int)
	}
	q, r := new(big.Int).QuoRem(num, den, new(big.Int))
	if r.Sign() > 0 {
		q.Add(q, big.NewInt(1))
	}
	return q
}
