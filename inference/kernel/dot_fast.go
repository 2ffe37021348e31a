package kernel

import "github.com/imochain/imod/inference/ir"

// Block sizes of the fast float product. Partial sums between depth blocks are
// the float32 values of the definition, so sizes cannot change a bit.
const (
	fastRows   = 96  // rows of the left operand that stay in the second-level cache
	fastPanels = 8   // panels that are packed at once
	fastDepth  = 288 // terms of a block: a panel of it fits the first-level cache
	// stridedRows is the number of rows below which packing the right operand does not pay.
	stridedRows = 8
)

// depthBlock is the length of the depth blocks: equal ones, none above fastDepth.
func depthBlock(k int) int {
	n := (k + fastDepth - 1) / fastDepth
	return (k + n - 1) / n
}

// fastDot is the state of one fast Dot: what the units of work share.
type fastDot struct {
	dotShape
	isa        ISA
	a, b, y    []float32
	packed     *Panels
	bias       Tensor
	colBias    bool // bias is one value per column
	scratch    *Scratch
	groups     int // column groups: full ones, and one for a last narrow panel
	full       int // full panels
	rowBlock   int
	groupWidth int // panels of a group
}

// dotFast runs a float32 Dot on an instruction set other than Scalar. It reports
// whether it did.
func dotFast(c *Call) bool {
	if c.ISA == Scalar || c.Scratch == nil || c.Out.DType != ir.F32 {
		return false
	}
	d := fastDot{dotShape: newDotShape(c.In[0].Shape, c.In[1].Shape, c.Out.Shape), isa: c.ISA, a: c.In[0].F32, b: c.In[1].F32, y: c.Out.F32, packed: c.Packed, scratch: c.Scratch}
	addBias := false
	if len(c.In) == 3 {
		d.bias = c.In[2]
		st := broadcastStrides(d.bias.Shape, c.Out.Shape)
		rank := len(c.Out.Shape)
		d.colBias = st[rank-1] == 1 && d.bias.Len() == d.n
		addBias = !d.colBias
	}
	// One right matrix for the whole batch: the batch is more rows.
	if d.batch > 1 && Elems(c.In[1].Shape) == d.k*d.n && Elems(c.In[0].Shape) == d.batch*d.m*d.k && !addBias {
		d.m, d.batch = d.batch*d.m, 1
		d.grid = grid{}
	}
	d.full = d.n / panelWidth
	d.groupWidth = fastPanels
	d.groups = (d.full + d.groupWidth - 1) / d.groupWidth
	narrow := 0
	if d.n%panelWidth != 0 {
		narrow = 1
	}
	d.rowBlock = fastRows
	rowBlocks := (d.m + d.rowBlock - 1) / d.rowBlock
	per := (d.groups + narrow) * rowBlocks
	lo, hi := part(d.batch*per, c.Part, c.Parts)
	for lo < hi {
		// A run of row blocks of one group of columns shares what is packed.
		first := lo % rowBlocks
		n := min(rowBlocks-first, hi-lo)
		r0, r1 := first*d.rowBlock, min((first+n)*d.rowBlock, d.m)
		batch, group := lo/per, lo%per/rowBlocks
		if group < d.groups {
			d.columns(batch, group, r0, r1)
		} else {
			d.narrow(batch, r0, r1)
		}
		if addBias {
			c0 := group * d.groupWidth * panelWidth
			c1 := min(c0+d.groupWidth*panelWidth, d.full*panelWidth)
			if group == d.groups {
				c0, c1 = d.full*panelWidth, d.n
			}
			dotBias(&d.dotShape, d.bias, c.Out, batch, r0, r1, c0, c1)
		}
		lo += n
	}
	return true
}

// flags of a depth block.
func (d *fastDot) flags(k, depth int) int {
	f := 0
	if k > 0 {
		f |= productAdd
	}
	if k+depth == d.k {
		f |= productFinish
	}
	return f
}

// columns computes rows [r0, r1) of one group of full panels.
func (d *fastDot) columns(batch, group, r0, r1 int) {
	o, ia, ib := d.matrices(batch)
	q0 := group * d.groupWidth
	panels := min(d.groupWidth, d.full-q0)
	c0 := q0 * panelWidth
	p := product{isa: d.isa, ldc: d.n, lda: d.k, panels: panels}
	if d.colBias {
		p.colBias = d.bias.F32[c0:]
	}
	depth, strided := depthBlock(d.k), d.packed == nil && r1-r0 < stridedRows
	if strided || (d.packed != nil && r1-r0 < stridedRows) {
		depth = d.k // every panel is read once: no need to keep it in a cache
	}
	for k := 0; k < d.k; k += depth {
		p.k = min(depth, d.k-k)
		p.flags = d.flags(k, p.k)
		switch {
		case d.packed != nil:
			p.b, p.ldb, p.next = d.packed.f32[(ib*d.packed.panels()+q0)*d.k*panelWidth+k*panelWidth:], panelWidth, d.k*panelWidth
		case strided:
			p.b, p.ldb, p.next = d.b[(ib*d.k+k)*d.n+c0:], d.n, panelWidth
		default:
			p.b, p.ldb, p.next = d.scratch.panels[:], panelWidth, p.k*panelWidth
			for q := range panels {
				packPanel(p.b[q*p.next:], d.b[(ib*d.k+k)*d.n+c0+q*panelWidth:], d.n, p.k, panelWidth)
			}
		}
		for r := r0; r < r1; r += d.rowBlock {
			p.rows = min(d.rowBlock, r1-r)
			p.a, p.c = d.a[(ia*d.m+r)*d.k+k:], d.y[(o*d.m+r)*d.n+c0:]
			p.run()
		}
	}
}

// narrow computes rows [r0, r1) of the last panel, which is not full, through a
// buffer of full width.
func (d *fastDot) narrow(batch, r0, r1 int) {
	o, ia, ib := d.matrices(batch)
	c0 := d.full * panelWidth
	width := d.n - c0
	s := d.scratch
	p := product{isa: d.isa, ldc: panelWidth, lda: d.k, panels: 1, c: s.edge[:], ldb: panelWidth}
	if d.colBias {
		copy(s.bias[:], d.bias.F32[c0:])
		p.colBias = s.bias[:]
	}
	depth := depthBlock(d.k)
	for r := r0; r < r1; r += d.rowBlock {
		p.rows = min(d.rowBlock, r1-r)
		for k := 0; k < d.k; k += depth {
			p.k = min(depth, d.k-k)
			p.flags = d.flags(k, p.k)
			if d.packed != nil {
				p.b = d.packed.panel(ib, d.full)[k*panelWidth:]
			} else {
				p.b = s.panels[:]
				packPanel(p.b, d.b[(ib*d.k+k)*d.n+c0:], d.n, p.k, width)
			}
			p.a = d.a[(ia*d.m+r)*d.k+k:]
			p.run()
		}
		for i := range p.rows {
			copy(d.y[(o*d.m+r+i)*d.n+c0:][:width], s.edge[i*panelWidth:])
		}
	}
}
