package main

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/imochain/imod/inference/pipeline/token"
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/prose/tale"
)

// Gradients agree with differences of the loss in random directions within each layer.
func TestGradients(t *testing.T) {
	tokens, err := learnTokens(50, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	n := newNet(1)
	n.init()
	ids, next := draw(tokens, streamFresh, 0, 1)
	n.forward(ids)
	n.backward(ids, next)
	grads := slices.Clone(n.grads)
	r := learn.NewRNG(99, 0)
	at := 0
	check := func(name string, size int) {
		along, dir := 0.0, make([]float32, size)
		for i := range dir {
			g := grads[at+i]
			dir[i] = g * float32(1+0.5*r.Normal())
			along += float64(g) * float64(dir[i])
		}
		h := 3e-3 / along
		probe := func(by float64) float64 {
			before := slices.Clone(n.params[at : at+size])
			for i, v := range dir {
				n.params[at+i] += float32(by * float64(v))
			}
			n.forward(ids)
			got := n.compare(next)
			copy(n.params[at:], before)
			return got
		}
		if got := (probe(h) - probe(-h)) / (2 * h); math.Abs(got/along-1) > 0.03 {
			t.Errorf("%s at %d: slope %g, differences give %g", name, at, along, got)
		}
		at += size
	}
	check("tokens", vocabulary*width)
	check("places", length*width)
	n.each(func(l *learn.Linear) { check("linear", l.Size()) }, func(m *norm) { check("norm", m.size()) })
}

// The exported graph, run step by step with its state, is the network; the tokenizer's
// file gives the tokenizer back, which gives the text back.
func TestExport(t *testing.T) {
	tokens, err := learnTokens(100, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	n := newNet(2)
	n.init()
	adam := learn.NewAdam(len(n.params), 0.9, 0.99, 0.01)
	for k := range 3 {
		n.step(k, tokens, adam, 0.003)
	}
	file := n.export()
	if worst, err := n.verify(file, tokens); err != nil {
		t.Fatalf("largest difference %g: %v", worst, err)
	}
	n.blocks[1].mix.out.B[0] += 0.1
	if _, err := n.verify(file, tokens); err == nil {
		t.Error("a model that differs passes")
	}

	b, err := tokenizerFile(tokens)
	if err != nil {
		t.Fatal(err)
	}
	again, err := token.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	r := learn.NewRNG(streamFresh, 1)
	text := tale.Write(&r)
	ids := tokens.Encode(text)
	if !slices.Equal(ids, again.Encode(text)) {
		t.Error("the file is another tokenizer")
	}
	var written []byte
	for _, id := range ids {
		written = again.AppendText(written, id, false)
	}
	if string(written) != text || 2*len(ids) > len(text) {
		t.Errorf("%d tokens: %q", len(ids), written)
	}
}

// An interrupted training gives the same bits, and learns.
func TestTrainingIsReproducible(t *testing.T) {
	tokens, err := learnTokens(50, vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	const steps = 6
	whole, half := newNet(1), newNet(1)
	whole.init()
	half.init()
	a, b := learn.NewAdam(len(whole.params), 0.9, 0.99, 0.01), learn.NewAdam(len(half.params), 0.9, 0.99, 0.01)
	first, last := 0.0, 0.0
	for k := range steps {
		last = whole.step(k, tokens, a, 0.003)
		if k == 0 {
			first = last
		}
	}
	if last > 0.95*first {
		t.Errorf("loss went from %v to %v", first, last)
	}
	for k := range steps / 2 {
		half.step(k, tokens, b, 0.003)
	}
	state, plan := filepath.Join(t.TempDir(), "state"), []float64{1}
	if err := learn.Save(state, plan, steps/2, half.params, b.M, b.V); err != nil {
		t.Fatal(err)
	}
	half, b = newNet(1), learn.NewAdam(len(half.params), 0.9, 0.99, 0.01)
	k, err := learn.Load(state, plan, half.params, b.M, b.V)
	if err != nil {
		t.Fatal(err)
	}
	for ; k < steps; k++ {
		half.step(k, tokens, b, 0.003)
	}
	if !slices.Equal(whole.params, half.params) {
		t.Error("parameters differ after an interruption")
	}
}
