package trace

import (
	"context"
	"errors"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
)

// Captured is what one node read and gave.
type Captured struct {
	Node   int
	Inputs []kernel.Tensor
	Output kernel.Tensor
}

var errCaptured = errors.New("captured")

// Capture executes a step up to a node. It copies that node's values only.
func Capture(ctx context.Context, p *engine.Program, inputs []kernel.Tensor, node int) (*Captured, error) {
	if node < 0 || node >= len(p.Graph().Nodes) {
		return nil, errors.New("no such node")
	}
	c := &Captured{Node: node}
	if _, err := p.Observe(ctx, inputs, c.observer(p.Graph())); !errors.Is(err, errCaptured) {
		return nil, err
	}
	return c, nil
}

type capturer struct {
	*Captured
	g *ir.Graph
}

func (c *Captured) observer(g *ir.Graph) capturer { return capturer{c, g} }

// Before implements engine.Observer.
func (c capturer) Before(node int, in engine.Operands) error {
	if node == c.Node {
		for i := range c.g.Nodes[node].Inputs {
			c.Inputs = append(c.Inputs, in.Copy(i))
		}
	}
	return nil
}

// After implements engine.Observer.
func (c capturer) After(node int, out kernel.Tensor) error {
	if node != c.Node {
		return nil
	}
	c.Output = out.Clone()
	return errCaptured
}

// Paths gives paths in a trace: in one's own, or in that of another as far as it is known.
type Paths interface {
	Path(entry uint64) ([]merkle.Hash, error)
}

// Witness makes what step.Prove takes about the captured node of one step. The
// weights' roots are the graph's, in order; a tokenizer's may follow.
func (c *Captured) Witness(g *ir.Graph, weights []merkle.Hash, l step.Layout, t Paths, at uint64) (*step.Witness, error) {
	w := &step.Witness{Record: g.Record(c.Node), Nodes: uint64(len(g.Nodes)), Weights: uint64(len(weights))}
	records, err := merkle.NewListTree(g.Items())
	if err != nil {
		return nil, err
	}
	if w.RecordPath, err = records.Path(uint64(c.Node) + 1); err != nil {
		return nil, err
	}
	list, err := merkle.NewListTree(weights)
	if err != nil {
		return nil, err
	}
	traced := func(slot uint64) ([]merkle.Hash, error) {
		index, err := l.Index(at, slot)
		if err != nil {
			return nil, err
		}
		return t.Path(index)
	}
	for i, s := range w.Record.Sources {
		path := traced
		if s.Weight {
			path = list.Path
		}
		h, err := held(c.Inputs[i], s.Index, path)
		if err != nil {
			return nil, err
		}
		w.Inputs = append(w.Inputs, h)
	}
	w.Output, err = held(c.Output, g.Slot(c.Node), traced)
	return w, err
}

func held(t kernel.Tensor, index uint64, path func(uint64) ([]merkle.Hash, error)) (h step.Held, err error) {
	if h.Path, err = path(index); err != nil {
		return h, err
	}
	h.Tensor, err = step.Whole(byte(t.DType), dims(t.Decl()), t.AppendBytes(nil))
	return h, err
}
