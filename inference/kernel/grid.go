package kernel

import "github.com/imochain/imod/inference/ir"

// operands is the most tensors one grid walks at once.
const operands = 4

// grid walks up to four tensors in step through one index space: for each outer
// index ("row") it knows the offset of each operand, and the innermost
// dimension is a plain loop with a stride per operand. It lives on the stack.
type grid struct {
	rank int
	dims [ir.MaxRank]int
	step [operands][ir.MaxRank]int
}

// cursor is a position of a grid: the outer index and the operands' offsets.
type cursor struct {
	idx [ir.MaxRank]int
	off [operands]int
}

// add appends a dimension inside the existing ones. A dimension of size 1 is
// dropped; one that continues the previous for every operand is merged with it.
func (g *grid) add(size, s0, s1, s2, s3 int) {
	if size == 1 {
		return
	}
	s := [operands]int{s0, s1, s2, s3}
	if g.rank > 0 {
		merge := true
		for k := range s {
			merge = merge && g.step[k][g.rank-1] == s[k]*size
		}
		if merge {
			g.dims[g.rank-1] *= size
			for k := range s {
				g.step[k][g.rank-1] = s[k]
			}
			return
		}
	}
	g.dims[g.rank] = size
	for k := range s {
		g.step[k][g.rank] = s[k]
	}
	g.rank++
}

// inner is the length of the innermost loop; rows how often it runs.
func (g *grid) inner() int {
	if g.rank == 0 {
		return 1
	}
	return g.dims[g.rank-1]
}

func (g *grid) rows() int {
	n := 1
	for i := 0; i < g.rank-1; i++ {
		n *= g.dims[i]
	}
	return n
}

// stride is the innermost stride of an operand.
func (g *grid) stride(operand int) int {
	if g.rank == 0 {
		return 0
	}
	return g.step[operand][g.rank-1]
}

// seek is the cursor of a row.
func (g *grid) seek(row int) cursor {
	var c cursor
	for i := g.rank - 2; i >= 0; i-- {
		c.idx[i] = row % g.dims[i]
		row /= g.dims[i]
		for k := range c.off {
			c.off[k] += c.idx[i] * g.step[k][i]
		}
	}
	return c
}

// next moves the cursor to the following row.
func (g *grid) next(c *cursor) {
	for i := g.rank - 2; i >= 0; i-- {
		c.idx[i]++
		for k := range c.off {
			c.off[k] += g.step[k][i]
		}
		if c.idx[i] < g.dims[i] {
			return
		}
		for k := range c.off {
			c.off[k] -= c.idx[i] * g.step[k][i]
		}
		c.idx[i] = 0
	}
}

// strides are the row-major element strides of a shape.
func strides(shape []int64) (s [ir.MaxRank]int) {
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		s[i] = n
		n *= int(shape[i])
	}
	return s
}

// broadcastStrides are the strides of a shape seen from a larger one: 0 where it repeats.
func broadcastStrides(shape, to []int64) (s [ir.MaxRank]int) {
	own, shift := strides(shape), len(to)-len(shape)
	for i := range shape {
		if shape[i] != 1 {
			s[shift+i] = own[i]
		}
	}
	return s
}

// broadcastGrid walks the output (operand 0) and up to three broadcast inputs.
func broadcastGrid(out, a, b, c []int64) (g grid) {
	so := strides(out)
	sa, sb, sc := broadcastStrides(a, out), broadcastStrides(b, out), broadcastStrides(c, out)
	for i, d := range out {
		g.add(int(d), so[i], sa[i], sb[i], sc[i])
	}
	return g
}

// part is the share [lo, hi) of n units that belongs to part p of parts.
func part(n, p, parts int) (lo, hi int) {
	return n * p / parts, n * (p + 1) / parts
}
