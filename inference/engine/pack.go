package engine

import (
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// pack puts those weights that only serve as right operands of products into the
// order of the fast kernels, and lets go of their data.
func (p *Program) pack() {
	p.packed = make([]*kernel.Panels, len(p.weights))
	if p.isa == kernel.Scalar {
		return
	}
	for i := range p.weights {
		if !p.onlyRight(p.graph.FirstWeight() + uint32(i)) {
			continue
		}
		if p.packed[i] = kernel.Pack(p.weights[i]); p.packed[i] != nil {
			p.weights[i] = kernel.Tensor{DType: p.weights[i].DType, Shape: p.weights[i].Shape}
		}
	}
}

// onlyRight reports whether every use of a value is as right operand of a Dot.
func (p *Program) onlyRight(id uint32) bool {
	for i := range p.graph.Nodes {
		n := &p.graph.Nodes[i]
		for j, in := range n.Inputs {
			if in == id && (n.Kind != ir.Dot || j != 1) {
				return false
			}
		}
	}
	return true
}

// panels are the packed data of a value, or nil.
func (p *Program) panels(id uint32) *kernel.Panels {
	w := int(id) - int(p.graph.FirstWeight())
	if w < 0 || w >= len(p.packed) {
		return nil
	}
	return p.packed[w]
}

// WeightBytes is the size of all weights as the graph declares them.
func (p *Program) WeightBytes() int64 {
	n := int64(0)
	for _, d := range p.graph.Weights {
		n += int64(elems(d.Shape)) * d.DType.Size()
	}
	return n
}
