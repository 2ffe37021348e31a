// Package descriptor says what goes into a model and what comes out: the pipeline
// part of a manifest.
//
// A Pipeline is Tensor (raw elements), Classify (a label), Text (a continuation)
// or Image (prompt to picture). Descriptors are pure data with rules: Encode and
// Decode (canonical), Validate, ValidateInput (what the chain checks before it
// takes a request) and Sample (challenge inputs). Running a pipeline is the
// business of inference/pipeline. FORMAT.md section 4 states the bytes.
package descriptor
