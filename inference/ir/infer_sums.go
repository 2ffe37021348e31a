package ir

import (
	"errors"
	"fmt"
	"slices"
)

// productType is the result type of Dot and Conv: f32, or i32 for integers.
func productType(a, b DType) (DType, error) {
	narrow := func(d DType) bool { return d == I8 || d == U8 || d == I32 }
	switch {
	case a == F32 && b == F32:
		return F32, nil
	case narrow(a) && narrow(b):
		return I32, nil
	default:
		return 0, errTypes
	}
}

func inferDot(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 2 && len(in) != 3 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	d, err := productType(in[0].DType, in[1].DType)
	if err != nil {
		return TensorDecl{}, err
	}
	a, b := in[0].Shape, in[1].Shape
	if len(a) < 2 || len(b) < 2 {
		return TensorDecl{}, errors.New("dot needs at least two dimensions")
	}
	m, k, n2 := a[len(a)-2], a[len(a)-1], b[len(b)-1]
	if b[len(b)-2] != k {
		return TensorDecl{}, fmt.Errorf("inner dimensions differ: %v and %v", a, b)
	}
	shape, err := Broadcast(a[:len(a)-2], b[:len(b)-2])
	if err != nil {
		return TensorDecl{}, err
	}
	shape = append(shape, m, n2)
	if len(in) == 3 {
		if in[2].DType != d {
			return TensorDecl{}, errTypes
		}
		if err := broadcastsTo(in[2].Shape, shape); err != nil {
			return TensorDecl{}, err
		}
	}
	return TensorDecl{d, shape}, nil
}

func inferConv(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 2 && len(in) != 3 {
		return TensorDecl{}, errInputs
	}
	d, err := productType(in[0].DType, in[1].DType)
	if err != nil {
		return TensorDecl{}, err
	}
	a, err := n.ConvAttrs()
	if err != nil {
		return TensorDecl{}, err
	}
	x, w, s := in[0].Shape, in[1].Shape, len(a.Strides)
	if len(x) != s+2 || len(w) != s+2 {
		return TensorDecl{}, fmt.Errorf("conv of %d spatial dimensions on %v with %v", s, x, w)
	}
	if x[1]%a.Groups != 0 || w[0]%a.Groups != 0 || w[1] != x[1]/a.Groups {
		return TensorDecl{}, fmt.Errorf("channels of %v and %v do not fit %d groups", x, w, a.Groups)
	}
	if len(in) == 3 && !in[2].Equal(TensorDecl{d, w[:1]}) {
		return TensorDecl{}, errors.New("bias must have one value per output channel")
	}
	shape := []int64{x[0], w[0]}
	for i := range s {
		if w[2+i] < 1 {
			return TensorDecl{}, errors.New("empty window")
		}
		n, _, err := windowed(x[2+i], w[2+i], a.Strides[i], a.Dilations[i], a.Before[i], a.After[i])
		if err != nil {
			return TensorDecl{}, err
		}
		shape = append(shape, n)
	}
	return TensorDecl{d, shape}, nil
}

func inferPool(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 1 {
		return TensorDecl{}, errInputs
	}
	switch {
	case n.Kind == MaxPool && n.Op != 0, n.Kind == AvgPool && n.Op != OpPresent && n.Op != OpPadded:
		return TensorDecl{}, errOp
	case in[0].DType == Bool, n.Kind == AvgPool && in[0].DType != F32:
		return TensorDecl{}, errTypes
	}
	a, err := n.PoolAttrs()
	if err != nil {
		return TensorDecl{}, err
	}
	x, s := in[0].Shape, len(a.Window)
	if len(x) != s+2 || len(n.Out.Shape) != s+2 {
		return TensorDecl{}, fmt.Errorf("pool of %d spatial dimensions on %v", s, x)
	}
	shape := []int64{x[0], x[1]}
	for i := range s {
		floor, ceil, err := windowed(x[2+i], a.Window[i], a.Strides[i], a.Dilations[i], a.Before[i], a.After[i])
		if err != nil {
			return TensorDecl{}, err
		}
		// Rounding up is a choice of the model; then the last window overhangs.
		got := n.Out.Shape[2+i]
		if got != floor && got != ceil {
			return TensorDecl{}, fmt.Errorf("pool of size %d, want %d or %d", got, floor, ceil)
		}
		shape = append(shape, got)
	}
	return TensorDecl{in[0].DType, shape}, nil
}

func inferReduce(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 1 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) < 2 || (n.Ints[0] != 0 && n.Ints[0] != 1) {
		return TensorDecl{}, errAttrs
	}
	d, out := in[0].DType, in[0].DType
	if n.Kind == ArgReduce {
		out = I64
		if n.Op < OpArgMax || n.Op > OpArgMinLast || len(n.Ints) != 2 {
			return TensorDecl{}, errOp
		}
	} else if n.Op < OpSum || n.Op > OpMeanSquare || (d != F32 && (n.Op == OpMean || n.Op == OpMeanSquare)) {
		return TensorDecl{}, errOp
	}
	if d == Bool {
		return TensorDecl{}, errTypes
	}
	keep, axes := n.Ints[0] == 1, n.Ints[1:]
	last := int64(-1)
	for _, a := range axes {
		if a <= last || a >= int64(len(in[0].Shape)) {
			return TensorDecl{}, errAttrs
		}
		last = a
	}
	shape := make([]int64, 0, len(in[0].Shape))
	for i, s := range in[0].Shape {
		switch {
		case !slices.Contains(axes, int64(i)):
			shape = append(shape, s)
		case s < 1:
			return TensorDecl{}, errors.New("reduction of nothing")
		case keep:
			shape = append(shape, 1)
		}
	}
	return TensorDecl{out, shape}, nil
}
