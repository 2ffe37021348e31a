// Package step computes one element of one node, at most Terms terms of its sum
// at a time, and checks the result against what somebody committed to. It is what
// the chain runs in the last move of a dispute, and what a validator runs on
// random elements before it attests (inference/SPEC.md chapter 12).
//
//   - Layout: where a value's root lies in a trace.
//   - Compute, Segments, Segment, States: one element from single input elements.
//   - Claim, Verify: is one element of a committed trace what its node gives?
//   - Prove, Witness: make the proof that Verify takes.
//   - Bound: the most bytes a proof about a node can have, from the graph alone.
//
// Verify is total: on any bytes it ends in a verdict or an error, after work that
// is proportional to the length of the proof, which MaxProof bounds. An honest
// trace agrees everywhere; a trace that is not honest differs somewhere.
package step
