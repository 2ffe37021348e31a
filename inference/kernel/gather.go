package kernel

import "github.com/imochain/imod/inference/ir"

// Resolve turns an index into a position in [0, n): a negative one counts from
// the end, and what is still outside is moved to the nearest end.
func Resolve(i int64, n int) int {
	if i < 0 {
		i += int64(n)
	}
	return int(min(max(i, 0), int64(n-1)))
}

// index reads an index tensor of either type.
func (t Tensor) index(i int) int64 {
	if t.DType == ir.I32 {
		return int64(t.I32[i])
	}
	return t.I64[i]
}

func gather(n *ir.Node, in, idx, out Tensor) {
	switch in.DType {
	case ir.F32:
		gatherRows(n, in.Shape, in.F32, idx, out.F32)
	case ir.I8:
		gatherRows(n, in.Shape, in.I8, idx, out.I8)
	case ir.I32:
		gatherRows(n, in.Shape, in.I32, idx, out.I32)
	case ir.I64:
		gatherRows(n, in.Shape, in.I64, idx, out.I64)
	default:
		gatherRows(n, in.Shape, in.U8, idx, out.U8)
	}
}

func gatherRows[T any](n *ir.Node, shape []int64, x []T, idx Tensor, y []T) {
	axis := int(n.Ints[0])
	outer, size, inner, count := Elems(shape[:axis]), int(shape[axis]), Elems(shape[axis+1:]), idx.Len()
	for o := range outer {
		for j := range count {
			at := (o*size + Resolve(idx.index(j), size)) * inner
			copy(y[(o*count+j)*inner:(o*count+j+1)*inner], x[at:at+inner])
		}
	}
}

func gatherElements(n *ir.Node, in, idx, out Tensor) {
	switch in.DType {
	case ir.F32:
		gatherEach(n, in.Shape, in.F32, idx, out.F32)
	case ir.I8:
		gatherEach(n, in.Shape, in.I8, idx, out.I8)
	case ir.I32:
		gatherEach(n, in.Shape, in.I32, idx, out.I32)
	case ir.I64:
		gatherEach(n, in.Shape, in.I64, idx, out.I64)
	default:
		gatherEach(n, in.Shape, in.U8, idx, out.U8)
	}
}

func gatherEach[T any](n *ir.Node, shape []int64, x []T, idx Tensor, y []T) {
	axis := int(n.Ints[0])
	st := strides(shape)
	for i := range y {
		at, rest := 0, i
		for d := len(shape) - 1; d >= 0; d-- {
			pos := rest % int(idx.Shape[d])
			rest /= int(idx.Shape[d])
			if d == axis {
				pos = Resolve(idx.index(i), int(shape[d]))
			}
			at += pos * st[d]
		}
		y[i] = x[at]
	}
}
