package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

func pairwise(isa ISA, n *ir.Node, a, b, out Tensor, p, parts int) {
	g := broadcastGrid(out.Shape, a.Shape, b.Shape, nil)
	switch out.DType {
	case ir.F32:
		binary32(isa, n.Op, &g, a.F32, b.F32, out.F32, p, parts)
	case ir.I8:
		binaryInt(n.Op, &g, a.I8, b.I8, out.I8, 8, p, parts)
	case ir.U8:
		binaryInt(n.Op, &g, a.U8, b.U8, out.U8, 8, p, parts)
	case ir.I32:
		binaryInt(n.Op, &g, a.I32, b.I32, out.I32, 32, p, parts)
	case ir.I64:
		binaryInt(n.Op, &g, a.I64, b.I64, out.I64, 64, p, parts)
	default: // bool: and, or, xor keep bytes 0 or 1
		binaryInt(n.Op, &g, a.U8, b.U8, out.U8, 8, p, parts)
	}
}

// binary32 runs rows of the grid. A single row is cut inside, so that plain
// element-wise nodes parallelise too.
func binary32(isa ISA, op ir.Op, g *grid, a, b, out []float32, p, parts int) {
	w, sa, sb := g.inner(), g.stride(1), g.stride(2)
	rows := g.rows()
	if rows == 1 {
		lo, hi := part(w, p, parts)
		row32(isa, op, out[lo:hi], a[lo*sa:], b[lo*sb:], sa, sb)
		return
	}
	lo, hi := part(rows, p, parts)
	c := g.seek(lo)
	for r := lo; r < hi; r++ {
		row32(isa, op, out[c.off[0]:c.off[0]+w], a[c.off[1]:], b[c.off[2]:], sa, sb)
		g.next(&c)
	}
}

// row32 applies one function along a row. The innermost stride of the output is 1.
func row32(isa ISA, op ir.Op, y, a, b []float32, sa, sb int) {
	if isa != Scalar && rowVector(isa, op, y, a, b, sa, sb) {
		return
	}
	switch op {
	case ir.OpAdd:
		if sa == 1 && sb == 1 {
			a, b = a[:len(y)], b[:len(y)]
			for i := range y {
				y[i] = canon(a[i] + b[i])
			}
			return
		}
		for i := range y {
			y[i] = canon(a[i*sa] + b[i*sb])
		}
	case ir.OpSub:
		for i := range y {
			y[i] = canon(a[i*sa] - b[i*sb])
		}
	case ir.OpMul:
		for i := range y {
			y[i] = canon(float32(a[i*sa] * b[i*sb]))
		}
	case ir.OpDiv:
		for i := range y {
			y[i] = canon(a[i*sa] / b[i*sb])
		}
	default:
		f := scalar32x2(op)
		for i := range y {
			y[i] = f(a[i*sa], b[i*sb])
		}
	}
}

func scalar32x2(op ir.Op) func(a, b float32) float32 {
	switch op {
	case ir.OpMin:
		return lesser
	case ir.OpMax:
		return greater
	case ir.OpPow:
		return Pow
	case ir.OpMod:
		return mod32
	default: // OpRem
		return rem32
	}
}

// greater is the larger operand; the first of equal ones (so of +0 and -0), NaN if either is.
func greater(a, b float32) float32 {
	switch {
	case a != a || b != b:
		return nan32
	case b > a:
		return b
	}
	return a
}

func lesser(a, b float32) float32 {
	switch {
	case a != a || b != b:
		return nan32
	case b < a:
		return b
	}
	return a
}

// rem32 is a - n*b with n the quotient rounded toward zero, exact, with the
// sign of a. Division by zero and of infinities is NaN.
func rem32(a, b float32) float32 {
	if a != a || b != b || b == 0 || isInf(a) {
		return nan32
	}
	if isInf(b) {
		return a
	}
	// Long division in integers: a = m*2^e, and one step halves the distance
	// between the exponents; at most 277 steps.
	x, y := float64(magnitude(a)), float64(magnitude(b))
	for x >= y {
		t := y
		// Scaling by powers of two and the subtraction of numbers within a
		// factor of two of each other are exact.
		if d := exponent(x) - exponent(y); d > 0 {
			t = float64(y * math.Float64frombits(uint64(1023+d)<<52))
			if t > x {
				t = float64(t * 0.5)
			}
		}
		x -= t
	}
	return signOf(a, narrow(x))
}

func exponent(x float64) int64 { return int64(math.Float64bits(x)>>52) & 0x7ff }

// mod32 is rem32 moved into the sign of b.
func mod32(a, b float32) float32 {
	r := rem32(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		return canon(r + b)
	}
	if r == 0 {
		return signOf(b, r)
	}
	return r
}

func binaryInt[T integer](op ir.Op, g *grid, a, b, out []T, width uint64, p, parts int) {
	w, sa, sb := g.inner(), g.stride(1), g.stride(2)
	if g.rows() == 1 {
		lo, hi := part(w, p, parts)
		rowInt(op, out[lo:hi], a[lo*sa:], b[lo*sb:], sa, sb, width)
		return
	}
	lo, hi := part(g.rows(), p, parts)
	c := g.seek(lo)
	for r := lo; r < hi; r++ {
		rowInt(op, out[c.off[0]:c.off[0]+w], a[c.off[1]:], b[c.off[2]:], sa, sb, width)
		g.next(&c)
	}
}

func rowInt[T integer](op ir.Op, y, a, b []T, sa, sb int, width uint64) {
	for i := range y {
		y[i] = scalarInt(op, a[i*sa], b[i*sb], width)
	}
}

// scalarInt is integer arithmetic: wrapping, division by zero gives 0.
func scalarInt[T integer](op ir.Op, a, b T, width uint64) T {
	switch op {
	case ir.OpAdd:
		return a + b
	case ir.OpSub:
		return a - b
	case ir.OpMul:
		return a * b
	case ir.OpDiv:
		if b == 0 {
			return 0
		}
		return a / b
	case ir.OpMin:
		return min(a, b)
	case ir.OpMax:
		return max(a, b)
	case ir.OpPow:
		return powInt(a, b)
	case ir.OpMod, ir.OpRem:
		if b == 0 {
			return 0
		}
		r := a % b
		if op == ir.OpMod && r != 0 && (r < 0) != (b < 0) {
			r += b
		}
		return r
	case ir.OpAnd:
		return a & b
	case ir.OpOr:
		return a | b
	case ir.OpXor:
		return a ^ b
	case ir.OpShl:
		return a << (uint64(b) & (width - 1))
	default: // OpShr
		return a >> (uint64(b) & (width - 1))
	}
}

// powInt is a^b, wrapping. A negative exponent gives the power rounded toward
// zero, with 0 for a zero base.
func powInt[T integer](a, b T) T {
	if b < 0 {
		switch {
		case a == 1:
			return 1
		case a == ^T(0): // -1; b < 0 means the type is signed
			if b&1 == 0 {
				return 1
			}
			return a
		}
		return 0
	}
	r := T(1)
	for e := uint64(b); e > 0; e >>= 1 {
		if e&1 == 1 {
			r *= a
		}
		a *= a
	}
	return r
}
