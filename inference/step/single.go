package step

import (
	"fmt"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Reader gives single elements of a node's inputs.
type Reader interface {
	Element(input int, index int64) (kernel.Element, error)
}

// single computes an element of a node without a sum.
func single(r *ir.Record, index int64, from Reader) (kernel.Element, error) {
	n := &r.Node
	at := placeOf(index, n.Out.Shape)
	switch n.Kind {
	case ir.Unary, ir.Cast, ir.Binary, ir.Compare, ir.Quantize, ir.Dequantize:
		return scalar(r, at, from)
	case ir.Where:
		cond, err := from.Element(0, at.broadcast(len(n.Out.Shape), r.Sources[0].Decl.Shape))
		if err != nil {
			return kernel.Element{}, err
		}
		input := 2
		if cond.I != 0 {
			input = 1
		}
		return from.Element(input, at.broadcast(len(n.Out.Shape), r.Sources[input].Decl.Shape))
	case ir.Gather, ir.GatherElements:
		return gather(r, index, at, from)
	case ir.Reshape:
		return from.Element(0, index)
	case ir.Expand:
		return from.Element(0, at.broadcast(len(n.Out.Shape), r.Sources[0].Decl.Shape))
	case ir.Concat:
		axis, input := n.Ints[0], 0
		for at[axis] >= r.Sources[input].Decl.Shape[axis] {
			at[axis] -= r.Sources[input].Decl.Shape[axis]
			input++
		}
		return from.Element(input, at.in(r.Sources[input].Decl.Shape))
	default:
		return moved(r, at, from)
	}
}

// scalar runs the kernel itself on tensors of one element.
func scalar(r *ir.Record, at place, from Reader) (kernel.Element, error) {
	in := make([]kernel.Tensor, len(r.Sources))
	for i, s := range r.Sources {
		e, err := from.Element(i, at.broadcast(len(r.Node.Out.Shape), s.Decl.Shape))
		if err != nil {
			return kernel.Element{}, err
		}
		in[i] = e.Scalar(s.Decl.DType)
	}
	n := r.Node
	n.Out = ir.TensorDecl{DType: r.Node.Out.DType}
	out, err := kernel.Exec(&n, in)
	if err != nil {
		return kernel.Element{}, err
	}
	return out.At(0), nil
}

// gather reads the index, then the element it names.
func gather(r *ir.Record, index int64, at place, from Reader) (kernel.Element, error) {
	shape, axis := r.Sources[0].Decl.Shape, int(r.Node.Ints[0])
	rank := len(r.Sources[1].Decl.Shape)
	source := at
	if r.Node.Kind == ir.Gather {
		// The axis of x is replaced by all dimensions of the indices.
		var p place
		copy(p[:], at[axis:axis+rank])
		index = p.in(r.Sources[1].Decl.Shape)
		source = place{}
		copy(source[:axis], at[:axis])
		copy(source[axis+1:len(shape)], at[axis+rank:])
	}
	i, err := from.Element(1, index)
	if err != nil {
		return kernel.Element{}, err
	}
	source[axis] = int64(kernel.Resolve(i.I, int(shape[axis])))
	return from.Element(0, source.in(shape))
}

// moved covers the kinds whose source position follows from the output's.
func moved(r *ir.Record, at place, from Reader) (kernel.Element, error) {
	n, shape := &r.Node, r.Sources[0].Decl.Shape
	rank := len(shape)
	var p place
	switch n.Kind {
	case ir.Transpose:
		for i, axis := range n.Ints {
			p[axis] = at[i]
		}
	case ir.Slice:
		for i := range shape {
			p[i] = n.Ints[2*i] + at[i]*n.Ints[2*i+1]
		}
	case ir.Resize:
		for i, d := range shape {
			p[i] = at[i] * d / n.Out.Shape[i]
		}
	case ir.Pad:
		for i, d := range shape {
			if p[i] = at[i] - n.Ints[i]; p[i] < 0 || p[i] >= d {
				return constant(n, rank), nil
			}
		}
	default:
		return kernel.Element{}, fmt.Errorf("kind %d has no elements", n.Kind)
	}
	return from.Element(0, p.in(shape))
}

// constant is what a pad puts around its input.
func constant(n *ir.Node, rank int) kernel.Element {
	if n.Out.DType == ir.F32 {
		return kernel.Element{F: n.Floats[0]}
	}
	return kernel.Element{I: n.Ints[2*rank]}
}
