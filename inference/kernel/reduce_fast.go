package kernel

import "github.com/imochain/imod/inference/ir"

// reduceVector reduces rows of neighbouring elements from output lo on and
// returns the first output that is left to do.
func reduceVector(op ir.Op, kept, red *grid, x, y []float32, lo, hi int) int {
	n := red.inner()
	if !vectorRows || red.rows() != 1 || red.stride(1) != 1 || kept.rows() != 1 {
		return lo
	}
	step := kept.stride(1)
	switch op {
	case ir.OpReduceMax, ir.OpReduceMin:
		for ; n >= 32 && lo < hi; lo++ {
			y[lo] = extremeVector(op, red, x[lo*step:][:n])
		}
	case ir.OpSum, ir.OpMean, ir.OpSumSquare, ir.OpMeanSquare:
		for ; lo+8 <= hi && n >= 4; lo += 8 {
			sumVector(op, x[lo*step:], step, n, y[lo:lo+8])
		}
	}
	return lo
}

// sumVector reduces eight rows together, each in ascending order.
func sumVector(op ir.Op, x []float32, step, n int, y []float32) {
	var sums [8]float64
	square := op == ir.OpSumSquare || op == ir.OpMeanSquare
	whole := n &^ 3
	sumEight(&sums, x, step, whole, square)
	for r, acc := range sums {
		for _, v := range x[r*step+whole : r*step+n] {
			w := float64(v)
			if square {
				w = float64(w * w)
			}
			acc += w
		}
		if op == ir.OpMean || op == ir.OpMeanSquare {
			acc /= float64(n)
		}
		y[r] = narrow(acc)
	}
}

// extremeVector is extreme32 of one row of at least 32 elements. A result of 0
// is found again in order: the first zero gives the sign.
func extremeVector(op ir.Op, red *grid, x []float32) float32 {
	var lanes [8]float32
	largest := op == ir.OpReduceMax
	nan := extremeLanes(x, len(x)&^31, &lanes, largest)
	best := lanes[0]
	for _, v := range lanes[1:] {
		if v > best == largest && v != best {
			best = v
		}
	}
	for _, v := range x[len(x)&^31:] {
		nan = nan || v != v
		if v > best == largest && v != best {
			best = v
		}
	}
	if nan {
		return nan32
	}
	if best == 0 {
		return extreme32(op, red, x)
	}
	return best
}

// vectorNaN reports whether there is a NaN in x; true where that is not known.
func vectorNaN(x []float32) bool {
	if !vectorRows {
		return true
	}
	var lanes [8]float32
	whole := len(x) &^ 31
	if whole > 0 && extremeLanes(x, whole, &lanes, true) {
		return true
	}
	for _, v := range x[whole:] {
		if v != v {
			return true
		}
	}
	return false
}
