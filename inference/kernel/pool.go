package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// maxPool keeps the largest present element of each window, the first of equal
// ones; NaN wins. A window with nothing present gives the smallest value.
func maxPool(isa ISA, n *ir.Node, in, out Tensor, p, parts int) {
	w := poolWindow(n, in.Shape, out.Shape)
	switch in.DType {
	case ir.F32:
		if isa != Scalar {
			maxPoolRows(&w, in.F32, out.F32, p, parts)
			return
		}
		maxPool32(&w, in.F32, out.F32, p, parts)
	case ir.I8:
		maxPoolInt(&w, in.I8, out.I8, math.MinInt8, p, parts)
	case ir.U8:
		maxPoolInt(&w, in.U8, out.U8, 0, p, parts)
	case ir.I32:
		maxPoolInt(&w, in.I32, out.I32, math.MinInt32, p, parts)
	default:
		maxPoolInt(&w, in.I64, out.I64, math.MinInt64, p, parts)
	}
}

// taps calls f with the input offset of every present position of the window at
// output position (od, oh, ow), in ascending order.
type taps struct {
	w          *window
	od, oh, ow int
	k          int
}

// next is the input offset of the next present position, or -1.
func (t *taps) next() int {
	w := t.w
	for t.k < volume(w.size) {
		k := t.k
		t.k++
		d := w.source(0, t.od, k/(w.size[1]*w.size[2]))
		h := w.source(1, t.oh, k/w.size[2]%w.size[1])
		c := w.source(2, t.ow, k%w.size[2])
		if d >= 0 && d < w.in[0] && h >= 0 && h < w.in[1] && c >= 0 && c < w.in[2] {
			return (d*w.in[1]+h)*w.in[2] + c
		}
	}
	return -1
}

func (w *window) at(o int) taps {
	return taps{w: w, od: o / (w.out[1] * w.out[2]), oh: o / w.out[2] % w.out[1], ow: o % w.out[2]}
}

func maxPool32(w *window, x, y []float32, p, parts int) {
	inPlane, plane := volume(w.in), volume(w.out)
	lo, hi := part(len(y), p, parts)
	for i := lo; i < hi; i++ {
		src := x[i/plane*inPlane : (i/plane+1)*inPlane]
		t := w.at(i % plane)
		best := -inf32
		if at := t.next(); at >= 0 {
			best = src[at]
			for at = t.next(); at >= 0; at = t.next() {
				if v := src[at]; v > best || v != v {
					best = v
				}
			}
		}
		y[i] = best
	}
}

func maxPoolInt[T integer](w *window, x, y []T, lowest T, p, parts int) {
	inPlane, plane := volume(w.in), volume(w.out)
	lo, hi := part(len(y), p, parts)
	for i := lo; i < hi; i++ {
		src := x[i/plane*inPlane : (i/plane+1)*inPlane]
		t := w.at(i % plane)
		best := lowest
		for at := t.next(); at >= 0; at = t.next() {
			best = max(best, src[at])
		}
		y[i] = best
	}
}

// avgPool is the float64 sum of the present elements in ascending order over
// their number, or over the positions inside the padded input, rounded once. A
// window with nothing present gives 0.
func avgPool(n *ir.Node, in, out Tensor, p, parts int) {
	w := poolWindow(n, in.Shape, out.Shape)
	inPlane, plane := volume(w.in), volume(w.out)
	lo, hi := part(out.Len(), p, parts)
	for i := lo; i < hi; i++ {
		src := in.F32[i/plane*inPlane : (i/plane+1)*inPlane]
		t := w.at(i % plane)
		sum, count := 0.0, 0
		for at := t.next(); at >= 0; at = t.next() {
			sum += float64(src[at])
			count++
		}
		if n.Op == ir.OpPadded {
			count = w.padded(0, t.od) * w.padded(1, t.oh) * w.padded(2, t.ow)
		}
		if count == 0 {
			out.F32[i] = 0
			continue
		}
		out.F32[i] = narrow(sum / float64(count))
	}
}

// padded counts the window positions along d that lie in the padded input. Only
// a window that overhangs at the end, by rounding up, has fewer than its size.
func (w *window) padded(d, o int) int {
	count := 0
	for k := range w.size[d] {
		if w.source(d, o, k) < w.in[d]+w.after[d] {
			count++
		}
	}
	return count
}
