package pipeline

import (
	"context"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// shapeOf turns a declaration into what commitments and descriptors use.
func shapeOf(d ir.TensorDecl) descriptor.Shape {
	dims := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		dims[i] = uint64(n)
	}
	return descriptor.Shape{DType: byte(d.DType), Dims: dims}
}

// declOf is the inverse of shapeOf; descriptors bound dimensions far below 2^63.
func declOf(s descriptor.Shape) ir.TensorDecl {
	shape := make([]int64, len(s.Dims))
	for i, n := range s.Dims {
		shape[i] = int64(n)
	}
	return ir.TensorDecl{DType: ir.DType(s.DType), Shape: shape}
}

func sameShapes(decls []ir.TensorDecl, shapes []descriptor.Shape) error {
	if len(decls) != len(shapes) {
		return fmt.Errorf("graph declares %d weights, the bundle has %d", len(decls), len(shapes))
	}
	for i, d := range decls {
		if got := shapeOf(d); got.DType != shapes[i].DType || !slices.Equal(got.Dims, shapes[i].Dims) {
			return fmt.Errorf("weight %d is %s in the graph and %s in the bundle", i, d, declOf(shapes[i]))
		}
	}
	return nil
}

func samePorts(decls []ir.TensorDecl, shapes []descriptor.Shape, what string) error {
	if len(decls) != len(shapes) {
		return fmt.Errorf("graph has %d %ss, the pipeline %d", len(decls), what, len(shapes))
	}
	for i, s := range shapes {
		if want := declOf(s); !decls[i].Equal(want) {
			return fmt.Errorf("%s %d of the graph is %s, the pipeline says %s", what, i, decls[i], want)
		}
	}
	return nil
}

func outputDecls(g *ir.Graph) []ir.TensorDecl {
	decls := make([]ir.TensorDecl, len(g.Outputs))
	for i, id := range g.Outputs {
		decls[i] = g.Decl(id)
	}
	return decls
}

// single is a stage whose output comes from one run of the graph.
type single interface {
	fits(g *ir.Graph) error
	// inputs makes the graph's inputs from a raw input.
	inputs(input []byte, seed uint64) ([]kernel.Tensor, error)
	// output makes the raw output from the graph's outputs.
	output(outputs []kernel.Tensor) []byte
}

// once runs the graph of a single stage.
type once struct{ single }

func (s once) run(ctx context.Context, p player, input []byte, seed uint64) ([]byte, []step, error) {
	inputs, err := s.inputs(input, seed)
	if err != nil {
		return nil, nil, bundle.Refuse(bundle.ReasonInput, err)
	}
	outputs, last, err := p.play(ctx, 0, inputs)
	if err != nil {
		return nil, nil, err
	}
	made, err := newStep(last, outputs)
	return s.output(outputs), []step{made}, err
}

// tensorStage passes elements through.
type tensorStage struct{ d *descriptor.Tensor }

func (s tensorStage) fits(g *ir.Graph) error {
	in := make([]descriptor.Shape, len(s.d.Inputs))
	for i, p := range s.d.Inputs {
		in[i] = p.Shape
	}
	if err := samePorts(g.Inputs, in, "input"); err != nil {
		return err
	}
	return samePorts(outputDecls(g), s.d.Outputs, "output")
}

func (s tensorStage) inputs(input []byte, _ uint64) ([]kernel.Tensor, error) {
	parts, err := s.d.Split(input)
	if err != nil {
		return nil, err
	}
	tensors := make([]kernel.Tensor, len(parts))
	for i, raw := range parts {
		if tensors[i], err = elements(s.d.Inputs[i], raw); err != nil {
			return nil, err
		}
	}
	return tensors, nil
}

func (s tensorStage) output(outputs []kernel.Tensor) []byte {
	b := make([]byte, 0, s.d.OutputBound())
	for _, t := range outputs {
		b = t.AppendBytes(b)
	}
	return b
}

// elements reads one input tensor in its encoding.
func elements(in descriptor.Input, raw []byte) (kernel.Tensor, error) {
	decl := declOf(in.Shape)
	if in.Encoding != descriptor.Bytes {
		return kernel.FromBytes(decl, raw)
	}
	t := kernel.New(decl)
	for i, v := range raw {
		t.F32[i] = float32(v) / 255 // one rounding
	}
	return t, nil
}
