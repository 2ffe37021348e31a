// Package book holds the rules of an offering apart from state: what a bid buys, how a book clears, what is refundable,
// and how locked tokens vest. How proceeds are released and what an exit pays is in package tranche.
//
// Every function takes values and returns values; the keeper stores them and moves the coins. A book is a list of
// ticks, each with the sums of the bids on it. FIXED is filled first come first served: what a bid buys is known when it
// is placed, and a cancelled bid gives its tokens back to later ones. PRO_RATA, a book of one tick, and BATCH are filled
// at the end, bid by bid in the order of their ids. With S tokens for sale, Q(>=p) the deposits at or above a tick and
// Q(>p) those above it, the margin is the highest tick with bids at which Q(>=p) x 10^18 >= S x p:
//
//   - Q(>p) alone pays more than S x p: everybody above shares everything in proportion, the price is Q(>p) / S;
//   - otherwise the price is p, those above are filled and the margin in proportion, (S x p - Q(>p)) / Q(=p);
//   - without a margin everybody is filled, at the floor price or at Q / S if that is higher.
//
// Tokens and costs are differences F(P + d) - F(P) of one rounded function of the deposits P before a bid (prefix sums):
// they add up exactly, and each is less than one unit from its exact share.
//
// Rounding is always against the one who acts: costs up, payouts down. What rounding leaves stays in the offering.
//
// Surface: Place, Cancel (bid.go); Margin, MoveMargin (margin.go); NewFilling, Filling.Fill, Bought (fill.go); Clear, Extend,
// Succeeds, Settle, Fail (clear.go); Refundable, Uncollected (claims.go); Split, Allotment, Locked, Vested, Due
// (vesting.go).
package book
