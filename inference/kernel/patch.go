package kernel

// maxTaps bounds each dimension of a window on the fast path of Conv.
const maxTaps = 32

// patchPanel describes which input elements the 16 output positions of a panel
// see: the same for every input channel.
type patchPanel struct {
	index      [panelWidth]int32 // input offset of the first window element, from base
	base       int               // the offset of position 0; may lie outside the plane
	contiguous bool
	present    [3][maxTaps]uint32 // per dimension and window index: positions with an input there
}

// describe fills the panel of output positions [first, first+n).
func (pp *patchPanel) describe(w *window, first, n int) {
	for d := range 3 {
		clear(pp.present[d][:w.size[d]])
	}
	pp.contiguous = true
	for j := range n {
		pos := first + j
		o := [3]int{pos / (w.out[2] * w.out[1]), pos / w.out[2] % w.out[1], pos % w.out[2]}
		at := 0
		for d := range 3 {
			start := w.source(d, o[d], 0)
			at = at*w.in[d] + start
			for t := range w.size[d] {
				if i := start + t*w.dilation[d]; i >= 0 && i < w.in[d] {
					pp.present[d][t] |= 1 << j
				}
			}
		}
		if j == 0 {
			pp.base = at
		}
		pp.index[j] = int32(at - pp.base)
		pp.contiguous = pp.contiguous && at-pp.base == j
	}
	for j := n; j < panelWidth; j++ {
		pp.index[j] = 0
	}
}

// fill writes the panel's rows for channels [c0, c0+channels): per channel and
// window position one row of 16 inputs, 0 where the term is absent.
func (pp *patchPanel) fill(isa ISA, w *window, dst, x []float32, c0, channels int) {
	taps, inPlane := volume(w.size), volume(w.in)
	tap := 0
	for kd := range w.size[0] {
		for kh := range w.size[1] {
			for kw := range w.size[2] {
				shift := (kd*w.dilation[0]*w.in[1]+kh*w.dilation[1])*w.in[2] + kw*w.dilation[2]
				mask := pp.present[0][kd] & pp.present[1][kh] & pp.present[2][kw]
				index := &pp.index
				if pp.contiguous {
					index = nil
				}
				fillRows(isa, dst[tap*panelWidth:], taps*panelWidth, x, c0*inPlane+pp.base+shift, inPlane, channels, mask, index)
				tap++
			}
		}
	}
}

// fillRowsScalar fills count rows of 16: lane j of row i is
// x[offset+i*step+index[j]], or 0 where the mask has no bit. Without an index
// the lanes are neighbours.
func fillRowsScalar(dst []float32, dstStep int, x []float32, offset, step, count int, mask uint32, index *[panelWidth]int32) {
	for i := range count {
		row := (*[panelWidth]float32)(dst[i*dstStep:])
		at := offset + i*step
		if mask == 1<<panelWidth-1 && index == nil {
			*row = [panelWidth]float32(x[at:])
			continue
		}
		for j := range row {
			row[j] = 0
			if mask>>j&1 == 0 {
				continue
			}
			if index != nil {
				row[j] = x[at+int(index[j])]
			} else {
				row[j] = x[at+j]
			}
		}
	}
}
