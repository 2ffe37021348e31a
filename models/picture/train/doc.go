// Command train fits the picture model of models/picture and writes it as an
// ONNX file.
//
// The model is a small network that is itself written by another: from the
// sentence and the seed, dense layers compute the weights of a perceptron of
// three layers, which then says for every pixel, from its position in the
// thing's own coordinates, which paint lies there. Dense layers beside it choose the
// colours. Everything is learned from pictures that package drawing draws.
//
// A run is a pure function of its flags: pictures are numbered and drawn from
// counters, every sum has one order, and products are rounded before they are
// added. Neither the number of cores nor the platform changes a bit.
package main
