package onnx

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// The operator sets that are understood. 9 to 23 are what exporters emit; the
// sets around them do not change the meaning of the operators supported here,
// which the ONNX node tests confirm.
const (
	MinOpset = 7
	MaxOpset = 28
)

// Limits bound an import, besides the limits of the graph it produces.
type Limits struct {
	MaxFileBytes  int64
	MaxNodes      int   // nodes, and initializers, of one graph
	MaxConstBytes int64 // constants and everything folded from them, together
	MaxFoldBytes  int64 // constants that are computed and not read, besides four times the file
	MaxFoldWork   int64 // basic operations spent on folding
	Graph         ir.Limits
}

// DefaultLimits suits models up to a few hundred megabytes.
func DefaultLimits() Limits {
	return Limits{
		MaxFileBytes:  1 << 30,
		MaxNodes:      1 << 16,
		MaxConstBytes: 2 << 30,
		MaxFoldBytes:  256 << 20,
		MaxFoldWork:   1 << 36,
		Graph:         ir.DefaultLimits(),
	}
}

// Options settle what the file leaves open. The zero value refuses every open
// dimension and uses the default limits.
type Options struct {
	// Dims fixes symbolic dimensions by their name; an unnamed one is addressed
	// as "input:axis", axes from 0.
	Dims map[string]int64
	// Freeze replaces graph inputs by constants, for inputs such as a target
	// shape on which the model's static shapes depend.
	Freeze map[string]kernel.Tensor
	// External holds the files beside the model, for tensors that keep their data
	// there. Without it such tensors are refused.
	External fs.FS
	// Limits replaces the defaults.
	Limits *Limits
}

// Model is an imported file. Inputs and Outputs are the names, in the graph's order.
type Model struct {
	Graph   *ir.Graph
	Weights []kernel.Tensor
	Inputs  []string
	Outputs []string
	Opset   int64
}

// Import lowers an ONNX file. The result is validated against the limits.
func Import(file []byte, o Options) (*Model, error) {
	l := DefaultLimits()
	if o.Limits != nil {
		l = *o.Limits
	}
	if int64(len(file)) > l.MaxFileBytes {
		return nil, fmt.Errorf("file of %d bytes exceeds %d", len(file), l.MaxFileBytes)
	}
	m, err := parseModel(file)
	if err != nil {
		return nil, err
	}
	if m.opset < MinOpset || m.opset > MaxOpset {
		return nil, fmt.Errorf("operator set %d is not between %d and %d", m.opset, MinOpset, MaxOpset)
	}
	g, err := parseGraph(m.graph, l)
	if err != nil {
		return nil, err
	}
	im := &importer{builder: builder{limits: l, fileBytes: int64(len(file))}, opset: m.opset, uses: map[string]int{}, external: o.External}
	env := &scope{values: map[string]*value{}}
	names, err := im.inputs(env, &g, o)
	if err != nil {
		return nil, err
	}
	outs, err := im.graph(env, &g)
	if err != nil {
		return nil, err
	}
	model := &Model{Inputs: names, Opset: m.opset}
	for i := range g.outputs {
		model.Outputs = append(model.Outputs, g.outputs[i].name)
	}
	if model.Graph, model.Weights, err = im.finish(outs); err != nil {
		return nil, err
	}
	return model, model.Graph.Validate(l.Graph)
}

// importer turns nodes into values.
type importer struct {
	builder
	opset int64
	uses  map[string]int // how often a name is read, for peephole rules
	depth int            // of subgraphs

	external fs.FS
}

// scope resolves names; a subgraph sees its parents.
type scope struct {
	values map[string]*value
	parent *scope
}

func (s *scope) find(name string) *value {
	for ; s != nil; s = s.parent {
		if v := s.values[name]; v != nil {
			return v
		}
	}
	return nil
}

func (s *scope) define(name string, v *value) error {
	if s.find(name) != nil {
		return fmt.Errorf("name %q is defined twice", name)
	}
	s.values[name] = v
	return nil
}

// inputs defines initializers and the graph's inputs, and returns the names of
// those that stay inputs.
func (im *importer) inputs(env *scope, g *graphProto, o Options) ([]string, error) {
	if err := im.initializers(env, g); err != nil {
		return nil, err
	}
	var names []string
	seen := map[string]bool{}
	for i := range g.inputs {
		p := &g.inputs[i]
		if seen[p.name] {
			return nil, fmt.Errorf("input %q appears twice", p.name)
		}
		seen[p.name] = true
		if env.values[p.name] != nil {
			continue // an initializer is the default value, and it is final
		}
		t, frozen := o.Freeze[p.name]
		d, err := p.decl(o.Dims, frozen)
		if err == nil {
			err = im.bound(d)
		}
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", p.name, err)
		}
		if frozen {
			if !t.Decl().Equal(d) {
				return nil, fmt.Errorf("input %q: frozen as %v, declared as %v", p.name, t.Decl(), d)
			}
			env.values[p.name] = constant(t)
			continue
		}
		names = append(names, p.name)
		env.values[p.name] = im.input(d)
	}
	return names, nil
}

func (im *importer) initializers(env *scope, g *graphProto) error {
	for i := range g.initializers {
		p := &g.initializers[i]
		t, err := im.decode(p)
		if err != nil {
			return err
		}
		v := constant(t)
		v.weight, v.odd = p.name, notFinite(t)
		if err := env.define(p.name, v); err != nil {
			return err
		}
	}
	return nil
}

// notFinite says which element of a weight is no finite number; empty if none is.
func notFinite(t kernel.Tensor) string {
	for i, v := range t.F32 {
		if v-v != 0 {
			return fmt.Sprintf("element %d is %v", i, v)
		}
	}
	return ""
}

// decode reads a constant within the budget.
func (im *importer) decode(p *tensorProto) (kernel.Tensor, error) {
	n, err := ir.Elems(p.dims, im.limits.Graph.MaxElems)
	if err == nil {
		err = im.spend(8 * n)
	}
	if err != nil {
		return kernel.Tensor{}, fmt.Errorf("tensor %q: %w", p.name, err)
	}
	if p.external && im.external != nil {
		if err := p.load(im.external, im.limits.Graph.MaxElems); err != nil {
			return kernel.Tensor{}, fmt.Errorf("tensor %q: %w", p.name, err)
		}
		im.fileBytes += int64(len(p.raw))
	}
	return p.decode(im.limits.Graph.MaxElems)
}

// decl is the static declaration of an input; only a constant may be empty.
func (p *valueProto) decl(dims map[string]int64, empty bool) (ir.TensorDecl, error) {
	t, err := dtypeOf(p.dtype)
	if err != nil {
		return ir.TensorDecl{}, err
	}
	if !p.shape {
		return ir.TensorDecl{}, errors.New("no shape is stated")
	}
	d := ir.TensorDecl{DType: t, Shape: make([]int64, len(p.dims))}
	for i, dim := range p.dims {
		name := dim.param
		if name == "" {
			name = fmt.Sprintf("%s:%d", p.name, i)
		}
		switch fixed, ok := dims[name]; {
		case dim.known:
			d.Shape[i] = dim.value
		case ok:
			d.Shape[i] = fixed
		default:
			return ir.TensorDecl{}, fmt.Errorf("dimension %q is open: give it a size", name)
		}
		if d.Shape[i] < 0 || d.Shape[i] == 0 && !empty {
			return ir.TensorDecl{}, fmt.Errorf("dimension %q is %d", name, d.Shape[i])
		}
	}
	return d, nil
}

// graph lowers all nodes and returns the outputs.
func (im *importer) graph(env *scope, g *graphProto) ([]*value, error) {
	nested := false
	for i := range g.nodes {
		for _, in := range g.nodes[i].inputs {
			im.uses[in]++
		}
		for _, a := range g.nodes[i].attrs {
			nested = nested || a.g != nil
		}
	}
	if nested { // a subgraph may read any name: peephole rules stay away
		for i := range g.nodes {
			for _, out := range g.nodes[i].outputs {
				im.uses[out]++
			}
		}
	}
	for i := range g.outputs {
		im.uses[g.outputs[i].name]++
	}
	for i := range g.nodes {
		n := &g.nodes[i]
		if err := im.node(env, n); err != nil {
			return nil, fmt.Errorf("node %s (%s): %w", n.label(i), n.op, err)
		}
	}
	var outs []*value
	for i := range g.outputs {
		v := env.find(g.outputs[i].name)
		if v == nil {
			return nil, fmt.Errorf("output %q is never computed", g.outputs[i].name)
		}
		outs = append(outs, v)
	}
	return outs, nil
}

// label names a node for a message: its name, or its first output, or its position.
func (n *nodeProto) label(i int) string {
	switch {
	case n.name != "":
		return fmt.Sprintf("%q", n.name)
	case len(n.outputs) > 0 && n.outputs[0] != "":
		return fmt.Sprintf("computing %q", n.outputs[0])
	default:
		return fmt.Sprintf("%d", i)
	}
}

// node resolves inputs, lowers, and defines outputs.
func (im *importer) node(env *scope, n *nodeProto) error {
	if !standardDomain(n.domain) {
		return fmt.Errorf("domain %q is not supported: export with standard ONNX operators only, without the fusions of one runtime", n.domain)
	}
	lower := lowerings[n.op]
	if lower == nil {
		return fmt.Errorf("operator is not supported: %s", advice(n.op))
	}
	c := &call{importer: im, node: n, env: env, read: map[string]bool{}}
	for _, name := range n.inputs {
		var v *value // absent optional inputs stay nil
		if name != "" {
			if v = env.find(name); v == nil {
				return fmt.Errorf("input %q is not computed before: a cycle, or nodes out of order", name)
			}
		}
		if v != nil && v.odd != "" && !selects[n.op] {
			return fmt.Errorf("weight %q is not finite (%s): train or export again; for a mask use a large finite number such as -1e30", v.weight, v.odd)
		}
		c.in = append(c.in, v)
	}
	outs, err := lower(c)
	if err != nil {
		return err
	}
	for name := range n.attrs {
		if !c.read[name] {
			return fmt.Errorf("attribute %q is not supported", name)
		}
	}
	for i, name := range n.outputs {
		if name == "" {
			continue
		}
		if i >= len(outs) || outs[i] == nil {
			return fmt.Errorf("output %q is not supported", name)
		}
		if err := env.define(name, outs[i]); err != nil {
			return err
		}
	}
	return nil
}

// InputNames lists the inputs that a file's graph declares, in order, initializers
// with a default value excluded.
func InputNames(file []byte) ([]string, error) {
	m, err := parseModel(file)
	if err != nil {
		return nil, err
	}
	g, err := parseGraph(m.graph, DefaultLimits())
	if err != nil {
		return nil, err
	}
	fixed := map[string]bool{}
	for i := range g.initializers {
		fixed[g.initializers[i].name] = true
	}
	var names []string
	for i := range g.inputs {
		if !fixed[g.inputs[i].name] {
			names = append(names, g.inputs[i].name)
		}
	}
	return names, nil
}
