package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

func quantised() map[string]lowering {
	return map[string]lowering{
		"QuantizeLinear": quantizeLinear, "DequantizeLinear": dequantizeLinear, "DynamicQuantizeLinear": dynamicQuantize,
		"MatMulInteger": matMulInteger, "ConvInteger": convInteger, "QLinearMatMul": qLinearMatMul, "QLinearConv": qLinearConv,
	}
}

// along reshapes a vector so that it broadcasts along one axis.
func (f *chain) along(v *value, ax, rank int) *value {
	if f.err != nil || v == nil || len(v.Shape) == 0 || product(v.Shape) == 1 {
		if v != nil && f.err == nil && len(v.Shape) > 0 {
			return f.reshape(v)
		}
		return v
	}
	if len(v.Shape) != 1 {
		f.err = errors.New("block quantisation is not supported")
		return nil
	}
	if ax >= rank {
		f.err = errors.New("a parameter per channel for a tensor without channels")
		return nil
	}
	shape := slices.Repeat([]int64{1}, rank-ax)
	shape[0] = v.Shape[0]
	return f.reshape(v, shape...)
}

// quantParams places scale and zero point along the node's axis.
func (c *call) quantParams(rank int) (scale, zero *value, err error) {
	a, err := c.attrInt("axis", 1)
	if err != nil {
		return nil, nil, err
	}
	block, err := c.attrInt("block_size", 0)
	if err != nil {
		return nil, nil, err
	}
	scale, zero = c.in[1], c.opt(2)
	if block != 0 {
		return c.blockParams(a, block)
	}
	ax := 0
	if len(scale.Shape) == 1 && scale.Shape[0] > 1 {
		if ax, err = axis(a, rank); err != nil {
			return nil, nil, err
		}
	}
	f := c.chain()
	return f.along(scale, ax, rank), f.along(zero, ax, rank), f.err
}

// blockParams repeats parameters that hold for so many elements along an axis.
func (c *call) blockParams(a, block int64) (scale, zero *value, err error) {
	x := c.in[0].Shape
	ax, err := axis(a, len(x))
	if err != nil {
		return nil, nil, err
	}
	scale, zero = c.in[1], c.opt(2)
	if block < 1 || len(scale.Shape) != len(x) || scale.Shape[ax] != (x[ax]+block-1)/block {
		return nil, nil, fmt.Errorf("scale %v does not fit blocks of %d in %v", scale.Shape, block, x)
	}
	if err := c.spend(8 * x[ax]); err != nil {
		return nil, nil, err
	}
	index := make([]int64, x[ax])
	for i := range index {
		index[i] = int64(i) / block
	}
	f := c.chain()
	scale = f.keep(c.gather(scale, i64s(index...), ax))
	if zero != nil && f.err == nil {
		zero = f.keep(c.gather(zero, i64s(index...), ax))
	}
	return scale, zero, f.err
}

func quantizeLinear(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	scale, zero, err := c.quantParams(len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	if _, err := c.attrInt("saturate", 1); err != nil {
		return nil, err
	}
	if p, err := c.attrInt("precision", 0); err != nil || (p != 0 && p != onnxFloat) {
		return nil, errors.Join(err, errors.New("only float32 precision is supported"))
	}
	to, err := c.attrInt("output_dtype", 0)
	if err != nil {
		return nil, err
	}
	d := ir.U8
	switch {
	case zero != nil:
		d = zero.DType
	case to != 0:
		if d, err = dtypeOf(to); err != nil {
			return nil, err
		}
	}
	x := in[0]
	if x.DType == ir.I32 {
		if x, err = c.cast(x, ir.F32); err != nil {
			return nil, err
		}
	}
	return one(c.quantize(x, scale, zero, d))
}

func (c *call) quantize(x, scale, zero *value, d ir.DType) (*value, error) {
	args := []*value{x, scale}
	if zero != nil {
		args = append(args, zero)
	}
	return c.emit(ir.Node{Kind: ir.Quantize, Op: ir.OpDivScale, Out: ir.TensorDecl{DType: d, Shape: x.Shape}}, args...)
}

func dequantizeLinear(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	scale, zero, err := c.quantParams(len(in[0].Shape))
	if err != nil {
		return nil, err
	}
	if to, err := c.attrInt("output_dtype", 0); err != nil || (to != 0 && to != onnxFloat) {
		return nil, errors.Join(err, errors.New("only float32 output is supported"))
	}
	return one(c.dequantize(in[0], scale, zero))
}

func (c *call) dequantize(x, scale, zero *value) (*value, error) {
	args := []*value{x, scale}
	if zero != nil {
		args = append(args, zero)
	}
	return c.emit(ir.Node{Kind: ir.Dequantize, Out: ir.TensorDecl{DType: ir.F32, Shape: x.Shape}}, args...)
}

// dynamicQuantize finds scale and zero point from the data, as its definition
// spells out.
func dynamicQuantize(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	f, x := c.chain(), in[0]
	flat := f.reshape(x, product(x.Shape))
	if f.err != nil {
		return nil, f.err
	}
	high := f.keep(c.reduce(ir.OpReduceMax, flat, false, 0))
	low := f.keep(c.reduce(ir.OpReduceMin, flat, false, 0))
	high, low = f.bin(ir.OpMax, high, f32(0)), f.bin(ir.OpMin, low, f32(0))
	scale := f.bin(ir.OpDiv, f.bin(ir.OpSub, high, low), f32(255))
	if f.err != nil {
		return nil, f.err
	}
	level := f.un(ir.OpNeg, f.bin(ir.OpDiv, low, scale))
	if f.err != nil {
		return nil, f.err
	}
	zero := f.keep(c.quantize(level, f32(1), nil, ir.U8))
	if f.err != nil {
		return nil, f.err
	}
	y := f.keep(c.quantize(x, scale, zero, ir.U8))
	return []*value{y, scale, zero}, f.err
}

// centred is x - zero in i32; without a zero point x stays narrow, and the
// product is the same.
func (f *chain) centred(x, zero *value) *value {
	if f.err != nil || zero == nil {
		return x
	}
	x = f.keep(f.b.cast(x, ir.I32))
	if f.err != nil {
		return nil
	}
	zero = f.keep(f.b.cast(zero, ir.I32))
	return f.bin(ir.OpSub, x, zero)
}

// rowwise lets a vector of zero points (or scales) of the left operand apply per row.
func (f *chain) rowwise(v *value) *value {
	if v == nil || f.err != nil || len(v.Shape) != 1 || v.Shape[0] == 1 {
		return v
	}
	return f.reshape(v, v.Shape[0], 1)
}

func matMulInteger(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	return f.done(f.matMul(f.centred(in[0], f.rowwise(c.opt(2))), f.centred(in[1], c.opt(3))))
}

func convInteger(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	x := f.centred(in[0], c.opt(2))
	w := f.centred(in[1], f.along(c.opt(3), 0, len(in[1].Shape)))
	if f.err != nil {
		return nil, f.err
	}
	return c.convolve([]*value{x, w})
}

// requantise scales an i32 result by a*b/y and rounds it to the output type.
func (c *call) requantise(f *chain, acc, a, b, y, zero *value) ([]*value, error) {
	scale := f.bin(ir.OpDiv, f.bin(ir.OpMul, a, b), y)
	if f.err != nil {
		return nil, f.err
	}
	n := ir.Node{Kind: ir.Quantize, Op: ir.OpMulScale, Out: ir.TensorDecl{DType: zero.DType, Shape: acc.Shape}}
	return one(c.emit(n, acc, scale, zero))
}

func qLinearMatMul(c *call) ([]*value, error) {
	in, err := c.args(8)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	acc := f.matMul(f.centred(in[0], f.rowwise(in[2])), f.centred(in[3], in[5]))
	return c.requantise(f, acc, f.rowwise(in[1]), in[4], in[6], in[7])
}

func qLinearConv(c *call) ([]*value, error) {
	in, err := c.args(8)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	rank := len(in[3].Shape)
	x, w := f.centred(in[0], in[2]), f.centred(in[3], f.along(in[5], 0, rank))
	if f.err != nil {
		return nil, f.err
	}
	args := []*value{x, w}
	if b := c.opt(8); b != nil {
		args = append(args, b)
	}
	acc, err := c.convolve(args)
	if err != nil {
		return nil, err
	}
	return c.requantise(f, acc[0], in[1], f.along(in[4], 1, rank), in[6], in[7])
}
