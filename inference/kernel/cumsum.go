package kernel

import "github.com/imochain/imod/inference/ir"

// cumSum is the running sum along an axis, from either end, with or without the
// current element. f32 runs in float64 and rounds each result once; integers wrap.
func cumSum(n *ir.Node, in, out Tensor) {
	axis, exclusive, reverse := int(n.Ints[0]), n.Ints[1] == 1, n.Ints[2] == 1
	size, inner := int(in.Shape[axis]), Elems(in.Shape[axis+1:])
	lines := in.Len() / size
	step := inner
	for l := range lines {
		from := l/inner*inner*size + l%inner
		if reverse {
			from += (size - 1) * inner
			step = -inner
		}
		switch in.DType {
		case ir.F32:
			acc := 0.0
			for i := range size {
				at := from + i*step
				before := acc
				acc += float64(in.F32[at])
				if exclusive {
					out.F32[at] = narrow(before)
				} else {
					out.F32[at] = narrow(acc)
				}
			}
		case ir.I8:
			runningInt(in.I8, out.I8, from, step, size, exclusive)
		case ir.U8:
			runningInt(in.U8, out.U8, from, step, size, exclusive)
		case ir.I32:
			runningInt(in.I32, out.I32, from, step, size, exclusive)
		default:
			runningInt(in.I64, out.I64, from, step, size, exclusive)
		}
	}
}

func runningInt[T integer](x, y []T, from, step, size int, exclusive bool) {
	var acc T
	for i := range size {
		at := from + i*step
		before := acc
		acc += x[at]
		if exclusive {
			y[at] = before
		} else {
			y[at] = acc
		}
	}
}
