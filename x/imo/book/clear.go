package book

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// Clearing is how a book would settle as it stands.
type Clearing struct {
	// Price is what everybody pays per 10^18 base units of the token.
	Price math.Int
	// Proceeds is what accepted bids pay; the soft cap is measured on it, not on deposits.
	Proceeds math.Int
	// Sold is what they buy, Remaining what stays unsold.
	Sold, Remaining math.Int
	// SoftCapMet tells whether the offering would succeed.
	SoftCapMet bool
	// Ticks are the prices with bids or for bids, lowest first.
	Ticks []types.Tick
}

// Clear computes how the book settles as it stands. FIXED has one tick whose bids are filled already.
func Clear(t types.Terms, o types.Offering) Clearing {
	return Clearing{
		Price:      t.Price,
		Proceeds:   o.Proceeds,
		Sold:       o.Sold,
		Remaining:  t.ForSale().Sub(o.Sold),
		SoftCapMet: o.Sold.IsPositive() && o.Proceeds.GTE(t.SoftCap.Amount),
		Ticks: []types.Tick{{
			Price: t.Price, Deposited: t.Payment(o.Deposited), Tokens: t.Tokens(o.Sold), Bids: o.StandingBids,
		}},
	}
}

// SoldOut tells whether no bid can buy anything any more.
func SoldOut(t types.Terms, o types.Offering) bool { return o.Sold.GTE(t.ForSale()) }

// SettleTime is when the offering may be settled: at its end, or when it is sold out and nobody may cancel any more.
// Bidders were promised to be able to cancel until the deadline, which is never after the end, so a full book waits
// for it.
func SettleTime(t types.Terms, o types.Offering) time.Time {
	if SoldOut(t, o) {
		return t.CancelDeadline
	}
	return o.EndTime
}

// Settle closes the book. On success it says how many tokens exist: those sold, those allotted to contributors and
// treasury, and apart from them those of the token's market. What was not sold is never minted, so nobody holds a smaller part than a full sale would have given.
func Settle(t types.Terms, o types.Offering, now time.Time, epoch uint64) types.Offering {
	clearing := Clear(t, o)
	o.SettledTime, o.DueTime = &now, nil
	if !clearing.SoftCapMet {
		o.Status = types.OFFERING_STATUS_FAILED
		return o
	}
	o.Status = types.OFFERING_STATUS_SUCCEEDED
	o.ClearingPrice = clearing.Price
	o.SettledEpoch = epoch
	o.Minted = clearing.Sold.Add(Locked(t))
	o.Liquidity, o.Seeded = tranche.Liquidity(t, clearing.Sold, clearing.Proceeds)
	o.Tranches = make([]types.TrancheState, len(t.Tranches))
	return o
}
