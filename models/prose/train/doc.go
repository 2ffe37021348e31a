// Command train fits the text model of models/prose, a small transformer, to tales that
// package tale makes up, and writes it as ONNX file together with its tokenizer.
//
// The tokenizer is byte-level BPE, learned from tales first. The network sees no tale
// twice. A run is a pure function of its flags: tales are numbered and drawn from
// counters, products run on the deterministic kernels, every sum has one order, and
// the number of cores does not change a bit.
package main
