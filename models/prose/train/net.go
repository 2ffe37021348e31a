package main

import (
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/models/internal/learn"
)

// Sizes of the network.
const (
	vocabulary = 512
	length     = 256 // tokens it can see
	width      = 128
	heads      = 4
	head       = width / heads
	wide       = 4 * width // hidden layer of a block
	depth      = 4
	// bend is how steep the gate of the hidden layer is: x·sigmoid(1.702 x) is close to
	// GELU (Hendrycks and Gimpel, 2016).
	bend = 1.702
)

// block is attention and a hidden layer, each behind a normalisation and added to what
// came in.
type block struct {
	norm1, norm2 *norm
	mix          *attention
	up, down     *learn.Linear

	h1, h2, y1, x1, x2 []float32 // rows: after norms, after attention, sums
	raised, gate, bent []float32 // rows of the hidden layer
}

// net is the model with the buffers of a batch.
type net struct {
	batch         int
	tokens, place []float32 // embeddings, a row per token and per position
	gtokens       []float32
	gplace        []float32
	blocks        [depth]*block
	last          *norm
	score         *learn.Linear
	params, grads []float32

	x0, h, scores   []float32
	dscores         []float32
	dx, dh, dy, dup []float32
}

func newNet(batch int) *net {
	n := &net{batch: batch, last: &norm{}, score: &learn.Linear{In: width, Out: vocabulary}}
	for i := range n.blocks {
		n.blocks[i] = &block{
			norm1: &norm{}, norm2: &norm{}, mix: newAttention(),
			up: &learn.Linear{In: width, Out: wide}, down: &learn.Linear{In: wide, Out: width},
		}
	}
	total := (vocabulary + length) * width
	n.each(func(l *learn.Linear) { total += l.Size() }, func(m *norm) { total += m.size() })
	n.params, n.grads = make([]float32, total), make([]float32, total)
	at := 0
	take := func(size int) (p, g []float32) {
		p, g = n.params[at:at+size:at+size], n.grads[at:at+size:at+size]
		at += size
		return p, g
	}
	n.tokens, n.gtokens = take(vocabulary * width)
	n.place, n.gplace = take(length * width)
	rows := batch * length
	n.each(
		func(l *learn.Linear) { l.Bind(take(l.Size())) },
		func(m *norm) { p, g := take(m.size()); m.bind(p, g, rows) },
	)
	n.alloc()
	return n
}

func (n *net) alloc() {
	rows := n.batch * length
	for i, b := range n.blocks {
		var shared *attention
		if i > 0 {
			shared = n.blocks[0].mix
		}
		b.mix.alloc(n.batch, shared)
		for _, p := range []*[]float32{&b.h1, &b.h2, &b.y1, &b.x1, &b.x2} {
			*p = make([]float32, rows*width)
		}
		for _, p := range []*[]float32{&b.raised, &b.gate, &b.bent} {
			*p = make([]float32, rows*wide)
		}
	}
	for _, p := range []*[]float32{&n.x0, &n.h, &n.dx, &n.dh, &n.dy} {
		*p = make([]float32, rows*width)
	}
	n.dup = make([]float32, rows*wide)
	n.scores, n.dscores = make([]float32, rows*vocabulary), make([]float32, rows*vocabulary)
}

// each visits the layers in the order of their parameters.
func (n *net) each(linear func(*learn.Linear), normal func(*norm)) {
	for _, b := range n.blocks {
		normal(b.norm1)
		linear(b.mix.ask)
		linear(b.mix.out)
		normal(b.norm2)
		linear(b.up)
		linear(b.down)
	}
	normal(n.last)
	linear(n.score)
}

// init draws the parameters with which training starts; what is added to the sums is
// smaller the deeper the network (Radford and others, 2019).
func (n *net) init() {
	r := learn.NewRNG(streamInit, 0)
	for _, p := range [][]float32{n.tokens, n.place} {
		for i := range p {
			p[i] = float32(0.02 * r.Normal())
		}
	}
	small := 0.5 / math.Sqrt(width) / math.Sqrt(2*depth)
	for _, b := range n.blocks {
		b.mix.ask.Init(&r, 0.5/math.Sqrt(width))
		b.mix.out.Init(&r, small)
		b.up.Init(&r, 0.5/math.Sqrt(width))
		b.down.Init(&r, small)
	}
	n.score.Init(&r, 0.02)
}

// forward computes the scores of the next token at every position of the batch.
func (n *net) forward(ids []uint32) {
	rows := n.batch * length
	for i, id := range ids {
		x, p := line(n.x0, i), line(n.place, i%length)
		for j, v := range line(n.tokens, int(id)) {
			x[j] = v + p[j]
		}
	}
	x := n.x0
	for _, b := range n.blocks {
		b.forward(x, n.batch)
		x = b.x2
	}
	n.last.forward(n.h, x, rows)
	n.score.Forward(n.scores, n.h, rows)
}

func (b *block) forward(x []float32, batch int) {
	rows := batch * length
	b.norm1.forward(b.h1, x, rows)
	b.mix.forward(b.y1, b.h1, batch)
	add(b.x1, x, b.y1)
	b.norm2.forward(b.h2, b.x1, rows)
	b.up.Forward(b.raised, b.h2, rows)
	learn.Split(rows, func(from, to int) {
		for i := from * wide; i < to*wide; i++ {
			b.gate[i] = float32(bend * b.raised[i])
		}
	})
	learn.Apply(ir.OpSigmoid, b.gate, b.gate)
	learn.Split(rows, func(from, to int) {
		for i := from * wide; i < to*wide; i++ {
			b.bent[i] = float32(b.raised[i] * b.gate[i])
		}
	})
	b.down.Forward(b.x2, b.bent, rows)
	add(b.x2, b.x2, b.x1)
}

func add(y, a, b []float32) {
	for i := range y {
		y[i] = a[i] + b[i]
	}
}

// backward fills the gradients of the mean cross entropy of the next tokens and returns
// it. Scores of the batch must have been computed.
func (n *net) backward(ids, next []uint32) float64 {
	rows := n.batch * length
	loss := n.compare(next)
	n.score.Backward(n.dh, n.h, n.dscores, rows)
	clear(n.dx)
	n.last.backward(n.dx, n.dh, rows)
	for i := depth - 1; i >= 0; i-- {
		n.blocks[i].backward(n, n.batch)
	}
	clear(n.gtokens)
	clear(n.gplace)
	for i, id := range ids {
		d := line(n.dx, i)
		for j, v := range d {
			n.gtokens[int(id)*width+j] += v
			n.gplace[i%length*width+j] += v
		}
	}
	return loss
}

// backward turns n.dx, the gradient of the block's result, into that of its input.
func (b *block) backward(n *net, batch int) {
	rows := batch * length
	b.down.Backward(n.dup, b.bent, n.dx, rows)
	learn.Split(rows, func(from, to int) {
		for i := from * wide; i < to*wide; i++ {
			g := b.gate[i]
			n.dup[i] *= g + float32(float32(bend*b.bent[i])*(1-g))
		}
	})
	b.up.Backward(n.dh, b.h2, n.dup, rows)
	b.norm2.backward(n.dx, n.dh, rows)
	b.mix.backward(n.dh, b.h1, n.dx, batch)
	b.norm1.backward(n.dx, n.dh, rows)
}

// compare writes the gradients of the scores and returns the mean loss.
func (n *net) compare(next []uint32) float64 {
	top := make([]float32, len(next))
	learn.Split(len(next), func(from, to int) {
		for i := from; i < to; i++ {
			row, d := n.scores[i*vocabulary:(i+1)*vocabulary], n.dscores[i*vocabulary:(i+1)*vocabulary]
			top[i] = row[0]
			for _, v := range row {
				top[i] = max(top[i], v)
			}
			for j, v := range row {
				d[j] = v - top[i]
			}
		}
	})
	learn.Apply(ir.OpExp, n.dscores, n.dscores)
	losses := make([]float64, len(next))
	learn.Split(len(next), func(from, to int) {
		for i := from; i < to; i++ {
			d := n.dscores[i*vocabulary : (i+1)*vocabulary]
			sum := 0.0
			for _, v := range d {
				sum += float64(v)
			}
			want := int(next[i])
			losses[i] = float64(kernel.Log(float32(sum))) - float64(n.scores[i*vocabulary+want]-top[i])
			over := float32(1 / (sum * float64(len(next))))
			for j := range d {
				d[j] *= over
			}
			d[want] -= 1 / float32(len(next))
		}
	})
	loss := 0.0
	for _, v := range losses {
		loss += v / float64(len(next))
	}
	return loss
}
