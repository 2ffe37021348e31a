package engine

import (
	"sort"

	"github.com/imochain/imod/inference/ir"
)

// plan places every node's output in one of the session's arenas, one arena per
// element size class, so that values that are never alive together share memory.
type plan struct {
	place []place // per node
	size  [classes]int
}

// place is a range of an arena. A node that is an alias (Reshape) has the place
// of its source, or names a graph input or weight it is a view of.
type place struct {
	class, at, n int
	alias        int // value id this node is a view of, or -1
}

// Arenas are kept per Go element type; bool shares the bytes of u8.
const (
	classF32 = iota
	classI32
	classI64
	classI8
	classU8
	classes
)

func classOf(d ir.DType) int {
	switch d {
	case ir.F32:
		return classF32
	case ir.I32:
		return classI32
	case ir.I64:
		return classI64
	case ir.I8:
		return classI8
	default:
		return classU8
	}
}

// span is a free range of an arena.
type span struct{ at, n int }

// newPlan walks the nodes in order with a first-fit allocator. A place is freed
// after the last use of the value and of all its aliases.
func newPlan(g *ir.Graph) plan {
	p := plan{place: make([]place, len(g.Nodes))}
	first := int(g.FirstNode())
	root := make([]int, first+len(g.Nodes)) // the value whose memory this value uses
	for id := range root {
		root[id] = id
	}
	last := g.LastUse()
	for i := range g.Nodes {
		if n := &g.Nodes[i]; n.Kind == ir.Reshape {
			root[first+i] = root[n.Inputs[0]]
		}
	}
	end := make([]int, len(root)) // last use of the memory
	for id, r := range root {
		end[r] = max(end[r], last[id])
	}
	var free [classes][]span
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.Kind == ir.Reshape {
			p.place[i] = place{alias: int(n.Inputs[0])}
		} else {
			reuse := -1
			if i < len(g.Nodes)-1 { // the last node's inputs are handed out
				reuse = p.inPlace(g, n, i, root, end)
			}
			c, size := classOf(n.Out.DType), elems(n.Out.Shape)
			if reuse >= 0 {
				p.place[i] = place{class: c, at: p.place[reuse].at, n: size, alias: -1}
				end[first+reuse] = -1 // now owned by this node
			} else {
				p.place[i] = place{class: c, at: p.take(&free[c], c, size), n: size, alias: -1}
			}
		}
		// A value nobody reads cannot be: validation refuses it.
		for j, id := range n.Inputs {
			r := root[id]
			if r < first || end[r] != i || seen(n.Inputs[:j], root, r) {
				continue
			}
			pl := p.place[r-first]
			free[pl.class] = release(free[pl.class], span{pl.at, pl.n})
		}
	}
	return p
}

// inPlace finds an input whose memory the output may overwrite: element-wise
// kinds read each element before they write it, and the input dies here.
func (p *plan) inPlace(g *ir.Graph, n *ir.Node, i int, root, end []int) int {
	if n.Kind != ir.Unary && n.Kind != ir.Binary {
		return -1
	}
	first := int(g.FirstNode())
	for _, id := range n.Inputs {
		r := root[id]
		if r >= first && end[r] == i && g.Decl(id).Equal(n.Out) {
			return r - first
		}
	}
	return -1
}

// bytes is the memory of one session's arenas.
func (p *plan) bytes() int64 {
	return 4*int64(p.size[classF32]+p.size[classI32]) + 8*int64(p.size[classI64]) + int64(p.size[classI8]+p.size[classU8])
}

func (p *plan) take(free *[]span, class, n int) int {
	for k, s := range *free {
		if s.n < n {
			continue
		}
		if s.n == n {
			*free = append((*free)[:k], (*free)[k+1:]...)
		} else {
			(*free)[k] = span{s.at + n, s.n - n}
		}
		return s.at
	}
	// Grow at the end, using a free tail if there is one.
	at := p.size[class]
	if k := len(*free) - 1; k >= 0 && (*free)[k].at+(*free)[k].n == at {
		at = (*free)[k].at
		*free = (*free)[:k]
	}
	p.size[class] = at + n
	return at
}

// release returns a range, keeping the list sorted and merged.
func release(free []span, s span) []span {
	k := sort.Search(len(free), func(i int) bool { return free[i].at > s.at })
	free = append(free, span{})
	copy(free[k+1:], free[k:])
	free[k] = s
	if k+1 < len(free) && free[k].at+free[k].n == free[k+1].at {
		free[k].n += free[k+1].n
		free = append(free[:k+1], free[k+2:]...)
	}
	if k > 0 && free[k-1].at+free[k-1].n == free[k].at {
		free[k-1].n += free[k].n
		free = append(free[:k], free[k+1:]...)
	}
	return free
}

func seen(ids []uint32, root []int, r int) bool {
	for _, id := range ids {
		if root[id] == r {
			return true
		}
	}
	return false
}

func elems(shape []int64) int {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return int(n)
}
