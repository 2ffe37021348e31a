package kernel_test

import (
	"math"
	"math/rand"
	"testing"

	"github.com/imochain/imod/inference/kernel"
)

// unit is the distance between float32 neighbours at x.
func unit(x float32) float64 {
	a := math.Abs(float64(x))
	if a < 0x1p-126 {
		return 0x1p-149
	}
	_, e := math.Frexp(a)
	return math.Ldexp(1, e-24)
}

// TestFunctionsAgainstMath compares every transcendental with the standard
// library's float64 result: at most one unit in the last place away, and with a
// tighter average.
func TestFunctionsAgainstMath(t *testing.T) {
	functions := []struct {
		name string
		got  func(float32) float32
		want func(float64) float64
	}{
		{"exp", kernel.Exp, math.Exp},
		{"log", kernel.Log, math.Log},
		{"erf", kernel.Erf, math.Erf},
		{"tanh", kernel.Tanh, math.Tanh},
		{"sigmoid", kernel.Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
		{"sin", kernel.Sin, math.Sin},
		{"cos", kernel.Cos, math.Cos},
		{"round", kernel.Round, math.RoundToEven},
	}
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			r := rand.New(rand.NewSource(1))
			check := func(x float32) {
				got, want := f.got(x), f.want(float64(x))
				if w := float32(want); w != w || math.IsInf(float64(w), 0) || w == 0 {
					if math.Float32bits(got) != math.Float32bits(w) && !(got != got && w != w) {
						t.Fatalf("%s(%g) = %g, want %g", f.name, x, got, w)
					}
					return
				}
				// Half a unit is the rounding itself.
				if d := math.Abs(float64(got)-want) / unit(got); d > 0.5001 {
					t.Fatalf("%s(%g) = %g, want %g: off by %.4f units", f.name, x, got, want, d)
				}
			}
			for range 500_000 {
				check(math.Float32frombits(r.Uint32()))
				check(float32(r.NormFloat64() * 3))
				check(float32(r.Float64()*240 - 120))
			}
			for _, x := range []float32{0, float32(math.Copysign(0, -1)), 1, -1, 0.5, -0.5, 1.5, 2.5, 4, 0.015625, 88.72283, 88.72284, -103.9, -104, 1e-45, math.MaxFloat32, -math.MaxFloat32} {
				check(x)
			}
			for _, x := range []float64{math.Inf(1), math.Inf(-1), math.NaN()} {
				check(float32(x))
			}
		})
	}
}
