package onnx

import (
	"errors"
	"math"

	"github.com/imochain/imod/inference/ir"
)

const maxFloat = float32(math.MaxFloat32)

var inf = float32(math.Inf(1))

// activations are lowered to formulas of primitives. Constants named in the ONNX
// operator definitions appear as they do there.
func activations() map[string]lowering {
	return map[string]lowering{
		"LeakyRelu": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 0.01}}, func(f *chain, x *value, p []float32) *value {
				return f.keep(f.b.unaryFloats(ir.OpLeakyRelu, x, p[0]))
			})
		},
		"Elu": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 1}}, func(f *chain, x *value, p []float32) *value {
				return f.elu(x, p[0], 1)
			})
		},
		"Selu": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 1.67326319217681884765625}, {"gamma", 1.05070102214813232421875}}, func(f *chain, x *value, p []float32) *value {
				return f.bin(ir.OpMul, f.elu(x, p[0], 1), f32(p[1]))
			})
		},
		"Celu": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 1}}, func(f *chain, x *value, p []float32) *value {
				return f.elu(x, p[0], p[0])
			})
		},
		"ThresholdedRelu": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 1}}, func(f *chain, x *value, p []float32) *value {
				return f.sel(ir.OpGt, x, f32(p[0]), x, f32(0))
			})
		},
		"HardSigmoid": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 0.2}, {"beta", 0.5}}, func(f *chain, x *value, p []float32) *value {
				return f.hardSigmoid(x, p[0], p[1])
			})
		},
		"HardSwish": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value {
				return f.bin(ir.OpMul, x, f.hardSigmoid(x, float32(1)/6, 0.5))
			})
		},
		"Softsign": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value {
				return f.bin(ir.OpDiv, x, f.bin(ir.OpAdd, f.un(ir.OpAbs, x), f32(1)))
			})
		},
		"Softplus": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value { return f.softplus(x) })
		},
		"Mish": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value {
				return f.bin(ir.OpMul, x, f.un(ir.OpTanh, f.softplus(x)))
			})
		},
		"Swish": func(c *call) ([]*value, error) {
			return c.formula([]param{{"alpha", 1}}, func(f *chain, x *value, p []float32) *value {
				return f.bin(ir.OpMul, x, f.un(ir.OpSigmoid, f.bin(ir.OpMul, x, f32(p[0]))))
			})
		},
		"Shrink": func(c *call) ([]*value, error) {
			return c.formula([]param{{"lambd", 0.5}, {"bias", 0}}, func(f *chain, x *value, p []float32) *value {
				high := f.sel(ir.OpGt, x, f32(p[0]), f.bin(ir.OpSub, x, f32(p[1])), f32(0))
				return f.sel(ir.OpLt, x, f32(-p[0]), f.bin(ir.OpAdd, x, f32(p[1])), high)
			})
		},
		"Sinh": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value { return f.hyperbolic(ir.OpSub, x) })
		},
		"Cosh": func(c *call) ([]*value, error) {
			return c.formula(nil, func(f *chain, x *value, _ []float32) *value { return f.hyperbolic(ir.OpAdd, x) })
		},
		"Gelu":  gelu,
		"PRelu": prelu,
	}
}

type param struct {
	name string
	def  float32
}

// formula reads float attributes and applies a one-argument formula.
func (c *call) formula(params []param, f func(*chain, *value, []float32) *value) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	if in[0].DType != ir.F32 {
		return nil, errors.New("only float32 is supported")
	}
	values := make([]float32, len(params))
	for i, p := range params {
		if values[i], err = c.attrFloat(p.name, p.def); err != nil {
			return nil, err
		}
	}
	ch := c.chain()
	return ch.done(f(ch, in[0], values))
}

// elu is x above 0 and alpha*(e^(x/scale) - 1) below.
func (f *chain) elu(x *value, alpha, scale float32) *value {
	e := x
	if scale != 1 {
		e = f.bin(ir.OpDiv, x, f32(scale))
	}
	low := f.bin(ir.OpMul, f.bin(ir.OpSub, f.un(ir.OpExp, e), f32(1)), f32(alpha))
	return f.sel(ir.OpLt, x, f32(0), low, x)
}

func (f *chain) hardSigmoid(x *value, alpha, beta float32) *value {
	v := f.bin(ir.OpAdd, f.bin(ir.OpMul, x, f32(alpha)), f32(beta))
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.unaryFloats(ir.OpClip, v, 0, 1))
}

// softplus is max(x, 0) + log(1 + e^-|x|), which cannot overflow.
func (f *chain) softplus(x *value) *value {
	e := f.un(ir.OpExp, f.un(ir.OpNeg, f.un(ir.OpAbs, x)))
	return f.bin(ir.OpAdd, f.un(ir.OpRelu, x), f.un(ir.OpLog, f.bin(ir.OpAdd, e, f32(1))))
}

func (f *chain) hyperbolic(op ir.Op, x *value) *value {
	s := f.bin(op, f.un(ir.OpExp, x), f.un(ir.OpExp, f.un(ir.OpNeg, x)))
	return f.bin(ir.OpMul, s, f32(0.5))
}

func gelu(c *call) ([]*value, error) {
	mode, err := c.attrString("approximate", "none")
	if err != nil {
		return nil, err
	}
	return c.formula(nil, func(f *chain, x *value, _ []float32) *value {
		scaled := f.bin(ir.OpMul, x, f32(0.5))
		var t *value
		if mode == "tanh" {
			// sqrt(2/pi) * (x + 0.044715 x^3)
			cube := f.bin(ir.OpMul, f.bin(ir.OpMul, x, x), x)
			inner := f.bin(ir.OpAdd, x, f.bin(ir.OpMul, cube, f32(0.044715)))
			t = f.un(ir.OpTanh, f.bin(ir.OpMul, inner, f32(0.7978845608028654)))
		} else {
			t = f.un(ir.OpErf, f.bin(ir.OpMul, x, f32(0.7071067811865476)))
		}
		return f.bin(ir.OpMul, scaled, f.bin(ir.OpAdd, t, f32(1)))
	})
}

func prelu(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	low := f.bin(ir.OpMul, in[0], in[1])
	return f.done(f.sel(ir.OpLt, in[0], scalar(in[0].DType, 0), low, in[0]))
}
