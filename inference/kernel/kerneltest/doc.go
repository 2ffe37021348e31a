// Package kerneltest holds fixed inputs for every kind of node: for tests of the
// kernels, of the engine, and for the golden digests that all architectures share.
package kerneltest
