// Package inference is the root of imod's deterministic model runtime.
//
// The runtime knows nothing of chains. Given the same canonical graph, the same
// weights and the same input it produces the same bits on every machine: any
// CPU, any number of cores, any Go release. SPEC.md states the rules; the
// scalar kernels are their definition.
//
//   - ir: the canonical graph, its codec, validation, limits and cost.
//   - kernel: one scalar reference kernel per node kind; they define the semantics.
//   - engine: loads a graph with its weights and runs it; start-up self-test.
//   - onnx: import of ONNX files, on the model builder's machine only.
//   - merkle, bundle, pipeline: commitments, packaging, bytes to tensors and back.
package inference
