package learn

import (
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Apply sets y to a function of each element of x, which may be y itself.
func Apply(op ir.Op, y, x []float32) {
	Split((len(x)+1023)/1024, func(from, to int) {
		lo, hi := from*1024, min(to*1024, len(x))
		shape := []int64{int64(hi - lo)}
		kernel.Run(&kernel.Call{
			Node: &ir.Node{Kind: ir.Unary, Op: op}, ISA: kernel.BestISA(), Parts: 1,
			In:  []kernel.Tensor{{DType: ir.F32, Shape: shape, F32: x[lo:hi]}},
			Out: kernel.Tensor{DType: ir.F32, Shape: shape, F32: y[lo:hi]},
		})
	})
}
