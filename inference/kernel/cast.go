package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// cast converts element by element. Bool becomes 0 or 1; to bool is "not zero"
// (NaN is true); f32 to integer truncates and saturates, NaN gives 0; between
// integers the op says whether to saturate or to keep the low bits.
func cast(n *ir.Node, in, out Tensor) {
	switch in.DType {
	case ir.F32:
		castFrom32(in.F32, out)
	case ir.I8:
		castFromInt(in.I8, out, n.Op)
	case ir.I32:
		castFromInt(in.I32, out, n.Op)
	case ir.I64:
		castFromInt(in.I64, out, n.Op)
	default:
		castFromInt(in.U8, out, n.Op)
	}
}

// limits of the integer types, as the largest and smallest values.
func limits(d ir.DType) (low, high int64) {
	switch d {
	case ir.I8:
		return math.MinInt8, math.MaxInt8
	case ir.U8:
		return 0, math.MaxUint8
	case ir.I32:
		return math.MinInt32, math.MaxInt32
	default:
		return math.MinInt64, math.MaxInt64
	}
}

// truncate converts toward zero, saturating at the bounds; NaN gives 0.
func truncate(x float32, low, high int64) int64 {
	switch {
	case x != x:
		return 0
	// float64 holds every bound except the largest int64, which rounds up to
	// 2^63: "at least" is then right, because 2^63 itself is out of range.
	case float64(x) >= float64(high):
		return high
	case float64(x) <= float64(low):
		return low
	}
	return int64(x)
}

func castFrom32(x []float32, out Tensor) {
	low, high := limits(out.DType)
	switch out.DType {
	case ir.I8:
		for i, v := range x {
			out.I8[i] = int8(truncate(v, low, high))
		}
	case ir.U8:
		for i, v := range x {
			out.U8[i] = uint8(truncate(v, low, high))
		}
	case ir.I32:
		for i, v := range x {
			out.I32[i] = int32(truncate(v, low, high))
		}
	case ir.I64:
		for i, v := range x {
			out.I64[i] = truncate(v, low, high)
		}
	default:
		for i, v := range x {
			out.U8[i] = truth(v != 0)
		}
	}
}

func castFromInt[T integer](x []T, out Tensor, op ir.Op) {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if op == ir.OpSaturate {
		low, high = limits(out.DType)
	}
	switch out.DType {
	case ir.F32:
		for i, v := range x {
			out.F32[i] = float32(v)
		}
	case ir.I8:
		for i, v := range x {
			out.I8[i] = int8(min(max(int64(v), low), high))
		}
	case ir.U8:
		for i, v := range x {
			out.U8[i] = uint8(min(max(int64(v), low), high))
		}
	case ir.I32:
		for i, v := range x {
			out.I32[i] = int32(min(max(int64(v), low), high))
		}
	case ir.I64:
		for i, v := range x {
			out.I64[i] = int64(v)
		}
	default:
		for i, v := range x {
			out.U8[i] = truth(v != 0)
		}
	}
}

func truth(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
