package pool

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// priceBits are the fractional bits of stored prices, so that prices of a few base units keep five more digits. A price
// is below 2^(120+60+16); times the milliseconds until the year 2200 it stays below 2^239.
const priceBits = 16

// scaledPrice is base units of the payment denom per 10^18 base units of the token, times 2^16.
func scaledPrice(p types.Pool) math.Int {
	return p.Payment.Amount.Mul(types.OneToken()).MulRaw(1 << priceBits).Quo(p.Tokens.Amount)
}

// Price is what the next small trade pays, before the fee: base units of the payment denom per 10^18 base units of the
// token. It can be moved by anyone within a block; nothing but a display should depend on it.
func Price(p types.Pool) math.Int { return scaledPrice(p).QuoRaw(1 << priceBits) }

// StartAverage is the mean of a new pool, as if its price had stood for a window already: what buyers paid in the
// offering that seeded it.
func StartAverage(p types.Pool, window time.Duration, now time.Time) types.PriceAverage {
	before := types.PriceMark{Time: now.Add(-window), Sum: math.ZeroInt()}
	at := types.PriceMark{Time: now, Sum: scaledPrice(p).MulRaw(window.Milliseconds())}
	return types.PriceAverage{Window: window, Last: at, Newer: at, Older: before}
}

// Observe books the price as it stood since the last change. It comes before every change of the reserves; in a block
// only the first one books anything, because no time passes within it.
func Observe(p types.Pool, now time.Time) types.PriceAverage {
	a := p.Average
	mark := reach(p, now)
	if mark.Time.Equal(a.Last.Time) {
		return a
	}
	if mark.Time.Sub(a.Newer.Time) >= a.Window {
		a.Older, a.Newer = a.Newer, mark
	}
	a.Last = mark
	return a
}

// reach is the sum up to now; a clock that goes back adds nothing.
func reach(p types.Pool, now time.Time) types.PriceMark {
	last := p.Average.Last
	elapsed := now.Sub(last.Time).Milliseconds()
	if elapsed <= 0 {
		return last
	}
	return types.PriceMark{Time: last.Time.Add(time.Duration(elapsed) * time.Millisecond), Sum: last.Sum.Add(scaledPrice(p).MulRaw(elapsed))}
}

// Mean is the time-weighted mean of the price over at least the window. To move it by a part one has to hold the price
// away from the market for that part of the window, in the open, against everybody who would trade it back.
func Mean(p types.Pool, now time.Time) math.Int {
	a, mark := p.Average, reach(p, now)
	if now.Sub(a.Last.Time) >= a.Window {
		return Price(p) // nothing changed in the whole window
	}
	since := a.Older
	if mark.Time.Sub(a.Newer.Time) >= a.Window {
		since = a.Newer
	}
	return mark.Sum.Sub(since.Sum).QuoRaw(mark.Time.Sub(since.Time).Milliseconds()).QuoRaw(1 << priceBits)
}
