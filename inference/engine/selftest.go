package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// known is one answer of a scalar function, as bits. The values are the correctly
// rounded ones, computed with 400-bit arithmetic outside this program.
type known struct {
	name string
	f    func(float32) float32
	x, y uint32
}

func knownFunctions() []known {
	return []known{
		{"exp", kernel.Exp, 0x3dcccccd, 0x3f8d763e}, {"exp", kernel.Exp, 0xbfe00000, 0x3e31f1cc},
		{"exp", kernel.Exp, 0x41280000, 0x470ddb81}, {"exp", kernel.Exp, 0xc2af0000, 0x006cb2bc},
		{"exp", kernel.Exp, 0xc2c88000, 0x00000015}, {"log", kernel.Log, 0x3dcccccd, 0xc0135d8e},
		{"log", kernel.Log, 0x3f802000, 0x3a7fe005}, {"log", kernel.Log, 0x40600000, 0x3fa05a89},
		{"log", kernel.Log, 0x000116c2, 0xc2b834f2}, {"log", kernel.Log, 0x7f61b1e6, 0x42b13196},
		{"erf", kernel.Erf, 0x3c23d70a, 0x3c38de13}, {"erf", kernel.Erf, 0xbecccccd, 0xbedb563e},
		{"erf", kernel.Erf, 0x3f666666, 0x3f4c022d}, {"erf", kernel.Erf, 0x40100000, 0x3f7fa024},
		{"erf", kernel.Erf, 0xc0666666, 0xbf7ffffa}, {"tanh", kernel.Tanh, 0x3a83126f, 0x3a83126c},
		{"tanh", kernel.Tanh, 0xbca3d70a, 0xbca3d173}, {"tanh", kernel.Tanh, 0x3f333333, 0x3f1ab7d9},
		{"tanh", kernel.Tanh, 0xc0466666, 0xbf7ef68a}, {"tanh", kernel.Tanh, 0x410e6666, 0x3f7fffff},
		{"sigmoid", kernel.Sigmoid, 0x3e99999a, 0x3f130eaa}, {"sigmoid", kernel.Sigmoid, 0xc0200000, 0x3d9b5b89},
		{"sigmoid", kernel.Sigmoid, 0xc2b40000, 0x0008ec28}, {"sigmoid", kernel.Sigmoid, 0x41880000, 0x3f7fffff},
		{"sin", kernel.Sin, 0x3e99999a, 0x3e974e6d}, {"sin", kernel.Sin, 0xbfcccccd, 0xbf7fe40e},
		{"sin", kernel.Sin, 0x42c90000, 0xbcfd9fc2}, {"sin", kernel.Sin, 0x47f12065, 0xbf7fa83d},
		{"sin", kernel.Sin, 0x7f61b1e6, 0x3f5ff9c4}, {"cos", kernel.Cos, 0x3e99999a, 0x3f7490ef},
		{"cos", kernel.Cos, 0xbfcccccd, 0xbcef33e3}, {"cos", kernel.Cos, 0x42c90000, 0x3f7fe095},
		{"cos", kernel.Cos, 0x47f12065, 0x3d53e807}, {"cos", kernel.Cos, 0x7f61b1e6, 0xbef7f57c},
		// NaN comes out canonical whatever goes in.
		{"exp", kernel.Exp, 0xffc00001, 0x7fc00000}, {"sin", kernel.Sin, 0x7f800000, 0x7fc00000},
		{"log", kernel.Log, 0xbf800000, 0x7fc00000},
	}
}

// knownBinary are answers of two-operand nodes: rounding to nearest even, and
// subnormal numbers that are neither flushed nor read as zero.
func knownBinary() []struct {
	op      ir.Op
	a, b, y uint32
} {
	return []struct {
		op      ir.Op
		a, b, y uint32
	}{
		{ir.OpAdd, 0x3f800000, 0x33800000, 0x3f800000}, // 1 + 2^-24: a tie goes to even
		{ir.OpAdd, 0x3f800001, 0x33800000, 0x3f800002}, // and upward where that is even
		{ir.OpSub, 0xbf800000, 0x33800000, 0xbf800000}, // the same below zero: no directed mode
		{ir.OpMul, 0x1a000000, 0x1a800000, 0x00000001}, // 2^-75 * 2^-74: the smallest subnormal
		{ir.OpMul, 0x00000001, 0x4b000000, 0x00800000}, // 2^-149 * 2^23: read as itself
		{ir.OpSub, 0x00800001, 0x00800000, 0x00000001}, // gradual underflow
		{ir.OpDiv, 0x3f800000, 0x40400000, 0x3eaaaaab}, // 1/3
		{ir.OpDiv, 0x00000000, 0x00000000, 0x7fc00000}, // NaN is canonical
		{ir.OpMul, 0x7f7fffff, 0x40000000, 0x7f800000}, // overflow
		{ir.OpPow, 0x40200000, 0x40500000, 0x419d2ddf}, // 2.5^3.25
		{ir.OpPow, 0x3dcccccd, 0xc0f00000, 0x4bf1433b}, // 0.1^-7.5
		{ir.OpPow, 0xbfc00000, 0x40400000, 0xc0580000}, // -1.5^3
	}
}

// The SHA-256 digests of a matrix product and a convolution on the self-test's
// own data, computed by a program in another language that rounds each product
// and each sum to float32.
const (
	goldenDot  = "e22523f5616bec68abacc326d08c9b660d38c66cd640826e944b543e088f455b"
	goldenConv = "152ac39d6ed282a8854e21fb029a45566e96cb2bcd3ad4633109fa0df4c10ef0"
)

// SelfTest runs known answers through the kernels and reports the first that
// differs. It takes about a millisecond. A process that attests runs it at start
// on every thread that computes: libraries in the same process can switch a
// thread's floating-point mode.
func SelfTest() error {
	for _, k := range knownFunctions() {
		if y := math.Float32bits(k.f(math.Float32frombits(k.x))); y != k.y {
			return fmt.Errorf("self-test: %s(%08x) is %08x, want %08x", k.name, k.x, y, k.y)
		}
	}
	for _, k := range knownBinary() {
		y, err := kernel.Exec(&ir.Node{Kind: ir.Binary, Op: k.op}, []kernel.Tensor{one(k.a), one(k.b)})
		if err != nil {
			return err
		}
		if got := math.Float32bits(y.F32[0]); got != k.y {
			return fmt.Errorf("self-test: %s(%08x, %08x) is %08x, want %08x", k.op, k.a, k.b, got, k.y)
		}
	}
	if err := testFusion(); err != nil {
		return err
	}
	return testProducts()
}

// testFusion sums -(1+2^-11) and (1+2^-12)^2. The product rounds to 1+2^-11, so
// the sum is 0; a fused multiply-add leaves 2^-24.
func testFusion() error {
	a, b := tensor(1, 2), tensor(2, 1)
	a.F32[0], a.F32[1] = -(1 + 0x1p-11), 1+0x1p-12
	b.F32[0], b.F32[1] = 1, 1+0x1p-12
	y, err := kernel.Exec(&ir.Node{Kind: ir.Dot}, []kernel.Tensor{a, b})
	if err != nil {
		return err
	}
	if y.F32[0] != 0 {
		return fmt.Errorf("self-test: product and sum are fused (%g)", y.F32[0])
	}
	return nil
}

// testProducts compares a product and a convolution with their golden digests, by
// the definition and by the instruction set in use.
func testProducts() error {
	attrs := ir.ConvAttrs{Groups: 1, Strides: []int64{1, 2}, Before: []int64{1, 1}, After: []int64{1, 0}, Dilations: []int64{2, 1}}
	scratch := new(kernel.Scratch)
	for _, c := range []struct {
		node   ir.Node
		in     []kernel.Tensor
		golden string
	}{
		{ir.Node{Kind: ir.Dot}, []kernel.Tensor{noise(1, 37, 130), noise(2, 130, 67)}, goldenDot},
		{ir.Node{Kind: ir.Conv, Ints: attrs.Ints()}, []kernel.Tensor{noise(3, 1, 5, 13, 17), noise(4, 6, 5, 3, 3), noise(5, 6)}, goldenConv},
	} {
		y, err := kernel.Exec(&c.node, c.in)
		if err != nil {
			return err
		}
		for _, call := range []kernel.Call{
			{},
			{Finite: true, Scratch: scratch}, // another way to the same bits
			{Finite: true, Scratch: scratch, ISA: kernel.BestISA()},
		} {
			call.Node, call.In, call.Out, call.Parts = &c.node, c.in, y, 1
			kernel.Run(&call)
			if d := digest(y); d != c.golden {
				return fmt.Errorf("self-test: %s by %s has digest %s", c.node.Kind, call.ISA, d)
			}
		}
	}
	return testFunctions()
}

// testFunctions compares the functions of the instruction set in use with their
// definition, at arguments of every size and sign.
func testFunctions() error {
	const n = 1 << 10
	x, want, got := tensor(n), tensor(n), tensor(n)
	for i := range x.F32 {
		x.F32[i] = math.Float32frombits(uint32(i) * 0x00400921 << 1)
		if x.F32[i] != x.F32[i] {
			x.F32[i] = math.Float32frombits(0x7fc00000)
		}
	}
	for _, op := range []ir.Op{ir.OpExp, ir.OpErf, ir.OpTanh, ir.OpSigmoid, ir.OpSqrt, ir.OpRelu, ir.OpReciprocal} {
		node := &ir.Node{Kind: ir.Unary, Op: op}
		kernel.Run(&kernel.Call{Node: node, In: []kernel.Tensor{x}, Out: want, Parts: 1})
		kernel.Run(&kernel.Call{Node: node, In: []kernel.Tensor{x}, Out: got, Parts: 1, ISA: kernel.BestISA()})
		if digest(want) != digest(got) {
			return fmt.Errorf("self-test: %s by %s differs from its definition", op, kernel.BestISA())
		}
	}
	return nil
}

func one(bits uint32) kernel.Tensor {
	t := tensor(1)
	t.F32[0] = math.Float32frombits(bits)
	return t
}

func tensor(shape ...int64) kernel.Tensor {
	return kernel.New(ir.TensorDecl{DType: ir.F32, Shape: shape})
}

// noise fills a tensor with numbers in [-1, 1) from a linear congruential generator.
func noise(seed uint32, shape ...int64) kernel.Tensor {
	t := tensor(shape...)
	for i := range t.F32 {
		seed = seed*1664525 + 1013904223
		t.F32[i] = float32(int32(seed)) * 0x1p-31
	}
	return t
}

func digest(t kernel.Tensor) string {
	sum := sha256.Sum256(t.AppendBytes(nil))
	return hex.EncodeToString(sum[:])
}
