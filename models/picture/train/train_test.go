package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/imochain/imod/models/picture/drawing"
)

// The order of the words in the pipeline is the order of the network's input.
func TestPipelineHasTheVocabulary(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "pipeline.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spec struct {
		Pipeline struct {
			Image struct {
				Latent int
				Slots  []struct{ Words []string }
			}
		}
	}
	if err := json.Unmarshal(b, &spec); err != nil {
		t.Fatal(err)
	}
	img := spec.Pipeline.Image
	want := [][]string{drawing.Things[:], drawing.Colours[:], drawing.Colours[:], drawing.Places[:]}
	if len(img.Slots) != len(want) || img.Latent != drawing.Latents {
		t.Fatalf("%d slots and %d latents", len(img.Slots), img.Latent)
	}
	for i, slot := range img.Slots {
		var first []string
		for _, w := range slot.Words {
			first = append(first, strings.Fields(w)[0])
		}
		if !slices.Equal(first, want[i]) {
			t.Errorf("slot %d is %v, want %v", i, first, want[i])
		}
	}
}

// Training gives the same bits with any number of goroutines, and after an
// interruption.
func TestTrainingIsReproducible(t *testing.T) {
	train := func(workers int, from *net, first, last int) *net {
		n := from
		if n == nil {
			n = newNet(5)
			n.init()
		}
		var ws []*worker
		for range workers {
			ws = append(ws, newWorker())
		}
		for k := first; k < last; k++ {
			n.step(k, ws, schedule(k, 100, 0.01))
		}
		return n
	}
	want := train(1, nil, 0, 4)
	half := train(3, nil, 0, 2)
	state := filepath.Join(t.TempDir(), "state")
	p := plan{steps: 100, batch: 5, rate: 0.01}
	if err := half.save(state, p, 2); err != nil {
		t.Fatal(err)
	}
	resumed := newNet(5)
	resumed.init()
	step, err := resumed.load(state, p)
	if err != nil || step != 2 {
		t.Fatalf("state of step %d: %v", step, err)
	}
	if _, err := newNet(5).load(state, plan{steps: 200, batch: 5, rate: 0.01}); err == nil {
		t.Error("a state of another plan is taken up")
	}
	got := train(2, resumed, step, 4)
	for i, v := range want.params {
		if math.Float32bits(v) != math.Float32bits(got.params[i]) {
			t.Fatalf("parameter %d is %v, want %v", i, got.params[i], v)
		}
	}
}

// A few steps on the schedule lower the loss.
func TestTrainingLearns(t *testing.T) {
	n := newNet(8)
	n.init()
	ws := []*worker{newWorker()}
	first := n.step(0, ws, 0.002)
	var last [3]float64
	for k := 1; k < 40; k++ {
		last = n.step(k, ws, 0.002)
	}
	for i := range first {
		if last[i] > 0.9*first[i] {
			t.Errorf("loss %d went from %v to %v", i, first[i], last[i])
		}
	}
}

func TestExp(t *testing.T) {
	for x := -30.0; x < 30; x += 0.0137 {
		if want, got := math.Exp(x), exp(x); math.Abs(got/want-1) > 1e-9 {
			t.Fatalf("exp(%v) is %v, want %v", x, got, want)
		}
	}
}
