package onnx

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// value is a tensor during lowering: a constant (data is set), a graph input
// (input >= 0) or the output of an emitted node.
type value struct {
	ir.TensorDecl
	data  *kernel.Tensor
	input int
	node  *emitted

	weight, odd string // name of an initializer, and what is not finite in it
}

// emitted is a node whose inputs are still values.
type emitted struct {
	ir.Node
	in []*value
	id int // position in the final graph, -1 if unreachable
}

func constant(t kernel.Tensor) *value { return &value{TensorDecl: t.Decl(), data: &t, input: -1} }

// builder emits primitive nodes and folds constants on the way.
type builder struct {
	limits    Limits
	ports     []ir.TensorDecl
	nodes     []*emitted
	constUsed int64
	workUsed  int64
	foldUsed  int64
	fileBytes int64 // of the model and of what was read beside it
}

func (b *builder) input(d ir.TensorDecl) *value {
	b.ports = append(b.ports, d)
	return &value{TensorDecl: d, input: len(b.ports) - 1}
}

// spend takes bytes for a constant from the budget, before they are allocated.
func (b *builder) spend(bytes int64) error {
	if b.constUsed += bytes; b.constUsed > b.limits.MaxConstBytes {
		return fmt.Errorf("constants exceed %d bytes", b.limits.MaxConstBytes)
	}
	return nil
}

// grow takes bytes for a constant that is computed, not read: a few bytes of a file
// must not become a large model.
func (b *builder) grow(bytes int64) error {
	allowed := b.limits.MaxFoldBytes + foldFactor*b.fileBytes
	if b.foldUsed += bytes; b.foldUsed > allowed {
		return fmt.Errorf("constants computed from a file of %d bytes exceed %d bytes: store the weights in the file", b.fileBytes, allowed)
	}
	return b.spend(bytes)
}

// foldFactor is how often the content of a file may be computed anew (transposed, cast, reshaped).
const foldFactor = 4

// bound checks a shape against the limits of the graph.
func (b *builder) bound(d ir.TensorDecl) error {
	if len(d.Shape) > ir.MaxRank {
		return fmt.Errorf("more than %d dimensions", ir.MaxRank)
	}
	_, err := ir.Elems(d.Shape, b.limits.Graph.MaxElems)
	return err
}

// emit adds a node, or computes it at once if all inputs are constant.
func (b *builder) emit(n ir.Node, in ...*value) (*value, error) {
	decls := make([]ir.TensorDecl, len(in))
	constants := true
	for i, v := range in {
		decls[i] = v.TensorDecl
		constants = constants && v.data != nil
	}
	d, err := ir.Infer(&n, decls)
	if err == nil {
		err = b.bound(d)
	}
	if err != nil {
		return nil, err
	}
	n.Out = d
	if constants {
		return b.fold(n, decls, in)
	}
	if slices.Contains(d.Shape, 0) {
		return constant(kernel.New(d)), nil // nothing in it depends on data
	}
	if len(b.nodes) >= b.limits.Graph.MaxNodes {
		return nil, fmt.Errorf("more than %d primitive nodes", b.limits.Graph.MaxNodes)
	}
	e := &emitted{Node: n, in: slices.Clone(in)}
	b.nodes = append(b.nodes, e)
	return &value{TensorDecl: d, input: -1, node: e}, nil
}

func (b *builder) fold(n ir.Node, decls []ir.TensorDecl, in []*value) (*value, error) {
	elems, err := ir.Elems(n.Out.Shape, b.limits.Graph.MaxElems)
	if err == nil {
		err = b.grow(elems * n.Out.DType.Size())
	}
	if err != nil {
		return nil, err
	}
	one := ir.Graph{Inputs: decls, Nodes: []ir.Node{n}}
	for i := range in {
		one.Nodes[0].Inputs = append(one.Nodes[0].Inputs, uint32(i))
	}
	c, err := one.Cost()
	if err != nil {
		return nil, err
	}
	if b.workUsed += c.MACs + c.Ops + c.Bytes; b.workUsed > b.limits.MaxFoldWork {
		return nil, errors.New("too much work on constants")
	}
	tensors := make([]kernel.Tensor, len(in))
	for i, v := range in {
		tensors[i] = *v.data
	}
	t, err := kernel.Exec(&n, tensors)
	if err != nil {
		return nil, err
	}
	return constant(t), nil
}

// finish drops what the outputs do not need and numbers the rest.
func (b *builder) finish(outs []*value) (*ir.Graph, []kernel.Tensor, error) {
	for i, v := range outs {
		// Outputs must be nodes, each once: pass others through a Reshape.
		if v.node == nil || slices.Contains(outs[:i], v) {
			if slices.Contains(v.Shape, 0) {
				return nil, nil, errors.New("an output is empty")
			}
			e := &emitted{Node: ir.Node{Kind: ir.Reshape, Out: v.TensorDecl}, in: []*value{v}}
			b.nodes = append(b.nodes, e)
			outs[i] = &value{TensorDecl: v.TensorDecl, input: -1, node: e}
		}
	}
	for _, e := range b.nodes {
		e.id = -1
	}
	for _, v := range outs {
		v.node.id = 0
	}
	// Inputs lie to the left, so one pass from the right marks all that is needed.
	for i := len(b.nodes) - 1; i >= 0; i-- {
		if e := b.nodes[i]; e.id == 0 {
			for _, v := range e.in {
				if v.node != nil {
					v.node.id = 0
				}
			}
		}
	}
	return b.number(outs)
}

func (b *builder) number(outs []*value) (*ir.Graph, []kernel.Tensor, error) {
	g := &ir.Graph{Semantics: ir.SemanticsV1, Inputs: b.ports}
	var weights []kernel.Tensor
	index := map[*kernel.Tensor]int{}    // weight of a constant
	bySum := map[[sha256.Size]byte]int{} // weight of a content
	var used []*emitted
	for _, e := range b.nodes {
		if e.id < 0 {
			continue
		}
		e.id = len(used)
		used = append(used, e)
		for _, v := range e.in {
			if v.data == nil {
				continue
			}
			if _, ok := index[v.data]; ok {
				continue
			}
			sum := digest(*v.data)
			w, ok := bySum[sum]
			if !ok {
				w = len(weights)
				bySum[sum] = w
				weights = append(weights, *v.data)
				g.Weights = append(g.Weights, v.TensorDecl)
			}
			index[v.data] = w
		}
	}
	for _, e := range used {
		n := e.Node
		for _, v := range e.in {
			switch {
			case v.data != nil:
				n.Inputs = append(n.Inputs, g.FirstWeight()+uint32(index[v.data]))
			case v.node != nil:
				n.Inputs = append(n.Inputs, g.FirstNode()+uint32(v.node.id))
			default:
				n.Inputs = append(n.Inputs, uint32(v.input))
			}
		}
		g.Nodes = append(g.Nodes, n)
	}
	for _, v := range outs {
		g.Outputs = append(g.Outputs, g.FirstNode()+uint32(v.node.id))
	}
	return g, weights, nil
}

func digest(t kernel.Tensor) [sha256.Size]byte {
	return sha256.Sum256(t.AppendBytes([]byte(t.Decl().String())))
}
