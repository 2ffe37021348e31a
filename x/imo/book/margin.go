package book

import (
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Ticks are the ticks with bids of one book.
type Ticks interface {
	// Above returns the lowest tick with bids above a number, false if there is none.
	Above(number uint32) (types.BookTick, bool, error)
	// Below returns the highest tick with bids below a number, false if there is none.
	Below(number uint32) (types.BookTick, bool, error)
	// At returns the tick with a number, false if no bid stands on it.
	At(number uint32) (types.BookTick, bool, error)
}

var oneToken = types.OneToken().BigInt()

// pays tells whether deposits buy all tokens for sale at a price: deposits x 10^18 >= tokens x price.
func pays(deposits, forSale, price math.Int) bool {
	left := new(big.Int).Mul(deposits.BigInt(), oneToken)
	return left.Cmp(new(big.Int).Mul(forSale.BigInt(), price.BigInt())) >= 0
}

// Margin computes the margin of a book from all its ticks, which are ordered by number.
func Margin(t types.Terms, ticks []types.BookTick) types.Margin {
	m := types.Margin{Above: math.ZeroInt()}
	for i := len(ticks) - 1; i >= 0; i-- {
		if pays(m.Above.Add(ticks[i].Deposited), t.ForSale(), ticks[i].Price) {
			m.Tick = ticks[i].Number
			return m
		}
		m.Above = m.Above.Add(ticks[i].Deposited)
	}
	return m
}

// MoveMargin brings the margin up to date after a deposit came to a tick or left it; ticks already hold the change. Only
// the ticks between the old and the new margin are read.
func MoveMargin(t types.Terms, m types.Margin, ticks Ticks, number uint32, change math.Int) (types.Margin, error) {
	if number > m.Tick {
		m.Above = m.Above.Add(change)
	}
	at, err := depositedAt(ticks, m.Tick)
	if err != nil {
		return m, err
	}
	// Up: the next tick with bids becomes the margin when it and everything above pay for all tokens.
	for {
		next, ok, err := ticks.Above(m.Tick)
		if err != nil {
			return m, err
		}
		if !ok || !pays(m.Above, t.ForSale(), next.Price) {
			break
		}
		m.Tick, m.Above, at = next.Number, m.Above.Sub(next.Deposited), next.Deposited
	}
	// Down: a margin that lost its bids, or does not pay any more, gives way to the next one below.
	for m.Tick > 0 {
		tick, ok, err := ticks.At(m.Tick)
		if err != nil {
			return m, err
		}
		if ok && pays(m.Above.Add(at), t.ForSale(), tick.Price) {
			break
		}
		below, ok, err := ticks.Below(m.Tick)
		if err != nil {
			return m, err
		}
		m.Above = m.Above.Add(at)
		m.Tick, at = 0, math.ZeroInt()
		if ok {
			m.Tick, at = below.Number, below.Deposited
		}
	}
	return m, nil
}

func depositedAt(ticks Ticks, number uint32) (math.Int, error) {
	if number == 0 {
		return math.ZeroInt(), nil
	}
	tick, ok, err := ticks.At(number)
	if err != nil || !ok {
		return math.ZeroInt(), err
	}
	return tick.Deposited, nil
}
