package types

import (
	"math/big"

	"cosmossdk.io/math"
)

// ladder walks the prices of a book from the floor up: each is tick_bps above the one before, rounded down but at least
// one unit higher, and the last is the top. It is walked, not stored: 4,096 steps take a fraction of a millisecond.
type ladder struct {
	number     uint32
	price, top *big.Int
	factor     *big.Int
	next       *big.Int
}

var bpsInt = big.NewInt(BasisPoints)

func newLadder(t Terms) *ladder {
	return &ladder{
		number: 1, price: t.Price.BigInt(), top: t.TopPrice().BigInt(),
		factor: big.NewInt(BasisPoints + int64(t.TickBps)), next: new(big.Int),
	}
}

// climb goes one tick up; false at the top.
func (l *ladder) climb() bool {
	if l.price.Cmp(l.top) >= 0 {
		return false
	}
	l.peek()
	l.number++
	l.price, l.next = l.next, l.price
	return true
}

// peek computes the price of the next tick.
func (l *ladder) peek() *big.Int {
	l.next.Mul(l.price, l.factor)
	l.next.Quo(l.next, bpsInt)
	if l.next.Cmp(l.price) <= 0 {
		l.next.Add(l.price, big.NewInt(1))
	}
	if l.next.Cmp(l.top) > 0 {
		l.next.Set(l.top)
	}
	return l.next
}

// TickAt returns the highest tick not above a price: its number, counted from 1, and its price. The price must not be
// below the floor.
func (t Terms) TickAt(price math.Int) (uint32, math.Int) {
	l, limit := newLadder(t), price.BigInt()
	for l.price.Cmp(l.top) < 0 && l.peek().Cmp(limit) <= 0 {
		l.climb()
	}
	return l.number, math.NewIntFromBigInt(l.price)
}

// TickCount is the number of ticks of the book; it gives up above MaxTicks.
func (t Terms) TickCount() uint32 {
	l := newLadder(t)
	for l.number <= MaxTicks && l.climb() { //nolint:revive // all the work is in the condition
	}
	return l.number
}
