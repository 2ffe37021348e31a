package kernel

import "github.com/imochain/imod/inference/ir"

// walk copies elements along a grid: operand 0 is the output, operand 1 the
// input, from the given first positions. Output strides may be negative.
func walk(g *grid, out Tensor, to int, in Tensor, from int) {
	switch out.DType {
	case ir.F32:
		walkRows(g, out.F32, to, in.F32, from)
	case ir.I8:
		walkRows(g, out.I8, to, in.I8, from)
	case ir.I32:
		walkRows(g, out.I32, to, in.I32, from)
	case ir.I64:
		walkRows(g, out.I64, to, in.I64, from)
	default:
		walkRows(g, out.U8, to, in.U8, from)
	}
}

func walkRows[T any](g *grid, y []T, to int, x []T, from int) {
	w, so, si := g.inner(), g.stride(0), g.stride(1)
	c := g.seek(0)
	for range g.rows() {
		o, i := to+c.off[0], from+c.off[1]
		if so == 1 && si == 1 {
			copy(y[o:o+w], x[i:i+w])
		} else {
			for range w {
				y[o] = x[i]
				o += so
				i += si
			}
		}
		g.next(&c)
	}
}

func transpose(n *ir.Node, in, out Tensor) {
	var g grid
	so, si := strides(out.Shape), strides(in.Shape)
	for i, p := range n.Ints {
		g.add(int(out.Shape[i]), so[i], si[p], 0, 0)
	}
	walk(&g, out, 0, in, 0)
}

// slice reads a regular sub-grid. A negative step walks backwards from its
// start, so the grid runs over the input from its lowest element up, with the
// output walked from its end.
func slice(n *ir.Node, in, out Tensor) {
	var g grid
	so, si := strides(out.Shape), strides(in.Shape)
	to, from := 0, 0
	for i, d := range out.Shape {
		start, step := int(n.Ints[2*i]), int(n.Ints[2*i+1])
		ostep := so[i]
		if step < 0 {
			start += step * (int(d) - 1)
			to += ostep * (int(d) - 1)
			step, ostep = -step, -ostep
		}
		from += start * si[i]
		g.add(int(d), ostep, step*si[i], 0, 0)
	}
	walk(&g, out, to, in, from)
}

func concat(n *ir.Node, in []Tensor, out Tensor) {
	so := strides(out.Shape)
	at, axis := 0, int(n.Ints[0])
	for _, t := range in {
		if t.Len() == 0 {
			continue
		}
		region(out, at*so[axis], t)
		at += int(t.Shape[axis])
	}
}

// region copies a whole tensor into a box of the output that starts at an offset.
func region(out Tensor, to int, in Tensor) {
	var g grid
	so, si := strides(out.Shape), strides(in.Shape)
	for i, d := range in.Shape {
		g.add(int(d), so[i], si[i], 0, 0)
	}
	walk(&g, out, to, in, 0)
}

func pad(n *ir.Node, in, out Tensor) {
	rank := len(in.Shape)
	switch out.DType {
	case ir.F32:
		fill(out.F32, n.Floats[0])
	case ir.I8:
		fill(out.I8, int8(n.Ints[2*rank]))
	case ir.I32:
		fill(out.I32, int32(n.Ints[2*rank]))
	case ir.I64:
		fill(out.I64, n.Ints[2*rank])
	default:
		fill(out.U8, uint8(n.Ints[2*rank]))
	}
	if in.Len() == 0 {
		return
	}
	so, to := strides(out.Shape), 0
	for i := range rank {
		to += int(n.Ints[i]) * so[i]
	}
	region(out, to, in)
}

func fill[T any](y []T, v T) {
	for i := range y {
		y[i] = v
	}
}

func expand(in, out Tensor) {
	g := broadcastGrid(out.Shape, in.Shape, nil, nil)
	walk(&g, out, 0, in, 0)
}

// resize takes, per dimension, the source index floor(i*in/out).
func resize(in, out Tensor) {
	switch out.DType {
	case ir.F32:
		resizeEach(in.Shape, out.Shape, in.F32, out.F32)
	case ir.I8:
		resizeEach(in.Shape, out.Shape, in.I8, out.I8)
	case ir.I32:
		resizeEach(in.Shape, out.Shape, in.I32, out.I32)
	case ir.I64:
		resizeEach(in.Shape, out.Shape, in.I64, out.I64)
	default:
		resizeEach(in.Shape, out.Shape, in.U8, out.U8)
	}
}

func resizeEach[T any](from, to []int64, x, y []T) {
	rank := len(to)
	if rank == 0 {
		y[0] = x[0]
		return
	}
	st := strides(from)
	w, win := int(to[rank-1]), int(from[rank-1])
	for r := 0; r < len(y)/w; r++ {
		base, rest := 0, r
		for d := rank - 2; d >= 0; d-- {
			base += rest % int(to[d]) * int(from[d]) / int(to[d]) * st[d]
			rest /= int(to[d])
		}
		row := y[r*w : (r+1)*w]
		for i := range row {
			row[i] = x[base+i*win/w]
		}
	}
}
