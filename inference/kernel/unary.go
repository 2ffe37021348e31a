package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// scalar32 are the one-argument functions of f32 without attributes. Each
// returns a canonical NaN if it returns one.
func scalar32(op ir.Op) func(float32) float32 {
	switch op {
	case ir.OpNeg:
		return neg
	case ir.OpAbs:
		return abs
	case ir.OpSqrt:
		return sqrt
	case ir.OpExp:
		return Exp
	case ir.OpLog:
		return Log
	case ir.OpErf:
		return Erf
	case ir.OpTanh:
		return Tanh
	case ir.OpSigmoid:
		return Sigmoid
	case ir.OpSin:
		return Sin
	case ir.OpCos:
		return Cos
	case ir.OpFloor:
		return floor
	case ir.OpCeil:
		return ceil
	case ir.OpRound:
		return Round
	case ir.OpSign:
		return sign
	case ir.OpReciprocal:
		return reciprocal
	default:
		return nil // relu, leakyrelu and clip have loops of their own
	}
}

func neg(x float32) float32        { return canon(math.Float32frombits(math.Float32bits(x) ^ 0x80000000)) }
func abs(x float32) float32        { return canon(magnitude(x)) }
func sqrt(x float32) float32       { return narrow(math.Sqrt(float64(x))) }
func floor(x float32) float32      { return narrow(math.Floor(float64(x))) }
func ceil(x float32) float32       { return narrow(math.Ceil(float64(x))) }
func reciprocal(x float32) float32 { return canon(1 / x) }

// Round rounds to the nearest integer, halves to even; the sign stays, also of zero.
func Round(x float32) float32 {
	if x != x {
		return nan32
	}
	a := float64(magnitude(x))
	f := math.Floor(a)
	// The difference is exact; f is even if its half is an integer.
	if d := a - f; d > 0.5 || (d == 0.5 && math.Floor(float64(f*0.5)) != float64(f*0.5)) {
		f++
	}
	return signOf(x, narrow(f))
}

func sign(x float32) float32 {
	switch {
	case x != x:
		return nan32
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// relu is x where x > 0, +0 elsewhere; NaN stays.
func relu(x float32) float32 {
	if x > 0 {
		return x
	}
	if x != x {
		return nan32
	}
	return 0
}

func unary(isa ISA, n *ir.Node, in, out Tensor, p, parts int) {
	lo, hi := part(out.Len(), p, parts)
	switch out.DType {
	case ir.F32:
		if isa == Scalar || !unaryVector(isa, n, in.F32[lo:hi], out.F32[lo:hi]) {
			unary32(n, in.F32[lo:hi], out.F32[lo:hi])
		}
	case ir.I8:
		unaryInt(n, in.I8[lo:hi], out.I8[lo:hi])
	case ir.U8:
		unaryInt(n, in.U8[lo:hi], out.U8[lo:hi])
	case ir.I32:
		unaryInt(n, in.I32[lo:hi], out.I32[lo:hi])
	case ir.I64:
		unaryInt(n, in.I64[lo:hi], out.I64[lo:hi])
	default:
		for i, v := range in.U8[lo:hi] {
			out.U8[lo+i] = v ^ 1
		}
	}
}

func unary32(n *ir.Node, x, y []float32) {
	x = x[:len(y)]
	switch n.Op {
	case ir.OpRelu:
		for i, v := range x {
			y[i] = relu(v)
		}
	case ir.OpLeakyRelu:
		alpha := n.Floats[0]
		for i, v := range x {
			if v < 0 {
				v = float32(alpha * v)
			}
			y[i] = canon(v)
		}
	case ir.OpClip:
		low, high := n.Floats[0], n.Floats[1]
		for i, v := range x {
			// Not (v >= low) would change NaN.
			if v < low {
				v = low
			}
			if v > high {
				v = high
			}
			y[i] = canon(v)
		}
	default:
		f := scalar32(n.Op)
		for i, v := range x {
			y[i] = f(v)
		}
	}
}

type integer interface{ int8 | uint8 | int32 | int64 }

func unaryInt[T integer](n *ir.Node, x, y []T) {
	x = x[:len(y)]
	var low, high T
	if n.Op == ir.OpClip {
		low, high = T(n.Ints[0]), T(n.Ints[1])
	}
	for i, v := range x {
		switch n.Op {
		case ir.OpNeg:
			v = -v
		case ir.OpAbs:
			if v < 0 {
				v = -v // the smallest value stays
			}
		case ir.OpSign:
			switch {
			case v > 0:
				v = 1
			case v < 0:
				v = ^T(0)
			}
		case ir.OpRelu:
			v = max(v, 0)
		case ir.OpClip:
			v = min(max(v, low), high)
		default: // OpNot
			v = ^v
		}
		y[i] = v
	}
}
