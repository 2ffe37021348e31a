package main

import (
	"math"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/learn"
)

// Sizes of the network: two convolutions with halving, a hidden layer, ten scores.
const (
	side1, side2, side3 = glyph.Side, glyph.Side / 2, glyph.Side / 4
	channels1           = 8
	channels2           = 16
	flat                = side3 * side3 * channels2
	hidden              = 64
)

// net is the model with the buffers of a batch. Images have their channels last.
type net struct {
	conv1, conv2, dense1, dense2 *layer
	layers                       []*layer
	params, grads                []float32
	half1, half2                 []float32 // shrunken images
	from1, from2                 []int32   // where their pixels came from
	batch                        int
}

func newNet(batch int) *net {
	n := &net{batch: batch}
	n.conv1 = &layer{name: "conv1", Linear: learn.Linear{In: 9, Out: channels1}, rectify: true}
	n.conv2 = &layer{name: "conv2", Linear: learn.Linear{In: 9 * channels1, Out: channels2}, rectify: true}
	n.dense1 = &layer{name: "dense1", Linear: learn.Linear{In: flat, Out: hidden}, rectify: true}
	n.dense2 = &layer{name: "dense2", Linear: learn.Linear{In: hidden, Out: glyph.Digits}}
	n.layers = []*layer{n.conv1, n.conv2, n.dense1, n.dense2}
	rows := []int{batch * side1 * side1, batch * side2 * side2, batch, batch}
	total := 0
	for _, l := range n.layers {
		total += l.Size()
	}
	n.params, n.grads = make([]float32, total), make([]float32, total)
	at := 0
	for i, l := range n.layers {
		l.bind(n.params[at:at+l.Size()], n.grads[at:at+l.Size()], rows[i])
		at += l.Size()
	}
	n.half1, n.from1 = make([]float32, batch*side2*side2*channels1), make([]int32, batch*side2*side2*channels1)
	n.half2, n.from2 = make([]float32, batch*flat), make([]int32, batch*flat)
	return n
}

// init draws the parameters with which training starts.
func (n *net) init() {
	r := learn.NewRNG(streamInit, 0)
	for _, l := range n.layers {
		l.Init(&r, math.Sqrt(2/float64(l.In)))
	}
}

// forward computes the scores of a batch; pixels are from 0 to 1.
func (n *net) forward(pixels []float32) []float32 {
	b := n.batch
	learn.Split(b, func(from, to int) {
		for i := from; i < to; i++ {
			patches(part(n.conv1.x, i, b), part(pixels, i, b), side1, 1)
		}
	})
	n.conv1.forward(b * side1 * side1)
	learn.Split(b, func(from, to int) {
		for i := from; i < to; i++ {
			shrink(part(n.half1, i, b), part(n.conv1.y, i, b), part(n.from1, i, b), side1, channels1)
			patches(part(n.conv2.x, i, b), part(n.half1, i, b), side2, channels1)
		}
	})
	n.conv2.forward(b * side2 * side2)
	learn.Split(b, func(from, to int) {
		for i := from; i < to; i++ {
			shrink(part(n.half2, i, b), part(n.conv2.y, i, b), part(n.from2, i, b), side2, channels2)
		}
	})
	copy(n.dense1.x, n.half2)
	n.dense1.forward(b)
	copy(n.dense2.x, n.dense1.y)
	n.dense2.forward(b)
	return n.dense2.y
}

// backward fills the gradients of the mean cross entropy and returns it. The scores of
// the batch must have been computed.
func (n *net) backward(digits []int) float64 {
	b := n.batch
	loss := 0.0
	for i, want := range digits {
		y, dy := part(n.dense2.y, i, b), part(n.dense2.dy, i, b)
		loss += softmax(dy, y, want)
		dy[want]--
		for j := range dy {
			dy[j] /= float32(b)
		}
	}
	n.dense2.backward(b)
	copy(n.dense1.dy, n.dense2.dx)
	n.dense1.backward(b)
	spread(n.conv2.dy, n.dense1.dx, n.from2, b)
	n.conv2.backward(b * side2 * side2)
	learn.Split(b, func(from, to int) {
		for i := from; i < to; i++ {
			unpatch(part(n.half1, i, b), part(n.conv2.dx, i, b), side2, channels1)
		}
	})
	spread(n.conv1.dy, n.half1, n.from1, b)
	n.conv1.backward(b * side1 * side1)
	return loss / float64(b)
}

// spread carries the gradients of shrunken images back to where the pixels came from.
func spread(dst, src []float32, from []int32, batch int) {
	clear(dst)
	for i := range batch {
		to := part(dst, i, batch)
		for k, v := range part(src, i, batch) {
			to[part(from, i, batch)[k]] += v
		}
	}
}

// part is the share of image i in the buffer of a batch.
func part[T any](all []T, i, batch int) []T {
	n := len(all) / batch
	return all[i*n : (i+1)*n]
}

// softmax writes the probabilities and returns minus the logarithm of the wanted one.
func softmax(p, scores []float32, want int) float64 {
	top := scores[0]
	for _, v := range scores {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range scores {
		sum += float64(kernel.Exp(v - top)) // the same on every platform, unlike math.Exp
	}
	for j, v := range scores {
		p[j] = float32(float64(kernel.Exp(v-top)) / sum)
	}
	return math.Log(sum) - float64(scores[want]-top)
}
