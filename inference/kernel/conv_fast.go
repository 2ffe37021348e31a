package kernel

// fastConv is a convolution as a product: output channels by output positions.
// The right operand, what each position sees of the input, is packed a block at
// a time; it never exists as a whole. Absent terms are packed as 0: a product of
// 0 and a finite coefficient changes no sum that started at +0.
type fastConv struct {
	window
	isa              ISA
	x, coef, y, bias []float32
	scratch          *Scratch
	cin, cout, per   int // channels: input of a group, output, output of a group
	groups           int
	channels         int // input channels of a depth block
	full             int // panels without gaps
}

// convFast runs a float32 convolution with finite weights on an instruction set
// other than Scalar. It reports whether it did.
func convFast(c *Call, w window, groups int) bool {
	taps := volume(w.size)
	if c.ISA == Scalar || c.Scratch == nil || !c.Finite || taps > fastDepth || max(w.size[0], w.size[1], w.size[2]) > maxTaps {
		return false
	}
	f := fastConv{
		window: w, isa: c.ISA, x: c.In[0].F32, coef: c.In[1].F32, y: c.Out.F32, scratch: c.Scratch,
		cin: int(c.In[1].Shape[1]), cout: int(c.Out.Shape[1]), groups: groups,
	}
	if f.per = f.cout / groups; f.per < 2 {
		return false // one channel: the copy would cost more than the product
	}
	if len(c.In) == 3 {
		f.bias = c.In[2].F32
	}
	f.channels = fastDepth / taps
	blocks := (f.cin + f.channels - 1) / f.channels
	f.channels = (f.cin + blocks - 1) / blocks
	plane := volume(w.out)
	f.full = plane / panelWidth
	groupsOfPanels := (f.full + fastPanels - 1) / fastPanels
	all := groupsOfPanels
	if plane%panelWidth != 0 {
		all++
	}
	rowBlocks := (f.per + fastRows - 1) / fastRows
	lo, hi := part(int(c.Out.Shape[0])*groups*all*rowBlocks, c.Part, c.Parts)
	for lo < hi {
		first := lo % rowBlocks
		n := min(rowBlocks-first, hi-lo)
		image, group := lo/(rowBlocks*all), lo/rowBlocks%all
		r0, r1 := first*fastRows, min((first+n)*fastRows, f.per)
		if group < groupsOfPanels {
			q := group * fastPanels
			f.columns(image, q, min(fastPanels, f.full-q), r0, r1)
		} else {
			f.narrow(image, r0, r1)
		}
		lo += n
	}
	return true
}

// block prepares the product of a depth block that starts at input channel c for
// output channels from r of image-and-group bg; panels are packed already.
func (f *fastConv) block(p *product, bg, c, r int) {
	taps := volume(f.size)
	first := bg%f.groups*f.per + r // output channel
	p.isa, p.lda, p.ldb = f.isa, f.cin*taps, panelWidth
	p.k = min(f.channels, f.cin-c) * taps
	p.next = p.k * panelWidth
	p.a = f.coef[first*p.lda+c*taps:]
	p.b = f.scratch.panels[:]
	p.flags, p.rowBias = 0, nil
	if c > 0 {
		p.flags |= productAdd
	}
	if c+f.channels >= f.cin {
		p.flags |= productFinish
		if f.bias != nil {
			p.rowBias = f.bias[first:]
		}
	}
}

// pack fills panels from output position first on; the last may have fewer positions.
func (f *fastConv) pack(bg, c, first, positions int) {
	inPlane := volume(f.in)
	x := f.x[bg*f.cin*inPlane : (bg+1)*f.cin*inPlane]
	channels := min(f.channels, f.cin-c)
	size := channels * volume(f.size) * panelWidth
	for q := 0; q*panelWidth < positions; q++ {
		f.scratch.patchPanel.describe(&f.window, first+q*panelWidth, min(panelWidth, positions-q*panelWidth))
		f.scratch.patchPanel.fill(f.isa, &f.window, f.scratch.panels[q*size:], x, c, channels)
	}
}

// columns computes output channels [r0, r1) of one image and group at the positions of full panels.
func (f *fastConv) columns(bg, q, panels, r0, r1 int) {
	plane := volume(f.out)
	p := product{ldc: plane, panels: panels}
	for c := 0; c < f.cin; c += f.channels {
		f.pack(bg, c, q*panelWidth, panels*panelWidth)
		for r := r0; r < r1; r += fastRows {
			f.block(&p, bg, c, r)
			p.rows = min(fastRows, r1-r)
			p.c = f.y[(bg*f.per+r)*plane+q*panelWidth:]
			p.run()
		}
	}
}

// narrow computes the positions behind the last full panel, through a buffer.
func (f *fastConv) narrow(bg, r0, r1 int) {
	plane, at := volume(f.out), f.full*panelWidth
	p := product{ldc: panelWidth, panels: 1, c: f.scratch.edge[:]}
	for r := r0; r < r1; r += fastRows {
		p.rows = min(fastRows, r1-r)
		for c := 0; c < f.cin; c += f.channels {
			f.pack(bg, c, at, plane-at)
			f.block(&p, bg, c, r)
			p.run()
		}
		for i := range p.rows {
			copy(f.y[(bg*f.per+r+i)*plane+at:][:plane-at], f.scratch.edge[i*panelWidth:])
		}
	}
}
