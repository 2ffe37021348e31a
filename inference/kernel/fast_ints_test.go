package kernel_test

import (
	"fmt"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// TestFastInts draws integer products: all types on both sides, extreme values,
// i32 operands that fit 8, 9 and 16 bits and such that do not.
func TestFastInts(t *testing.T) {
	if len(fastISAs()) == 0 {
		t.Skip("no fast instruction set")
	}
	s := kerneltest.Source(14)
	types := []ir.DType{ir.I8, ir.U8, ir.I32}
	operand := func(d ir.DType, shape ...int64) kernel.Tensor {
		x := s.Tensor(d, shape...)
		extreme := s.Below(3) == 0
		bits := kerneltest.Pick(&s, 24, 23, 16, 0)
		for i := range x.I32 {
			x.I32[i] = int32(s.Next()) >> bits
		}
		for i := range x.Len() {
			if extreme && d == ir.I8 {
				x.I8[i] = kerneltest.Pick(&s, int8(-128), 127)
			} else if extreme && d == ir.U8 {
				x.U8[i] = kerneltest.Pick(&s, uint8(0), 255)
			}
		}
		return x
	}
	for i := range 400 {
		m, k, n := edge(&s), kerneltest.Pick(&s, append(edges, 511, 512, 513, 1025)...), edge(&s)
		if i < len(edges) {
			m, n = edges[i], edges[(i*5)%len(edges)]
		}
		a, b := []int64{m, k}, []int64{k, n}
		if i%4 == 3 && m*k*n < 1<<20 {
			a, b = []int64{2, m, k}, []int64{2, k, n}
		}
		in := []kernel.Tensor{operand(types[i%3], a...), operand(types[i/3%3], b...)}
		if i%2 == 0 {
			in = append(in, operand(ir.I32, [][]int64{{n}, {m, 1}}[i/2%2]...))
		}
		t.Run(fmt.Sprintf("%s %s %dx%dx%d", in[0].DType, in[1].DType, m, k, n), func(t *testing.T) {
			compareISAs(t, &ir.Node{Kind: ir.Dot}, in, false)
		})
	}
}
