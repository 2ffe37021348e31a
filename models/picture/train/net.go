package main

import (
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// Widths of the perceptrons that look at single pixels.
const (
	wide1, wide2, wide3 = 48, 32, 32
	tone1, tone2        = 32, 16
	classes             = int(drawing.Classes)
)

// field is a matrix or vector within the values that a layer writes.
type field struct{ at, rows, cols int }

func (f field) of(theta []float32) []float32 { return theta[f.at : f.at+f.rows*f.cols] }

// Weights that the layer "shape" writes for the perceptron of the thing.
var (
	fW1 = field{0, 2, wide1}
	fB1 = after(fW1, 1, wide1)
	fW2 = after(fB1, wide1, wide2)
	fB2 = after(fW2, 1, wide2)
	fW3 = after(fB2, wide2, wide3)
	fB3 = after(fW3, 1, wide3)
	fW4 = after(fB3, wide3, classes)
	fB4 = after(fW4, 1, classes)
)

// Weights that the layer "tone" writes for the perceptron of the ground.
var (
	fG1 = field{0, 2, tone1}
	fC1 = after(fG1, 1, tone1)
	fG2 = after(fC1, tone1, tone2)
	fC2 = after(fG2, 1, tone2)
	fG3 = after(fC2, tone2, 1)
	fC3 = after(fG3, 1, 1)
)

func after(f field, rows, cols int) field { return field{f.end(), rows, cols} }

func (f field) end() int { return f.at + f.rows*f.cols }

// net is the model: dense layers whose results are the weights of the
// perceptrons that run for every pixel.
type net struct {
	centre                *dense // minus the thing's centre
	pose1, pose           *dense // matrix from the picture to the thing
	shape1, shape2, shape *dense // weights of the thing's perceptron
	tone1, tone           *dense // weights of the ground's perceptron
	colour1, colour       *dense // paint: classes, then the ground's second tone
	layers                []*dense
	params, grads, m1, m2 []float32
	batch                 int
}

func newNet(batch int) *net {
	n := &net{batch: batch}
	n.centre = newDense("centre", &seePlace, nil, 2, false)
	n.pose1 = newDense("pose1", &seePose, nil, 32, true)
	n.pose = newDense("pose", nil, n.pose1, 4, false)
	n.shape1 = newDense("shape1", &seeShape, nil, 96, true)
	n.shape2 = newDense("shape2", nil, n.shape1, 96, true)
	n.shape = newDense("shape", &seeShape, n.shape2, fB4.end(), false)
	n.tone1 = newDense("tone1", &seeGround, nil, 48, true)
	n.tone = newDense("tone", &seeGround, n.tone1, fC3.end(), false)
	n.colour1 = newDense("colour1", &seeColour, nil, 64, true)
	n.colour = newDense("colour", &seeColour, n.colour1, 3*(classes+1), false)
	n.layers = []*dense{n.centre, n.pose1, n.pose, n.shape1, n.shape2, n.shape, n.tone1, n.tone, n.colour1, n.colour}
	total := 0
	for _, d := range n.layers {
		total += d.size()
	}
	n.params, n.grads = make([]float32, total), make([]float32, total)
	n.m1, n.m2 = make([]float32, total), make([]float32, total)
	at := 0
	for _, d := range n.layers {
		d.bind(n.params[at:at+d.size()], n.grads[at:at+d.size()], batch)
		at += d.size()
	}
	return n
}

// init draws the parameters with which training starts.
func (n *net) init() {
	r := learn.NewRNG(streamInit, 0)
	for _, d := range n.layers {
		gain := 1.4
		if !d.rectify {
			gain = 0.1
		}
		d.init(&r, gain)
	}
	copy(n.pose.b, []float32{1.7, 0, 0, 1.7})
	n.shape.rate, n.tone.rate = 0.25, 0.25
	perceptron(&r, n.shape.b, []field{fW1, fW2, fW3, fW4}, []field{fB1, fB2, fB3, fB4})
	perceptron(&r, n.tone.b, []field{fG1, fG2, fG3}, []field{fC1, fC2, fC3})
	for i := range n.colour.b {
		n.colour.b[i] = 0.5
	}
}

// perceptron draws weights for coordinates within [-1, 1]: every unit of the
// first layer bends along a line through a point of that square.
func perceptron(r *learn.RNG, theta []float32, weights, biases []field) {
	w, b := weights[0].of(theta), biases[0].of(theta)
	for j := range b {
		x, y := 2*r.Normal(), 2*r.Normal()
		w[j], w[len(b)+j] = float32(x), float32(y)
		px, py := r.Signed(), r.Signed()
		b[j] = float32(-float64(x*px) - float64(y*py))
	}
	scale := 0.6
	for _, f := range weights[1:] {
		s := scale / sqrt(float64(f.rows))
		for i := range f.rows * f.cols {
			theta[f.at+i] = float32(s * r.Normal())
		}
		scale = 1.3
	}
}
