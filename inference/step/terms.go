package step

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
)

// folds reports whether elements of a kind are sums or comparisons of many terms.
func folds(k ir.Kind) bool {
	switch k {
	case ir.Dot, ir.Conv, ir.MaxPool, ir.AvgPool, ir.Reduce, ir.ArgReduce, ir.CumSum:
		return true
	default:
		return false
	}
}

// terms are the terms of one element. Term k of count may be absent.
type terms struct {
	r     *ir.Record
	at    place // of the element
	count int64

	window []int64      // of convolutions and pools
	attrs  ir.ConvAttrs // likewise; of pools without groups
	red    []int64      // reduced axes
	kept   place        // of reductions: the element's place in the input
}

// termsOf takes a checked record of a kind that folds.
func termsOf(r *ir.Record, index int64) (*terms, error) {
	n, x := &r.Node, r.Sources[0].Decl.Shape
	t := &terms{r: r, at: placeOf(index, n.Out.Shape)}
	switch n.Kind {
	case ir.Dot:
		t.count = x[len(x)-1]
	case ir.Conv:
		w := r.Sources[1].Decl.Shape
		t.window, t.count = w[2:], elems(w[1:])
		var err error
		if t.attrs, err = n.ConvAttrs(); err != nil {
			return nil, err
		}
	case ir.MaxPool, ir.AvgPool:
		a, err := n.PoolAttrs()
		if err != nil {
			return nil, err
		}
		if t.count, err = ir.Elems(a.Window, maxTerms); err != nil {
			return nil, err
		}
		t.window = a.Window
		t.attrs = ir.ConvAttrs{Strides: a.Strides, Before: a.Before, After: a.After, Dilations: a.Dilations}
	case ir.CumSum:
		axis := n.Ints[0]
		t.count = t.at[axis] + 1
		if n.Ints[2] == 1 {
			t.count = x[axis] - t.at[axis]
		}
		if n.Ints[1] == 1 {
			t.count--
		}
	default: // Reduce, ArgReduce
		t.reduced(x)
	}
	return t, nil
}

// maxTerms bounds a pool's window; ir.Limits refuses graphs far below it.
const maxTerms = 1 << 40

// reduced splits the element's place into kept and reduced dimensions.
func (t *terms) reduced(x []int64) {
	t.red, t.count = t.r.Node.Ints[1:], 1
	i := 0
	for axis, d := range x {
		if slices.Contains(t.red, int64(axis)) {
			t.count *= d
			i += int(t.r.Node.Ints[0]) // keep: a dimension of size 1 stands for it
			continue
		}
		t.kept[axis] = t.at[i]
		i++
	}
}

// term gives the elements of inputs 0 and, for products, 1 that make term k.
func (t *terms) term(k int64) (a, b int64, present bool) {
	n, x := &t.r.Node, t.r.Sources[0].Decl.Shape
	switch n.Kind {
	case ir.Dot:
		a, b = t.factors(k)
		return a, b, true
	case ir.Conv:
		w, taps := t.r.Sources[1].Decl.Shape, elems(t.window)
		perGroup := w[0] / t.attrs.Groups
		p := place{t.at[0], t.at[1]/perGroup*w[1] + k/taps}
		present = t.source(&p, k%taps)
		return p.in(x), t.at[1]*w[1]*taps + k, present
	case ir.MaxPool, ir.AvgPool:
		p := place{t.at[0], t.at[1]}
		present = t.source(&p, k)
		return p.in(x), 0, present
	case ir.CumSum:
		p := t.at
		p[n.Ints[0]] = k
		if n.Ints[2] == 1 {
			p[n.Ints[0]] = x[n.Ints[0]] - 1 - k
		}
		return p.in(x), 0, true
	default:
		p := t.kept
		for i := len(t.red) - 1; i >= 0; i-- {
			p[t.red[i]] = k % x[t.red[i]]
			k /= x[t.red[i]]
		}
		return p.in(x), 0, true
	}
}

// factors are the elements of a matrix product's term k.
func (t *terms) factors(k int64) (a, b int64) {
	x, w, rank := t.r.Sources[0].Decl.Shape, t.r.Sources[1].Decl.Shape, len(t.r.Node.Out.Shape)
	left, right := t.at, t.at
	left[rank-1] = k
	right[rank-2] = k
	return left.broadcast(rank, x), right.broadcast(rank, w)
}

// source sets the spatial part of an input place for a window position, and
// reports whether it lies inside the input.
func (t *terms) source(p *place, k int64) bool {
	x := t.r.Sources[0].Decl.Shape
	inside := true
	for i := len(t.window) - 1; i >= 0; i-- {
		s := t.at[2+i]*t.attrs.Strides[i] - t.attrs.Before[i] + k%t.window[i]*t.attrs.Dilations[i]
		k /= t.window[i]
		inside = inside && s >= 0 && s < x[2+i]
		p[2+i] = s
	}
	return inside
}

// divisor is what a mean or an average pool divides by.
func (t *terms) divisor() int64 {
	if t.r.Node.Kind != ir.AvgPool {
		return t.count
	}
	n := int64(1)
	x := t.r.Sources[0].Decl.Shape
	for i, size := range t.window {
		stride, before, dilation := t.attrs.Strides[i], t.attrs.Before[i], t.attrs.Dilations[i]
		first := t.at[2+i]*stride - before
		// Window positions k with low <= first + k*dilation < high.
		low, high := int64(0), x[2+i]
		if t.r.Node.Op == ir.OpPadded {
			low, high = first, high+t.attrs.After[i]
		}
		from := max(ceilDiv(low-first, dilation), 0)
		to := min(ceilDiv(high-first, dilation), size)
		n *= max(to-from, 0)
	}
	return n
}

// ceilDiv is a/b rounded up, for b > 0.
func ceilDiv(a, b int64) int64 {
	if a <= 0 {
		return a / b
	}
	return (a-1)/b + 1
}

// bias is the element of the bias that belongs to a product, or false.
func (t *terms) bias() (int64, bool) {
	if len(t.r.Sources) < 3 {
		return 0, false
	}
	if t.r.Node.Kind == ir.Conv {
		return t.at[1], true
	}
	return t.at.broadcast(len(t.r.Node.Out.Shape), t.r.Sources[2].Decl.Shape), true
}
