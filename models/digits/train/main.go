package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/learn"
)

// Streams of random numbers.
const (
	streamInit = iota + 1
	streamTrain
	streamCheck // scales of the int8 twin are taken from the first of these
	streamFresh // never seen while training or quantising
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	total := flag.Int("steps", 10000, "number of steps")
	batch := flag.Int("batch", 64, "glyphs per step")
	peak := flag.Float64("rate", 0.002, "highest learning rate")
	fresh := flag.Int("fresh", 10000, "fresh glyphs on which the exported files are measured")
	out := flag.String("out", "models", "folder that holds digits and digits8")
	work := flag.String("work", os.TempDir(), "folder for the state while training")
	flag.Parse()

	n := newNet(*batch)
	n.init()
	state := filepath.Join(*work, "digits.state")
	if err := n.train(state, *total, *peak); err != nil {
		return err
	}
	twin, err := newTwin(n, calibration)
	if err != nil {
		return err
	}
	for _, m := range []struct {
		name string
		file []byte
	}{
		{"digits", n.export()},
		{"digits8", twin.export()},
	} {
		right, err := accuracy(m.file, *fresh)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Printf("%s: %d bytes, %d of %d fresh glyphs right\n", m.name, len(m.file), right, *fresh)
		folder := filepath.Join(*out, m.name)
		if err := os.WriteFile(filepath.Join(folder, m.name+".onnx"), m.file, 0o644); err != nil {
			return err
		}
		if err := examples(filepath.Join(folder, "digests.json")); err != nil {
			return err
		}
	}
	if err := samples(filepath.Join(*out, "digits", "samples.png")); err != nil {
		return err
	}
	// The state has served; a later run, perhaps of a changed program, begins anew.
	if err := os.Remove(state); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// train makes the remaining steps and keeps the state now and then.
func (n *net) train(state string, total int, peak float64) error {
	plan := []float64{float64(total), float64(n.batch), peak}
	adam := learn.NewAdam(len(n.params), 0.9, 0.99, 0)
	first, err := learn.Load(state, plan, n.params, adam.M, adam.V)
	if err != nil {
		return err
	}
	began, mean := time.Now(), 0.0
	for k := first; k < total; k++ {
		mean += n.step(k, adam, learn.Schedule(k, 200, total, peak)) / 500
		if (k+1)%500 != 0 {
			continue
		}
		fmt.Printf("step %d of %d, %.0f s: loss %.4f\n", k+1, total, time.Since(began).Seconds(), mean)
		mean = 0
		if err := learn.Save(state, plan, k+1, n.params, adam.M, adam.V); err != nil {
			return err
		}
	}
	return nil
}

// step adjusts the parameters to one batch of numbered glyphs and returns its loss.
func (n *net) step(number int, adam *learn.Adam, rate float32) float64 {
	pixels, digits := draw(streamTrain, number*n.batch, n.batch)
	n.forward(pixels)
	loss := n.backward(digits)
	adam.Move(n.params, n.grads, number, rate)
	return loss
}

// draw returns count glyphs of a stream, pixels from 0 to 1, and what they mean.
func draw(stream uint64, first, count int) (pixels []float32, digits []int) {
	pixels, digits = make([]float32, count*glyph.Pixels), make([]int, count)
	learn.Split(count, func(from, to int) {
		var bytes [glyph.Pixels]byte
		for i := from; i < to; i++ {
			r := learn.NewRNG(stream, uint64(first+i))
			digits[i] = glyph.Draw(&r, &bytes)
			for k, v := range bytes {
				pixels[i*glyph.Pixels+k] = float32(v) / 255
			}
		}
	})
	return pixels, digits
}
