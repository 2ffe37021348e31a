package main

import (
	"sync"

	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// worker holds what one goroutine needs to study one picture at a time.
type worker struct {
	layers drawing.Layers
	px     *pixels
	edges  []int
	pick   [samples]int
}

func newWorker() *worker { return &worker{px: newPixels(drawing.Pixels)} }

// step adjusts the parameters to one batch of numbered pictures and returns the
// mean losses: of the paint, of the ground's tone, and of the colours.
func (n *net) step(number int, ws []*worker, rate float32) (loss [3]float64) {
	scenes := make([]drawing.Scene, n.batch)
	rngs := make([]learn.RNG, n.batch)
	z := make([]float32, n.batch*features)
	for i := range scenes {
		rngs[i] = learn.NewRNG(streamTrain, uint64(number)*uint64(n.batch)+uint64(i))
		scenes[i] = scene(&rngs[i])
		encode(&scenes[i], z[i*features:(i+1)*features])
	}
	n.forward(z, n.batch)
	parts := make([][3]float64, n.batch)
	var wg sync.WaitGroup
	next := make(chan int, n.batch)
	for i := range n.batch {
		next <- i
	}
	close(next)
	for _, w := range ws {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				parts[i] = n.study(w, i, &scenes[i], &rngs[i], z[i*features+stepFlip])
			}
		}()
	}
	wg.Wait()
	for i := len(n.layers) - 1; i >= 0; i-- {
		n.layers[i].backward(n.batch)
	}
	n.adjust(number, rate)
	for _, p := range parts {
		for k := range loss {
			loss[k] += p[k] / float64(n.batch)
		}
	}
	return loss
}

// forward runs the dense layers over a batch of features.
func (n *net) forward(z []float32, batch int) {
	for _, d := range n.layers {
		d.forward(z, batch)
	}
}

// row returns the values, or gradients, of picture i in a batch.
func row(d *dense, all []float32, i int) []float32 { return all[i*d.out : (i+1)*d.out] }

// study compares what the model paints for picture i with the drawing, and
// leaves the gradients in dy of the layers that wrote the weights.
func (n *net) study(w *worker, i int, s *drawing.Scene, r *learn.RNG, flip float32) (loss [3]float64) {
	w.layers.Draw(s)
	w.choose(r)
	p := w.px
	for k, at := range w.pick {
		p.xy[2*k] = float32(drawing.Coordinate(at % drawing.Size))
		p.xy[2*k+1] = float32(drawing.Coordinate(at / drawing.Size))
	}
	centre, pose := row(n.centre, n.centre.y, i), row(n.pose, n.pose.y, i)
	theta, tone := row(n.shape, n.shape.y, i), row(n.tone, n.tone.y, i)
	p.locate(samples, centre, pose, flip)
	p.forward(samples, theta, tone)
	scale := 1 / float32(samples*n.batch)
	for k, at := range w.pick {
		got, d := p.logits[k*logitStride:][:classes], p.dl[k*logitStride:][:classes]
		softmax(got)
		for c, want := range w.layers.Weight[at] {
			d[c] = (got[c] - want) * scale
			loss[0] += float64(abs(got[c]-want)) / samples / 2
		}
		t := sigmoid(p.tone[k]) - w.layers.Tone[at]
		p.de[k] = t * scale
		loss[1] += float64(abs(t)) / samples
	}
	p.backward(samples, theta, tone, row(n.shape, n.shape.dy, i), row(n.tone, n.tone.dy, i),
		pose, flip, row(n.pose, n.pose.dy, i), row(n.centre, n.centre.dy, i))
	paint := drawing.PaintOf(s)
	got, d := row(n.colour, n.colour.y, i), row(n.colour, n.colour.dy, i)
	for k := range got {
		want := paint.Second[k%3]
		if k < 3*classes {
			want = paint.Class[k/3][k%3]
		}
		d[k] = (got[k] - want) / float32(n.batch)
		loss[2] += float64(abs(got[k]-want)) / float64(len(got))
	}
	return loss
}

// choose picks the pixels to look at: half of them anywhere, half on edges.
func (w *worker) choose(r *learn.RNG) {
	w.edges = w.edges[:0]
	for i := range w.layers.Weight {
		if w.layers.Edge(i) {
			w.edges = append(w.edges, i)
		}
	}
	for k := range w.pick {
		if k%2 == 0 || len(w.edges) == 0 {
			w.pick[k] = r.Below(drawing.Pixels)
		} else {
			w.pick[k] = w.edges[r.Below(len(w.edges))]
		}
	}
}

func abs(v float32) float32 { return max(v, -v) }
