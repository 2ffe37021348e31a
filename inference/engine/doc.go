// Package engine loads a canonical graph with its weights and runs it with the
// kernels' exact semantics: the same bits on any machine and any number of cores.
//
//   - Load, LoadRaw: check everything, plan memory; WithWorkers, WithLimits.
//   - (*Program).Run: execute; safe for concurrent use.
//   - (*Program).Observe: execute node by node with an observer: traces.
//   - WithAudit, ErrFault: compute random elements of every run twice.
//   - SelfTest: known answers; refuse to attest if it fails.
package engine
