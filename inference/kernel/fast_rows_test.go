package kernel_test

import (
	"flag"
	"fmt"
	"math"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

var every = flag.Bool("every", false, "compare the scalar functions at all 2^32 arguments; minutes")

// TestFastFunctions walks arguments of every scalar function on every
// instruction set: all bit patterns at equal distances, or all of them.
func TestFastFunctions(t *testing.T) {
	step := uint64(1<<12 + 1)
	if *every {
		step = 1
	}
	const n = 1<<16 + 37 // not a multiple of a vector
	x := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: []int64{n}})
	want, got := x.Clone(), x.Clone()
	for _, op := range []ir.Op{
		ir.OpNeg, ir.OpAbs, ir.OpSqrt, ir.OpExp, ir.OpErf, ir.OpTanh, ir.OpSigmoid, ir.OpReciprocal, ir.OpRelu,
		ir.OpLog, ir.OpSin, ir.OpCos, ir.OpFloor, ir.OpCeil, ir.OpRound, ir.OpSign, ir.OpLeakyRelu, ir.OpClip,
	} {
		node := &ir.Node{Kind: ir.Unary, Op: op}
		switch op {
		case ir.OpLeakyRelu:
			node.Floats = []float32{-0.3}
		case ir.OpClip:
			node.Floats = []float32{float32(math.Copysign(0, -1)), 6}
		}
		t.Run(op.String(), func(t *testing.T) {
			for first := uint64(0); first < 1<<32; first += n * step {
				for i := range x.F32 {
					v := math.Float32frombits(uint32(first + uint64(i)*step))
					if v != v {
						v = math.Float32frombits(0x7fc00000)
					}
					x.F32[i] = v
				}
				kernel.Run(&kernel.Call{Node: node, In: []kernel.Tensor{x}, Out: want, Parts: 1})
				for _, isa := range fastISAs() {
					kernel.Run(&kernel.Call{Node: node, In: []kernel.Tensor{x}, Out: got, Parts: 1, ISA: isa})
					for i := range want.F32 {
						if a, b := math.Float32bits(want.F32[i]), math.Float32bits(got.F32[i]); a != b {
							t.Fatalf("%s: %s(%08x) is %08x, want %08x", isa, op, math.Float32bits(x.F32[i]), b, a)
						}
					}
				}
			}
		})
	}
}

// TestFastRows compares pairs of operands and reductions along rows of lengths
// around the vectors, with special values at every place.
func TestFastRows(t *testing.T) {
	s := kerneltest.Source(13)
	for i := range 400 {
		rows, n := edge(&s), edge(&s)
		wild := i%2 == 0
		x := floats(&s, wild, rows, n)
		if i%4 == 1 { // zeros of both signs, for the first of equal ones
			for j := range x.F32 {
				x.F32[j] = kerneltest.Pick(&s, 0, float32(math.Copysign(0, -1)), -1, float32(i%3-1))
			}
		}
		for _, op := range []ir.Op{ir.OpReduceMax, ir.OpReduceMin, ir.OpSum, ir.OpMean, ir.OpSumSquare, ir.OpMeanSquare, ir.OpProd} {
			t.Run(fmt.Sprintf("%s %dx%d", op, rows, n), func(t *testing.T) {
				compareISAs(t, &ir.Node{Kind: ir.Reduce, Op: op, Ints: []int64{1, 1}}, []kernel.Tensor{x}, false)
			})
		}
		other := floats(&s, wild, [][]int64{{rows, n}, {n}, {rows, 1}, {1}, {rows, n, 1}}[i%5]...)
		for _, op := range []ir.Op{ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpDiv, ir.OpMax, ir.OpMin} {
			t.Run(fmt.Sprintf("%s %v %v", op, x.Shape, other.Shape), func(t *testing.T) {
				n := &ir.Node{Kind: ir.Binary, Op: op}
				if i%5 == 4 {
					return // three dimensions would be large
				}
				compareISAs(t, n, []kernel.Tensor{x, other}, false)
				compareISAs(t, n, []kernel.Tensor{other, x}, false)
			})
		}
	}
}

// TestFastMaxPool compares pools with padding, strides and dilations; zeros of
// both signs and NaN decide which element is kept.
func TestFastMaxPool(t *testing.T) {
	s := kerneltest.Source(15)
	for range 200 {
		a := ir.PoolAttrs{}
		shape, out := []int64{1, 1 + s.Below(3)}, []int64{1, 0}
		out[1] = shape[1]
		for range 2 {
			size, window, stride, dilation := 4+s.Below(20), 1+s.Below(3), 1+s.Below(3), 1+s.Below(2)
			before, after := s.Below(window), s.Below(window)
			a.Window, a.Strides, a.Dilations = append(a.Window, window), append(a.Strides, stride), append(a.Dilations, dilation)
			a.Before, a.After = append(a.Before, before), append(a.After, after)
			size = max(size, (window-1)*dilation+1)
			shape, out = append(shape, size), append(out, (size+before+after-(window-1)*dilation-1)/stride+1)
		}
		x := s.Wild(shape...)
		for i := range x.F32 {
			if s.Below(2) == 0 {
				x.F32[i] = kerneltest.Pick(&s, 0, float32(math.Copysign(0, -1)), -1)
			}
		}
		n := &ir.Node{Kind: ir.MaxPool, Ints: a.Ints(), Out: ir.TensorDecl{DType: ir.F32, Shape: out}}
		compareISAs(t, n, []kernel.Tensor{x}, false)
	}
}
