package kernel_test

import (
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// A second implementation of everything that has structure: one output element
// at a time, addressed by coordinates, with no tiles, strides or fast paths.

type coords []int64

// at is the flat position of coordinates.
func at(shape []int64, c coords) int {
	i := int64(0)
	for d, n := range shape {
		i = i*n + c[d]
	}
	return int(i)
}

// coordsOf is the inverse of at.
func coordsOf(shape []int64, i int) coords {
	c := make(coords, len(shape))
	for d := len(shape) - 1; d >= 0; d-- {
		c[d] = int64(i) % shape[d]
		i /= int(shape[d])
	}
	return c
}

// seen is the flat position, in a broadcast operand, of output coordinates.
func seen(t kernel.Tensor, c coords) int {
	c = c[len(c)-len(t.Shape):]
	own := make(coords, len(t.Shape))
	for d, n := range t.Shape {
		if n > 1 {
			own[d] = c[d]
		}
	}
	return at(t.Shape, own)
}

// element is one value of any type.
type element struct {
	f float32
	n int64
}

func get(t kernel.Tensor, i int) element {
	switch t.DType {
	case ir.F32:
		return element{f: t.F32[i]}
	case ir.I8:
		return element{n: int64(t.I8[i])}
	case ir.I32:
		return element{n: int64(t.I32[i])}
	case ir.I64:
		return element{n: t.I64[i]}
	default:
		return element{n: int64(t.U8[i])}
	}
}

func set(t kernel.Tensor, i int, e element) {
	switch t.DType {
	case ir.F32:
		if e.f != e.f {
			e.f = math.Float32frombits(0x7fc00000)
		}
		t.F32[i] = e.f
	case ir.I8:
		t.I8[i] = int8(e.n)
	case ir.I32:
		t.I32[i] = int32(e.n)
	case ir.I64:
		t.I64[i] = e.n
	default:
		t.U8[i] = uint8(e.n)
	}
}

// naive computes a case, or reports that it has no second implementation.
func naive(c kerneltest.Case, out kernel.Tensor) bool {
	one := naiveElement(c.Node.Kind)
	if one == nil {
		return false
	}
	for i := range out.Len() {
		set(out, i, one(&c, out, coordsOf(out.Shape, i)))
	}
	return true
}

type elementFunc func(*kerneltest.Case, kernel.Tensor, coords) element

func naiveElement(k ir.Kind) elementFunc {
	switch k {
	case ir.Binary, ir.Compare, ir.Where:
		return naiveBroadcast
	case ir.Dot:
		return naiveDot
	case ir.Conv:
		return naiveConv
	case ir.MaxPool, ir.AvgPool:
		return naivePool
	case ir.Reduce, ir.ArgReduce:
		return naiveReduce
	case ir.Transpose, ir.Slice, ir.Pad, ir.Resize, ir.Expand, ir.Gather, ir.GatherElements, ir.Concat:
		return naiveMove
	case ir.CumSum:
		return naiveCumSum
	default:
		return nil
	}
}

// naiveBroadcast runs the kernel on single elements: it checks the walk, the
// scalar functions have tables of their own.
func naiveBroadcast(c *kerneltest.Case, out kernel.Tensor, at coords) element {
	in := make([]kernel.Tensor, len(c.In))
	for k, t := range c.In {
		in[k] = kernel.New(ir.TensorDecl{DType: t.DType})
		set(in[k], 0, get(t, seen(t, at)))
	}
	n := c.Node
	n.Out = ir.TensorDecl{DType: out.DType}
	y, err := kernel.Exec(&n, in)
	if err != nil {
		panic(err)
	}
	return get(y, 0)
}

// madd adds one product, with both roundings.
func madd(d ir.DType, acc, a, b element) element {
	if d == ir.F32 {
		p := float32(a.f * b.f)
		return element{f: acc.f + p}
	}
	return element{n: int64(int32(acc.n) + int32(a.n)*int32(b.n))}
}

func plus(d ir.DType, a, b element) element {
	return element{f: a.f + b.f, n: int64(int32(a.n) + int32(b.n))}
}

func naiveDot(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	a, b := c.In[0], c.In[1]
	rank := len(o)
	var acc element
	for k := range a.Shape[len(a.Shape)-1] {
		ca, cb := append(coords{}, o...), append(coords{}, o...)
		ca[rank-1], cb[rank-2] = k, k
		acc = madd(out.DType, acc, get(a, seenMatrix(a, ca)), get(b, seenMatrix(b, cb)))
	}
	if len(c.In) == 3 {
		acc = plus(out.DType, acc, get(c.In[2], seen(c.In[2], o)))
	}
	return acc
}

// seenMatrix is seen with the last two dimensions taken as they are.
func seenMatrix(t kernel.Tensor, c coords) int {
	c = append(coords{}, c[len(c)-len(t.Shape):]...)
	for d := range len(t.Shape) - 2 {
		if t.Shape[d] == 1 {
			c[d] = 0
		}
	}
	return at(t.Shape, c)
}

func naiveConv(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	x, w := c.In[0], c.In[1]
	a, err := c.Node.ConvAttrs()
	if err != nil {
		panic(err)
	}
	perGroup := w.Shape[0] / a.Groups
	var acc element
	for k := range kernel.Elems(w.Shape[1:]) {
		cw := append(coords{o[1]}, coordsOf(w.Shape[1:], k)...)
		cx := coords{o[0], o[1]/perGroup*w.Shape[1] + cw[1]}
		present := true
		for d := range a.Strides {
			p := o[2+d]*a.Strides[d] - a.Before[d] + cw[2+d]*a.Dilations[d]
			present = present && p >= 0 && p < x.Shape[2+d]
			cx = append(cx, p)
		}
		if present {
			acc = madd(out.DType, acc, get(x, at(x.Shape, cx)), get(w, at(w.Shape, cw)))
		}
	}
	if len(c.In) == 3 {
		acc = plus(out.DType, acc, get(c.In[2], int(o[1])))
	}
	return acc
}

func naivePool(c *kerneltest.Case, out kernel.Tensor, o coords) element {
	x := c.In[0]
	a, err := c.Node.PoolAttrs()
	if err != nil {
		panic(err)
	}
	lowest := map[ir.DType]int64{ir.I8: math.MinInt8, ir.I32: math.MinInt32, ir.I64: math.MinInt64}
	best, found := element{f: float32(math.Inf(-1)), n: lowest[x.DType]}, false
	sum, present, padded := 0.0, 0, 0
	for k := range kernel.Elems(a.Window) {
		cx, inside, within := coords{o[0], o[1]}, true, true
		for d, n := range coordsOf(a.Window, k) {
			p := o[2+d]*a.Strides[d] - a.Before[d] + n*a.Dilations[d]
			inside = inside && p >= 0 && p < x.Shape[2+d]
			within = within && p < x.Shape[2+d]+a.After[d]
			cx = append(cx, p)
		}
		if within {
			padded++
		}
		if !inside {
			continue
		}
		present++
		v := get(x, at(x.Shape, cx))
		sum += float64(v.f)
		if !found || v.f > best.f || v.f != v.f || v.n > best.n {
			best, found = v, true
		}
	}
	if c.Node.Kind == ir.MaxPool {
		return best
	}
	if c.Node.Op == ir.OpPresent {
		padded = present
	}
	if padded == 0 {
		return element{}
	}
	return element{f: float32(sum / float64(padded))}
}
