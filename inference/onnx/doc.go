// Package onnx imports ONNX files (operator sets 9 to 23) into the canonical IR.
// It runs on the model builder's machine only, never inside the state machine.
//
// Import lowers every operator to the IR's primitive kinds and folds everything
// that is constant, shape arithmetic above all, with the kernels themselves.
// What is outside the subset is refused with the node's name and the reason:
// custom domains, external data outside the model's folder, sparse tensors, functions, strings, sequences,
// shapes that depend on data, cycles, duplicate names. Files are treated as
// hostile: sizes are checked before memory is allocated.
package onnx
