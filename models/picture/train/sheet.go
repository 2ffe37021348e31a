package main

import (
	"bytes"
	"image"
	"image/png"
	"os"

	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// comparison writes pairs of a drawing and what the model paints for it.
func (n *net) comparison(w *worker, path string) error {
	scenes := make([]drawing.Scene, 50)
	for i := range scenes {
		r := learn.NewRNG(streamCheck, uint64(i))
		scenes[i] = scene(&r)
		scenes[i].Thing = i % len(drawing.Things)
	}
	var both [][]float32
	for i, p := range n.drawScenes(w.px, scenes) {
		w.layers.Draw(&scenes[i])
		paint := drawing.PaintOf(&scenes[i])
		want := make([]float32, 3*drawing.Pixels)
		w.layers.Compose(&paint, (*[3 * drawing.Pixels]float32)(want))
		both = append(both, want, p)
	}
	return write(path, drawing.Sheet(both, 10, 2))
}

// samples writes pictures by the model: a column per thing, and rows that vary
// colours, ground and seed; the last row varies the place too.
func (n *net) samples(w *worker, path string) error {
	const rows = 6
	var scenes []drawing.Scene
	for i := range rows * len(drawing.Things) {
		r := learn.NewRNG(streamCheck, uint64(500+i))
		s := scene(&r)
		s.Thing = i % len(drawing.Things)
		if i/len(drawing.Things)+1 < rows {
			s.Place = 0
		}
		if s.Colour == s.Ground {
			s.Ground = (s.Ground + 1) % len(drawing.Colours)
		}
		scenes = append(scenes, s)
	}
	return write(path, drawing.Sheet(n.drawScenes(w.px, scenes), len(drawing.Things), 1))
}

func write(path string, img image.Image) error {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}
