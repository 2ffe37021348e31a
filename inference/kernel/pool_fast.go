package kernel

import "math"

// maxPoolRows is maxPool32 by rows of the output: the positions of the window
// one after the other, each over all outputs for which it is present. Every
// output still sees its elements in ascending order; -Inf in front of them is
// never chosen over one.
func maxPoolRows(w *window, x, y []float32, p, parts int) {
	inPlane := volume(w.in)
	rows := w.out[0] * w.out[1] // of a plane
	lo, hi := part(len(y)/w.out[2], p, parts)
	for r := lo; r < hi; r++ {
		out := y[r*w.out[2] : (r+1)*w.out[2]]
		for i := range out {
			out[i] = -inf32
		}
		plane := x[r/rows*inPlane : (r/rows+1)*inPlane]
		od, oh := r%rows/w.out[1], r%w.out[1]
		for kd := range w.size[0] {
			d := w.source(0, od, kd)
			if d < 0 || d >= w.in[0] {
				continue
			}
			for kh := range w.size[1] {
				h := w.source(1, oh, kh)
				if h < 0 || h >= w.in[1] {
					continue
				}
				line := plane[(d*w.in[1]+h)*w.in[2]:][:w.in[2]]
				for kw := range w.size[2] {
					a, b := w.span(2, kw)
					if a < b {
						maxLine(out[a:b], line[w.source(2, a, kw):], w.stride[2])
					}
				}
			}
		}
	}
}

// maxLine replaces elements of y by those of x, step apart, that are larger or
// NaN. Which one it is cannot be foreseen, so there is no branch.
func maxLine(y, x []float32, step int) {
	at := 0
	for i, best := range y {
		b, v := math.Float32bits(best), math.Float32bits(x[at])
		if rank(v) > rank(b) {
			b = v
		}
		y[i] = math.Float32frombits(b)
		at += step
	}
}

// rank orders float32 patterns as integers: like the numbers, both zeros equal,
// the canonical NaN above all.
func rank(b uint32) int32 {
	sign := int32(b) >> 31
	return (int32(b) ^ (sign & math.MaxInt32)) - sign
}
