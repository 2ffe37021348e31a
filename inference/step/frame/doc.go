// Package frame checks what a pipeline puts around the graph, piece by piece, as package
// step does for the graph's nodes: an element of a graph input that comes from the raw
// input, the seed, the token before or a carried state; the next token; whether a step of
// a text was needed at all; the raw output (inference/SPEC.md chapter 13).
//
//   - Task: what was asked, and of which model.
//   - Layout, Locate, Site: which values a trace has, and their shapes.
//   - Claim, Verify: does one entry of a committed trace agree with its rule?
//   - Prove, Holder: make the proof that Verify takes.
//   - Disputable, Bound: whether every proof about a model fits, from the model alone.
//
// Verify is total, its work proportional to the proof's length. The rules read what the
// proof opens; the prover runs the same rules over whole tensors and opens what they read.
package frame
