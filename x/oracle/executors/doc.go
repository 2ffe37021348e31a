// Package executors keeps those that run models of class OPTIMISTIC: what they can do, the bond they answer with, and
// the jobs they were drawn for. It knows no requests, claims or games; who gives out jobs tells it what a job holds and
// what becomes of it.
//
//   - Registry: register, leave, pay out.
//   - Roster, Draw: who may be drawn, and the draw, weighted by bond.
//   - Start, Finish, Miss: the life of a job; Release, Forfeit: that of the bond behind a claim.
//   - Owed, Check: what the escrow holds for executors, and whether the figures agree.
//
// A job holds a part of the bond from the draw on, so an executor cannot promise the same money twice, and nothing
// that is held can be withdrawn (reserve by bond, not by free slots). The draw goes by
// the whole bond, whether it is held or not: who fills the slots of all others does not get to be drawn himself.
//
// There is no heartbeat message. A heartbeat that does not look like paid work proves nothing, so an executor is
// known to live by the jobs it does: requests, versions to reproduce, claims to audit are one kind of record with one
// deadline and one penalty.
package executors
