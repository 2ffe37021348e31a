package main

import (
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// figures says how well the model paints scenes it was not trained on.
type figures struct {
	scenes   int
	error    float64 // mean absolute difference to the drawing, in levels of 255
	far      float64 // share of pixels that differ by more than 32 levels in a channel
	agree    float64 // share of pictures nearest to the drawing of their own thing
	distinct float64 // mean ratio of the distance to the nearest other thing and to the own
}

// evaluate compares the model's pictures with drawings of the same scene, and of
// the same scene with every other thing in place of its own.
func (n *net) evaluate(w *worker, count int) figures {
	scenes := make([]drawing.Scene, count)
	for i := range scenes {
		r := learn.NewRNG(streamCheck, uint64(1000+i))
		scenes[i] = scene(&r)
	}
	f := figures{scenes: count}
	var want [3 * drawing.Pixels]float32
	for i, got := range n.drawScenes(w.px, scenes) {
		own, other := 0.0, 1e300
		for thing := range drawing.Things {
			s := scenes[i]
			s.Thing = thing
			w.layers.Draw(&s)
			paint := drawing.PaintOf(&s)
			w.layers.Compose(&paint, &want)
			d := 0.0
			for k, v := range want {
				d += float64(float64(v-got[k]) * float64(v-got[k]))
			}
			if thing != scenes[i].Thing {
				other = min(other, d)
				continue
			}
			own = d
			f.compare(want[:], got)
		}
		if own < other {
			f.agree++
		}
		f.distinct += sqrt(other / own)
	}
	f.error /= float64(count)
	f.far /= float64(count)
	f.agree /= float64(count)
	f.distinct /= float64(count)
	return f
}

// compare adds the differences of one picture to its drawing.
func (f *figures) compare(want, got []float32) {
	sum, far := 0.0, 0
	for i := 0; i < len(want); i += 3 {
		worst := float32(0)
		for c := range 3 {
			d := 255 * abs(want[i+c]-got[i+c])
			sum += float64(d)
			worst = max(worst, d)
		}
		if worst > 32 {
			far++
		}
	}
	f.error += sum / float64(len(want))
	f.far += float64(far) / drawing.Pixels
}
