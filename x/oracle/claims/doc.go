// Package claims keeps what executors asserted, the games about it and the money behind both. Whether a move is right
// is for the pure machine of x/oracle/dispute; what becomes of the request is for the keeper.
//
//   - Split: the shares of a lost bond, exact to the unit.
//   - Book: claims, games, commitments; the queues of windows, clocks and settlements.
//   - Owed, Check: what the escrow holds for games and fallen claims.
//
// Rules (docs/adr/0013):
//
//   - A claim is final when its window is over and no game about it is open. A lost challenge confirms nothing.
//   - Games are independent and parallel. The first proof, or the first silence of the defending side, refutes the claim
//     for all of them.
//   - The last move is committed, then opened from the next block on, once. Of all that can still be opened the
//     earliest commitment wins, so a proof that is copied out of the pool wins nothing.
//   - Messages decide; money moves at the end of the block only, a bounded number of items at a time.
package claims
