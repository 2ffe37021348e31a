package main

import (
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/models/internal/learn"
)

// attention is causal attention with several heads over sequences of one length
// (Vaswani and others, 2017).
type attention struct {
	ask, out *learn.Linear // to queries, keys and values; and back

	asked, dasked  []float32 // rows of 3 widths
	q, k, v        []float32 // per head: length by head
	dq, dk, dv     []float32
	turned         []float32 // a transposed head's matrix, all heads
	share, dshare  []float32 // per head: length by length
	shareT         []float32
	mixed, dmixed  []float32 // per head, then rows
	joined, djoint []float32
}

func newAttention() *attention {
	return &attention{ask: &learn.Linear{In: width, Out: 3 * width}, out: &learn.Linear{In: width, Out: width}}
}

// alloc makes the buffers of a batch. Those of the forward pass are the layer's own,
// gradients may be shared between layers.
func (a *attention) alloc(batch int, shared *attention) {
	rows := batch * length
	make1 := func(n int) []float32 { return make([]float32, n) }
	a.asked, a.joined = make1(3*rows*width), make1(rows*width)
	a.q, a.k, a.v = make1(rows*width), make1(rows*width), make1(rows*width)
	a.share = make1(batch * heads * length * length)
	if shared != nil {
		a.dasked, a.dq, a.dk, a.dv, a.turned = shared.dasked, shared.dq, shared.dk, shared.dv, shared.turned
		a.dshare, a.shareT, a.mixed, a.dmixed, a.djoint = shared.dshare, shared.shareT, shared.mixed, shared.dmixed, shared.djoint
		return
	}
	a.dasked, a.dq, a.dk, a.dv = make1(3*rows*width), make1(rows*width), make1(rows*width), make1(rows*width)
	a.turned, a.mixed, a.dmixed, a.djoint = make1(rows*width), make1(rows*width), make1(rows*width), make1(rows*width)
	a.dshare, a.shareT = make1(len(a.share)), make1(len(a.share))
}

var scale = float32(1 / math.Sqrt(head))

func (a *attention) forward(y, x []float32, batch int) {
	rows, n := batch*length, batch*heads
	a.ask.Forward(a.asked, x, rows)
	for i, to := range [3][]float32{a.q, a.k, a.v} {
		apart(to, a.asked, batch, 3, i)
	}
	turn(a.turned, a.k, n, length, head)
	learn.Product(a.share, a.q, a.turned, n, length, head, length)
	learn.Split(n*length, func(from, to int) {
		for i := from; i < to; i++ {
			row := a.share[i*length : (i+1)*length]
			seen := i%length + 1
			top := row[0]
			for j := range seen {
				top = max(top, row[j])
			}
			for j := range seen {
				row[j] = float32(scale * (row[j] - top))
			}
			for j := seen; j < length; j++ {
				row[j] = float32(math.Inf(-1))
			}
		}
	})
	learn.Apply(ir.OpExp, a.share, a.share)
	learn.Split(n*length, func(from, to int) {
		for i := from; i < to; i++ {
			row := a.share[i*length : (i+1)*length]
			sum := 0.0
			for _, v := range row[:i%length+1] {
				sum += float64(v)
			}
			over := float32(1 / sum)
			for j := range row[:i%length+1] {
				row[j] *= over
			}
		}
	})
	learn.Product(a.mixed, a.share, a.v, n, length, length, head)
	together(a.joined, a.mixed, batch, 1, 0)
	a.out.Forward(y, a.joined, rows)
}

// backward sets dx from dy and the x of the forward pass.
func (a *attention) backward(dx, x, dy []float32, batch int) {
	rows, n := batch*length, batch*heads
	a.out.Backward(a.djoint, a.joined, dy, rows)
	apart(a.dmixed, a.djoint, batch, 1, 0)
	turn(a.shareT, a.share, n, length, length)
	learn.Product(a.dv, a.shareT, a.dmixed, n, length, length, head)
	turn(a.turned, a.v, n, length, head)
	learn.Product(a.dshare, a.dmixed, a.turned, n, length, head, length)
	learn.Split(n*length, func(from, to int) {
		for i := from; i < to; i++ {
			p, d := a.share[i*length:(i+1)*length], a.dshare[i*length:(i+1)*length]
			along := 0.0
			for j, v := range p {
				along += float64(float64(v) * float64(d[j]))
			}
			for j, v := range p {
				d[j] = float32(scale * float32(v*(d[j]-float32(along))))
			}
		}
	})
	learn.Product(a.dq, a.dshare, a.k, n, length, length, head)
	turn(a.shareT, a.dshare, n, length, length)
	learn.Product(a.dk, a.shareT, a.q, n, length, length, head)
	for i, from := range [3][]float32{a.dq, a.dk, a.dv} {
		together(a.dasked, from, batch, 3, i)
	}
	a.ask.Backward(dx, x, a.dasked, rows)
}

// apart copies part i of n widths of each row to matrices per sequence and head.
func apart(dst, src []float32, batch, n, i int) {
	eachHead(batch, n, i, func(matrix, row int) { copy(dst[matrix:matrix+head], src[row:]) })
}

// together is the way back.
func together(dst, src []float32, batch, n, i int) {
	eachHead(batch, n, i, func(matrix, row int) { copy(dst[row:row+head], src[matrix:]) })
}

func eachHead(batch, n, i int, f func(matrix, row int)) {
	learn.Split(batch*heads, func(from, to int) {
		for m := from; m < to; m++ {
			for t := range length {
				f((m*length+t)*head, (m/heads*length+t)*n*width+i*width+m%heads*head)
			}
		}
	})
}

// turn transposes n matrices of rows by columns.
func turn(dst, src []float32, n, rows, columns int) {
	size := rows * columns
	learn.Split(n, func(from, to int) {
		for m := from; m < to; m++ {
			learn.Transpose(dst[m*size:(m+1)*size], src[m*size:], rows, columns)
		}
	})
}
