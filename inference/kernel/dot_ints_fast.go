package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// intDepth is the number of terms of a block of an integer product.
const intDepth = 512

// fastInts is an integer Dot on tiles of int16: exact, since the products of a
// pair and all sums are taken modulo 2^32 as in the definition.
type fastInts struct {
	dotShape
	isa     ISA
	packed  *Panels // of the call, or of the scratch for one panel at a time
	y       []int32
	scratch *Scratch
	// wideLeft: some element of the left operand needs more than 16 bits, so the
	// sums are taken element by element.
	wideLeft bool
}

// dotIntsFast runs an integer Dot whose right operand is packed. It reports
// whether it did.
func dotIntsFast(c *Call) bool {
	if !vectorInts || c.ISA == Scalar || c.Scratch == nil || c.Packed == nil || c.Out.DType != ir.I32 {
		return false
	}
	f := fastInts{dotShape: newDotShape(c.In[0].Shape, c.In[1].Shape, c.Out.Shape), isa: c.ISA, packed: c.Packed, y: c.Out.I32, scratch: c.Scratch}
	switch c.In[0].DType {
	case ir.I8:
		runInts(&f, c, c.In[0].I8)
	case ir.U8:
		runInts(&f, c, c.In[0].U8)
	default:
		for _, v := range c.In[0].I32 {
			if v < math.MinInt16 || v > math.MaxInt16 {
				f.wideLeft = true
				break
			}
		}
		runInts(&f, c, c.In[0].I32)
	}
	return true
}

// runInts cuts the output by panels, or by rows if there are more of those.
func runInts[T narrowInt](f *fastInts, c *Call, a []T) {
	panels := f.packed.panels()
	q0, q1, r0, r1 := 0, panels, 0, f.m
	if panels >= f.m {
		q0, q1 = part(panels, c.Part, c.Parts)
	} else {
		r0, r1 = part(f.m, c.Part, c.Parts)
	}
	for batch := range f.batch {
		o, ia, ib := f.matrices(batch)
		for r := r0; r < r1 && f.wideLeft; r++ {
			wideRow(f, a[(ia*f.m+r)*f.k:][:f.k], f.y[(o*f.m+r)*f.n:][:f.n], ib, q0, q1)
		}
		for r := r0; r < r1 && !f.wideLeft; r += fastRows {
			rows := min(fastRows, r1-r)
			for k := 0; k < f.k; k += intDepth {
				depth := min(intDepth, f.k-k)
				for i := range rows {
					row := f.scratch.left[i*intDepth:][:intDepth]
					widen(row, a[(ia*f.m+r+i)*f.k+k:][:depth])
					if depth%2 == 1 {
						row[depth] = 0
					}
				}
				f.block(o, ib, r, rows, k, (depth+1)/2, q0, q1)
			}
		}
		if len(c.In) == 3 {
			f.bias(c, o, r0, r1, q0*panelWidth, min(q1*panelWidth, f.n))
		}
	}
}

// block adds one block of terms to panels [q0, q1) of some rows.
func (f *fastInts) block(o, ib, r, rows, k, pairs, q0, q1 int) {
	flags := 0
	if k > 0 {
		flags = productAdd
	}
	size := f.packed.pairs() * 2 * panelWidth
	for q := q0; q < q1; {
		n := tilePanels(f.isa, rows)
		if (q+n)*panelWidth > f.n || q+n > q1 {
			n = 1
		}
		y, ldc := f.y[(o*f.m+r)*f.n+q*panelWidth:], f.n
		narrow := (q+1)*panelWidth > f.n
		if narrow {
			y, ldc = f.scratch.intEdge[:], panelWidth
			if k > 0 {
				f.edge(o, r, rows, q, func(out, edge []int32) { copy(edge, out) })
			}
		}
		at := (ib*f.packed.panels()+q)*size + k*panelWidth
		var b8 []int8
		var b16 []int16
		if f.packed.i8 != nil {
			b8 = f.packed.i8[at:]
		} else {
			b16 = f.packed.i16[at:]
		}
		m := tileRows(f.isa, n)
		tiles := (rows + m - 1) / m
		low, more := rows/tiles, rows%tiles
		if more > 0 {
			intTile(f.isa, low+1, n, y, ldc, f.scratch.left[:], intDepth, b8, b16, size, pairs, more, flags)
		}
		first := more * (low + 1)
		intTile(f.isa, low, n, y[first*ldc:], ldc, f.scratch.left[first*intDepth:], intDepth, b8, b16, size, pairs, tiles-more, flags)
		if narrow {
			f.edge(o, r, rows, q, func(out, edge []int32) { copy(out, edge) })
		}
		q += n
	}
}

// edge visits the rows of the last panel, which is not full, with their buffer.
func (f *fastInts) edge(o, r, rows, q int, visit func(out, edge []int32)) {
	c := q * panelWidth
	for i := range rows {
		visit(f.y[(o*f.m+r+i)*f.n+c:][:f.n-c], f.scratch.intEdge[i*panelWidth:][:f.n-c])
	}
}

// bias adds the broadcast bias to rows [r0, r1) and columns [c0, c1) of a matrix.
func (f *fastInts) bias(c *Call, o, r0, r1, c0, c1 int) {
	bias, rank := c.In[2], len(c.Out.Shape)
	st := broadcastStrides(bias.Shape, c.Out.Shape)
	base, rest := 0, o
	for i := rank - 3; i >= 0; i-- {
		base += rest % int(c.Out.Shape[i]) * st[i]
		rest /= int(c.Out.Shape[i])
	}
	for r := r0; r < r1; r++ {
		y := f.y[(o*f.m+r)*f.n:]
		for j := c0; j < c1; j++ {
			y[j] += bias.I32[base+r*st[rank-2]+j*st[rank-1]]
		}
	}
}

// wideRow is one row of the product for a left operand of any size.
func wideRow[T narrowInt](f *fastInts, a []T, y []int32, ib, q0, q1 int) {
	p := f.packed
	for q := q0; q < q1; q++ {
		at := (ib*p.panels() + q) * p.pairs() * 2 * panelWidth
		out := y[q*panelWidth : min((q+1)*panelWidth, f.n)]
		clear(out)
		for k, v := range a {
			row := at + k/2*2*panelWidth + k%2
			for j := range out {
				if p.i8 != nil {
					out[j] += int32(v) * int32(p.i8[row+2*j])
				} else {
					out[j] += int32(v) * int32(p.i16[row+2*j])
				}
			}
		}
	}
}
