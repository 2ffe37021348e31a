// Package models holds the demonstration models: per folder an ONNX file, the
// description from which `imod model pack` makes a bundle, a model card, digests
// of expected results, and the program that trained the model.
//
// Names lists them, Read gives their files, and Pack makes a bundle of one.
//
// The tests pack every model and hold its results against the digests; run them with
// -update to write the digests of a new model.
package models
