package main

import (
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// Streams of random numbers.
const (
	streamInit = iota + 1
	streamTrain
	streamCheck
)

// scene returns the numbered scene of a stream.
func scene(r *learn.RNG) drawing.Scene {
	s := drawing.Scene{
		Thing: r.Below(len(drawing.Things)), Colour: r.Below(len(drawing.Colours)),
		Ground: r.Below(len(drawing.Colours)), Place: r.Below(len(drawing.Places)),
	}
	for i := range s.Latent {
		s.Latent[i] = r.Signed()
	}
	return s
}
