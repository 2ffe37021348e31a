package engine

import (
	"context"
	"sync"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// session is the memory of one run. Everything is allocated once; run itself
// allocates nothing except, with several workers, the goroutines' frames.
type session struct {
	p      *Program
	values []kernel.Tensor // by value id
	calls  []kernel.Call   // by node
	parts  []kernel.Call   // one per worker
	rows   []rowState      // one per worker
}

func newSession(p *Program) *session {
	g := p.graph
	s := &session{p: p, calls: make([]kernel.Call, len(g.Nodes)), parts: make([]kernel.Call, p.workers), rows: make([]rowState, p.workers)}
	s.values = make([]kernel.Tensor, int(g.FirstNode())+len(g.Nodes))
	copy(s.values[g.FirstWeight():], p.weights)
	f32 := make([]float32, p.plan.size[classF32])
	i32 := make([]int32, p.plan.size[classI32])
	i64 := make([]int64, p.plan.size[classI64])
	i8 := make([]int8, p.plan.size[classI8])
	u8 := make([]uint8, p.plan.size[classU8])
	for i := range g.Nodes {
		n, pl := &g.Nodes[i], p.plan.place[i]
		t := kernel.Tensor{DType: n.Out.DType, Shape: n.Out.Shape}
		if pl.alias < 0 {
			switch lo, hi := pl.at, pl.at+pl.n; pl.class {
			case classF32:
				t.F32 = f32[lo:hi:hi]
			case classI32:
				t.I32 = i32[lo:hi:hi]
			case classI64:
				t.I64 = i64[lo:hi:hi]
			case classI8:
				t.I8 = i8[lo:hi:hi]
			default:
				t.U8 = u8[lo:hi:hi]
			}
		}
		s.values[int(g.FirstNode())+i] = t
		s.calls[i] = kernel.Call{Node: n, In: make([]kernel.Tensor, len(n.Inputs)), Out: t, Parts: 1, Finite: p.finite[i], ISA: p.isa}
		if n.Kind == ir.Dot {
			s.calls[i].Packed = p.panels(n.Inputs[1])
		}
	}
	for i := range s.parts {
		s.parts[i].Scratch = new(kernel.Scratch)
	}
	return s
}

// run executes all nodes in order. With an observer it forms no row groups, so that
// there is a moment between any two nodes.
func (s *session) run(ctx context.Context, inputs []kernel.Tensor, o Observer) error {
	copy(s.values, inputs)
	g := s.p.graph
	first := int(g.FirstNode())
	for i := 0; i < len(g.Nodes); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r := s.p.groups[i]; r != nil && o == nil {
			s.group(r)
			i += r.nodes - 1
			continue
		}
		n, c := &g.Nodes[i], &s.calls[i]
		if n.Kind == ir.Reshape {
			v := s.values[n.Inputs[0]]
			v.Shape = n.Out.Shape
			s.values[first+i] = v
			if err := s.observe(o, i, nil); err != nil {
				return err
			}
			continue
		}
		for j, id := range n.Inputs {
			c.In[j] = s.values[id]
		}
		if err := s.observe(o, i, func() { s.node(c, kernel.Parts(n.Kind, s.p.work[i], s.p.workers)) }); err != nil {
			return err
		}
	}
	return nil
}

// node runs one call, cut into parts. The parts write disjoint elements, and no
// element's order of operations depends on the cut.
func (s *session) node(c *kernel.Call, parts int) {
	for k := range parts {
		scratch := s.parts[k].Scratch
		s.parts[k] = *c
		s.parts[k].Part, s.parts[k].Parts, s.parts[k].Scratch = k, parts, scratch
	}
	if parts == 1 {
		kernel.Run(&s.parts[0])
		return
	}
	var wg sync.WaitGroup
	for k := 1; k < parts; k++ {
		wg.Go(func() { kernel.Run(&s.parts[k]) })
	}
	kernel.Run(&s.parts[0])
	wg.Wait()
}

// group runs a row group, its rows shared between the workers.
func (s *session) group(r *rowGroup) {
	work := int64(0)
	for i := range r.nodes {
		work += s.p.work[r.first+i]
	}
	parts := kernel.Parts(ir.Unary, work, s.p.workers)
	if parts == 1 {
		r.run(s, &s.rows[0], s.parts[0].Scratch, 0, 1)
		return
	}
	var wg sync.WaitGroup
	for k := 1; k < parts; k++ {
		wg.Go(func() { r.run(s, &s.rows[k], s.parts[k].Scratch, k, parts) })
	}
	r.run(s, &s.rows[0], s.parts[0].Scratch, 0, parts)
	wg.Wait()
}
