// Package kernel is the definition of what every node of the IR computes: one
// scalar reference kernel per kind, for numeric semantics version 1.
//
// Rules that hold everywhere here, because the same bits must come out of every
// CPU and every Go release (inference/SPEC.md):
//
//   - every product of floats is the operand of an explicit conversion, which
//     forbids the compiler to fuse it with an addition;
//   - of package math only bit casts, Sqrt, FMA and the Floor family are used;
//     exp, log, sin, erf, tanh are fixed float64 polynomials of our own;
//   - sums of products are float32, start at +0 and add terms in ascending
//     order; reductions are float64, ascending, rounded once at the end;
//   - a NaN that leaves a kernel has the bits 7fc00000;
//   - nothing is allocated, nothing panics on a validated node.
//
// Beside them lie faster kernels for instruction sets (type ISA): generated
// assembly for AVX2 and AVX-512, with VNNI for integers, and NEON. They spread over
// output elements, never over terms, so every element sees the definition's
// operations in the definition's order. Tests and fuzzing compare their bits.
// tools/kernelgen writes the assembly; there is no fused multiply-add in it.
//
// Run executes one node, or one part of it; everything else is called by Run.
package kernel
