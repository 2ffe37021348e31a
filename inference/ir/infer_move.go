package ir

import (
	"errors"
	"fmt"
)

// inferMove covers the kinds that only place elements.
func inferMove(n *Node, in []TensorDecl) (TensorDecl, error) {
	want := 1
	switch n.Kind {
	case Gather, GatherElements:
		want = 2
	case Concat:
		want = max(1, len(in))
	case Transpose, Reshape, Expand, Resize, Slice, Pad, CumSum:
	default:
		return TensorDecl{}, errors.New("unknown kind")
	}
	if len(in) != want {
		return TensorDecl{}, errInputs
	}
	switch n.Kind {
	case Gather, GatherElements:
		return inferGather(n, in)
	case Transpose:
		return inferTranspose(n, in[0])
	case Reshape, Expand, Resize:
		return inferStated(n, in[0])
	case Slice:
		return inferSlice(n, in[0])
	case Concat:
		return inferConcat(n, in)
	case Pad:
		return inferPad(n, in[0])
	default: // CumSum
		rank := int64(len(in[0].Shape))
		if len(n.Ints) != 3 || n.Ints[0] < 0 || n.Ints[0] >= rank || n.Ints[1]&^1 != 0 || n.Ints[2]&^1 != 0 {
			return TensorDecl{}, errAttrs
		}
		if in[0].DType == Bool {
			return TensorDecl{}, errTypes
		}
		return in[0], nil
	}
}

func inferGather(n *Node, in []TensorDecl) (TensorDecl, error) {
	x, idx := in[0], in[1]
	if len(n.Ints) != 1 || n.Ints[0] < 0 || n.Ints[0] >= int64(len(x.Shape)) {
		return TensorDecl{}, errAttrs
	}
	if idx.DType != I32 && idx.DType != I64 {
		return TensorDecl{}, errTypes
	}
	axis := int(n.Ints[0])
	count, err := Elems(idx.Shape, maxDim)
	if err != nil {
		return TensorDecl{}, err
	}
	if x.Shape[axis] == 0 && count > 0 {
		return TensorDecl{}, errors.New("gather from nothing")
	}
	if n.Kind == GatherElements {
		if len(idx.Shape) != len(x.Shape) {
			return TensorDecl{}, errAttrs
		}
		for i, s := range idx.Shape {
			if i != axis && s > x.Shape[i] {
				return TensorDecl{}, fmt.Errorf("indices %v exceed %v", idx.Shape, x.Shape)
			}
		}
		return TensorDecl{x.DType, idx.Shape}, nil
	}
	shape := append([]int64(nil), x.Shape[:axis]...)
	shape = append(shape, idx.Shape...)
	return TensorDecl{x.DType, append(shape, x.Shape[axis+1:]...)}, nil
}

func inferTranspose(n *Node, x TensorDecl) (TensorDecl, error) {
	if len(n.Ints) != len(x.Shape) {
		return TensorDecl{}, errAttrs
	}
	seen := [MaxRank]bool{}
	shape := make([]int64, len(x.Shape))
	for i, p := range n.Ints {
		if p < 0 || p >= int64(len(x.Shape)) || p >= MaxRank || seen[p] {
			return TensorDecl{}, errAttrs
		}
		seen[p] = true
		shape[i] = x.Shape[p]
	}
	return TensorDecl{x.DType, shape}, nil
}

// inferStated covers kinds whose output shape is the attribute.
func inferStated(n *Node, x TensorDecl) (TensorDecl, error) {
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	out := TensorDecl{x.DType, n.Out.Shape}
	have, err := Elems(x.Shape, 1<<40)
	if err != nil {
		return TensorDecl{}, err
	}
	want, err := Elems(out.Shape, 1<<40)
	if err != nil {
		return TensorDecl{}, err
	}
	switch n.Kind {
	case Reshape:
		if have != want {
			return TensorDecl{}, fmt.Errorf("reshape of %v to %v", x.Shape, out.Shape)
		}
	case Expand:
		if err := broadcastsTo(x.Shape, out.Shape); err != nil {
			return TensorDecl{}, err
		}
	default:
		if len(x.Shape) != len(out.Shape) || (have == 0) != (want == 0) {
			return TensorDecl{}, fmt.Errorf("resize of %v to %v", x.Shape, out.Shape)
		}
	}
	return out, nil
}

func inferSlice(n *Node, x TensorDecl) (TensorDecl, error) {
	rank := len(x.Shape)
	if len(n.Ints) != 2*rank || len(n.Out.Shape) != rank {
		return TensorDecl{}, errAttrs
	}
	for i, size := range x.Shape {
		start, step, count := n.Ints[2*i], n.Ints[2*i+1], n.Out.Shape[i]
		if count < 0 || count > size || step == 0 || step > maxDim || step < -maxDim {
			return TensorDecl{}, errAttrs
		}
		if count == 0 {
			continue
		}
		// |step| and count are below 2^31, so the product fits.
		end := start + step*(count-1)
		if start < 0 || start >= size || end < 0 || end >= size {
			return TensorDecl{}, fmt.Errorf("slice leaves dimension %d of %v", i, x.Shape)
		}
		if count == 1 && step != 1 {
			return TensorDecl{}, errors.New("the step of a single element must be 1")
		}
	}
	return TensorDecl{x.DType, n.Out.Shape}, nil
}

func inferConcat(n *Node, in []TensorDecl) (TensorDecl, error) {
	rank := int64(len(in[0].Shape))
	if len(n.Ints) != 1 || n.Ints[0] < 0 || n.Ints[0] >= rank {
		return TensorDecl{}, errAttrs
	}
	axis := int(n.Ints[0])
	shape := append([]int64(nil), in[0].Shape...)
	for _, d := range in[1:] {
		if d.DType != in[0].DType || len(d.Shape) != len(shape) {
			return TensorDecl{}, errTypes
		}
		for i, s := range d.Shape {
			if i == axis {
				shape[i] += s
			} else if s != shape[i] {
				return TensorDecl{}, fmt.Errorf("concat of %v and %v", in[0].Shape, d.Shape)
			}
		}
	}
	return TensorDecl{in[0].DType, shape}, nil
}

func inferPad(n *Node, x TensorDecl) (TensorDecl, error) {
	rank := len(x.Shape)
	ints, floats := 2*rank+1, 0
	if x.DType == F32 {
		ints, floats = 2*rank, 1
	}
	if len(n.Ints) != ints || len(n.Floats) != floats {
		return TensorDecl{}, errAttrs
	}
	if err := inRange(n.Ints[:2*rank], 0); err != nil {
		return TensorDecl{}, err
	}
	if floats == 0 && !fits(n.Ints[2*rank], x.DType) {
		return TensorDecl{}, errAttrs
	}
	shape := make([]int64, rank)
	for i, s := range x.Shape {
		shape[i] = s + n.Ints[i] + n.Ints[rank+i]
	}
	return TensorDecl{x.DType, shape}, nil
}

// fits reports whether an integer constant is a value of the type.
func fits(v int64, d DType) bool {
	switch d {
	case I8:
		return v == int64(int8(v))
	case U8:
		return v == int64(uint8(v))
	case I32:
		return v == int64(int32(v))
	case Bool:
		return v == 0 || v == 1
	default:
		return d == I64
	}
}
