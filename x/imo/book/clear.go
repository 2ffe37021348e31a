package book

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Clearing is how a book would settle as it stands.
type Clearing struct {
	// Price is what everybody pays per 10^18 base units of the token.
	Price math.Int
	// Proceeds is what accepted bids pay.
	Proceeds math.Int
	// Sold is what they buy, Remaining what stays unsold.
	Sold, Remaining math.Int
}

// Clear computes how the book settles as it stands. FIXED has one tick whose bids are filled already; at is the deposits
// on the margin's tick and price that tick's price, both 0 without one.
func Clear(t types.Terms, o types.Offering, at, price math.Int) Clearing {
	c := Clearing{Price: t.Price, Proceeds: o.Proceeds, Sold: o.Sold}
	if !FilledAtOnce(t) {
		f := NewFilling(t, o.Margin, at, price)
		c.Price, c.Proceeds, c.Sold = f.Price, f.Proceeds, f.Sold
	}
	c.Remaining = t.ForSale().Sub(c.Sold)
	return c
}

// Succeeds tells whether a sale whose rounds clear like this reaches its soft cap, which is measured on accepted
// proceeds of all rounds, not on deposits.
func Succeeds(t types.Terms, rounds ...Clearing) bool {
	proceeds, sold := math.ZeroInt(), math.ZeroInt()
	for _, c := range rounds {
		proceeds, sold = proceeds.Add(c.Proceeds), sold.Add(c.Sold)
	}
	return sold.IsPositive() && proceeds.GTE(t.SoftCap.Amount)
}

// SoldOut tells whether no bid can buy anything any more.
func SoldOut(t types.Terms, o types.Offering) bool { return FilledAtOnce(t) && o.Sold.GTE(t.ForSale()) }

// EndTime is when bids end for good: at the end, or when all is sold and nobody may cancel any more. Bidders were
// promised to be able to cancel until the deadline, which is never after the end, so a full book waits for it.
func EndTime(t types.Terms, o types.Offering) time.Time {
	if SoldOut(t, o) {
		return t.CancelDeadline
	}
	return o.EndTime
}

// Extend moves the end after a bid or cancel in the last moments moved the clearing price to another tick; false if
// nothing moves.
func Extend(t types.Terms, o types.Offering, before, after Clearing, now time.Time) (types.Offering, bool) {
	if t.LateWindow <= 0 || o.Extensions >= t.MaxExtensions || now.Before(o.EndTime.Add(-t.LateWindow)) || before.Price.Equal(after.Price) {
		return o, false
	}
	from, _ := t.TickAt(before.Price)
	to, _ := t.TickAt(after.Price)
	if from == to {
		return o, false
	}
	o.EndTime = o.EndTime.Add(t.LateWindow)
	o.Extensions++
	return o, true
}

// Fail closes the book of a sale that did not come about: every deposit is refundable in full.
func Fail(o types.Offering, now time.Time) types.Offering {
	o.Status, o.SettledTime = types.OFFERING_STATUS_FAILED, &now
	return o
}

// Settle closes the book of a sale that came about, once every bid has its tokens. It says how many tokens exist: those
// sold, and with the public round those allotted to others. What was not sold is never minted, so nobody holds a
// smaller part than a full sale would have given.
func Settle(t types.Terms, o types.Offering, now time.Time, epoch uint64) types.Offering {
	o.Status, o.SettledTime = types.OFFERING_STATUS_SUCCEEDED, &now
	o.SettledEpoch = epoch
	o.Minted = o.Sold
	if o.Id == t.MainId {
		o.Minted = o.Minted.Add(Locked(t))
		o.Liquidity = t.Part(t.LiquidityBps)
	}
	o.Tranches = make([]types.TrancheState, len(t.Tranches))
	// The settlement announces the first tranche: its exit window begins when the tokens exist.
	o.Tranches[0].AnnouncedTime = &now
	return o
}
