package main

import "github.com/imochain/imod/models/picture/drawing"

// rng is a SplitMix64 generator.
type rng uint64

// newRNG returns the generator of one numbered thing in one stream.
func newRNG(stream, number uint64) rng {
	r := rng(stream*0x9e3779b97f4a7c15 ^ number*0xd1342543de82ef95)
	r.next()
	return r
}

func (r *rng) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n).
func (r *rng) below(n int) int { return int(r.next() % uint64(n)) }

// signed returns a value in [-1, 1), a multiple of 2^-23 as at inference.
func (r *rng) signed() float64 { return float64(r.next()>>40)/(1<<23) - 1 }

// normal returns a value of about unit variance.
func (r *rng) normal() float64 {
	sum := 0.0
	for range 12 {
		sum += float64(r.next()>>40) / (1 << 24)
	}
	return sum - 6
}

// Streams of random numbers.
const (
	streamInit = iota + 1
	streamTrain
	streamCheck
)

// scene returns the numbered scene of a stream.
func scene(r *rng) drawing.Scene {
	s := drawing.Scene{
		Thing: r.below(len(drawing.Things)), Colour: r.below(len(drawing.Colours)),
		Ground: r.below(len(drawing.Colours)), Place: r.below(len(drawing.Places)),
	}
	for i := range s.Latent {
		s.Latent[i] = r.signed()
	}
	return s
}
