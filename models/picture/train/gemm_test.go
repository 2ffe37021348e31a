package main

import (
	"math"
	"testing"

	"github.com/imochain/imod/models/internal/learn"
)

// The tile and the loops that define the product agree bit for bit, also on
// edges and for both orders of a.
func TestGemmFastEqualsPlain(t *testing.T) {
	r := learn.NewRNG(99, 0)
	fill := func(n int) []float32 {
		out := make([]float32, n)
		for i := range out {
			out[i] = float32(r.Normal())
		}
		return out
	}
	for _, d := range [][3]int{{4, 16, 1}, {5, 16, 3}, {7, 33, 9}, {3, 48, 5}, {64, 40, 31}, {9, 7, 4}} {
		m, n, k := d[0], d[1], d[2]
		a, b, c := fill(m*k), fill(k*n), fill(m*n)
		for _, s := range [][2]int{{k, 1}, {1, m}} {
			want, got := append([]float32(nil), c...), append([]float32(nil), c...)
			gemmPlain(m, n, k, a, s[0], s[1], b, n, want, n)
			gemm(m, n, k, a, s[0], s[1], b, n, got, n)
			for i := range want {
				if math.Float32bits(want[i]) != math.Float32bits(got[i]) {
					t.Fatalf("%v strides %v element %d: %v, want %v", d, s, i, got[i], want[i])
				}
			}
		}
	}
}

func BenchmarkGemm(b *testing.B) {
	x, y, z := make([]float32, 1024*48), make([]float32, 48*32), make([]float32, 1024*32)
	for b.Loop() {
		gemm(1024, 32, 48, x, 48, 1, y, 32, z, 32)
	}
	b.ReportMetric(float64(b.N)*2*1024*32*48/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
