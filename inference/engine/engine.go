package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Program is a loaded model. It is immutable and safe for concurrent use.
type Program struct {
	graph   *ir.Graph
	weights []kernel.Tensor  // without data where packed
	packed  []*kernel.Panels // per weight, or nil
	plan    plan
	work    []int64 // per node, to decide how far to cut it
	finite  []bool  // per node: second operand known to be finite
	limits  ir.Limits
	workers int
	isa     kernel.ISA
	groups  map[int]*rowGroup // by first node

	audited   int // elements that every run computes twice
	random    func() uint64
	auditable []int     // nodes
	idle      sync.Pool // *session
}

// Option changes how a program is checked and run, never what it computes.
type Option func(*Program)

// WithWorkers sets how many goroutines share one node. The default is 1.
func WithWorkers(n int) Option {
	return func(p *Program) { p.workers = max(n, 1) }
}

// WithISA chooses the kernels; kernel.ParseISA tells what the machine has. The
// default is kernel.BestISA, kernel.Scalar runs the definition.
func WithISA(isa kernel.ISA) Option {
	return func(p *Program) { p.isa = isa }
}

// WithLimits replaces the default limits.
func WithLimits(l ir.Limits) Option {
	return func(p *Program) { p.limits = l }
}

// Load checks the graph against the limits and the weights against their
// declarations, and plans memory. Graph and weights are kept: the caller must not
// change them afterwards. Weights of matrix products are kept in the kernels'
// order instead; what the caller lets go of then takes no memory twice.
func Load(g *ir.Graph, weights []kernel.Tensor, opts ...Option) (*Program, error) {
	p := &Program{graph: g, weights: slices.Clone(weights), limits: ir.DefaultLimits(), workers: 1, isa: kernel.BestISA()}
	for _, o := range opts {
		o(p)
	}
	if err := g.Validate(p.limits); err != nil {
		return nil, err
	}
	if len(weights) != len(g.Weights) {
		return nil, fmt.Errorf("%d weights, want %d", len(weights), len(g.Weights))
	}
	for i, t := range weights {
		if err := check(t, g.Weights[i]); err != nil {
			return nil, fmt.Errorf("weight %d: %w", i, err)
		}
	}
	p.plan = newPlan(g)
	// Placement may waste memory between values, but not without bound.
	if p.plan.bytes() > 2*p.limits.MaxPeakBytes {
		return nil, fmt.Errorf("%d bytes of activations exceed the limit", p.plan.bytes())
	}
	p.describe()
	p.pack()
	if p.isa != kernel.Scalar {
		p.groups = rowGroups(g, &p.plan)
	}
	if p.audited > 0 {
		p.auditable = auditableNodes(g)
	}
	p.idle.New = func() any { return newSession(p) }
	return p, nil
}

// LoadRaw is Load for weights as little-endian bytes, one slice per declared weight.
func LoadRaw(g *ir.Graph, weights [][]byte, opts ...Option) (*Program, error) {
	if len(weights) != len(g.Weights) {
		return nil, fmt.Errorf("%d weights, want %d", len(weights), len(g.Weights))
	}
	tensors := make([]kernel.Tensor, len(weights))
	for i, b := range weights {
		// The declared size must be checked before it is allocated.
		n, err := ir.Elems(g.Weights[i].Shape, math.MaxInt32)
		if err != nil || n*g.Weights[i].DType.Size() != int64(len(b)) {
			return nil, fmt.Errorf("weight %d: %d bytes do not fit %v", i, len(b), g.Weights[i])
		}
		if tensors[i], err = kernel.FromBytes(g.Weights[i], b); err != nil {
			return nil, fmt.Errorf("weight %d: %w", i, err)
		}
	}
	return Load(g, tensors, opts...)
}

// Graph is the program's graph; it must not be changed.
func (p *Program) Graph() *ir.Graph { return p.graph }

// Cost is the static cost of one run.
func (p *Program) Cost() (ir.Cost, error) { return p.graph.Cost() }

// Run executes the program. It returns the graph's outputs and lastInputs, the
// tensors that feed the last node in order. All returned tensors belong to the
// caller. Run may be called from many goroutines at once; between nodes it looks
// whether the context is done.
func (p *Program) Run(ctx context.Context, inputs []kernel.Tensor) (outputs, lastInputs []kernel.Tensor, err error) {
	err = p.Visit(ctx, inputs, func(v View) error {
		for _, id := range p.graph.Outputs {
			outputs = append(outputs, v.copy(id))
		}
		for _, id := range p.graph.Nodes[len(p.graph.Nodes)-1].Inputs {
			lastInputs = append(lastInputs, v.copy(id))
		}
		return nil
	})
	return outputs, lastInputs, err
}

// Visit is Run without copies: f looks at the results in the program's own memory.
func (p *Program) Visit(ctx context.Context, inputs []kernel.Tensor, f func(View) error) error {
	return p.visit(ctx, inputs, p.auditor(), f)
}

func (p *Program) visit(ctx context.Context, inputs []kernel.Tensor, o Observer, f func(View) error) error {
	if len(inputs) != len(p.graph.Inputs) {
		return fmt.Errorf("%d inputs, want %d", len(inputs), len(p.graph.Inputs))
	}
	for i, t := range inputs {
		if err := check(t, p.graph.Inputs[i]); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
	}
	s, ok := p.idle.Get().(*session)
	if !ok {
		return errors.New("no session")
	}
	defer func() {
		clear(s.values[:len(inputs)]) // keep nothing of the caller's
		p.idle.Put(s)
	}()
	if err := s.run(ctx, inputs, o); err != nil {
		return err
	}
	return f(View{s})
}

// check compares a tensor with its declaration, length and canonical values included.
func check(t kernel.Tensor, d ir.TensorDecl) error {
	if !t.Decl().Equal(d) {
		return fmt.Errorf("tensor %v, want %v", t.Decl(), d)
	}
	if t.Len() != kernel.Elems(d.Shape) {
		return fmt.Errorf("tensor of %d elements, want %v", t.Len(), d)
	}
	return t.CheckCanonical()
}

// describe fills what the scheduler wants to know of each node.
func (p *Program) describe() {
	g := p.graph
	p.work, p.finite = make([]int64, len(g.Nodes)), make([]bool, len(g.Nodes))
	for i := range g.Nodes {
		n := &g.Nodes[i]
		one := ir.Graph{Inputs: make([]ir.TensorDecl, len(n.Inputs)), Nodes: []ir.Node{*n}}
		ids := make([]uint32, len(n.Inputs))
		for j, id := range n.Inputs {
			one.Inputs[j], ids[j] = g.Decl(id), uint32(j)
		}
		one.Nodes[0].Inputs = ids
		if c, err := one.Cost(); err == nil {
			p.work[i] = c.MACs + c.Ops
		}
		if n.Kind == ir.Conv {
			if w := int(n.Inputs[1]) - len(g.Inputs); w >= 0 && w < len(p.weights) {
				p.finite[i] = finite(p.weights[w].F32)
			}
		}
	}
}

// finite reports whether no element is NaN or infinite.
func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}
