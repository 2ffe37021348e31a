package kernel

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
)

// reduceGrids splits the input into kept dimensions (one output element per
// index, operand 0 output, operand 1 input) and reduced ones (operand 1).
func reduceGrids(n *ir.Node, in []int64) (kept, red grid) {
	st := strides(in)
	out := 1
	var outStep [ir.MaxRank]int
	axes := n.Ints[1:]
	for i := len(in) - 1; i >= 0; i-- {
		if !slices.Contains(axes, int64(i)) {
			outStep[i] = out
			out *= int(in[i])
		}
	}
	for i, d := range in {
		if slices.Contains(axes, int64(i)) {
			red.add(int(d), 0, st[i], 0, 0)
		} else {
			kept.add(int(d), outStep[i], st[i], 0, 0)
		}
	}
	return kept, red
}

// position is the input offset of output element i.
func position(kept *grid, i int) int {
	w := kept.inner()
	c := kept.seek(i / w)
	return c.off[1] + i%w*kept.stride(1)
}

func reduce(isa ISA, n *ir.Node, in, out Tensor, p, parts int) {
	kept, red := reduceGrids(n, in.Shape)
	switch in.DType {
	case ir.F32:
		lo, hi := part(len(out.F32), p, parts)
		if isa != Scalar {
			lo = reduceVector(n.Op, &kept, &red, in.F32, out.F32, lo, hi)
		}
		for i := lo; i < hi; i++ {
			x := in.F32[position(&kept, i):]
			if n.Op == ir.OpReduceMax || n.Op == ir.OpReduceMin {
				out.F32[i] = extreme32(n.Op, &red, x)
			} else {
				out.F32[i] = fold32(n.Op, &red, x)
			}
		}
	case ir.I8:
		reduceInt(n.Op, &kept, &red, in.I8, out.I8, p, parts)
	case ir.U8:
		reduceInt(n.Op, &kept, &red, in.U8, out.U8, p, parts)
	case ir.I32:
		reduceInt(n.Op, &kept, &red, in.I32, out.I32, p, parts)
	default:
		reduceInt(n.Op, &kept, &red, in.I64, out.I64, p, parts)
	}
}

// fold32 accumulates in float64, ascending, and rounds once. Squares of float32
// are exact in float64.
func fold32(op ir.Op, red *grid, x []float32) float32 {
	acc := 0.0
	if op == ir.OpProd {
		acc = 1
	}
	rows, w, step := red.rows(), red.inner(), red.stride(1)
	c := red.seek(0)
	for range rows {
		row := x[c.off[1]:]
		switch op {
		case ir.OpSum, ir.OpMean:
			for j := range w {
				acc += float64(row[j*step])
			}
		case ir.OpProd:
			for j := range w {
				acc = float64(acc * float64(row[j*step]))
			}
		default: // sums of squares
			for j := range w {
				v := float64(row[j*step])
				acc += float64(v * v)
			}
		}
		red.next(&c)
	}
	if op == ir.OpMean || op == ir.OpMeanSquare {
		acc /= float64(rows * w)
	}
	return narrow(acc)
}

// extreme32 is the largest or smallest element, the first of equal ones; NaN wins.
func extreme32(op ir.Op, red *grid, x []float32) float32 {
	best := x[0]
	rows, w, step := red.rows(), red.inner(), red.stride(1)
	c := red.seek(0)
	for range rows {
		row := x[c.off[1]:]
		for j := range w {
			v := row[j*step]
			if v != v || (op == ir.OpReduceMax && v > best) || (op == ir.OpReduceMin && v < best) {
				best = v
			}
		}
		red.next(&c)
	}
	return best
}

func reduceInt[T integer](op ir.Op, kept, red *grid, x, y []T, p, parts int) {
	lo, hi := part(len(y), p, parts)
	for i := lo; i < hi; i++ {
		src := x[position(kept, i):]
		acc := T(0)
		switch op {
		case ir.OpProd:
			acc = 1
		case ir.OpReduceMax, ir.OpReduceMin:
			acc = src[0]
		}
		rows, w, step := red.rows(), red.inner(), red.stride(1)
		c := red.seek(0)
		for range rows {
			row := src[c.off[1]:]
			for j := range w {
				acc = foldInt(op, acc, row[j*step])
			}
			red.next(&c)
		}
		y[i] = acc
	}
}

// foldInt wraps.
func foldInt[T integer](op ir.Op, acc, v T) T {
	switch op {
	case ir.OpSum:
		return acc + v
	case ir.OpProd:
		return acc * v
	case ir.OpReduceMax:
		return max(acc, v)
	case ir.OpReduceMin:
		return min(acc, v)
	default: // OpSumSquare
		return acc + v*v
	}
}

// argReduce gives the index of the extreme element along the axis; NaN is more
// extreme than any number.
func argReduce(n *ir.Node, in, out Tensor, p, parts int) {
	kept, red := reduceGrids(n, in.Shape)
	switch in.DType {
	case ir.F32:
		argRows(n.Op, &kept, &red, in.F32, out.I64, p, parts)
	case ir.I8:
		argRows(n.Op, &kept, &red, in.I8, out.I64, p, parts)
	case ir.U8:
		argRows(n.Op, &kept, &red, in.U8, out.I64, p, parts)
	case ir.I32:
		argRows(n.Op, &kept, &red, in.I32, out.I64, p, parts)
	default:
		argRows(n.Op, &kept, &red, in.I64, out.I64, p, parts)
	}
}

func argRows[T integer | float32](op ir.Op, kept, red *grid, x []T, y []int64, p, parts int) {
	lo, hi := part(len(y), p, parts)
	count, step := red.inner(), red.stride(1)
	for i := lo; i < hi; i++ {
		row := x[position(kept, i):]
		best := 0
		for j := 1; j < count; j++ {
			if argBetter(op, row[j*step], row[best*step]) {
				best = j
			}
		}
		y[i] = int64(best)
	}
}

// argBetter reports whether a later element v takes the place of the best so far.
func argBetter[T integer | float32](op ir.Op, v, best T) bool {
	// Only floats differ from themselves.
	if v != v || best != best {
		last := op == ir.OpArgMaxLast || op == ir.OpArgMinLast
		return v != v && (best == best || last)
	}
	switch op {
	case ir.OpArgMax:
		return v > best
	case ir.OpArgMin:
		return v < best
	case ir.OpArgMaxLast:
		return v >= best
	default: // OpArgMinLast
		return v <= best
	}
}
