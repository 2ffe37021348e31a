package kernel_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

var (
	inf  = float32(math.Inf(1))
	nan  = math.Float32frombits(0x7fc00000)
	zero = float32(0)
	neg0 = float32(math.Copysign(0, -1))
	tiny = math.Float32frombits(1)
)

func f32s(v ...float32) kernel.Tensor {
	return kernel.Tensor{DType: ir.F32, Shape: []int64{int64(len(v))}, F32: v}
}

func bits(t kernel.Tensor) []uint32 {
	var out []uint32
	for _, v := range t.F32 {
		out = append(out, math.Float32bits(v))
	}
	return out
}

func run1(t *testing.T, n ir.Node, in ...kernel.Tensor) kernel.Tensor {
	t.Helper()
	y, err := kernel.Exec(&n, in)
	require.NoError(t, err)
	return y
}

// TestUnaryTable states the edge cases of SPEC chapter 4 for f32.
func TestUnaryTable(t *testing.T) {
	otherNaN := math.Float32frombits(0xffc12345)
	cases := []struct {
		op      ir.Op
		floats  []float32
		x, want []float32
	}{
		{ir.OpNeg, nil, []float32{zero, neg0, 1, nan}, []float32{neg0, zero, -1, nan}},
		{ir.OpAbs, nil, []float32{neg0, -2, -inf, nan}, []float32{zero, 2, inf, nan}},
		{ir.OpSqrt, nil, []float32{4, 2, neg0, -1, inf, tiny}, []float32{2, 1.4142135, neg0, nan, inf, 0x1.6a09e6p-75}},
		{ir.OpExp, nil, []float32{zero, neg0, inf, -inf, nan, 89, -104}, []float32{1, 1, inf, 0, nan, inf, 0}},
		{ir.OpLog, nil, []float32{1, zero, neg0, -1, inf, nan}, []float32{0, -inf, -inf, nan, inf, nan}},
		{ir.OpErf, nil, []float32{neg0, inf, -inf, nan, 4}, []float32{neg0, 1, -1, nan, 1}},
		{ir.OpTanh, nil, []float32{neg0, inf, -inf, nan, 20}, []float32{neg0, 1, -1, nan, 1}},
		{ir.OpSigmoid, nil, []float32{zero, inf, -inf, nan}, []float32{0.5, 1, 0, nan}},
		{ir.OpSin, nil, []float32{neg0, inf, -inf, nan}, []float32{neg0, nan, nan, nan}},
		{ir.OpCos, nil, []float32{neg0, inf, nan}, []float32{1, nan, nan}},
		{ir.OpFloor, nil, []float32{1.5, -1.5, -0.5, neg0, inf, nan}, []float32{1, -2, -1, neg0, inf, nan}},
		{ir.OpCeil, nil, []float32{1.5, -1.5, -0.5, inf, nan}, []float32{2, -1, neg0, inf, nan}},
		{ir.OpRound, nil, []float32{0.5, 1.5, 2.5, -0.5, -1.5, 0x1p23 + 1, nan}, []float32{0, 2, 2, neg0, -2, 0x1p23 + 1, nan}},
		{ir.OpSign, nil, []float32{3, -3, neg0, nan}, []float32{1, -1, 0, nan}},
		{ir.OpReciprocal, nil, []float32{2, zero, neg0, inf, nan}, []float32{0.5, inf, -inf, 0, nan}},
		{ir.OpRelu, nil, []float32{2, -2, neg0, nan, inf}, []float32{2, 0, 0, nan, inf}},
		{ir.OpLeakyRelu, []float32{0.5}, []float32{2, -2, neg0, nan, -inf}, []float32{2, -1, neg0, nan, -inf}},
		{ir.OpClip, []float32{-1, 1}, []float32{2, -2, neg0, nan, -inf}, []float32{1, -1, neg0, nan, -1}},
		{ir.OpClip, []float32{1, -1}, []float32{0, 5}, []float32{-1, -1}},
		{ir.OpNeg, nil, []float32{otherNaN}, []float32{nan}},
	}
	for _, c := range cases {
		t.Run(c.op.String(), func(t *testing.T) {
			y := run1(t, ir.Node{Kind: ir.Unary, Op: c.op, Floats: c.floats}, f32s(c.x...))
			require.Equal(t, bits(f32s(c.want...)), bits(y))
		})
	}
}

func TestBinaryTable(t *testing.T) {
	cases := []struct {
		op         ir.Op
		a, b, want []float32
	}{
		{ir.OpAdd, []float32{1, inf, neg0, neg0}, []float32{0x1p-24, -inf, zero, neg0}, []float32{1, nan, zero, neg0}},
		{ir.OpSub, []float32{inf, zero}, []float32{inf, zero}, []float32{nan, zero}},
		{ir.OpMul, []float32{inf, -2, tiny}, []float32{zero, neg0, 0.5}, []float32{nan, zero, zero}},
		{ir.OpDiv, []float32{1, -1, zero, inf}, []float32{zero, zero, zero, inf}, []float32{inf, -inf, nan, nan}},
		// The first operand wins between equals, so between zeros.
		{ir.OpMax, []float32{zero, neg0, nan, 1, 2}, []float32{neg0, zero, 1, nan, 3}, []float32{zero, neg0, nan, nan, 3}},
		{ir.OpMin, []float32{zero, neg0, nan, 1, 2}, []float32{neg0, zero, 1, nan, 3}, []float32{zero, neg0, nan, nan, 2}},
		{ir.OpPow, []float32{nan, 1, zero, neg0, neg0, neg0, -8, -2, -2}, []float32{zero, nan, -1, -1, -2, 3, 1.0 / 3, 3, -1}, []float32{1, 1, inf, -inf, inf, neg0, nan, -8, -0.5}},
		{ir.OpPow, []float32{-1, 2, 0.5, 2, -inf, -inf, inf, 10, 10}, []float32{inf, inf, inf, -inf, 3, 0.5, -1, 50, -50}, []float32{1, inf, 0, 0, -inf, inf, 0, inf, 0}},
		{ir.OpMod, []float32{5, -5, 5, -5, 1, inf, -1}, []float32{3, 3, -3, -3, zero, 2, inf}, []float32{2, 1, -1, -2, nan, nan, inf}},
		{ir.OpRem, []float32{5, -5, 5, 1, inf, 1, 0x1p100}, []float32{3, 3, -3, zero, 2, inf, 3}, []float32{2, -2, 2, nan, nan, 1, 1}},
	}
	for _, c := range cases {
		t.Run(c.op.String(), func(t *testing.T) {
			y := run1(t, ir.Node{Kind: ir.Binary, Op: c.op}, f32s(c.a...), f32s(c.b...))
			require.Equal(t, bits(f32s(c.want...)), bits(y))
		})
	}
}

func TestIntegerTable(t *testing.T) {
	const low = math.MinInt32
	cases := []struct {
		op         ir.Op
		a, b, want []int32
	}{
		{ir.OpAdd, []int32{math.MaxInt32}, []int32{1}, []int32{low}},
		{ir.OpMul, []int32{1 << 20}, []int32{1 << 12}, []int32{0}},
		{ir.OpDiv, []int32{-7, 7, low, 7}, []int32{2, 0, -1, -2}, []int32{-3, 0, low, -3}},
		{ir.OpMod, []int32{-7, 7, 7, low}, []int32{2, -2, 0, -1}, []int32{1, -1, 0, 0}},
		{ir.OpRem, []int32{-7, 7, 7}, []int32{2, -2, 0}, []int32{-1, 1, 0}},
		{ir.OpPow, []int32{3, -1, 2, 0, 1, -1, 7}, []int32{4, -3, -1, -1, -5, -2, 0}, []int32{81, -1, 0, 0, 1, 1, 1}},
		{ir.OpShl, []int32{1, 1, -1}, []int32{33, -1, 31}, []int32{2, low, low}},
		{ir.OpShr, []int32{-8, -8}, []int32{1, 33}, []int32{-4, -4}},
		{ir.OpXor, []int32{5}, []int32{3}, []int32{6}},
	}
	vec := func(v []int32) kernel.Tensor {
		return kernel.Tensor{DType: ir.I32, Shape: []int64{int64(len(v))}, I32: v}
	}
	for _, c := range cases {
		t.Run(c.op.String(), func(t *testing.T) {
			require.Equal(t, c.want, run1(t, ir.Node{Kind: ir.Binary, Op: c.op}, vec(c.a), vec(c.b)).I32)
		})
	}
}

func TestCastTable(t *testing.T) {
	to := func(d ir.DType, n int64) ir.Node {
		return ir.Node{Kind: ir.Cast, Op: ir.OpSaturate, Out: ir.TensorDecl{DType: d, Shape: []int64{n}}}
	}
	x := f32s(1.9, -1.9, 300, -300, inf, -inf, nan, neg0, 0x1p63)
	require.Equal(t, []int8{1, -1, 127, -128, 127, -128, 0, 0, 127}, run1(t, to(ir.I8, 9), x).I8)
	require.Equal(t, []uint8{1, 0, 255, 0, 255, 0, 0, 0, 255}, run1(t, to(ir.U8, 9), x).U8)
	require.Equal(t, []int64{1, -1, 300, -300, math.MaxInt64, math.MinInt64, 0, 0, math.MaxInt64}, run1(t, to(ir.I64, 9), x).I64)
	require.Equal(t, []int32{1, -1, 300, -300, math.MaxInt32, math.MinInt32, 0, 0, math.MaxInt32}, run1(t, to(ir.I32, 9), x).I32)
	require.Equal(t, []uint8{1, 1, 1, 1, 1, 1, 1, 0, 1}, run1(t, to(ir.Bool, 9), x).U8)

	wide := kernel.Tensor{DType: ir.I64, Shape: []int64{3}, I64: []int64{200, -200, 1<<24 + 1}}
	require.Equal(t, []int8{127, -128, 127}, run1(t, to(ir.I8, 3), wide).I8)
	require.Equal(t, bits(f32s(200, -200, 1<<24)), bits(run1(t, to(ir.F32, 3), wide)), "ties to even")
	wrap := to(ir.I8, 3)
	wrap.Op = ir.OpWrap
	require.Equal(t, []int8{-56, 56, 1}, run1(t, wrap, wide).I8)
}

func TestQuantizeTable(t *testing.T) {
	n := ir.Node{Kind: ir.Quantize, Op: ir.OpDivScale, Out: ir.TensorDecl{DType: ir.U8, Shape: []int64{7}}}
	zp := kernel.Tensor{DType: ir.U8, U8: []uint8{128}}
	scale := kernel.Tensor{DType: ir.F32, F32: []float32{2}}
	y := run1(t, n, f32s(1, 3, 5, -1, 1e9, -inf, nan), scale, zp)
	// 0.5, 1.5, 2.5, -0.5 round to 0, 2, 2, -0
	require.Equal(t, []uint8{128, 130, 130, 128, 255, 0, 128}, y.U8)

	mul := ir.Node{Kind: ir.Quantize, Op: ir.OpMulScale, Out: ir.TensorDecl{DType: ir.I8, Shape: []int64{3}}}
	acc := kernel.Tensor{DType: ir.I32, Shape: []int64{3}, I32: []int32{10, -6, 1 << 30}}
	quarter := kernel.Tensor{DType: ir.F32, F32: []float32{0.25}}
	require.Equal(t, []int8{2, -2, 127}, run1(t, mul, acc, quarter).I8)

	back := ir.Node{Kind: ir.Dequantize, Out: ir.TensorDecl{DType: ir.F32, Shape: []int64{2}}}
	q := kernel.Tensor{DType: ir.U8, Shape: []int64{2}, U8: []uint8{0, 255}}
	require.Equal(t, []float32{-256, 254}, run1(t, back, q, scale, zp).F32)
}

// TestSumOrder shows that order and separate roundings are observable, and fixed.
func TestSumOrder(t *testing.T) {
	a := kernel.Tensor{DType: ir.F32, Shape: []int64{1, 3}, F32: []float32{0x1p24, 1, -0x1p24}}
	b := kernel.Tensor{DType: ir.F32, Shape: []int64{3, 1}, F32: []float32{1, 1, 1}}
	require.Equal(t, []float32{0}, run1(t, ir.Node{Kind: ir.Dot}, a, b).F32, "2^24 + 1 is lost before -2^24 comes")
	sum := ir.Node{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 0, 1}}
	require.Equal(t, []float32{1}, run1(t, sum, a).F32, "reductions keep it in float64")
	minus := kernel.Tensor{DType: ir.F32, Shape: []int64{1, 2}, F32: []float32{neg0, neg0}}
	require.Equal(t, bits(f32s(0)), bits(run1(t, sum, minus)), "sums start at +0")
	over := f32s(math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32)
	require.Equal(t, []float32{math.MaxFloat32}, run1(t, ir.Node{Kind: ir.Reduce, Op: ir.OpSum, Ints: []int64{0, 0}}, over).F32)
}

// TestAbsentTerms: padding is not a product with zero, so an infinite weight at
// an absent position does nothing.
func TestAbsentTerms(t *testing.T) {
	x := kernel.Tensor{DType: ir.F32, Shape: []int64{1, 1, 2}, F32: []float32{1, 2}}
	w := kernel.Tensor{DType: ir.F32, Shape: []int64{4, 1, 2}, F32: []float32{inf, 1, inf, 1, inf, 1, inf, 1}}
	a := ir.ConvAttrs{Groups: 1, Strides: []int64{2}, Before: []int64{1}, After: []int64{0}, Dilations: []int64{1}}
	require.Equal(t, []float32{1, 1, 1, 1}, run1(t, ir.Node{Kind: ir.Conv, Ints: a.Ints()}, x, w).F32)
}

func TestTensorBytes(t *testing.T) {
	d := ir.TensorDecl{DType: ir.F32, Shape: []int64{2}}
	x, err := kernel.FromBytes(d, []byte{0, 0, 128, 63, 0, 0, 192, 127})
	require.NoError(t, err)
	require.Equal(t, bits(f32s(1, nan)), bits(x))
	require.Equal(t, []byte{0, 0, 128, 63, 0, 0, 192, 127}, x.AppendBytes(nil))
	for name, b := range map[string][]byte{
		"fails: too short":                  {0, 0, 128, 63},
		"fails: a NaN with another payload": {0, 0, 128, 63, 1, 0, 192, 127},
	} {
		_, err := kernel.FromBytes(d, b)
		require.Error(t, err, name)
	}
	_, err = kernel.FromBytes(ir.TensorDecl{DType: ir.Bool, Shape: []int64{1}}, []byte{2})
	require.ErrorContains(t, err, "not a bool")
}
