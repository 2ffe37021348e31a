package main

import (
	"math"
	"testing"

	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// paintLoss is the cross entropy whose gradient study computes, in float64.
func paintLoss(n *net, w *worker, i int, s *drawing.Scene, flip float32) float64 {
	p := w.px
	p.locate(samples, row(n.centre, n.centre.y, i), row(n.pose, n.pose.y, i), flip)
	p.forward(samples, row(n.shape, n.shape.y, i), row(n.tone, n.tone.y, i))
	var sum float64
	for k, at := range w.pick {
		got := p.logits[k*logitStride:][:classes]
		softmax(got)
		for c, want := range w.layers.Weight[at] {
			sum -= float64(want) * math.Log(max(float64(got[c]), 1e-30))
		}
		t, want := float64(sigmoid(p.tone[k])), float64(w.layers.Tone[at])
		sum -= want*math.Log(max(t, 1e-30)) + (1-want)*math.Log(max(1-t, 1e-30))
	}
	paint, want := row(n.colour, n.colour.y, i), drawing.PaintOf(s)
	for k, v := range paint {
		to := want.Second[k%3]
		if k < 3*classes {
			to = want.Class[k/3][k%3]
		}
		sum += samples * float64(v-to) * float64(v-to) / 2
	}
	return sum / samples
}

// Gradients agree with differences of the loss in random directions within
// each layer.
func TestGradients(t *testing.T) {
	n := newNet(1)
	n.init()
	w := newWorker()
	r := learn.NewRNG(streamCheck, 7)
	s := scene(&r)
	z := make([]float32, features)
	encode(&s, z)
	n.forward(z, 1)
	n.study(w, 0, &s, &r, z[stepFlip])
	for i := len(n.layers) - 1; i >= 0; i-- {
		n.layers[i].backward(1)
	}
	at := 0
	for _, d := range n.layers {
		from, to := at, at+d.size()
		at = to
		var along float64
		dir := make([]float32, d.size())
		for i := range dir {
			g := n.grads[from+i]
			dir[i] = g * float32(1+0.5*r.Normal())
			along += float64(g) * float64(dir[i])
		}
		if along == 0 {
			t.Fatalf("%s: no gradient", d.name)
		}
		h := 1e-3 / along
		probe := func(by float64) float64 {
			for i, v := range dir {
				n.params[from+i] += float32(by * float64(v))
			}
			n.forward(z, 1)
			loss := paintLoss(n, w, 0, &s, z[stepFlip])
			for i, v := range dir {
				n.params[from+i] -= float32(by * float64(v))
			}
			return loss
		}
		got := (probe(h) - probe(-h)) / (2 * h)
		if math.Abs(got/along-1) > 0.02 {
			t.Errorf("%s: slope %g, differences give %g", d.name, along, got)
		}
	}
}
