package main

import (
	"math"
	"sync"

	"github.com/imochain/imod/models/internal/learn"
)

// leak is the slope of the rectifiers below zero.
const leak = 0.1

// slope is that of a rectifier by sign bit. A table avoids branches that no
// processor can foresee.
var slope = [2]float32{1, leak}

// rectifyAll applies the leaky rectifier.
func rectifyAll(y []float32) {
	for i, v := range y {
		y[i] = v * slope[math.Float32bits(v)>>31]
	}
}

// slopeAll carries gradients back through the rectifier that made y.
func slopeAll(dy, y []float32) {
	for i, v := range y[:len(dy)] {
		dy[i] *= slope[math.Float32bits(v)>>31]
	}
}

// dense is a fully connected layer over a batch: its input is the features it
// may see, the values of a hidden layer, or both in this order.
type dense struct {
	name    string
	sees    *[features]bool // nil: no features
	from    *dense          // nil: no hidden layer
	in, out int
	rectify bool
	rate    float32 // factor on the learning rate of the hidden rows

	w, b, gw, gb []float32

	x, y, dy, dx []float32 // batch rows
	wt           []float32
}

func newDense(name string, sees *[features]bool, from *dense, out int, rectify bool) *dense {
	d := &dense{name: name, sees: sees, from: from, out: out, rectify: rectify, rate: 1}
	if sees != nil {
		d.in += features
	}
	if from != nil {
		d.in += from.out
	}
	return d
}

// size is the number of the layer's parameters.
func (d *dense) size() int { return (d.in + 1) * d.out }

// bind gives the layer its parameters, their gradients and its buffers.
func (d *dense) bind(params, grads []float32, batch int) {
	n := d.in * d.out
	d.w, d.b = params[:n:n], params[n:d.size()]
	d.gw, d.gb = grads[:n:n], grads[n:d.size()]
	d.x, d.dx = make([]float32, batch*d.in), make([]float32, batch*d.in)
	d.y, d.dy = make([]float32, batch*d.out), make([]float32, batch*d.out)
	d.wt = make([]float32, n)
}

// offset is the first row of w that belongs to the hidden layer.
func (d *dense) offset() int {
	if d.sees != nil {
		return features
	}
	return 0
}

// forward computes the batch from the features z and the layer before.
func (d *dense) forward(z []float32, batch int) {
	for i := range batch {
		row := d.x[i*d.in : (i+1)*d.in]
		if d.sees != nil {
			for k, ok := range d.sees {
				if ok {
					row[k] = z[i*features+k]
				}
			}
		}
		if d.from != nil {
			copy(row[d.offset():], d.from.y[i*d.from.out:(i+1)*d.from.out])
		}
		copy(d.y[i*d.out:(i+1)*d.out], d.b)
	}
	split(d.out, 256, func(from, to int) {
		gemm(batch, to-from, d.in, d.x, d.in, 1, d.w[from:], d.out, d.y[from:], d.out)
	})
	if d.rectify {
		rectifyAll(d.y[:batch*d.out])
	}
	clear(d.dy)
}

// backward turns dy into gradients and passes dy of the layer before on.
func (d *dense) backward(batch int) {
	if d.rectify {
		slopeAll(d.dy[:batch*d.out], d.y)
	}
	clear(d.gw)
	clear(d.gb)
	for i := range batch {
		for j, v := range d.dy[i*d.out : (i+1)*d.out] {
			d.gb[j] += v
		}
	}
	split(d.in, 16, func(from, to int) {
		gemm(to-from, d.out, batch, d.x[from:], 1, d.in, d.dy, d.out, d.gw[from*d.out:], d.out)
	})
	if d.from == nil {
		return
	}
	hidden, off := d.from.out, d.offset()
	transpose(hidden, d.out, d.w[off*d.out:], d.wt)
	dx := d.dx[:batch*hidden]
	clear(dx)
	split(batch, 4, func(from, to int) {
		gemm(to-from, hidden, d.out, d.dy[from*d.out:], d.out, 1, d.wt, hidden, dx[from*hidden:], hidden)
	})
	for i, v := range dx {
		d.from.dy[i] += v
	}
}

// init draws weights of the given gain over the square root of the number of
// inputs that are usually not zero.
func (d *dense) init(r *learn.RNG, gain float64) {
	for i := range d.in {
		if d.sees != nil && i < features && !d.sees[i] {
			continue
		}
		scale := gain / 3
		if d.from != nil {
			scale = gain / math.Sqrt(float64(d.from.out))
		}
		for j := range d.out {
			d.w[i*d.out+j] = float32(scale * r.Normal())
		}
	}
}

// split runs f over [0, n) in pieces of the given size, side by side.
func split(n, piece int, f func(from, to int)) {
	if n <= piece {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for from := 0; from < n; from += piece {
		wg.Add(1)
		go func() {
			defer wg.Done()
			f(from, min(from+piece, n))
		}()
	}
	wg.Wait()
}
