package onnx

import (
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/ir"
)

// elementwise are operators that map one to one, or nearly, to Unary, Binary,
// Compare, Where and Cast.
func elementwise() map[string]lowering {
	m := map[string]lowering{
		"Identity": func(c *call) ([]*value, error) { return c.args(1) },
		"Dropout":  dropout, "Pow": pow, "Mod": mod, "Clip": clip, "Where": where, "Add": add,
		"Cast": castTo, "CastLike": castLike, "IsNaN": isNaN, "IsInf": isInf, "Not": unaryOp(ir.OpNot),
		"GreaterOrEqual": compareOp(ir.OpGe), "LessOrEqual": compareOp(ir.OpLe), "BitwiseNot": unaryOp(ir.OpNot),
		"BitShift": bitShift, "Tan": tan,
	}
	for name, op := range map[string]ir.Op{
		"Neg": ir.OpNeg, "Abs": ir.OpAbs, "Sqrt": ir.OpSqrt, "Exp": ir.OpExp, "Log": ir.OpLog, "Erf": ir.OpErf, "Tanh": ir.OpTanh,
		"Sigmoid": ir.OpSigmoid, "Sin": ir.OpSin, "Cos": ir.OpCos, "Floor": ir.OpFloor, "Ceil": ir.OpCeil, "Round": ir.OpRound,
		"Sign": ir.OpSign, "Reciprocal": ir.OpReciprocal, "Relu": ir.OpRelu,
	} {
		m[name] = unaryOp(op)
	}
	for name, op := range map[string]ir.Op{
		"Sub": ir.OpSub, "Mul": ir.OpMul, "Div": ir.OpDiv, "And": ir.OpAnd, "Or": ir.OpOr, "Xor": ir.OpXor,
		"BitwiseAnd": ir.OpAnd, "BitwiseOr": ir.OpOr, "BitwiseXor": ir.OpXor,
	} {
		m[name] = func(c *call) ([]*value, error) {
			in, err := c.args(2)
			if err != nil {
				return nil, err
			}
			return one(c.binary(op, in[0], in[1]))
		}
	}
	for name, op := range map[string]ir.Op{"Equal": ir.OpEq, "Less": ir.OpLt, "Greater": ir.OpGt} {
		m[name] = compareOp(op)
	}
	for name, op := range map[string]ir.Op{"Min": ir.OpMin, "Max": ir.OpMax, "Sum": ir.OpAdd} {
		m[name] = variadic(op, false)
	}
	m["Mean"] = variadic(ir.OpAdd, true)
	return m
}

func unaryOp(op ir.Op) lowering {
	return func(c *call) ([]*value, error) {
		in, err := c.args(1)
		if err != nil {
			return nil, err
		}
		return one(c.unary(op, in[0]))
	}
}

func compareOp(op ir.Op) lowering {
	return func(c *call) ([]*value, error) {
		in, err := c.args(2)
		if err != nil {
			return nil, err
		}
		return one(c.compare(op, in[0], in[1]))
	}
}

// variadic folds from the left; a mean divides by the number of inputs at the end.
func variadic(op ir.Op, mean bool) lowering {
	return func(c *call) ([]*value, error) {
		if len(c.in) == 0 {
			return nil, errors.New("no inputs")
		}
		in, err := c.args(len(c.in))
		if err != nil {
			return nil, err
		}
		f := c.chain()
		v := in[0]
		for _, x := range in[1:] {
			v = f.bin(op, v, x)
		}
		if mean {
			v = f.bin(ir.OpDiv, v, f32(float32(len(in))))
		}
		return f.done(v)
	}
}

// add puts a bias into the product that it follows: the same roundings in one
// node less. Only a product that nothing else reads is taken.
func add(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	for i, v := range in {
		bias := in[1-i]
		if v.node == nil || v.node.Kind != ir.Dot || len(v.node.in) != 2 || c.uses[c.node.inputs[i]] != 1 || bias.data == nil {
			continue
		}
		if s, err := ir.Broadcast(v.Shape, bias.Shape); err != nil || !(ir.TensorDecl{DType: v.DType, Shape: s}).Equal(v.TensorDecl) {
			continue
		}
		return one(c.dot(v.node.in[0], v.node.in[1], bias))
	}
	return one(c.binary(ir.OpAdd, in[0], in[1]))
}

func tan(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	return f.done(f.bin(ir.OpDiv, f.un(ir.OpSin, in[0]), f.un(ir.OpCos, in[0])))
}

// pow with a constant exponent of 2 or 1/2 is a product or a root, which is both
// exacter and cheaper.
func pow(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	x, y := in[0], in[1]
	if y, err = c.cast(y, x.DType); err != nil {
		return nil, err
	}
	if x.DType == ir.F32 && y.data != nil && len(y.data.F32) == 1 && len(y.Shape) <= len(x.Shape) {
		switch y.data.F32[0] {
		case 2:
			return one(c.binary(ir.OpMul, x, x))
		case 0.5:
			return one(c.unary(ir.OpSqrt, x))
		}
	}
	return one(c.binary(ir.OpPow, x, y))
}

func mod(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	fmod, err := c.flag("fmod", false)
	if err != nil {
		return nil, err
	}
	if fmod {
		return one(c.binary(ir.OpRem, in[0], in[1]))
	}
	return one(c.binary(ir.OpMod, in[0], in[1]))
}

func bitShift(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	dir, err := c.attrString("direction", "")
	switch {
	case err != nil:
		return nil, err
	case dir == "LEFT":
		return one(c.binary(ir.OpShl, in[0], in[1]))
	case dir == "RIGHT":
		return one(c.binary(ir.OpShr, in[0], in[1]))
	}
	return nil, fmt.Errorf("direction %q", dir)
}

// clip has bounds as attributes before set 11, as optional scalar inputs since.
func clip(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	x := in[0]
	low, high := c.opt(1), c.opt(2)
	if c.opset < 11 {
		lo, err := c.attrFloat("min", -maxFloat)
		if err != nil {
			return nil, err
		}
		hi, err := c.attrFloat("max", maxFloat)
		if err != nil {
			return nil, err
		}
		return one(c.unaryFloats(ir.OpClip, x, lo, hi))
	}
	constants := (low == nil || low.data != nil) && (high == nil || high.data != nil)
	if x.DType == ir.F32 && constants {
		lo, hi := -inf, inf
		if low != nil && len(low.data.F32) == 1 {
			lo = low.data.F32[0]
		}
		if high != nil && len(high.data.F32) == 1 {
			hi = high.data.F32[0]
		}
		return one(c.unaryFloats(ir.OpClip, x, lo, hi))
	}
	f := c.chain()
	if low != nil {
		x = f.bin(ir.OpMax, x, low)
	}
	if high != nil {
		x = f.bin(ir.OpMin, x, high)
	}
	return f.done(x)
}

func where(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	return one(c.importer.where(in[0], in[1], in[2]))
}

// dropout is the identity: training is refused.
func dropout(c *call) ([]*value, error) {
	if _, err := c.attrFloat("ratio", 0); err != nil {
		return nil, err
	}
	if _, err := c.attrInt("seed", 0); err != nil {
		return nil, err
	}
	if t := c.opt(2); t != nil && (t.data == nil || len(t.data.U8) != 1 || t.data.U8[0] != 0) {
		return nil, errors.New("training mode is not supported")
	}
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	if len(c.node.outputs) < 2 {
		return in, nil
	}
	mask, err := c.expand(scalar(ir.Bool, 1), in[0].Shape...)
	return []*value{in[0], mask}, err
}

func castTo(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	to, err := c.attrInt("to", 0)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"saturate"} { // concerns 8-bit floats only
		if _, err := c.attrInt(name, 1); err != nil {
			return nil, err
		}
	}
	if _, err := c.attrString("round_mode", ""); err != nil {
		return nil, err
	}
	d, err := dtypeOf(to)
	if err != nil {
		return nil, err
	}
	return one(c.cast(in[0], d))
}

func castLike(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	if _, err := c.attrInt("saturate", 1); err != nil {
		return nil, err
	}
	if _, err := c.attrString("round_mode", ""); err != nil {
		return nil, err
	}
	return one(c.cast(in[0], in[1].DType))
}

func isNaN(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	return one(c.compare(ir.OpNe, in[0], in[0]))
}

func isInf(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	pos, err := c.flag("detect_positive", true)
	if err != nil {
		return nil, err
	}
	negative, err := c.flag("detect_negative", true)
	if err != nil {
		return nil, err
	}
	x := in[0]
	switch {
	case pos && negative:
		if x, err = c.unary(ir.OpAbs, x); err != nil {
			return nil, err
		}
	case negative:
		return one(c.compare(ir.OpEq, x, f32(-inf)))
	case !pos:
		return one(c.compare(ir.OpLt, x, x)) // never
	}
	return one(c.compare(ir.OpEq, x, f32(inf)))
}
