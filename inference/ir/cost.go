package ir

import (
	"errors"
	"math/bits"
)

// Cost is the static price of one run. It depends on the graph only, so chain,
// sidecar and client compute the same numbers.
type Cost struct {
	MACs      int64 // multiply-adds of Dot and Conv, absent padding terms included
	Ops       int64 // weighted scalar operations of all other kinds
	Bytes     int64 // bytes read and written, node by node
	PeakBytes int64 // most bytes of inputs and activations live at one node; weights excluded
	WorkUnits int64 // (MACs + Ops + Bytes/4 + NodeOps per node) / WorkUnit, rounded up
}

const (
	// WorkUnit is the number of basic operations in one unit of work.
	WorkUnit = 1024
	// NodeOps is what starting a node costs, in basic operations.
	NodeOps = 256
	// costCap keeps every sum far from overflow; a graph beyond it is refused.
	costCap = 1 << 60
)

var errCost = errors.New("cost is too large to count")

// Cost computes the price of one run of a graph whose nodes have valid inputs
// and shapes. It errs only where a number would exceed 2^60.
func (g *Graph) Cost() (Cost, error) {
	var c Cost
	for i := range g.Nodes {
		n := &g.Nodes[i]
		in := make([]TensorDecl, len(n.Inputs))
		for j, id := range n.Inputs {
			in[j] = g.Decl(id)
		}
		macs, ops, moved, err := n.cost(in)
		if err != nil {
			return Cost{}, err
		}
		c.MACs, c.Ops, c.Bytes = c.MACs+macs, c.Ops+ops, c.Bytes+moved
		if c.MACs > costCap || c.Ops > costCap || c.Bytes > costCap {
			return Cost{}, errCost
		}
	}
	total := c.MACs + c.Ops + c.Bytes/4 + int64(len(g.Nodes))*NodeOps
	c.WorkUnits = (total + WorkUnit - 1) / WorkUnit
	c.PeakBytes = g.peak()
	return c, nil
}

// cost is the share of one node.
func (n *Node) cost(in []TensorDecl) (macs, ops, moved int64, err error) {
	out := elems(n.Out)
	outBytes := out * n.Out.DType.Size()
	for i, d := range in {
		b := elems(d) * d.DType.Size()
		// Selecting kinds read no more of their source than they write.
		if i == 0 && (n.Kind == Gather || n.Kind == GatherElements || n.Kind == Slice) {
			b = min(b, outBytes)
		}
		moved += b
	}
	moved += outBytes
	each := int64(1) // operations per output element
	switch n.Kind {
	case Dot:
		return mul(out, in[0].Shape[len(in[0].Shape)-1], moved)
	case Conv:
		return mul(out, elems(TensorDecl{F32, in[1].Shape[1:]}), moved)
	case Reshape:
		return 0, 0, 0, nil
	case MaxPool, AvgPool:
		a, err := n.PoolAttrs()
		if err != nil {
			return 0, 0, 0, err
		}
		if each, err = Elems(a.Window, costCap); err != nil {
			return 0, 0, 0, errCost
		}
	case Reduce, ArgReduce:
		out = elems(in[0])
	case Quantize, Dequantize:
		each = 8
	case Unary, Binary:
		each = opCost(n.Op)
	}
	ops, _, _, err = mul(out, each, 0)
	return 0, ops, moved, err
}

// opCost weighs a scalar function in basic operations.
func opCost(o Op) int64 {
	switch o {
	case OpExp, OpLog, OpErf, OpTanh, OpSigmoid, OpSin, OpCos:
		return 16
	case OpPow:
		return 48
	case OpDiv, OpMod, OpRem, OpSqrt, OpReciprocal:
		return 4
	default:
		return 1
	}
}

func mul(a, b, moved int64) (macs, ops, bytes int64, err error) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 || lo > costCap {
		return 0, 0, 0, errCost
	}
	return int64(lo), 0, moved, nil
}

// peak walks the nodes once, adding each value where it is born and dropping it
// after its last use.
func (g *Graph) peak() int64 {
	last := g.LastUse()
	var live, most int64
	for i, d := range g.Inputs {
		if last[i] >= 0 {
			live += elems(d) * d.DType.Size()
		}
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		live += elems(n.Out) * n.Out.DType.Size()
		most = max(most, live)
		for j, id := range n.Inputs {
			if last[id] != i || id >= g.FirstWeight() && id < g.FirstNode() || contains(n.Inputs[:j], id) {
				continue
			}
			d := g.Decl(id)
			live -= elems(d) * d.DType.Size()
		}
	}
	return most
}

// LastUse gives, for every value, the index of the last node that reads it:
// -1 if none does, and len(Nodes) for graph outputs, which live to the end.
func (g *Graph) LastUse() []int {
	last := make([]int, int(g.FirstNode())+len(g.Nodes))
	for i := range last {
		last[i] = -1
	}
	for i := range g.Nodes {
		for _, id := range g.Nodes[i].Inputs {
			last[id] = i
		}
	}
	for _, id := range g.Outputs {
		last[id] = len(g.Nodes)
	}
	return last
}

func contains(ids []uint32, id uint32) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// elems is for shapes that were checked.
func elems(d TensorDecl) int64 {
	n := int64(1)
	for _, s := range d.Shape {
		n *= s
	}
	return n
}
