package main

import (
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/imochain/imod/inference/pipeline/token"
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/prose/tale"
)

// Streams of random numbers.
const (
	streamInit = iota + 1
	streamTokens
	streamTrain
	streamFresh // tales never seen while training
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	total := flag.Int("steps", 600, "number of steps")
	batch := flag.Int("batch", 8, "sequences per step")
	peak := flag.Float64("rate", 0.003, "highest learning rate")
	out := flag.String("out", "models/prose", "folder for prose.onnx and tokenizer.json")
	work := flag.String("work", os.TempDir(), "folder for the state while training")
	only := flag.Bool("tell", false, "do not train: let the files in the folder tell tales, and measure them")
	flag.Parse()

	if *only {
		return tell(*out)
	}
	tokens, err := learnTokens(3000, vocabulary)
	if err != nil {
		return err
	}
	n := newNet(*batch)
	n.init()
	state := filepath.Join(*work, "prose.state")
	plan := []float64{float64(*total), float64(*batch), *peak}
	adam := learn.NewAdam(len(n.params), 0.9, 0.99, 0.01)
	first, err := learn.Load(state, plan, n.params, adam.M, adam.V)
	if err != nil {
		return err
	}
	began, mean := time.Now(), 0.0
	for k := first; k < *total; k++ {
		mean += n.step(k, tokens, adam, learn.Schedule(k, 100, *total, *peak)) / 25
		if (k+1)%25 != 0 {
			continue
		}
		fmt.Printf("step %d of %d, %.0f s: loss %.4f\n", k+1, *total, time.Since(began).Seconds(), mean)
		mean = 0
		if err := learn.Save(state, plan, k+1, n.params, adam.M, adam.V); err != nil {
			return err
		}
	}
	// The state stays until the files are written: they can be made again from it.
	if err := n.finish(tokens, *out); err != nil {
		return err
	}
	return os.Remove(state)
}

// step adjusts the parameters to one batch of tales and returns its loss.
func (n *net) step(number int, tokens *token.Tokenizer, adam *learn.Adam, rate float32) float64 {
	ids, next := draw(tokens, streamTrain, number*n.batch, n.batch)
	n.forward(ids)
	loss := n.backward(ids, next)
	clip(n.grads, 1)
	adam.Move(n.params, n.grads, number, rate)
	return loss
}

// draw returns sequences of tales and, for each position, the token that comes next.
// A sequence begins with a tale and holds as many as it takes.
func draw(tokens *token.Tokenizer, stream uint64, first, count int) (ids, next []uint32) {
	ids, next = make([]uint32, count*length), make([]uint32, count*length)
	learn.Split(count, func(from, to int) {
		for i := from; i < to; i++ {
			r := learn.NewRNG(stream, uint64(first+i))
			var text []uint32
			for len(text) <= length {
				text = append(text, tokens.Encode(tale.Write(&r))...)
			}
			copy(ids[i*length:(i+1)*length], text)
			copy(next[i*length:(i+1)*length], text[1:])
		}
	})
	return ids, next
}

// clip shortens a gradient to a length.
func clip(grads []float32, most float64) {
	sum := 0.0
	for _, g := range grads {
		sum += float64(float64(g) * float64(g))
	}
	if sum <= most*most {
		return
	}
	by := float32(most / math.Sqrt(sum))
	for i := range grads {
		grads[i] *= by
	}
}
