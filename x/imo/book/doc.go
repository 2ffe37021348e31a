// Package book holds the rules of an offering apart from state: what a bid buys, how a book clears, what is refundable,
// and how locked tokens vest. How proceeds are released and what an exit pays is in package tranche.
//
// Every function takes values and returns values; the keeper stores them and moves the coins. A book is a list of
// ticks, each with the sums of the bids on it. FIXED is a book of one tick that fills first come first served: what a
// bid buys is known when it is placed, and a cancelled bid gives its tokens back to later ones. Kinds whose price is
// only known at the end fit in at Place (which then fills nothing), Clear and Refundable.
//
// Rounding is always against the one who acts: costs up, payouts down. What rounding leaves stays in the offering.
//
// Surface: Place, Cancel (bid.go); Clear, Settle (clear.go); Refundable, Collectable (claims.go); Split, Allotment,
// Locked, Vested, Due (vesting.go).
package book
