// Package tranche holds the rules by which the proceeds of a sale are released, apart from state: dates, announcements,
// facts, what an exit pays, what may be spent of a treasury and who can stop it.
//
// Holders are protected by an exit right instead of a vote, because a creator can fill his own soft cap and win any vote.
// Until the last tranche is released anyone who holds tokens may burn them for their part of the net assets: the
// proceeds that are not released and what the locked position holds in the market. A tranche is released at its date,
// but never less than an exit window after it was announced, and it is announced when the one before is released and its
// facts are reached. So nothing ever leaves without a full window in which everybody can leave first. Facts can only
// delay: no number of requests and no fee moves a date forward.
//
// Rounding is against the one who acts. What rounding leaves stays for the others.
//
// Surface: Unreleased, Net, Exit (exit.go); Next, NotBefore, Reached, Announce, Release (schedule.go); Liquidity
// (liquidity.go); Treasury, Objected (treasury.go).
package tranche
