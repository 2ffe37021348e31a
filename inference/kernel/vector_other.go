//go:build !amd64

package kernel

import "github.com/imochain/imod/inference/ir"

// There are no vector functions here; the callers run the definition.

const vectorRows = false

func vectorUnary(ISA, ir.Op, *float32, *float32, int, float32, float32) bool { return false }

func vectorPair(ISA, ir.Op, operandForm, *float32, *float32, *float32, int) bool { return false }

func sumEight(*[8]float64, []float32, int, int, bool) {}

func extremeLanes([]float32, int, *[8]float32, bool) bool { return false }
