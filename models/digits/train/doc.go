// Command train fits the digit classifier of models/digits and writes it twice: as
// float32 network, and as its int8 twin for models/digits8, whose weights and
// activations are integers with scales that are powers of two.
//
// A run is a pure function of its flags: glyphs are numbered and drawn from counters,
// every sum has one order, and products are rounded before they are added. Neither
// the number of cores nor the platform changes a bit.
package main
