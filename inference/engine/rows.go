package engine

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// A row group is a run of neighbouring nodes that work along the last dimension:
// element-wise ones and reductions, such as the five of a softmax. It is computed
// a few rows at a time, so that what passes from node to node stays in the
// caches. Every element is computed by the same kernels in the same order of
// operations as node by node.
type rowGroup struct {
	first, nodes  int // nodes [first, first+nodes)
	rows, columns int
	ops           []ir.Node // with the reduced axis of a matrix
	in            [][]rowClass
	out           []rowClass
}

// rowClass tells which part of a value belongs to some rows.
type rowClass int

const (
	foreign rowClass = iota // none: the group cannot contain it
	fullRows
	onePerRow
	everyRow // one value per column, or one in all: all of it
)

const (
	// blockBytes is the size of a tensor's part that one step of a group works on.
	blockBytes = 48 << 10
	// groupBytes is the size of a tensor from which grouping pays.
	groupBytes = 128 << 10
)

// rowGroups finds the groups of a program, by their first node.
func rowGroups(g *ir.Graph, pl *plan) map[int]*rowGroup {
	groups := map[int]*rowGroup{}
	for i := 0; i < len(g.Nodes); i++ {
		r := newRowGroup(g, pl, i)
		if r == nil {
			continue
		}
		groups[i] = r
		i += r.nodes - 1
	}
	return groups
}

func newRowGroup(g *ir.Graph, pl *plan, first int) *rowGroup {
	full := g.Nodes[first].Out.Shape
	if g.Nodes[first].Kind == ir.Reduce {
		full = g.Decl(g.Nodes[first].Inputs[0]).Shape
	}
	if len(full) == 0 || 4*elems(full) < groupBytes {
		return nil
	}
	c := int(full[len(full)-1])
	r := &rowGroup{first: first, columns: c, rows: elems(full) / c}
	for i := first; i < len(g.Nodes) && r.add(g, &g.Nodes[i], full); i++ {
		r.nodes++
		if !r.safe(g, pl) {
			r.nodes--
			break
		}
	}
	r.ops, r.in, r.out = r.ops[:r.nodes], r.in[:r.nodes], r.out[:r.nodes]
	if r.nodes < 2 || r.rows < 2 {
		return nil
	}
	return r
}

// classify tells how a tensor lies beside the full one.
func classify(d ir.TensorDecl, full []int64) rowClass {
	last := len(full) - 1
	switch {
	case d.DType != ir.F32:
		return foreign
	case slices.Equal(d.Shape, full):
		return fullRows
	case len(d.Shape) == len(full) && d.Shape[last] == 1 && slices.Equal(d.Shape[:last], full[:last]):
		return onePerRow
	case elems(d.Shape) == 1, elems(d.Shape) == int(full[last]) && d.Shape[len(d.Shape)-1] == full[last] && len(d.Shape) <= len(full):
		return everyRow
	}
	return foreign
}

// add appends a node if it fits.
func (r *rowGroup) add(g *ir.Graph, n *ir.Node, full []int64) bool {
	op := *n
	switch n.Kind {
	case ir.Unary, ir.Binary:
	case ir.Reduce:
		if len(n.Ints) != 2 || n.Ints[1] != int64(len(full)-1) {
			return false
		}
		op.Ints = []int64{1, 1}
	default:
		return false
	}
	out := classify(n.Out, full)
	if out != fullRows && out != onePerRow {
		return false
	}
	var in []rowClass
	for _, id := range n.Inputs {
		c := classify(g.Decl(id), full)
		if c == foreign || (n.Kind == ir.Reduce && c != fullRows) {
			return false
		}
		in = append(in, c)
	}
	r.ops, r.in, r.out = append(r.ops, op), append(r.in, in), append(r.out, out)
	return true
}

// safe reports whether no output of the group overlaps another value of it in
// any other way than exactly: rows of one would then overwrite other rows.
func (r *rowGroup) safe(g *ir.Graph, pl *plan) bool {
	firstNode := int(g.FirstNode())
	for i := range r.nodes {
		out := pl.place[r.first+i]
		for j := range r.nodes {
			n := &g.Nodes[r.first+j]
			for k, id := range append([]uint32{uint32(firstNode + r.first + j)}, n.Inputs...) {
				other, ok := pl.memory(g, int(id)-firstNode)
				if !ok || other == out {
					// A value for all rows must not be written row by row.
					if ok && k > 0 && r.in[j][k-1] == everyRow {
						return false
					}
					continue
				}
				if other.class == out.class && other.at < out.at+out.n && out.at < other.at+other.n {
					return false
				}
			}
		}
	}
	return true
}

// memory is where a node's value lies, through aliases; false for inputs and weights.
func (p *plan) memory(g *ir.Graph, node int) (place, bool) {
	for node >= 0 && p.place[node].alias >= 0 {
		node = p.place[node].alias - int(g.FirstNode())
	}
	if node < 0 {
		return place{}, false
	}
	return p.place[node], true
}

// rowState is what one worker needs to run groups, without allocating.
type rowState struct {
	call      kernel.Call
	in        [3]kernel.Tensor
	full, one [2]int64
}

// run computes the worker's share of a group's rows.
func (r *rowGroup) run(s *session, w *rowState, scratch *kernel.Scratch, part, parts int) {
	step := max(blockBytes/4/r.columns&^7, 8)
	blocks := (r.rows + step - 1) / step
	firstNode := int(s.p.graph.FirstNode())
	for b := blocks * part / parts; b < blocks*(part+1)/parts; b++ {
		lo, hi := b*step, min((b+1)*step, r.rows)
		w.full, w.one = [2]int64{int64(hi - lo), int64(r.columns)}, [2]int64{int64(hi - lo), 1}
		for i := range r.ops {
			n := &s.p.graph.Nodes[r.first+i]
			for k, id := range n.Inputs {
				w.in[k] = r.cut(w, s.values[id], r.in[i][k], lo, hi)
			}
			w.call = kernel.Call{
				Node: &r.ops[i], In: w.in[:len(n.Inputs)], Out: r.cut(w, s.values[firstNode+r.first+i], r.out[i], lo, hi),
				Parts: 1, Scratch: scratch, ISA: s.p.isa,
			}
			kernel.Run(&w.call)
		}
	}
}

// cut is the part of a tensor that belongs to rows [lo, hi).
func (r *rowGroup) cut(w *rowState, t kernel.Tensor, c rowClass, lo, hi int) kernel.Tensor {
	switch c {
	case fullRows:
		t.F32, t.Shape = t.F32[lo*r.columns:hi*r.columns], w.full[:]
	case onePerRow:
		t.F32, t.Shape = t.F32[lo:hi], w.one[:]
	}
	return t
}
