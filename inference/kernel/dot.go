package kernel

import "github.com/imochain/imod/inference/ir"

// Tile sizes of Dot: columns stay in the first-level cache, a depth block of
// the right operand in the second. Partial sums between blocks are the float32
// values of the definition, so sizes cannot change a bit.
const (
	dotRows  = 32
	dotCols  = 256
	dotDepth = 128
)

// dotShape is a Dot in plain integers.
type dotShape struct {
	batch, m, k, n int
	grid           grid // leading dimensions: out, a, b in units of matrices
}

func newDotShape(a, b, out []int64) dotShape {
	ra, rb, ro := len(a)-2, len(b)-2, len(out)-2
	s := dotShape{batch: Elems(out[:ro]), m: int(a[ra]), k: int(a[ra+1]), n: int(b[rb+1])}
	s.grid = broadcastGrid(out[:ro], a[:ra], b[:rb], nil)
	return s
}

// matrices are the positions of batch i in units of matrices.
func (s *dotShape) matrices(i int) (o, a, b int) {
	in := s.grid.inner()
	c := s.grid.seek(i / in)
	j := i % in
	return c.off[0] + j*s.grid.stride(0), c.off[1] + j*s.grid.stride(1), c.off[2] + j*s.grid.stride(2)
}

func dot(in []Tensor, out Tensor, p, parts int) {
	s := newDotShape(in[0].Shape, in[1].Shape, out.Shape)
	if out.DType == ir.I32 {
		dotInts(&s, in, out, p, parts)
		return
	}
	rowTiles, colTiles := (s.m+dotRows-1)/dotRows, (s.n+dotCols-1)/dotCols
	lo, hi := part(s.batch*rowTiles*colTiles, p, parts)
	for t := lo; t < hi; t++ {
		o, ia, ib := s.matrices(t / (rowTiles * colTiles))
		r0, c0 := t/colTiles%rowTiles*dotRows, t%colTiles*dotCols
		rows, cols := min(dotRows, s.m-r0), min(dotCols, s.n-c0)
		a := in[0].F32[ia*s.m*s.k+r0*s.k:]
		b := in[1].F32[ib*s.k*s.n+c0:]
		y := out.F32[o*s.m*s.n+r0*s.n+c0:]
		for r := range rows {
			clear(y[r*s.n : r*s.n+cols])
		}
		for k := 0; k < s.k; k += dotDepth {
			maddBlock(y, s.n, a[k:], s.k, b[k*s.n:], s.n, rows, min(dotDepth, s.k-k), cols)
		}
		if len(in) == 2 {
			for r := range rows {
				finish(y[r*s.n:r*s.n+cols], 0, false)
			}
		}
	}
	if len(in) == 3 {
		for t := lo; t < hi; t++ {
			o := t / (rowTiles * colTiles)
			r0, c0 := t/colTiles%rowTiles*dotRows, t%colTiles*dotCols
			dotBias(&s, in[2], out, o, r0, min(r0+dotRows, s.m), c0, min(c0+dotCols, s.n))
		}
	}
}

// dotBias adds the broadcast bias to one tile.
func dotBias(s *dotShape, bias, out Tensor, batch, r0, r1, c0, c1 int) {
	st := broadcastStrides(bias.Shape, out.Shape)
	rank := len(out.Shape)
	base := 0
	for i, rest := rank-3, batch; i >= 0; i-- {
		base += rest % int(out.Shape[i]) * st[i]
		rest /= int(out.Shape[i])
	}
	for r := r0; r < r1; r++ {
		y := out.F32[(batch*s.m+r)*s.n+c0 : (batch*s.m+r)*s.n+c1]
		at := base + r*st[rank-2] + c0*st[rank-1]
		for j := range y {
			y[j] = canon(y[j] + bias.F32[at+j*st[rank-1]])
		}
	}
}

// dotInts dispatches on the operand types; sums are i32 and wrap.
func dotInts(s *dotShape, in []Tensor, out Tensor, p, parts int) {
	switch in[0].DType {
	case ir.I8:
		dotIntsB(s, in[0].I8, in, out, p, parts)
	case ir.U8:
		dotIntsB(s, in[0].U8, in, out, p, parts)
	default:
		dotIntsB(s, in[0].I32, in, out, p, parts)
	}
}

type narrowInt interface{ int8 | uint8 | int32 }

func dotIntsB[A narrowInt](s *dotShape, a []A, in []Tensor, out Tensor, p, parts int) {
	switch in[1].DType {
	case ir.I8:
		dotInt(s, a, in[1].I8, out, p, parts)
	case ir.U8:
		dotInt(s, a, in[1].U8, out, p, parts)
	default:
		dotInt(s, a, in[1].I32, out, p, parts)
	}
	if len(in) == 3 {
		st := broadcastStrides(in[2].Shape, out.Shape)
		lo, hi := part(s.batch*s.m, p, parts)
		for i := lo * s.n; i < hi*s.n; i++ {
			at, rest := 0, i
			for d := len(out.Shape) - 1; d >= 0; d-- {
				at += rest % int(out.Shape[d]) * st[d]
				rest /= int(out.Shape[d])
			}
			out.I32[i] += in[2].I32[at]
		}
	}
}

func dotInt[A, B narrowInt](s *dotShape, a []A, b []B, out Tensor, p, parts int) {
	lo, hi := part(s.batch*s.m, p, parts)
	for row := lo; row < hi; row++ {
		_, ia, ib := s.matrices(row / s.m)
		y := out.I32[row*s.n : (row+1)*s.n]
		clear(y)
		x := a[(ia*s.m+row%s.m)*s.k:][:s.k]
		for k, v := range x {
			if v == 0 {
				continue
			}
			c := int32(v)
			for j, w := range b[(ib*s.k+k)*s.n:][:s.n] {
				y[j] += c * int32(w)
			}
		}
	}
}
