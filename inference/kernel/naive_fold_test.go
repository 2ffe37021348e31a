package kernel_test

import (
	"math"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// naiveReduce visits the reduced elements in ascending order.
func naiveReduce(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	x := c.In[0]
	keep, axes := c.Node.Ints[0] == 1, c.Node.Ints[1:]
	var list []element
	for i := range x.Len() {
		cx := coordsOf(x.Shape, i)
		var kept coords
		for d, p := range cx {
			switch {
			case !slices.Contains(axes, int64(d)):
				kept = append(kept, p)
			case keep:
				kept = append(kept, 0)
			}
		}
		if slices.Equal(kept, o) {
			list = append(list, get(x, i))
		}
	}
	if c.Node.Kind == ir.ArgReduce {
		return naiveArg(c.Node.Op, list)
	}
	return naiveFold(c.Node.Op, x.DType, list)
}

func naiveFold(op ir.Op, d ir.DType, list []element) element {
	f, n, first := 0.0, int64(0), true
	best := list[0]
	if op == ir.OpProd {
		f, n = 1, 1
	}
	for _, e := range list {
		v := float64(e.f)
		switch op {
		case ir.OpSum, ir.OpMean:
			f, n = f+v, n+e.n
		case ir.OpProd:
			f, n = float64(f*v), n*e.n
		case ir.OpSumSquare, ir.OpMeanSquare:
			sq := float64(v * v)
			f, n = f+sq, n+e.n*e.n
		case ir.OpReduceMax:
			if first || e.f > best.f || e.f != e.f || e.n > best.n {
				best = e
			}
		default:
			if first || e.f < best.f || e.f != e.f || e.n < best.n {
				best = e
			}
		}
		first = false
	}
	switch op {
	case ir.OpReduceMax, ir.OpReduceMin:
		return best
	case ir.OpMean, ir.OpMeanSquare:
		f /= float64(len(list))
	}
	r := float32(math.Inf(int(math.Copysign(1, f))))
	if math.Abs(f) < 0x1.ffffffp127 || f != f {
		r = float32(f)
	}
	return element{f: r, n: n} // n is cut to the type when it is stored
}

func naiveArg(op ir.Op, list []element) element {
	last := op == ir.OpArgMaxLast || op == ir.OpArgMinLast
	sign := float32(1)
	if op == ir.OpArgMin || op == ir.OpArgMinLast {
		sign = -1
	}
	// better orders NaN above everything.
	better := func(a, b element) bool {
		if a.f != a.f || b.f != b.f {
			return b.f == b.f
		}
		if sign < 0 {
			return a.f < b.f || a.n < b.n
		}
		return a.f > b.f || a.n > b.n
	}
	best := 0
	for i, e := range list {
		if better(e, list[best]) || (last && !better(list[best], e)) {
			best = i
		}
	}
	return element{n: int64(best)}
}

func naiveCumSum(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	x, axis := c.In[0], c.Node.Ints[0]
	exclusive, reverse := c.Node.Ints[1] == 1, c.Node.Ints[2] == 1
	var f float64
	var n int64
	size := x.Shape[axis]
	for k := range size {
		p := k
		if reverse {
			p = size - 1 - k
		}
		cx := append(coords{}, o...)
		cx[axis] = p
		if exclusive && p == o[axis] {
			break
		}
		e := get(x, at(x.Shape, cx))
		f, n = f+float64(e.f), n+e.n
		if p == o[axis] {
			break
		}
	}
	return element{f: float32(f), n: n}
}

func naiveMove(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	x, ints := c.In[0], c.Node.Ints
	rank := len(x.Shape)
	from := make(coords, rank)
	resolve := func(i int, n int64) int64 {
		v := get(c.In[1], i).n
		if v < 0 {
			v += n
		}
		return min(max(v, 0), n-1)
	}
	switch c.Node.Kind {
	case ir.Transpose:
		for d, p := range ints {
			from[p] = o[d]
		}
	case ir.Slice:
		for d := range from {
			from[d] = ints[2*d] + ints[2*d+1]*o[d]
		}
	case ir.Resize:
		for d := range from {
			from[d] = o[d] * x.Shape[d] / out.Shape[d]
		}
	case ir.Expand:
		return get(x, seen(x, o))
	case ir.Pad:
		for d := range from {
			if from[d] = o[d] - ints[d]; from[d] < 0 || from[d] >= x.Shape[d] {
				if x.DType == ir.F32 {
					return element{f: c.Node.Floats[0]}
				}
				return element{n: ints[2*rank]}
			}
		}
	case ir.Gather:
		axis, idx := int(ints[0]), c.In[1]
		k := len(idx.Shape)
		copy(from, o[:axis])
		from[axis] = resolve(at(idx.Shape, o[axis:axis+k]), x.Shape[axis])
		copy(from[axis+1:], o[axis+k:])
	case ir.GatherElements:
		copy(from, o)
		from[ints[0]] = resolve(at(c.In[1].Shape, o), x.Shape[ints[0]])
	default: // Concat
		copy(from, o)
		for _, t := range c.In {
			if from[ints[0]] < t.Shape[ints[0]] {
				return get(t, at(t.Shape, from))
			}
			from[ints[0]] -= t.Shape[ints[0]]
		}
	}
	return get(x, at(x.Shape, from))
}
