package engine

import (
	"context"

	"github.com/imochain/imod/inference/kernel"
)

// Observer sees a run node by node. What it is given lies in the run's memory and
// holds until the method returns. An error ends the run.
type Observer interface {
	// Before sees the inputs of a node: its output may overwrite them.
	Before(node int, in Operands) error
	// After sees the value of a node.
	After(node int, out kernel.Tensor) error
}

// Observe is Run with an observer. Nodes run one at a time, by the same kernels.
func (p *Program) Observe(ctx context.Context, inputs []kernel.Tensor, o Observer) (outputs []kernel.Tensor, err error) {
	err = p.visit(ctx, inputs, o, func(v View) error {
		for _, id := range p.graph.Outputs {
			outputs = append(outputs, v.copy(id))
		}
		return nil
	})
	return outputs, err
}

// Operands are the inputs of one node.
type Operands struct {
	s   *session
	ids []uint32
}

// Element is one element of an input; it implements step.Reader.
func (o Operands) Element(input int, index int64) (kernel.Element, error) {
	id := o.ids[input]
	if x := o.s.p.panels(id); x != nil {
		return x.At(int(index)), nil
	}
	return o.s.values[id].At(int(index)), nil
}

// Copy is a copy of an input that the observer may keep.
func (o Operands) Copy(input int) kernel.Tensor { return View{o.s}.copy(o.ids[input]) }

// observe runs a node between the observer's two looks.
func (s *session) observe(o Observer, node int, run func()) error {
	if o != nil {
		if err := o.Before(node, Operands{s, s.p.graph.Nodes[node].Inputs}); err != nil {
			return err
		}
	}
	if run != nil {
		run()
	}
	if o == nil {
		return nil
	}
	return o.After(node, s.values[int(s.p.graph.FirstNode())+node])
}
