package main

import (
	"math"

	"github.com/imochain/imod/models/internal/learn"
)

const epsilon = 1e-5

// norm is layer normalisation (Ba and others, 2016).
type norm struct {
	gain, bias, ggain, gbias []float32
	scaled                   []float32 // rows of the last pass, before gain and bias
	inverse                  []float32 // one over the deviation, per row
}

func (n *norm) size() int { return 2 * width }

func (n *norm) bind(params, grads []float32, rows int) {
	n.gain, n.bias = params[:width:width], params[width:2*width]
	n.ggain, n.gbias = grads[:width:width], grads[width:2*width]
	n.scaled, n.inverse = make([]float32, rows*width), make([]float32, rows)
	for i := range n.gain {
		n.gain[i] = 1
	}
}

func (n *norm) forward(y, x []float32, rows int) {
	learn.Split(rows, func(from, to int) {
		for i := from; i < to; i++ {
			row, scaled, out := line(x, i), line(n.scaled, i), line(y, i)
			var sum, squares float64
			for _, v := range row {
				sum += float64(v)
			}
			mean := float32(sum / width)
			for j, v := range row {
				scaled[j] = v - mean
				squares += float64(float64(scaled[j]) * float64(scaled[j]))
			}
			n.inverse[i] = float32(1 / math.Sqrt(squares/width+epsilon))
			for j := range scaled {
				scaled[j] *= n.inverse[i]
				out[j] = float32(scaled[j]*n.gain[j]) + n.bias[j]
			}
		}
	})
}

// backward adds the gradient of x to dx.
func (n *norm) backward(dx, dy []float32, rows int) {
	clear(n.ggain)
	clear(n.gbias)
	for i := range rows {
		scaled := line(n.scaled, i)
		for j, v := range line(dy, i) {
			n.ggain[j] += float32(v * scaled[j])
			n.gbias[j] += v
		}
	}
	learn.Split(rows, func(from, to int) {
		for i := from; i < to; i++ {
			scaled, to := line(n.scaled, i), line(dx, i)
			var sum, along float64
			for j, v := range line(dy, i) {
				g := float64(v * n.gain[j])
				sum += g
				along += float64(g * float64(scaled[j]))
			}
			mean, share := float32(sum/width), float32(along/width)
			for j, v := range line(dy, i) {
				to[j] += float32(n.inverse[i] * (float32(v*n.gain[j]) - mean - float32(scaled[j]*share)))
			}
		}
	})
}

// line is row i of a matrix as wide as the network.
func line(x []float32, i int) []float32 { return x[i*width : (i+1)*width] }
