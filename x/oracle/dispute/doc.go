// Package dispute is the game by which one wrong result of a model is found out: a pure
// state machine without store, clock or coins. Two sides walk down the tree of everything
// that the defender says was computed, 64 children at a time, to one element, and the
// chain computes that element's last 16 terms itself (inference/step; for what stands
// around the graph inference/step/frame).
//
//	challenge                                        anyone, with a bond
//	defend     root of the trace, its top layer      the defender of the claim
//	pick       one child                             the challenger
//	reveal     its 64 descendants, or a chunk        anyone for the defender
//	element    one element of the chunk              the challenger
//	prove      SHA-256(challenger ‖ proof ‖ salt),   the challenger
//	           then proof and salt
//	timeout    the side to move has no time left     anyone
//
// The walk goes trace, then the tensor of one entry, then, if the element is a long sum,
// its running values. What lies left of a pick is agreed: the honest challenger picks the
// first child that differs from its own. The state is a Claim, shared by all games
// about one result, and a Game per challenger; Play takes a Position and a Move and
// returns the Next state with its Effects, which the caller books: what to keep, who
// lost, that the claim fell. On an error nothing changes.
//
// Surface: Terms, NewClaim, Claim.Challenge, Play, Settle, Game.Deadline, Cost; the moves;
// Commitment; Encode and Decode of claims, games and moves; the errors. What the sides
// think lies in x/oracle/node/player.
package dispute
