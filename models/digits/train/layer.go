package main

import "github.com/imochain/imod/models/internal/learn"

// layer is a linear layer and perhaps a rectifier. A convolution is one over the
// patches of its input.
type layer struct {
	learn.Linear
	name    string
	rectify bool

	x, y, dx, dy []float32 // rows of the last batch
}

// bind gives the layer its parameters, their gradients, and buffers of rows.
func (l *layer) bind(params, grads []float32, rows int) {
	l.Bind(params, grads)
	l.x, l.dx = make([]float32, rows*l.In), make([]float32, rows*l.In)
	l.y, l.dy = make([]float32, rows*l.Out), make([]float32, rows*l.Out)
}

// forward computes y from rows of x.
func (l *layer) forward(rows int) {
	l.Forward(l.y, l.x, rows)
	if !l.rectify {
		return
	}
	for i, v := range l.y[:rows*l.Out] {
		if !(v > 0) {
			l.y[i] = 0
		}
	}
}

// backward turns dy into gradients and into dx.
func (l *layer) backward(rows int) {
	if l.rectify {
		for i, v := range l.y[:rows*l.Out] {
			if v == 0 {
				l.dy[i] = 0
			}
		}
	}
	l.Backward(l.dx, l.x, l.dy, rows)
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
