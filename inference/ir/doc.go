// Package ir holds the canonical intermediate representation of a model: a list
// of primitive nodes with static shapes, in topological order, and nothing else.
//
// A Graph comes from Decode, which is strict (one graph has exactly one
// encoding) and bounded by Limits before anything is allocated, or from an
// importer that fills the struct and calls Validate. Root commits to it, Cost
// prices it. Numeric meaning of every kind: inference/SPEC.md and the kernels.
//
// Values are numbered: graph inputs first, then weights, then nodes; a node may
// only name values with a smaller number than its own. Every node has exactly
// one output.
package ir
