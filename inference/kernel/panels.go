package kernel

import (
	"math"

	"github.com/imochain/imod/inference/ir"
)

// panelWidth is the number of columns of a panel: 64 bytes of float32.
const panelWidth = 16

// Panels is the right operand of a Dot in the order in which the fast kernels
// read it: per matrix ceil(N/16) panels, each K rows of 16 neighbouring columns,
// the last panel filled up with zeros. Integers are paired: two rows, the
// elements of a column side by side; they are kept as int8 if they fit, else int16.
type Panels struct {
	k, n int
	f32  []float32
	i8   []int8
	i16  []int16
}

// Pack copies a tensor of rank 2 or more into panels. It returns nil where that
// is not possible or would not pay: i32 elements that do not fit 16 bits, and so
// few columns that the filling would take more than a tenth.
func Pack(t Tensor) *Panels {
	if len(t.Shape) < 2 {
		return nil
	}
	p := &Panels{k: int(t.Shape[len(t.Shape)-2]), n: int(t.Shape[len(t.Shape)-1])}
	if 10*p.panels()*panelWidth > 11*p.n {
		return nil
	}
	switch t.DType {
	case ir.F32:
		p.f32 = make([]float32, len(t.F32)/p.n*p.panels()*panelWidth)
		for i := range len(t.F32) / (p.k * p.n) {
			src := t.F32[i*p.k*p.n:]
			for q := range p.panels() {
				c := q * panelWidth
				packPanel(p.panel(i, q), src[c:], p.n, p.k, min(panelWidth, p.n-c))
			}
		}
		return p
	case ir.I8:
		return packInts(p, t.I8)
	case ir.U8:
		return packInts(p, t.U8)
	case ir.I32:
		return packInts(p, t.I32)
	default:
		return nil
	}
}

func packInts[T narrowInt](p *Panels, x []T) *Panels {
	low, high := int32(0), int32(0)
	for _, v := range x {
		low, high = min(low, int32(v)), max(high, int32(v))
	}
	size := len(x) / (p.k * p.n) * p.panels() * p.pairs() * 2 * panelWidth
	switch {
	case !vectorInts || low < math.MinInt16 || high > math.MaxInt16:
		return nil
	case low < math.MinInt8 || high > math.MaxInt8:
		p.i16 = make([]int16, size)
		eachPair(p, x, p.i16, func(to *int16, from *T) { *to = int16(*from) })
	default:
		p.i8 = make([]int8, size)
		eachPair(p, x, p.i8, func(to *int8, from *T) { *to = int8(*from) })
	}
	return p
}

// eachPair visits every element of a tensor together with its place in panels.
func eachPair[T narrowInt, P int8 | int16](p *Panels, x []T, panels []P, f func(*P, *T)) {
	at := 0
	for i := range len(x) / (p.k * p.n) {
		for q := range p.panels() {
			for k := range 2 * p.pairs() {
				for c := range panelWidth {
					col := q*panelWidth + c
					if k < p.k && col < p.n {
						f(&panels[at+k/2*2*panelWidth+2*c+k%2], &x[(i*p.k+k)*p.n+col])
					}
				}
			}
			at += p.pairs() * 2 * panelWidth
		}
	}
}

// Unpack restores the tensor's elements.
func (p *Panels) Unpack(d ir.TensorDecl) Tensor {
	t := New(d)
	switch {
	case p.f32 != nil:
		p.unpackFloats(t)
	case p.i8 != nil:
		unpackInts(p, t, p.i8)
	default:
		unpackInts(p, t, p.i16)
	}
	return t
}

func (p *Panels) unpackFloats(t Tensor) {
	for i := range len(t.F32) / (p.k * p.n) {
		for q := range p.panels() {
			x := p.panel(i, q)
			c := q * panelWidth
			for k := range p.k {
				copy(t.F32[(i*p.k+k)*p.n+c:][:min(panelWidth, p.n-c)], x[k*panelWidth:])
			}
		}
	}
}

func unpackInts[P int8 | int16](p *Panels, t Tensor, panels []P) {
	switch t.DType {
	case ir.I8:
		eachPair(p, t.I8, panels, func(from *P, to *int8) { *to = int8(*from) })
	case ir.U8:
		eachPair(p, t.U8, panels, func(from *P, to *uint8) { *to = uint8(*from) })
	default:
		eachPair(p, t.I32, panels, func(from *P, to *int32) { *to = int32(*from) })
	}
}

// panels is the number of panels of one matrix, pairs that of pairs of rows.
func (p *Panels) panels() int { return (p.n + panelWidth - 1) / panelWidth }
func (p *Panels) pairs() int  { return (p.k + 1) / 2 }

// panel is panel q of matrix i of a float tensor.
func (p *Panels) panel(i, q int) []float32 {
	size := p.k * panelWidth
	return p.f32[(i*p.panels()+q)*size:][:size]
}

// packPanel copies depth rows of cols columns that lie step apart; missing
// columns become 0.
func packPanel(dst, src []float32, step, depth, cols int) {
	for k := range depth {
		row := (*[panelWidth]float32)(dst[k*panelWidth:])
		if cols == panelWidth {
			*row = [panelWidth]float32(src[k*step:])
			continue
		}
		*row = [panelWidth]float32{}
		copy(row[:cols], src[k*step:])
	}
}
