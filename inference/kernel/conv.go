package kernel

import "github.com/imochain/imod/inference/ir"

// Tile sizes of the patch path: output positions, depth of a patch block, and
// output channels that share it.
const (
	convCols  = 256
	convDepth = 64
	convRows  = 32
)

// Scratch is working memory for one goroutine.
type Scratch struct {
	panels     [fastPanels * panelWidth * fastDepth]float32 // what the fast products pack
	edge       [fastRows * panelWidth]float32               // results of a panel that is not full
	bias       [panelWidth]float32
	patchPanel patchPanel
	left       [fastRows * intDepth]int16 // left operand of an integer product
	intEdge    [fastRows * panelWidth]int32
	patch      [convCols * convDepth]float32
}

// conv computes output channel planes. Two ways, one result: convDirect is the
// definition; convPatches copies input patches so that the inner loop is long.
// The copy writes 0 for absent terms. Adding a product with 0 changes no sum
// that started at +0, provided the coefficient is finite: hence the flag.
func conv(c *Call) {
	n, in, out, p, parts := c.Node, c.In, c.Out, c.Part, c.Parts
	w, groups := convWindow(n, in[0].Shape, in[1].Shape, out.Shape)
	switch {
	case out.DType == ir.I32:
		convInts(&w, groups, in, out, p, parts)
	case convFast(c, w, groups):
	case c.Finite && c.Scratch != nil && int(out.Shape[1])/groups >= 2:
		convPatches(&w, groups, in, out, p, parts, c.Scratch)
	default:
		convDirect(&w, groups, in, out, p, parts)
	}
}

// convDirect runs one output plane at a time: channel, depth, row, column of the
// window ascending, each over all outputs for which the term is present.
func convDirect(w *window, groups int, in []Tensor, out Tensor, p, parts int) {
	cin, cout := int(in[1].Shape[1]), int(out.Shape[1])
	plane, inPlane, taps := volume(w.out), volume(w.in), volume(w.size)
	lo, hi := part(int(out.Shape[0])*cout, p, parts)
	for t := lo; t < hi; t++ {
		b, oc := t/cout, t%cout
		y := out.F32[t*plane : (t+1)*plane]
		clear(y)
		firstIn := (b*groups + oc/(cout/groups)) * cin
		for ic := range cin {
			x := in[0].F32[(firstIn+ic)*inPlane : (firstIn+ic+1)*inPlane]
			k := in[1].F32[(oc*cin+ic)*taps : (oc*cin+ic+1)*taps]
			convPlane(w, y, x, k)
		}
		finishBias(y, in, oc)
	}
}

func finishBias(y []float32, in []Tensor, oc int) {
	if len(in) == 3 {
		finish(y, in[2].F32[oc], true)
		return
	}
	finish(y, 0, false)
}

// convPlane adds the terms of one input channel to one output plane.
func convPlane(w *window, y, x, k []float32) {
	for t, c := range k {
		kd, kh, kw := t/(w.size[1]*w.size[2]), t/w.size[2]%w.size[1], t%w.size[2]
		d0, d1 := w.span(0, kd)
		h0, h1 := w.span(1, kh)
		w0, w1 := w.span(2, kw)
		if w0 == w1 {
			continue
		}
		for od := d0; od < d1; od++ {
			for oh := h0; oh < h1; oh++ {
				row := y[(od*w.out[1]+oh)*w.out[2]:]
				src := x[(w.source(0, od, kd)*w.in[1]+w.source(1, oh, kh))*w.in[2]+w.source(2, w0, kw):]
				if w.stride[2] == 1 {
					madd1(row[w0:w1], src, c)
					continue
				}
				for ow, at := w0, 0; ow < w1; ow, at = ow+1, at+w.stride[2] {
					row[ow] += float32(c * src[at])
				}
			}
		}
	}
}

// convPatches tiles (image, group, output channels, output positions).
func convPatches(w *window, groups int, in []Tensor, out Tensor, p, parts int, s *Scratch) {
	cin, cout := int(in[1].Shape[1]), int(out.Shape[1])
	per := cout / groups
	plane, inPlane, depth := volume(w.out), volume(w.in), cin*volume(w.size)
	rowTiles, colTiles := (per+convRows-1)/convRows, (plane+convCols-1)/convCols
	plain := w.plain()
	lo, hi := part(int(out.Shape[0])*groups*rowTiles*colTiles, p, parts)
	for t := lo; t < hi; t++ {
		bg := t / (rowTiles * colTiles) // image and group
		c0, o0 := t%colTiles*convCols, t/colTiles%rowTiles*convRows
		cols, rows := min(convCols, plane-c0), min(convRows, per-o0)
		first := bg%groups*per + o0 // output channel
		x := in[0].F32[bg*cin*inPlane : (bg+1)*cin*inPlane]
		coef := in[1].F32[first*depth:]
		y := out.F32[(bg/groups*cout+first)*plane+c0:]
		for r := range rows {
			clear(y[r*plane : r*plane+cols])
		}
		for k := 0; k < depth; k += convDepth {
			d := min(convDepth, depth-k)
			if plain {
				maddBlock(y, plane, coef[k:], depth, x[k*inPlane+c0:], inPlane, rows, d, cols)
				continue
			}
			patches(w, s.patch[:d*cols], x, k, c0, cols)
			maddBlock(y, plane, coef[k:], depth, s.patch[:d*cols], cols, rows, d, cols)
		}
		for r := range rows {
			finishBias(y[r*plane:r*plane+cols], in, first+r)
		}
	}
}

// patches fills dst, rows of cols values, with what output positions c0.. see at
// window terms k0..; absent terms are 0.
func patches(w *window, dst, x []float32, k0, c0, cols int) {
	taps, inPlane := volume(w.size), volume(w.in)
	for k := k0; len(dst) > 0; k++ {
		row := dst[:cols]
		dst = dst[cols:]
		tap := k % taps
		kd, kh, kw := tap/(w.size[1]*w.size[2]), tap/w.size[2]%w.size[1], tap%w.size[2]
		src := x[k/taps*inPlane : (k/taps+1)*inPlane]
		lo, hi := w.span(2, kw)
		for j := 0; j < cols; {
			pos := c0 + j
			ow := pos % w.out[2]
			run := min(w.out[2]-ow, cols-j)
			oh := pos / w.out[2]
			d, h := w.source(0, oh/w.out[1], kd), w.source(1, oh%w.out[1], kh)
			seg := row[j : j+run]
			j += run
			if d < 0 || d >= w.in[0] || h < 0 || h >= w.in[1] {
				clear(seg)
				continue
			}
			a, b := min(max(lo-ow, 0), run), min(max(hi-ow, 0), run)
			clear(seg[:a])
			clear(seg[max(a, b):])
			if a >= b {
				continue
			}
			from := src[(d*w.in[1]+h)*w.in[2]+w.source(2, ow+a, kw):]
			if w.stride[2] == 1 {
				copy(seg[a:b], from)
				continue
			}
			for i, at := a, 0; i < b; i, at = i+1, at+w.stride[2] {
				seg[i] = from[at]
			}
		}
	}
}
