package engine

import (
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/step"
)

// ErrFault marks a run in which an element, computed once more by the definition,
// came out differently: a fault of this machine or of a fast kernel. It says
// nothing about the model.
var ErrFault = errors.New("computed twice with two results")

// auditTerms is the largest number of terms of an element that is computed again.
// It keeps a check below a few milliseconds; longer sums are left to the others.
const auditTerms = 1 << 16

// WithAudit makes every run compute count random elements once more by package
// step, from the very inputs that the node had, and fail with ErrFault where the
// bits differ. Random gives numbers that nobody can foretell; it may be called by
// several goroutines. Such a run does nodes one at a time.
func WithAudit(count int, random func() uint64) Option {
	return func(p *Program) { p.audited, p.random = count, random }
}

// auditor checks the elements that were drawn for one run.
type auditor struct {
	g     *ir.Graph
	picks map[int][]int64 // elements by node
	want  [][]byte        // of the node that runs
}

// auditor draws the elements; nil without an audit.
func (p *Program) auditor() Observer {
	if p.audited == 0 || len(p.auditable) == 0 {
		return nil
	}
	a := &auditor{g: p.graph, picks: map[int][]int64{}}
	for range p.audited {
		node := p.auditable[p.random()%uint64(len(p.auditable))]
		a.picks[node] = append(a.picks[node], int64(p.random()%uint64(elems(p.graph.Nodes[node].Out.Shape))))
	}
	return a
}

// auditableNodes are the nodes that compute anything, and not too much per element.
func auditableNodes(g *ir.Graph) (nodes []int) {
	for i := range g.Nodes {
		r := g.Record(i)
		last := int64(elems(r.Node.Out.Shape)) - 1
		if n, err := step.Segments(&r, last); err == nil && r.Node.Kind != ir.Reshape && n <= auditTerms/step.Terms {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

// Before implements Observer.
func (a *auditor) Before(node int, in Operands) error {
	a.want = a.want[:0]
	if len(a.picks[node]) == 0 {
		return nil
	}
	r := a.g.Record(node)
	for _, e := range a.picks[node] {
		v, err := step.Compute(&r, e, in)
		if err != nil {
			return err
		}
		a.want = append(a.want, v.Append(nil, r.Node.Out.DType))
	}
	return nil
}

// After implements Observer.
func (a *auditor) After(node int, out kernel.Tensor) error {
	for i, e := range a.picks[node] {
		if got := out.At(int(e)).Append(nil, out.DType); string(got) != string(a.want[i]) {
			return fmt.Errorf("%w: node %d (%s), element %d: %x, by definition %x", ErrFault, node, a.g.Nodes[node].Kind, e, got, a.want[i])
		}
	}
	return nil
}
