package kernel

import "github.com/imochain/imod/inference/ir"

// convInts is the integer convolution: exact products, i32 sums that wrap.
func convInts(w *window, groups int, in []Tensor, out Tensor, p, parts int) {
	switch in[0].DType {
	case ir.I8:
		convIntsB(w, groups, in[0].I8, in, out, p, parts)
	case ir.U8:
		convIntsB(w, groups, in[0].U8, in, out, p, parts)
	default:
		convIntsB(w, groups, in[0].I32, in, out, p, parts)
	}
}

func convIntsB[A narrowInt](w *window, groups int, x []A, in []Tensor, out Tensor, p, parts int) {
	switch in[1].DType {
	case ir.I8:
		convInt(w, groups, x, in[1].I8, in, out, p, parts)
	case ir.U8:
		convInt(w, groups, x, in[1].U8, in, out, p, parts)
	default:
		convInt(w, groups, x, in[1].I32, in, out, p, parts)
	}
}

func convInt[A, B narrowInt](w *window, groups int, x []A, k []B, in []Tensor, out Tensor, p, parts int) {
	cin, cout := int(in[1].Shape[1]), int(out.Shape[1])
	plane, inPlane, taps := volume(w.out), volume(w.in), volume(w.size)
	lo, hi := part(int(out.Shape[0])*cout, p, parts)
	for t := lo; t < hi; t++ {
		b, oc := t/cout, t%cout
		y := out.I32[t*plane : (t+1)*plane]
		clear(y)
		firstIn := (b*groups + oc/(cout/groups)) * cin
		for ic := range cin {
			convIntPlane(w, y, x[(firstIn+ic)*inPlane:], k[(oc*cin+ic)*taps:(oc*cin+ic+1)*taps])
		}
		if len(in) == 3 {
			for j := range y {
				y[j] += in[2].I32[oc]
			}
		}
	}
}

func convIntPlane[A, B narrowInt](w *window, y []int32, x []A, k []B) {
	for t, v := range k {
		kd, kh, kw := t/(w.size[1]*w.size[2]), t/w.size[2]%w.size[1], t%w.size[2]
		d0, d1 := w.span(0, kd)
		h0, h1 := w.span(1, kh)
		w0, w1 := w.span(2, kw)
		c := int32(v)
		if w0 == w1 || c == 0 {
			continue
		}
		for od := d0; od < d1; od++ {
			for oh := h0; oh < h1; oh++ {
				row := y[(od*w.out[1]+oh)*w.out[2]:]
				at := (w.source(0, od, kd)*w.in[1]+w.source(1, oh, kh))*w.in[2] + w.source(2, w0, kw)
				for ow := w0; ow < w1; ow++ {
					row[ow] += c * int32(x[at])
					at += w.stride[2]
				}
			}
		}
	}
}
