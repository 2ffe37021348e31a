package learn

import (
	"runtime"
	"sync"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

var (
	dot     = ir.Node{Kind: ir.Dot}
	scratch = sync.Pool{New: func() any { return new(kernel.Scratch) }}
)

// Product sets c to the products of batch pairs of matrices, a of m by k and b of
// k by n, row-major and one after the other. Sums are ascending in k.
func Product(c, a, b []float32, batch, m, k, n int) {
	matrices := func(x []float32, rows, columns int) kernel.Tensor {
		return kernel.Tensor{DType: ir.F32, Shape: []int64{int64(batch), int64(rows), int64(columns)}, F32: x[:batch*rows*columns]}
	}
	call := kernel.Call{
		Node: &dot, In: []kernel.Tensor{matrices(a, m, k), matrices(b, k, n)}, Out: matrices(c, m, n), ISA: kernel.BestISA(),
	}
	call.Parts = kernel.Parts(ir.Dot, int64(batch)*int64(m)*int64(k)*int64(n), runtime.GOMAXPROCS(0))
	Split(call.Parts, func(from, to int) {
		s, _ := scratch.Get().(*kernel.Scratch)
		defer scratch.Put(s)
		for part := from; part < to; part++ {
			mine := call
			mine.Part, mine.Scratch = part, s
			kernel.Run(&mine)
		}
	})
}

// Transpose writes b, the transpose of a of rows by columns. It works in squares
// that stay in the cache.
func Transpose(b, a []float32, rows, columns int) {
	const square = 32
	Split((rows+square-1)/square, func(from, to int) {
		for r := from * square; r < min(to*square, rows); r += square {
			for c := 0; c < columns; c += square {
				for i := r; i < min(r+square, rows); i++ {
					for j := c; j < min(c+square, columns); j++ {
						b[j*rows+i] = a[i*columns+j]
					}
				}
			}
		}
	})
}

// Split runs f over [0, n) in one piece per core, side by side. What f computes must
// not depend on the pieces.
func Split(n int, f func(from, to int)) {
	pieces := min(n, runtime.GOMAXPROCS(0))
	if pieces <= 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range pieces {
		wg.Go(func() { f(i*n/pieces, (i+1)*n/pieces) })
	}
	wg.Wait()
}
