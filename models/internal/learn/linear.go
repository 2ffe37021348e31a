package learn

import "sync"

// Linear is a product with a matrix of weights, In by Out, and a bias.
type Linear struct {
	In, Out      int
	W, B, GW, GB []float32 // parameters and their gradients
}

// Size is the number of parameters.
func (l *Linear) Size() int { return (l.In + 1) * l.Out }

// Bind gives the layer its parameters and their gradients.
func (l *Linear) Bind(params, grads []float32) {
	n := l.In * l.Out
	l.W, l.B = params[:n:n], params[n:l.Size()]
	l.GW, l.GB = grads[:n:n], grads[n:l.Size()]
}

// Init draws weights of a standard deviation.
func (l *Linear) Init(r *RNG, deviation float64) {
	for i := range l.W {
		l.W[i] = float32(deviation * r.Normal())
	}
}

// Forward computes rows of y from rows of x.
func (l *Linear) Forward(y, x []float32, rows int) {
	Product(y, x, l.W, 1, rows, l.In, l.Out)
	Split(rows, func(from, to int) {
		for i := from; i < to; i++ {
			row := y[i*l.Out : (i+1)*l.Out]
			for j, b := range l.B {
				row[j] += b
			}
		}
	})
}

// Backward fills the gradients of the parameters, and dx, from dy and the rows x of the
// forward pass.
func (l *Linear) Backward(dx, x, dy []float32, rows int) {
	clear(l.GB)
	for i := range rows {
		for j, v := range dy[i*l.Out : (i+1)*l.Out] {
			l.GB[j] += v
		}
	}
	t := borrow(max(rows*l.In, l.In*l.Out))
	defer buffers.Put(t)
	Transpose(*t, x, rows, l.In)
	Product(l.GW, *t, dy, 1, l.In, rows, l.Out)
	Transpose(*t, l.W, l.In, l.Out)
	Product(dx, dy, *t, 1, rows, l.Out, l.In)
}

var buffers = sync.Pool{New: func() any { return new([]float32) }}

// borrow returns a buffer of at least n values, whatever they are.
func borrow(n int) *[]float32 {
	b, _ := buffers.Get().(*[]float32)
	if len(*b) < n {
		*b = make([]float32, n)
	}
	return b
}
