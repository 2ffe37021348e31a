package main

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/learn"
)

// Gradients agree with differences of the loss in random directions within each layer.
func TestGradients(t *testing.T) {
	n := newNet(4)
	n.init()
	pixels, digits := draw(streamCheck, 0, n.batch)
	loss := func() float64 {
		sum, p := 0.0, make([]float32, glyph.Digits)
		y := n.forward(pixels)
		for i, want := range digits {
			sum += softmax(p, part(y, i, n.batch), want) / float64(n.batch)
		}
		return sum
	}
	loss()
	n.backward(digits)
	grads := slices.Clone(n.grads)
	r := learn.NewRNG(99, 0)
	at := 0
	for _, l := range n.layers {
		size := l.Size()
		along, dir := 0.0, make([]float32, size)
		for i := range dir {
			g := grads[at+i]
			dir[i] = g * float32(1+0.5*r.Normal())
			along += float64(g) * float64(dir[i])
		}
		h := 2e-4 / along
		probe := func(by float64) float64 {
			before := slices.Clone(n.params[at : at+size])
			for i, v := range dir {
				n.params[at+i] += float32(by * float64(v))
			}
			got := loss()
			copy(n.params[at:], before)
			return got
		}
		if got := (probe(h) - probe(-h)) / (2 * h); math.Abs(got/along-1) > 0.05 {
			t.Errorf("%s: slope %g, differences give %g", l.name, along, got)
		}
		at += size
	}
}

// An interrupted training gives the same bits, and learns.
func TestTrainingIsReproducible(t *testing.T) {
	const steps = 12
	whole, half := newNet(8), newNet(8)
	whole.init()
	half.init()
	a, b := learn.NewAdam(len(whole.params), 0.9, 0.99, 0), learn.NewAdam(len(half.params), 0.9, 0.99, 0)
	first, last := 0.0, 0.0
	for k := range steps {
		last = whole.step(k, a, 0.002)
		if k == 0 {
			first = last
		}
	}
	if last > 0.95*first {
		t.Errorf("loss went from %v to %v", first, last)
	}
	for k := range steps / 2 {
		half.step(k, b, 0.002)
	}
	state, plan := filepath.Join(t.TempDir(), "state"), []float64{1, 2}
	if err := learn.Save(state, plan, steps/2, half.params, b.M, b.V); err != nil {
		t.Fatal(err)
	}
	half, b = newNet(8), learn.NewAdam(len(half.params), 0.9, 0.99, 0)
	if _, err := learn.Load(state, []float64{1, 3}, half.params, b.M, b.V); err == nil {
		t.Error("a state of another plan is taken up")
	}
	k, err := learn.Load(state, plan, half.params, b.M, b.V)
	if err != nil || k != steps/2 {
		t.Fatalf("state of step %d: %v", k, err)
	}
	for ; k < steps; k++ {
		half.step(k, b, 0.002)
	}
	if !slices.Equal(whole.params, half.params) {
		t.Error("parameters differ after an interruption")
	}
}

// The exported files compute what the network and the twin say they compute.
func TestExports(t *testing.T) {
	n := newNet(16)
	n.init()
	adam := learn.NewAdam(len(n.params), 0.9, 0.99, 0)
	for k := range 30 {
		n.step(k, adam, 0.002)
	}
	pixels, _ := draw(streamCheck, 0, n.batch)
	scores := n.forward(pixels)
	tw, err := newTwin(n, n.batch)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"digits": n.export(), "digits8": tw.export()} {
		m, err := onnx.Import(file, onnx.Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		p, err := engine.Load(m.Graph, m.Weights)
		if err != nil {
			t.Fatal(name, err)
		}
		for i := range n.batch {
			var bytes [glyph.Pixels]byte
			r := learn.NewRNG(streamCheck, uint64(i))
			glyph.Draw(&r, &bytes)
			out, _, err := p.Run(t.Context(), []kernel.Tensor{input(m.Graph.Inputs[0], &bytes)})
			if err != nil {
				t.Fatal(name, err)
			}
			if name == "digits8" {
				if want := tw.run(&bytes); !slices.Equal(out[0].I32, want) {
					t.Fatalf("glyph %d: the twin's file gives %v, integers give %v", i, out[0].I32, want)
				}
				continue
			}
			want := make([]float32, glyph.Digits)
			softmax(want, part(scores, i, n.batch), 0)
			for j, v := range out[0].F32 {
				if d := v - want[j]; d > 1e-5 || d < -1e-5 {
					t.Fatalf("glyph %d, digit %d: the file gives %v, the network %v", i, j, v, want[j])
				}
			}
		}
	}
}

// run is the twin in integer arithmetic, straight from its definition.
func (t *twin) run(pixels *[glyph.Pixels]byte) []int32 {
	x, side, channels := make([]int64, glyph.Pixels), glyph.Side, 1
	for i, v := range pixels {
		x[i] = int64(v)
	}
	for i, q := range t.layers {
		window, pad := [4]int{3, 3, side3, 1}[i], [4]int{1, 1, 0, 0}[i]
		size := side + 2*pad - window + 1
		y := make([]int64, q.Out*size*size)
		for o := range y {
			row, oy, ox := o/size/size, o/size%size-pad, o%size-pad
			sum := int64(q.bias[row])
			for k, w := range q.w[row*q.In : (row+1)*q.In] {
				iy, ix := oy+k/window%window, ox+k%window
				if iy >= 0 && iy < side && ix >= 0 && ix < side {
					sum += int64(w) * x[(k/window/window*side+iy)*side+ix]
				}
			}
			if i+1 < len(t.layers) {
				sum = shift(sum, t.ends[i+1]-t.ends[i]-q.exp[row])
				sum = min(max(sum, 0), 255)
			}
			y[o] = sum
		}
		x, side, channels = y, size, q.Out
		if i < 2 {
			x, side = halve(x, side, channels), side/2
		}
	}
	out := make([]int32, len(x))
	for i, v := range x {
		out[i] = int32(v)
	}
	return out
}

// shift divides by 2^n and rounds half to even.
func shift(v int64, n int) int64 {
	if n <= 0 {
		return v << -n
	}
	down, rest, half := v>>n, v&(1<<n-1), int64(1)<<(n-1)
	if rest > half || rest == half && down&1 == 1 {
		down++
	}
	return down
}

func halve(x []int64, side, channels int) []int64 {
	half := side / 2
	out := make([]int64, channels*half*half)
	for i := range out {
		at := (i/half/half*side+2*(i/half%half))*side + 2*(i%half)
		out[i] = max(x[at], x[at+1], x[at+side], x[at+side+1])
	}
	return out
}
