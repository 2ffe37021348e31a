package kernel_test

import (
	"fmt"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

func filled(seed uint32, shape ...int64) kernel.Tensor {
	t := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: shape})
	for i := range t.F32 {
		seed = seed*1664525 + 1013904223
		t.F32[i] = float32(int32(seed)) * 0x1p-31
	}
	return t
}

func BenchmarkDot(b *testing.B) {
	for _, s := range [][3]int64{{512, 512, 512}, {1, 4096, 4096}, {48, 768, 768}, {1, 64, 4096}, {4096, 24, 24}, {4096, 2, 24}, {4096, 24, 6}, {4096, 7, 3}} {
		b.Run(fmt.Sprintf("%dx%dx%d", s[0], s[1], s[2]), func(b *testing.B) {
			x, w := filled(1, s[0], s[1]), filled(2, s[1], s[2])
			run(b, &ir.Node{Kind: ir.Dot}, []kernel.Tensor{x, w}, s[0]*s[1]*s[2])
		})
	}
}

func BenchmarkConv(b *testing.B) {
	for _, s := range [][4]int64{{128, 64, 8, 3}, {64, 64, 16, 3}, {32, 32, 32, 3}, {16, 16, 64, 3}, {16, 3, 64, 3}, {64, 64, 16, 1}} {
		b.Run(fmt.Sprintf("%dto%d_%d_k%d", s[0], s[1], s[2], s[3]), func(b *testing.B) {
			x, w := filled(1, 1, s[0], s[2], s[2]), filled(2, s[1], s[0], s[3], s[3])
			p := s[3] / 2
			n := &ir.Node{Kind: ir.Conv, Ints: ir.ConvAttrs{
				Groups: 1, Strides: []int64{1, 1}, Before: []int64{p, p}, After: []int64{p, p}, Dilations: []int64{1, 1},
			}.Ints()}
			run(b, n, []kernel.Tensor{x, w}, s[0]*s[1]*s[2]*s[2]*s[3]*s[3])
		})
	}
}

func run(b *testing.B, n *ir.Node, in []kernel.Tensor, macs int64) {
	b.Helper()
	out, err := kernel.Exec(n, in)
	if err != nil {
		b.Fatal(err)
	}
	for _, isa := range kernel.ISAs() {
		b.Run(isa.String(), func(b *testing.B) {
			c := &kernel.Call{Node: n, In: in, Out: out, Parts: 1, Finite: true, Scratch: new(kernel.Scratch), ISA: isa}
			if n.Kind == ir.Dot && isa != kernel.Scalar {
				c.Packed = kernel.Pack(in[1])
			}
			b.ReportAllocs()
			for b.Loop() {
				kernel.Run(c)
			}
			b.ReportMetric(float64(macs)*float64(b.N)*2/1e9/b.Elapsed().Seconds(), "GFLOP/s")
		})
	}
}
