package main

import (
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/sys/cpu"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// tileDepth is the length of the sums in the tile benchmark: operands fit the
// first-level cache.
const tileDepth = 256

// tiles runs a register tile calls times.
func tiles(fused bool, calls int) {
	c, a, b := make([]float32, 6*16), make([]float32, 6*tileDepth), make([]float32, 16*tileDepth)
	for range calls {
		if fused {
			product6x16FMA(&c[0], 64, &a[0], 4*tileDepth, &b[0], 64, 0, tileDepth, 1, 0, nil, nil)
		} else {
			product6x16AVX2(&c[0], 64, &a[0], 4*tileDepth, &b[0], 64, 0, tileDepth, 1, 0, nil, nil)
		}
	}
}

// fastest is the shortest of n times of each function, taken in turns.
func fastest(n int, fs ...func()) []time.Duration {
	best := make([]time.Duration, len(fs))
	for i := range best {
		best[i] = math.MaxInt64
	}
	for range n {
		for i, f := range fs {
			start := time.Now()
			f()
			best[i] = min(best[i], time.Since(start))
		}
	}
	return best
}

func twice(f func()) {
	var wg sync.WaitGroup
	wg.Go(f)
	f()
	wg.Wait()
}

// order measures what rounding each product costs, and how a product on two
// threads scales beside loops that share nothing.
func order() error {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	const calls = 2000
	t := fastest(60, func() { tiles(false, calls) }, func() { tiles(true, calls) }, func() { twice(func() { tiles(false, calls) }) })
	flops := 2 * 6 * 16 * tileDepth * calls / 1e9
	fmt.Printf("\nRegister tile 6x16 from the first-level cache, one thread: %.1f GFLOP/s with the order rule, %.1f fused, ratio **%.2f**\n",
		flops/t[0].Seconds(), flops/t[1].Seconds(), t[1].Seconds()/t[0].Seconds())
	independent := 2 * t[0].Seconds() / t[2].Seconds()

	d := ir.TensorDecl{DType: ir.F32, Shape: []int64{768, 768}}
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{d}, Weights: []ir.TensorDecl{d}, Outputs: []uint32{2},
		Nodes: []ir.Node{{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: d}},
	}
	var runs []func()
	var failed error
	for _, workers := range []int{1, 2} {
		p, err := engine.Load(g, []kernel.Tensor{kernel.New(d)}, engine.WithWorkers(workers))
		if err != nil {
			return err
		}
		x := []kernel.Tensor{kernel.New(d)}
		runs = append(runs, func() {
			if _, _, err := p.Run(ctx, x); err != nil {
				failed = err
			}
		})
	}
	r := fastest(60, runs...)
	scaling := r[0].Seconds() / r[1].Seconds()
	fmt.Printf("\nTwo threads over one: GEMM 768x768x768 %.2f, independent AVX2 loops %.2f, ratio **%.2f**\n", scaling, independent, scaling/independent)
	return failed
}
