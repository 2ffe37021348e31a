package kernel

import "github.com/imochain/imod/inference/ir"

// compare gives a bool per element. Comparisons with NaN are false, except "ne".
func compare(n *ir.Node, a, b, out Tensor, p, parts int) {
	g := broadcastGrid(out.Shape, a.Shape, b.Shape, nil)
	switch a.DType {
	case ir.F32:
		compareRows(n.Op, &g, a.F32, b.F32, out.U8, p, parts)
	case ir.I8:
		compareRows(n.Op, &g, a.I8, b.I8, out.U8, p, parts)
	case ir.I32:
		compareRows(n.Op, &g, a.I32, b.I32, out.U8, p, parts)
	case ir.I64:
		compareRows(n.Op, &g, a.I64, b.I64, out.U8, p, parts)
	default:
		compareRows(n.Op, &g, a.U8, b.U8, out.U8, p, parts)
	}
}

func compareRows[T integer | float32](op ir.Op, g *grid, a, b []T, out []uint8, p, parts int) {
	w, sa, sb := g.inner(), g.stride(1), g.stride(2)
	lo, hi := part(g.rows(), p, parts)
	c := g.seek(lo)
	for r := lo; r < hi; r++ {
		y, a, b := out[c.off[0]:c.off[0]+w], a[c.off[1]:], b[c.off[2]:]
		for i := range y {
			y[i] = 0
			if holds(op, a[i*sa], b[i*sb]) {
				y[i] = 1
			}
		}
		g.next(&c)
	}
}

func holds[T integer | float32](op ir.Op, a, b T) bool {
	switch op {
	case ir.OpEq:
		return a == b
	case ir.OpNe:
		return a != b
	case ir.OpLt:
		return a < b
	case ir.OpLe:
		return a <= b
	case ir.OpGt:
		return a > b
	default: // OpGe
		return a >= b
	}
}

// where picks from a where cond holds, from b elsewhere.
func where(cond, a, b, out Tensor, p, parts int) {
	g := broadcastGrid(out.Shape, cond.Shape, a.Shape, b.Shape)
	switch out.DType {
	case ir.F32:
		whereRows(&g, cond.U8, a.F32, b.F32, out.F32, p, parts)
	case ir.I8:
		whereRows(&g, cond.U8, a.I8, b.I8, out.I8, p, parts)
	case ir.I32:
		whereRows(&g, cond.U8, a.I32, b.I32, out.I32, p, parts)
	case ir.I64:
		whereRows(&g, cond.U8, a.I64, b.I64, out.I64, p, parts)
	default:
		whereRows(&g, cond.U8, a.U8, b.U8, out.U8, p, parts)
	}
}

func whereRows[T any](g *grid, cond []uint8, a, b, out []T, p, parts int) {
	w, sc, sa, sb := g.inner(), g.stride(1), g.stride(2), g.stride(3)
	lo, hi := part(g.rows(), p, parts)
	c := g.seek(lo)
	for r := lo; r < hi; r++ {
		y, cond, a, b := out[c.off[0]:c.off[0]+w], cond[c.off[1]:], a[c.off[2]:], b[c.off[3]:]
		for i := range y {
			if cond[i*sc] != 0 {
				y[i] = a[i*sa]
			} else {
				y[i] = b[i*sb]
			}
		}
		g.next(&c)
	}
}
