package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// zeroPoint reads an integer parameter; absent means 0.
func zeroPoint(in []Tensor, at int) int64 {
	if len(in) < 3 {
		return 0
	}
	switch z := in[2]; z.DType {
	case ir.I8:
		return int64(z.I8[at])
	case ir.U8:
		return int64(z.U8[at])
	default:
		return int64(z.I32[at])
	}
}

// quantize is round-half-even of x/scale (or x*scale) in float32, plus the zero
// point, saturated. An i32 input is first converted to float32. NaN gives the
// zero point.
func quantize(n *ir.Node, in []Tensor, out Tensor) {
	g := quantGrid(in, out)
	low, high := limits(out.DType)
	w := g.inner()
	c := g.seek(0)
	for range g.rows() {
		for j := range w {
			i := c.off[0] + j
			x, s := float32(0), in[1].F32[c.off[1]+j*g.stride(1)]
			if in[0].DType == ir.F32 {
				x = in[0].F32[i]
			} else {
				x = float32(in[0].I32[i])
			}
			if n.Op == ir.OpMulScale {
				x = float32(x * s)
			} else {
				x /= s
			}
			// Truncation of a rounded value is exact; the bounds leave room for
			// the zero point.
			v := truncate(Round(x), math.MinInt32, math.MaxInt32)
			v = min(max(v+zeroPoint(in, c.off[2]+j*g.stride(2)), low), high)
			if out.DType == ir.I8 {
				out.I8[i] = int8(v)
			} else {
				out.U8[i] = uint8(v)
			}
		}
		g.next(&c)
	}
}

// dequantize is float32(x - zero point) * scale; the difference is exact.
func dequantize(in []Tensor, out Tensor) {
	g := quantGrid(in, out)
	w := g.inner()
	c := g.seek(0)
	for range g.rows() {
		for j := range w {
			i := c.off[0] + j
			var x int64
			switch in[0].DType {
			case ir.I8:
				x = int64(in[0].I8[i])
			case ir.U8:
				x = int64(in[0].U8[i])
			default:
				x = int64(in[0].I32[i])
			}
			v := float32(x - zeroPoint(in, c.off[2]+j*g.stride(2)))
			out.F32[i] = canon(float32(v * in[1].F32[c.off[1]+j*g.stride(1)]))
		}
		g.next(&c)
	}
}

// quantGrid walks output, scale and zero point; without one its stride is 0.
func quantGrid(in []Tensor, out Tensor) grid {
	var zero []int64
	if len(in) == 3 {
		zero = in[2].Shape
	}
	return broadcastGrid(out.Shape, in[1].Shape, zero, nil)
}
