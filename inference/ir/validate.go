package ir

import (
	"errors"
	"fmt"
	"slices"
)

// Validate checks everything that makes a graph runnable and canonical: limits,
// topological order, types and shapes of every node, no unused weight or node,
// and the static cost. It allocates no more than a small multiple of the graph.
func (g *Graph) Validate(l Limits) error {
	if g.Semantics != SemanticsV1 {
		return fmt.Errorf("semantics version %d is not known", g.Semantics)
	}
	switch {
	case len(g.Inputs) > l.MaxPorts || len(g.Outputs) > l.MaxPorts:
		return fmt.Errorf("more than %d inputs or outputs", l.MaxPorts)
	case len(g.Weights) > l.MaxWeights:
		return fmt.Errorf("more than %d weights", l.MaxWeights)
	case len(g.Nodes) > l.MaxNodes:
		return fmt.Errorf("more than %d nodes", l.MaxNodes)
	case len(g.Nodes) == 0 || len(g.Outputs) == 0:
		return errors.New("graph computes nothing")
	}
	for i, d := range g.Inputs {
		if _, err := d.check(l.MaxElems); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
	}
	var weightBytes int64
	for i, d := range g.Weights {
		n, err := d.check(l.MaxElems)
		if err != nil {
			return fmt.Errorf("weight %d: %w", i, err)
		}
		// Both factors are bounded, and the sum is checked each time.
		if weightBytes += n * d.DType.Size(); weightBytes > l.MaxWeightBytes {
			return fmt.Errorf("weights exceed %d bytes", l.MaxWeightBytes)
		}
	}
	used := make([]bool, int(g.FirstNode())+len(g.Nodes))
	for i := range g.Nodes {
		if err := g.validateNode(i, l, used); err != nil {
			return fmt.Errorf("node %d (%s %s): %w", i, g.Nodes[i].Kind, g.Nodes[i].Op, err)
		}
	}
	return g.validateUse(l, used)
}

func (g *Graph) validateNode(i int, l Limits, used []bool) error {
	n := &g.Nodes[i]
	switch {
	case len(n.Inputs) > l.MaxNodeInputs:
		return fmt.Errorf("more than %d inputs", l.MaxNodeInputs)
	case len(n.Ints) > l.MaxAttrs || len(n.Floats) > l.MaxAttrs:
		return fmt.Errorf("more than %d attributes", l.MaxAttrs)
	}
	if _, err := n.Out.check(l.MaxElems); err != nil {
		return err
	}
	in := make([]TensorDecl, len(n.Inputs))
	for j, id := range n.Inputs {
		if uint64(id) >= uint64(g.FirstNode())+uint64(i) {
			return fmt.Errorf("input %d is not an earlier value", id)
		}
		used[id] = true
		in[j] = g.Decl(id)
	}
	out, err := Infer(n, in)
	if err != nil {
		return err
	}
	if !out.Equal(n.Out) {
		return fmt.Errorf("output is %v, stated as %v", out, n.Out)
	}
	return nil
}

func (g *Graph) validateUse(l Limits, used []bool) error {
	for i, id := range g.Outputs {
		if id < g.FirstNode() || uint64(id) >= uint64(len(used)) {
			return fmt.Errorf("output %d is not a node", i)
		}
		if slices.Contains(g.Outputs[:i], id) {
			return fmt.Errorf("output %d appears twice", i)
		}
		used[id] = true
	}
	for id, u := range used {
		if !u && id >= len(g.Inputs) {
			return fmt.Errorf("value %d is never used", id)
		}
	}
	c, err := g.Cost()
	switch {
	case err != nil:
		return err
	case c.MACs > l.MaxMACs:
		return fmt.Errorf("%d multiply-adds exceed %d", c.MACs, l.MaxMACs)
	case c.PeakBytes > l.MaxPeakBytes:
		return fmt.Errorf("%d live bytes exceed %d", c.PeakBytes, l.MaxPeakBytes)
	case c.WorkUnits > l.MaxWork:
		return fmt.Errorf("%d work units exceed %d", c.WorkUnits, l.MaxWork)
	}
	return nil
}
