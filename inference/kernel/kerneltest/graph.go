package kerneltest

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Program is a random valid graph with weights and one set of inputs.
type Program struct {
	Graph           *ir.Graph
	Weights, Inputs []kernel.Tensor
}

// maker grows a graph. Ids are provisional: weights are numbered from wide, and
// renumbered at the end.
type maker struct {
	s       *Source
	inputs  []kernel.Tensor
	weights []kernel.Tensor
	nodes   []ir.Node
	pool    []uint32 // f32 values to pick operands from
}

const (
	weightBase = 1 << 16
	nodeBase   = 1 << 20
)

// Random builds a program of about n nodes from a seed. It reaches kinds, types
// and shapes in combinations that nobody would write down.
func Random(seed uint64, n int) Program {
	s := Source(seed)
	m := &maker{s: &s}
	for range 1 + m.s.Below(2) {
		m.inputs = append(m.inputs, m.s.Normal(m.shape()...))
		m.pool = append(m.pool, uint32(len(m.inputs)-1))
	}
	for len(m.nodes) < n {
		m.step()
	}
	return m.finish()
}

func (m *maker) shape() []int64 {
	s := make([]int64, 1+m.s.Below(4))
	for i := range s {
		s[i] = 1 + m.s.Below(6)
	}
	return s
}

func (m *maker) decl(id uint32) ir.TensorDecl {
	switch {
	case id >= nodeBase:
		return m.nodes[id-nodeBase].Out
	case id >= weightBase:
		return m.weights[id-weightBase].Decl()
	default:
		return m.inputs[id].Decl()
	}
}

func (m *maker) weight(t kernel.Tensor) uint32 {
	m.weights = append(m.weights, t)
	return weightBase + uint32(len(m.weights)-1)
}

// emit adds a node if it is valid and not too large.
func (m *maker) emit(n ir.Node, in ...uint32) (uint32, bool) {
	n.Inputs = in
	decls := make([]ir.TensorDecl, len(in))
	for i, id := range in {
		decls[i] = m.decl(id)
	}
	out, err := ir.Infer(&n, decls)
	if err != nil || slices.Contains(out.Shape, 0) {
		return 0, false
	}
	if e, err := ir.Elems(out.Shape, 4096); err != nil || e > 4096 {
		return 0, false
	}
	n.Out = out
	m.nodes = append(m.nodes, n)
	id := nodeBase + uint32(len(m.nodes)-1)
	if out.DType == ir.F32 {
		m.pool = append(m.pool, id)
	}
	return id, true
}

// step tries one random node; chains through other types end in f32.
func (m *maker) step() {
	x := Pick(m.s, m.pool...)
	if m.s.Below(2) == 0 {
		x = m.pool[len(m.pool)-1] // deep rather than wide
	}
	d := m.decl(x)
	rank := int64(len(d.Shape))
	switch m.s.Below(14) {
	case 0, 1:
		n := ir.Node{Kind: ir.Unary, Op: ir.OpNeg + ir.Op(m.s.Below(16))}
		m.emit(n, x)
	case 2, 3:
		m.emit(ir.Node{Kind: ir.Binary, Op: ir.OpAdd + ir.Op(m.s.Below(9))}, x, m.partner(x))
	case 4:
		if rank >= 2 {
			w := m.weight(m.s.Normal(d.Shape[rank-1], 1+m.s.Below(6)))
			m.emit(ir.Node{Kind: ir.Dot}, x, w)
		}
	case 5:
		m.conv(x, d)
	case 6:
		if rank >= 1 {
			m.emit(ir.Node{Kind: ir.Reduce, Op: ir.OpSum + ir.Op(m.s.Below(7)), Ints: []int64{m.s.Below(2), m.s.Below(rank)}}, x)
		}
	case 7:
		perm := make([]int64, rank)
		for i := range perm {
			perm[i] = (int64(i) + 1) % rank
		}
		m.emit(ir.Node{Kind: ir.Transpose, Ints: perm}, x)
	case 8:
		n, _ := ir.Elems(d.Shape, 1<<20)
		m.emit(ir.Node{Kind: ir.Reshape, Out: ir.TensorDecl{DType: ir.F32, Shape: Pick(m.s, []int64{n}, []int64{1, n}, []int64{n, 1, 1})}}, x)
	case 9:
		m.emit(ir.Node{Kind: ir.Concat, Ints: []int64{m.s.Below(rank + 1)}}, x, x)
	case 10:
		m.select3(x)
	case 11:
		m.through(x, d)
	case 12:
		ints := make([]int64, 2*rank)
		for i := range ints {
			ints[i] = m.s.Below(2)
		}
		m.emit(ir.Node{Kind: ir.Pad, Ints: ints, Floats: []float32{0.5}}, x)
	default:
		if rank >= 1 {
			idx := m.weight(m.s.Tensor(ir.I64, 2))
			m.emit(ir.Node{Kind: ir.Gather, Ints: []int64{m.s.Below(rank)}}, x, idx)
		}
	}
}

// partner is an operand that broadcasts: the same value, a value, or a weight.
func (m *maker) partner(x uint32) uint32 {
	switch m.s.Below(3) {
	case 0:
		return x
	case 1:
		return Pick(m.s, m.pool...)
	default:
		shape := slices.Clone(m.decl(x).Shape)
		for i := range shape {
			if m.s.Below(2) == 0 {
				shape[i] = 1
			}
		}
		return m.weight(m.s.Normal(shape...))
	}
}

func (m *maker) conv(x uint32, d ir.TensorDecl) {
	if len(d.Shape) != 4 {
		return
	}
	w := m.weight(m.s.Normal(1+m.s.Below(5), d.Shape[1], 1+m.s.Below(3), 1+m.s.Below(3)))
	a := ir.ConvAttrs{Groups: 1, Strides: []int64{1, 1}, Before: []int64{m.s.Below(2), 1}, After: []int64{1, m.s.Below(2)}, Dilations: []int64{1, 1}}
	m.emit(ir.Node{Kind: ir.Conv, Ints: a.Ints()}, x, w)
}

// select3 compares two values and picks between them.
func (m *maker) select3(x uint32) {
	y := m.partner(x)
	if c, ok := m.emit(ir.Node{Kind: ir.Compare, Op: ir.OpEq + ir.Op(m.s.Below(6))}, x, y); ok {
		m.emit(ir.Node{Kind: ir.Where}, c, x, y)
	}
}

// through goes to another type and back.
func (m *maker) through(x uint32, d ir.TensorDecl) {
	to := Pick(m.s, ir.I8, ir.U8, ir.I32, ir.I64, ir.Bool)
	c, ok := m.emit(ir.Node{Kind: ir.Cast, Op: ir.OpSaturate, Out: ir.TensorDecl{DType: to, Shape: d.Shape}}, x)
	if !ok {
		return
	}
	if s, ok := m.emit(ir.Node{Kind: ir.Binary, Op: ir.OpMul}, c, c); ok {
		c = s
	}
	m.emit(ir.Node{Kind: ir.Cast, Op: ir.OpSaturate, Out: ir.TensorDecl{DType: ir.F32, Shape: d.Shape}}, c)
}

// finish makes outputs of everything unread and renumbers.
func (m *maker) finish() Program {
	p := Program{Graph: &ir.Graph{Semantics: ir.SemanticsV1}, Inputs: m.inputs}
	g := p.Graph
	for _, t := range m.inputs {
		g.Inputs = append(g.Inputs, t.Decl())
	}
	used := map[uint32]bool{}
	for _, n := range m.nodes {
		for _, id := range n.Inputs {
			used[id] = true
		}
	}
	place := map[uint32]uint32{}
	for i := range m.inputs {
		place[uint32(i)] = uint32(i)
	}
	for i, t := range m.weights {
		if id := weightBase + uint32(i); used[id] {
			place[id] = uint32(len(m.inputs) + len(p.Weights))
			p.Weights = append(p.Weights, t)
			g.Weights = append(g.Weights, t.Decl())
		}
	}
	for i, n := range m.nodes {
		id := nodeBase + uint32(i)
		place[id] = uint32(len(m.inputs)+len(p.Weights)) + uint32(i)
		for k, in := range n.Inputs {
			n.Inputs[k] = place[in]
		}
		g.Nodes = append(g.Nodes, n)
		if !used[id] {
			g.Outputs = append(g.Outputs, place[id])
		}
	}
	return p
}
