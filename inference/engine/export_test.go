package engine

import (
	"context"

	"github.com/imochain/imod/inference/kernel"
)

// Spoil is an audited run whose last node's value is changed before it is looked at.
func Spoil(p *Program, inputs []kernel.Tensor, change func(kernel.Tensor)) error {
	return p.visit(context.Background(), inputs, spoiler{p.auditor(), len(p.graph.Nodes) - 1, change}, func(View) error { return nil })
}

type spoiler struct {
	Observer
	node   int
	change func(kernel.Tensor)
}

// After changes the value and passes it on.
func (s spoiler) After(node int, out kernel.Tensor) error {
	if node == s.node {
		s.change(out)
	}
	return s.Observer.After(node, out)
}
