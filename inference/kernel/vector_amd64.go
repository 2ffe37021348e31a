package kernel

import "github.com/imochain/imod/inference/ir"

// vectorUnary applies a function to n elements, a positive multiple of
// vectorBlock; y may be x. It reports whether there is such a function.
func vectorUnary(isa ISA, op ir.Op, y, x *float32, n int, p, q float32) bool {
	if isa >= AVX512 {
		return vectorUnaryAVX512(op, y, x, n, p, q)
	}
	if isa < AVX2 {
		return false
	}
	switch op {
	case ir.OpExp:
		expAVX2(y, x, n)
	case ir.OpSigmoid:
		sigmoidAVX2(y, x, n)
	case ir.OpTanh:
		tanhAVX2(y, x, n)
	case ir.OpErf:
		erfAVX2(y, x, n)
	case ir.OpRelu:
		reluAVX2(y, x, n, p, q)
	case ir.OpLeakyRelu:
		leakyReluAVX2(y, x, n, p, q)
	case ir.OpClip:
		clipAVX2(y, x, n, p, q)
	case ir.OpNeg:
		negAVX2(y, x, n, p, q)
	case ir.OpAbs:
		absAVX2(y, x, n, p, q)
	case ir.OpSqrt:
		sqrtAVX2(y, x, n, p, q)
	case ir.OpReciprocal:
		reciprocalAVX2(y, x, n, p, q)
	default:
		return false
	}
	return true
}

func vectorUnaryAVX512(op ir.Op, y, x *float32, n int, p, q float32) bool {
	switch op {
	case ir.OpExp:
		expAVX512(y, x, n)
	case ir.OpSigmoid:
		sigmoidAVX512(y, x, n)
	case ir.OpTanh:
		tanhAVX512(y, x, n)
	case ir.OpErf:
		erfAVX512(y, x, n)
	case ir.OpRelu:
		reluAVX512(y, x, n, p, q)
	case ir.OpLeakyRelu:
		leakyReluAVX512(y, x, n, p, q)
	case ir.OpClip:
		clipAVX512(y, x, n, p, q)
	case ir.OpNeg:
		negAVX512(y, x, n, p, q)
	case ir.OpAbs:
		absAVX512(y, x, n, p, q)
	case ir.OpSqrt:
		sqrtAVX512(y, x, n, p, q)
	case ir.OpReciprocal:
		reciprocalAVX512(y, x, n, p, q)
	default:
		return false
	}
	return true
}

// vectorPair applies a function of two operands to n elements, a positive
// multiple of vectorBlock. It reports whether there is such a function.
func vectorPair(isa ISA, op ir.Op, form operandForm, y, a, b *float32, n int) bool {
	if isa >= AVX512 {
		return vectorPairAVX512(op, form, y, a, b, n)
	}
	if isa < AVX2 {
		return false
	}
	switch pairKey(op, form) {
	case pairKey(ir.OpAdd, bothVectors):
		addVVAVX2(y, a, b, n)
	case pairKey(ir.OpAdd, scalarRight):
		addVSAVX2(y, a, b, n)
	case pairKey(ir.OpAdd, scalarLeft):
		addSVAVX2(y, a, b, n)
	case pairKey(ir.OpSub, bothVectors):
		subVVAVX2(y, a, b, n)
	case pairKey(ir.OpSub, scalarRight):
		subVSAVX2(y, a, b, n)
	case pairKey(ir.OpSub, scalarLeft):
		subSVAVX2(y, a, b, n)
	case pairKey(ir.OpMul, bothVectors):
		mulVVAVX2(y, a, b, n)
	case pairKey(ir.OpMul, scalarRight):
		mulVSAVX2(y, a, b, n)
	case pairKey(ir.OpMul, scalarLeft):
		mulSVAVX2(y, a, b, n)
	case pairKey(ir.OpDiv, bothVectors):
		divVVAVX2(y, a, b, n)
	case pairKey(ir.OpDiv, scalarRight):
		divVSAVX2(y, a, b, n)
	case pairKey(ir.OpDiv, scalarLeft):
		divSVAVX2(y, a, b, n)
	case pairKey(ir.OpMax, bothVectors):
		maxVVAVX2(y, a, b, n)
	case pairKey(ir.OpMax, scalarRight):
		maxVSAVX2(y, a, b, n)
	case pairKey(ir.OpMax, scalarLeft):
		maxSVAVX2(y, a, b, n)
	case pairKey(ir.OpMin, bothVectors):
		minVVAVX2(y, a, b, n)
	case pairKey(ir.OpMin, scalarRight):
		minVSAVX2(y, a, b, n)
	case pairKey(ir.OpMin, scalarLeft):
		minSVAVX2(y, a, b, n)
	default:
		return false
	}
	return true
}

func vectorPairAVX512(op ir.Op, form operandForm, y, a, b *float32, n int) bool {
	switch pairKey(op, form) {
	case pairKey(ir.OpAdd, bothVectors):
		addVVAVX512(y, a, b, n)
	case pairKey(ir.OpAdd, scalarRight):
		addVSAVX512(y, a, b, n)
	case pairKey(ir.OpAdd, scalarLeft):
		addSVAVX512(y, a, b, n)
	case pairKey(ir.OpSub, bothVectors):
		subVVAVX512(y, a, b, n)
	case pairKey(ir.OpSub, scalarRight):
		subVSAVX512(y, a, b, n)
	case pairKey(ir.OpSub, scalarLeft):
		subSVAVX512(y, a, b, n)
	case pairKey(ir.OpMul, bothVectors):
		mulVVAVX512(y, a, b, n)
	case pairKey(ir.OpMul, scalarRight):
		mulVSAVX512(y, a, b, n)
	case pairKey(ir.OpMul, scalarLeft):
		mulSVAVX512(y, a, b, n)
	case pairKey(ir.OpDiv, bothVectors):
		divVVAVX512(y, a, b, n)
	case pairKey(ir.OpDiv, scalarRight):
		divVSAVX512(y, a, b, n)
	case pairKey(ir.OpDiv, scalarLeft):
		divSVAVX512(y, a, b, n)
	case pairKey(ir.OpMax, bothVectors):
		maxVVAVX512(y, a, b, n)
	case pairKey(ir.OpMax, scalarRight):
		maxVSAVX512(y, a, b, n)
	case pairKey(ir.OpMax, scalarLeft):
		maxSVAVX512(y, a, b, n)
	case pairKey(ir.OpMin, bothVectors):
		minVVAVX512(y, a, b, n)
	case pairKey(ir.OpMin, scalarRight):
		minVSAVX512(y, a, b, n)
	case pairKey(ir.OpMin, scalarLeft):
		minSVAVX512(y, a, b, n)
	default:
		return false
	}
	return true
}

// vectorRows says that rows can be reduced with vectors.
const vectorRows = true

func pairKey(op ir.Op, form operandForm) int { return int(op)<<2 | int(form) }

// sumEight adds n columns, a positive multiple of 4, of eight rows that lie step
// apart to sums; squares if told.
func sumEight(sums *[8]float64, x []float32, step, n int, square bool) {
	if square {
		sumSquareRowsAVX2(sums, &x[0], 4*step, n)
		return
	}
	sumRowsAVX2(sums, &x[0], 4*step, n)
}

// extremeLanes folds n elements, a positive multiple of 32, into eight lanes and
// reports a NaN. The sign of a zero is not reliable.
func extremeLanes(x []float32, n int, lanes *[8]float32, largest bool) (nan bool) {
	if largest {
		return maxRowAVX2(&x[0], n, lanes) != 0
	}
	return minRowAVX2(&x[0], n, lanes) != 0
}
