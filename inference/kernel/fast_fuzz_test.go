package kernel_test

import (
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// fuzzFloats fills a tensor from bytes, four for a float, over and over; every
// fourth element is a special value if wild.
func fuzzFloats(seed uint64, data []byte, shape ...int64) kernel.Tensor {
	s := kerneltest.Source(seed)
	t := s.Wild(shape...)
	if len(data) < 4 {
		return t
	}
	for i := range t.F32 {
		at := i * 4 % (len(data) &^ 3)
		x, err := kernel.FromBytes(ir.TensorDecl{DType: ir.F32, Shape: []int64{1}}, data[at:at+4])
		if err == nil && i%3 > 0 {
			t.F32[i] = x.F32[0]
		}
	}
	return t
}

// FuzzFastDot compares every instruction set with the definition.
func FuzzFastDot(f *testing.F) {
	f.Add(uint64(1), uint16(7), uint16(17), uint16(33), byte(0), []byte{})
	f.Add(uint64(2), uint16(1), uint16(289), uint16(130), byte(1), []byte{0, 0, 128, 127, 0, 0, 128, 255})
	f.Add(uint64(3), uint16(97), uint16(3), uint16(15), byte(2), []byte{1, 0, 0, 0, 1, 0, 0, 128})
	f.Fuzz(func(t *testing.T, seed uint64, m, k, n uint16, bias byte, data []byte) {
		rows, depth, cols := 1+int64(m%120), 1+int64(k%320), 1+int64(n%150)
		in := []kernel.Tensor{fuzzFloats(seed, data, rows, depth), fuzzFloats(seed+1, data, depth, cols)}
		switch bias % 3 {
		case 1:
			in = append(in, fuzzFloats(seed+2, data, cols))
		case 2:
			in = append(in, fuzzFloats(seed+2, data, rows, 1))
		}
		compareISAs(t, &ir.Node{Kind: ir.Dot}, in, false)
	})
}

// FuzzFastConv compares convolutions; weights are finite, as the engine checks.
func FuzzFastConv(f *testing.F) {
	f.Add(uint64(1), uint32(0x3121), byte(9), byte(9), byte(5), byte(7), []byte{})
	f.Add(uint64(2), uint32(0x7fff), byte(20), byte(3), byte(40), byte(97), []byte{0, 0, 192, 127})
	f.Fuzz(func(t *testing.T, seed uint64, shape uint32, h, w, cin, cout byte, data []byte) {
		next := func(n uint32) int64 { v := shape % n; shape /= n; return int64(v) }
		a := ir.ConvAttrs{Groups: 1 + next(2)}
		in, out := a.Groups*(1+int64(cin%48)), a.Groups*(1+int64(cout%30))
		size := []int64{1 + int64(h%24), 1 + int64(w%24)}
		kernelSize := []int64{1 + next(3), 1 + next(3)}
		for i := range 2 {
			a.Strides, a.Dilations = append(a.Strides, 1+next(2)), append(a.Dilations, 1+next(2))
			a.Before, a.After = append(a.Before, next(3)), append(a.After, next(3))
			size[i] = max(size[i], (kernelSize[i]-1)*a.Dilations[i]+1)
		}
		s := kerneltest.Source(seed + 3)
		x := []kernel.Tensor{fuzzFloats(seed, data, 1, in, size[0], size[1]), s.Normal(out, in/a.Groups, kernelSize[0], kernelSize[1]), fuzzFloats(seed+2, data, out)}
		compareISAs(t, &ir.Node{Kind: ir.Conv, Ints: a.Ints()}, x, true)
	})
}

// FuzzFastRows compares the functions, pairs and reductions along rows.
func FuzzFastRows(f *testing.F) {
	for op := range byte(20) {
		f.Add(uint64(op), op, uint16(9), uint16(70), []byte{0, 0, 128, 63})
	}
	unary := []ir.Op{ir.OpExp, ir.OpTanh, ir.OpSigmoid, ir.OpErf, ir.OpRelu, ir.OpSqrt, ir.OpReciprocal, ir.OpAbs, ir.OpNeg}
	pairs := []ir.Op{ir.OpAdd, ir.OpSub, ir.OpMul, ir.OpDiv, ir.OpMax, ir.OpMin}
	folds := []ir.Op{ir.OpReduceMax, ir.OpReduceMin, ir.OpSum, ir.OpMean, ir.OpMeanSquare}
	f.Fuzz(func(t *testing.T, seed uint64, op byte, rows, cols uint16, data []byte) {
		r, c := 1+int64(rows%20), 1+int64(cols%400)
		x := fuzzFloats(seed, data, r, c)
		switch i := int(op) % (len(unary) + len(pairs) + len(folds)); {
		case i < len(unary):
			compareISAs(t, &ir.Node{Kind: ir.Unary, Op: unary[i]}, []kernel.Tensor{x}, false)
		case i < len(unary)+len(pairs):
			compareISAs(t, &ir.Node{Kind: ir.Binary, Op: pairs[i-len(unary)]}, []kernel.Tensor{x, fuzzFloats(seed+1, data, r, 1)}, false)
		default:
			compareISAs(t, &ir.Node{Kind: ir.Reduce, Op: folds[i-len(unary)-len(pairs)], Ints: []int64{1, 1}}, []kernel.Tensor{x}, false)
		}
	})
}

// FuzzFastInts compares integer products of all operand types.
func FuzzFastInts(f *testing.F) {
	f.Add(uint64(1), uint16(7), uint16(17), uint16(33), byte(0))
	f.Add(uint64(2), uint16(1), uint16(513), uint16(64), byte(5))
	f.Fuzz(func(t *testing.T, seed uint64, m, k, n uint16, types byte) {
		s := kerneltest.Source(seed)
		all := []ir.DType{ir.I8, ir.U8, ir.I32}
		in := []kernel.Tensor{s.Tensor(all[types%3], 1+int64(m%120), 1+int64(k%600)), s.Tensor(all[types/3%3], 1+int64(k%600), 1+int64(n%150))}
		for i := range in[1].I32 {
			in[1].I32[i] >>= types % 32
		}
		compareISAs(t, &ir.Node{Kind: ir.Dot}, in, false)
	})
}
