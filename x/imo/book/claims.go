package book

import (
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Refundable is what an owner can take back now: everything if the sale did not come about, the part of the deposits
// that buys nothing otherwise. While only the end can tell what a bid buys, nothing is. What goes to another chain is not
// the owner's.
func Refundable(t types.Terms, o types.Offering, a types.Allocation) math.Int {
	left := a.Deposited.Sub(a.Away).Sub(a.Refunded)
	if o.Status == types.OFFERING_STATUS_SUCCEEDED || !o.Ended() && FilledAtOnce(t) {
		return left.Sub(a.Cost.Sub(a.AwayCost))
	}
	if !o.Ended() {
		return math.ZeroInt()
	}
	return left
}

// Returnable is what of a bid's deposit goes to another chain: nothing before the offering is settled.
func Returnable(o types.Offering, b types.Bid) math.Int {
	if !b.Home.TakesRefund() || b.RefundReturned {
		return math.ZeroInt()
	}
	return o.Unspent(b)
}

// Uncollected is how many bought tokens an owner has that were not handed out.
func Uncollected(o types.Offering, a types.Allocation) math.Int {
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return math.ZeroInt()
	}
	return a.Tokens.Sub(a.Collected)
}

// Owed is what the escrow of an offering must hold: deposits less everything that went out.
func Owed(o types.Offering) math.Int {
	return o.Deposited.Sub(o.Refunded).Sub(o.Exited).Sub(o.ReleasedProtocol).Sub(o.PaidContributors).Sub(o.Seeded)
}
