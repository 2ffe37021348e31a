package kernel_test

import (
	"fmt"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// BenchmarkFunctions gives the time of one element of the scalar functions, from
// the first-level cache.
func BenchmarkFunctions(b *testing.B) {
	x := filled(1, 4096)
	for i := range x.F32 {
		x.F32[i] *= 3
	}
	y := x.Clone()
	for _, op := range []ir.Op{ir.OpExp, ir.OpTanh, ir.OpSigmoid, ir.OpErf, ir.OpRelu, ir.OpSqrt} {
		for _, isa := range kernel.ISAs() {
			b.Run(fmt.Sprintf("%s/%s", op, isa), func(b *testing.B) {
				c := &kernel.Call{Node: &ir.Node{Kind: ir.Unary, Op: op}, In: []kernel.Tensor{x}, Out: y, Parts: 1, ISA: isa}
				for b.Loop() {
					kernel.Run(c)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/4096, "ns/element")
			})
		}
	}
}
