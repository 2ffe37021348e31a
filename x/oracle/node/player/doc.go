// Package player is the honest strategy of both sides of a dispute (package dispute): given
// the state of a game on chain and one's own execution of the request, the next move, or
// none.
//
// It remembers nothing: a process that was killed in mid-game goes on from what is on
// chain, its model, and, to open a proof it had committed to, its secret. The challenger
// goes to the first child that differs from its own trace, so all that lies left of it is
// agreed, and opens the defender's tree where it knows it: its own nodes on the left, what
// was revealed on the right.
//
//   - Execute: run a request and commit to it (Run).
//   - Defender, Challenger: Move.
//   - Disputable: whether a model may be answered optimistically at all.
package player
