package main

import (
	"math"

	"github.com/imochain/imod/models/internal/learn"
)

// layer is a product with a matrix of weights, a bias, and perhaps a rectifier. A
// convolution is one over the patches of its input.
type layer struct {
	name    string
	in, out int
	rectify bool

	w, b, gw, gb []float32 // w is in by out

	x, y, dx, dy []float32 // rows of the last batch
	xt, wt       []float32
}

// size is the number of the layer's parameters.
func (l *layer) size() int { return (l.in + 1) * l.out }

// bind gives the layer its parameters, their gradients, and buffers of rows.
func (l *layer) bind(params, grads []float32, rows int) {
	n := l.in * l.out
	l.w, l.b = params[:n:n], params[n:l.size()]
	l.gw, l.gb = grads[:n:n], grads[n:l.size()]
	l.x, l.dx, l.xt = make([]float32, rows*l.in), make([]float32, rows*l.in), make([]float32, rows*l.in)
	l.y, l.dy = make([]float32, rows*l.out), make([]float32, rows*l.out)
	l.wt = make([]float32, n)
}

// init draws weights of variance 2 over the number of inputs (He and others, 2015).
func (l *layer) init(r *learn.RNG) {
	scale := math.Sqrt(2 / float64(l.in))
	for i := range l.w {
		l.w[i] = float32(scale * r.Normal())
	}
}

// forward computes y from rows of x.
func (l *layer) forward(rows int) {
	learn.Product(l.y, l.x, l.w, 1, rows, l.in, l.out)
	for i := range rows {
		y := l.y[i*l.out : (i+1)*l.out]
		for j, b := range l.b {
			y[j] += b
			if l.rectify && !(y[j] > 0) {
				y[j] = 0
			}
		}
	}
}

// backward turns dy into gradients and into dx.
func (l *layer) backward(rows int) {
	if l.rectify {
		for i, v := range l.y[:rows*l.out] {
			if v == 0 {
				l.dy[i] = 0
			}
		}
	}
	clear(l.gb)
	for i := range rows {
		for j, v := range l.dy[i*l.out : (i+1)*l.out] {
			l.gb[j] += v
		}
	}
	learn.Transpose(l.xt, l.x, rows, l.in)
	learn.Product(l.gw, l.xt, l.dy, 1, l.in, rows, l.out)
	learn.Transpose(l.wt, l.w, l.in, l.out)
	learn.Product(l.dx, l.dy, l.wt, 1, rows, l.out, l.in)
}

// patches writes for every position of an image of side by side by channels, channels
// last, the 3 by 3 neighbourhood: channel, row, column; zero outside.
func patches(dst, src []float32, side, channels int) {
	clear(dst)
	eachPatch(side, channels, func(patch, pixel int) { dst[patch] = src[pixel] })
}

// unpatch adds the gradients of patches to those of the image.
func unpatch(dst, src []float32, side, channels int) {
	clear(dst)
	eachPatch(side, channels, func(patch, pixel int) { dst[pixel] += src[patch] })
}

func eachPatch(side, channels int, f func(patch, pixel int)) {
	for y := range side {
		for x := range side {
			at := (y*side + x) * channels * 9
			for ky := max(0, 1-y); ky < min(3, side+1-y); ky++ {
				for kx := max(0, 1-x); kx < min(3, side+1-x); kx++ {
					from := ((y+ky-1)*side + x + kx - 1) * channels
					for c := range channels {
						f(at+c*9+ky*3+kx, from+c)
					}
				}
			}
		}
	}
}

// shrink keeps the largest of 2 by 2 pixels per channel and notes where it was.
func shrink(dst, src []float32, from []int32, side, channels int) {
	half := side / 2
	for y := range half {
		for x := range half {
			for c := range channels {
				best := ((2*y)*side+2*x)*channels + c
				for _, at := range [3]int{best + channels, best + side*channels, best + (side+1)*channels} {
					if src[at] > src[best] {
						best = at
					}
				}
				to := (y*half+x)*channels + c
				dst[to], from[to] = src[best], int32(best)
			}
		}
	}
}
