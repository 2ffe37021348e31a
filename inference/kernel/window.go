package kernel

import "github.com/imochain/imod/inference/ir"

// window is the geometry of a convolution or a pool, lifted to three spatial
// dimensions (leading ones of size 1).
type window struct {
	in, out, size, stride, before, after, dilation [3]int
}

func newWindow(in, out, size, stride, before, after, dilation []int64) window {
	w := window{size: [3]int{1, 1, 1}, in: [3]int{1, 1, 1}, out: [3]int{1, 1, 1}, stride: [3]int{1, 1, 1}, dilation: [3]int{1, 1, 1}}
	for i := range size {
		j := 3 - len(size) + i
		w.in[j], w.out[j], w.size[j] = int(in[i]), int(out[i]), int(size[i])
		w.stride[j], w.before[j], w.after[j], w.dilation[j] = int(stride[i]), int(before[i]), int(after[i]), int(dilation[i])
	}
	return w
}

func convWindow(n *ir.Node, x, w, out []int64) (window, int) {
	a, err := n.ConvAttrs()
	if err != nil {
		return window{}, 1 // cannot be: the node was validated
	}
	return newWindow(x[2:], out[2:], w[2:], a.Strides, a.Before, a.After, a.Dilations), int(a.Groups)
}

func poolWindow(n *ir.Node, x, out []int64) window {
	a, err := n.PoolAttrs()
	if err != nil {
		return window{}
	}
	return newWindow(x[2:], out[2:], a.Window, a.Strides, a.Before, a.After, a.Dilations)
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// span is the range [lo, hi) of output positions along dimension d whose input
// position for window index k lies inside the input; others are absent terms.
func (w *window) span(d, k int) (lo, hi int) {
	// input = o*stride - before + k*dilation
	shift := k*w.dilation[d] - w.before[d]
	if shift < 0 {
		lo = (-shift + w.stride[d] - 1) / w.stride[d]
	}
	room := w.in[d] - 1 - shift
	if room < 0 {
		return 0, 0
	}
	hi = min(room/w.stride[d]+1, w.out[d])
	return min(lo, hi), hi
}

// source is the input position of output o and window index k along d.
func (w *window) source(d, o, k int) int {
	return o*w.stride[d] - w.before[d] + k*w.dilation[d]
}

// plain reports a window of one position with unit stride and no padding: the
// output plane is the input plane.
func (w *window) plain() bool {
	return volume(w.size) == 1 && volume(w.stride) == 1 && w.before == [3]int{} && w.after == [3]int{}
}
