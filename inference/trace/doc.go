// Package trace commits to everything that a request computed: the roots of all
// values of all runs of the graph, in the order of step.Layout, and the root of
// the raw output at the end (inference/SPEC.md chapter 12). It is made on demand,
// when a result is disputed; nobody hashes values while all agree.
//
//   - Run: execute one step, collecting roots and outputs.
//   - New: the trace of all steps; Root, Item, Path.
//   - Capture: execute one step again and keep what one node read and gave.
//   - Witness: from a capture to what step.Prove takes.
package trace
