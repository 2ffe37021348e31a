package ir

import (
	"errors"
	"fmt"
	"slices"
)

var (
	errOp     = errors.New("function not defined for this kind and type")
	errInputs = errors.New("wrong number of inputs")
	errAttrs  = errors.New("wrong attributes")
	errTypes  = errors.New("wrong element types")
)

// Infer checks a node against the declarations of its inputs and returns the
// output it has. Where the output is not determined by inputs and attributes
// (reshape, slice, cast, ...) it checks n.Out and returns it. Zero-sized
// dimensions are let through: importers fold shape arithmetic on them, and
// Validate refuses them.
func Infer(n *Node, in []TensorDecl) (TensorDecl, error) {
	for _, f := range n.Floats {
		if f != f {
			return TensorDecl{}, errors.New("attribute is not a number")
		}
	}
	if len(n.Out.Shape) > MaxRank {
		return TensorDecl{}, fmt.Errorf("rank %d exceeds %d", len(n.Out.Shape), MaxRank)
	}
	if n.Kind != Pad && n.Kind != Unary && len(n.Floats) != 0 {
		return TensorDecl{}, errAttrs
	}
	if n.Op != 0 && !n.Kind.hasOp() {
		return TensorDecl{}, errOp
	}
	switch n.Kind {
	case Unary:
		return inferUnary(n, in)
	case Binary, Compare:
		return inferBinary(n, in)
	case Where:
		return inferWhere(n, in)
	case Cast:
		return inferCast(n, in)
	case Dot:
		return inferDot(n, in)
	case Conv:
		return inferConv(n, in)
	case MaxPool, AvgPool:
		return inferPool(n, in)
	case Reduce, ArgReduce:
		return inferReduce(n, in)
	case Quantize, Dequantize:
		return inferQuantize(n, in)
	default:
		return inferMove(n, in)
	}
}

func (k Kind) hasOp() bool {
	switch k {
	case Unary, Binary, Compare, Cast, AvgPool, Reduce, ArgReduce, Quantize:
		return true
	default:
		return false
	}
}

func inferUnary(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 1 {
		return TensorDecl{}, errInputs
	}
	d := in[0].DType
	ints, floats := 0, 0
	switch {
	case n.Op == OpLeakyRelu:
		floats = 1
	case n.Op == OpClip && d == F32:
		floats = 2
	case n.Op == OpClip:
		ints = 2
	}
	if len(n.Ints) != ints || len(n.Floats) != floats {
		return TensorDecl{}, errAttrs
	}
	for _, v := range n.Ints {
		if !fits(v, d) {
			return TensorDecl{}, errAttrs
		}
	}
	var ok bool
	switch d {
	case F32:
		ok = n.Op >= OpNeg && n.Op <= OpClip
	case Bool:
		ok = n.Op == OpNot
	default:
		ok = slices.Contains([]Op{OpNeg, OpAbs, OpSign, OpRelu, OpClip, OpNot}, n.Op)
	}
	if !ok {
		return TensorDecl{}, errOp
	}
	return in[0], nil
}

func inferBinary(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 2 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	d := in[0].DType
	if d != in[1].DType {
		return TensorDecl{}, errTypes
	}
	shape, err := Broadcast(in[0].Shape, in[1].Shape)
	if err != nil {
		return TensorDecl{}, err
	}
	if n.Kind == Compare {
		if n.Op < OpEq || n.Op > OpGe || (d == Bool && n.Op > OpNe) {
			return TensorDecl{}, errOp
		}
		return TensorDecl{Bool, shape}, nil
	}
	var ok bool
	switch d {
	case F32:
		ok = n.Op >= OpAdd && n.Op <= OpRem
	case Bool:
		ok = n.Op >= OpAnd && n.Op <= OpXor
	default:
		ok = n.Op >= OpAdd && n.Op <= OpShr
	}
	if !ok {
		return TensorDecl{}, errOp
	}
	return TensorDecl{d, shape}, nil
}

func inferWhere(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 3 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	if in[0].DType != Bool || in[1].DType != in[2].DType {
		return TensorDecl{}, errTypes
	}
	shape, err := Broadcast(in[1].Shape, in[2].Shape)
	if err == nil {
		shape, err = Broadcast(in[0].Shape, shape)
	}
	return TensorDecl{in[1].DType, shape}, err
}

func inferCast(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 1 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	from, to := in[0].DType, n.Out.DType
	if !to.Valid() || from == to {
		return TensorDecl{}, errTypes
	}
	if n.Op != OpSaturate && (n.Op != OpWrap || !from.IsInt() || !to.IsInt()) {
		return TensorDecl{}, errOp
	}
	return TensorDecl{to, in[0].Shape}, nil
}

func inferQuantize(n *Node, in []TensorDecl) (TensorDecl, error) {
	if len(in) != 2 && len(in) != 3 {
		return TensorDecl{}, errInputs
	}
	if len(n.Ints) != 0 {
		return TensorDecl{}, errAttrs
	}
	x, out := in[0], n.Out.DType
	quantised := out
	switch {
	case n.Kind == Quantize && n.Op != OpDivScale && n.Op != OpMulScale:
		return TensorDecl{}, errOp
	case n.Kind == Quantize && ((x.DType != F32 && x.DType != I32) || (out != I8 && out != U8)):
		return TensorDecl{}, errTypes
	case n.Kind == Dequantize:
		if (x.DType != I8 && x.DType != U8 && x.DType != I32) || out != F32 {
			return TensorDecl{}, errTypes
		}
		quantised = x.DType
	}
	if in[1].DType != F32 || (len(in) == 3 && in[2].DType != quantised) {
		return TensorDecl{}, errTypes
	}
	for _, p := range in[1:] {
		if err := broadcastsTo(p.Shape, x.Shape); err != nil {
			return TensorDecl{}, err
		}
	}
	return TensorDecl{out, x.Shape}, nil
}
