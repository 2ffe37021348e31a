package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

func recurrent() map[string]lowering {
	return map[string]lowering{
		"RNN":  func(c *call) ([]*value, error) { return c.recur(1, (*cell).rnn) },
		"GRU":  func(c *call) ([]*value, error) { return c.recur(3, (*cell).gru) },
		"LSTM": func(c *call) ([]*value, error) { return c.recur(4, (*cell).lstm) },
	}
}

// cell is one direction of a recurrent layer while its steps are unrolled.
type cell struct {
	*chain
	gates, hidden int64
	r, rb         *value // recurrence [hidden, gates*hidden], its bias or nil
	peep          *value // peepholes of an LSTM [3*hidden], or nil
	resetAfter    bool   // of a GRU: the reset gate acts behind the product
	h, c          *value // state [batch, hidden]
}

// recur unrolls a layer over its steps; their number is static here.
func (c *call) recur(gates int64, step func(*cell, *value)) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	hidden, err := c.attrInt("hidden_size", 0)
	if err != nil {
		return nil, err
	}
	batchFirst, err := c.flag("layout", false)
	if err != nil {
		return nil, err
	}
	direction, err := c.attrString("direction", "forward")
	if err != nil {
		return nil, err
	}
	resetAfter := false
	if gates == 3 {
		if resetAfter, err = c.flag("linear_before_reset", false); err != nil {
			return nil, err
		}
	}
	x := in[0]
	if len(x.Shape) != 3 || slices.Contains(x.Shape, 0) || hidden < 1 || len(in[1].Shape) != 3 || in[1].Shape[1] != gates*hidden {
		return nil, errors.New("input, weights and hidden_size do not fit")
	}
	f := c.chain()
	if batchFirst {
		x = f.keep(c.transpose(x, 1, 0, 2))
	}
	lens := c.opt(4)
	if lens != nil && direction != "forward" {
		return nil, errors.New("sequence lengths with a reverse direction are not supported: reverse the sequences before")
	}
	backward, ok := map[string][]bool{"forward": {false}, "reverse": {true}, "bidirectional": {false, true}}[direction]
	if !ok || in[1].Shape[0] != int64(len(backward)) {
		return nil, fmt.Errorf("direction %q does not fit the weights", direction)
	}
	var ys, hs, cs []*value
	for d, back := range backward {
		if f.err != nil {
			return nil, f.err
		}
		l := &cell{chain: f, gates: gates, hidden: hidden, resetAfter: resetAfter}
		gx := c.prepare(l, x, int64(d), batchFirst)
		y := l.unroll(gx, lens, back, step)
		ys, hs, cs = append(ys, y), append(hs, l.h), append(cs, l.c)
	}
	return c.layers(f, ys, hs, cs, batchFirst)
}

// pick is the part of an input that belongs to a direction, or nil.
func (l *cell) pick(v *value, d int64, shape ...int64) *value {
	if v == nil || l.err != nil {
		return nil
	}
	if v = l.keep(l.b.sliceAxis(v, 0, d, 1)); l.err != nil {
		return nil
	}
	return l.reshape(v, shape...)
}

// prepare fills in the cell and computes what the inputs add to the gates of all
// steps at once: [steps, batch, gates*hidden].
func (c *call) prepare(l *cell, x *value, d int64, batchFirst bool) *value {
	steps, batch, size, wide := x.Shape[0], x.Shape[1], x.Shape[2], l.gates*l.hidden
	w := l.pick(c.in[1], d, wide, size)
	r := l.pick(c.in[2], d, wide, l.hidden)
	if l.err != nil {
		return nil
	}
	w, l.r = l.keep(c.transpose(w, 1, 0)), l.keep(c.transpose(r, 1, 0))
	state := func(v *value) *value {
		if v == nil {
			return constant(kernel.New(ir.TensorDecl{DType: ir.F32, Shape: []int64{batch, l.hidden}}))
		}
		if batchFirst && l.err == nil {
			v = l.keep(c.transpose(v, 1, 0, 2))
		}
		return l.pick(v, d, batch, l.hidden)
	}
	l.h, l.c = state(c.opt(5)), state(c.opt(6))
	if l.gates == 4 {
		l.peep = l.pick(c.opt(7), d, 3*l.hidden)
	}
	flat := l.reshape(x, steps*batch, size)
	if l.err != nil {
		return nil
	}
	gx := l.keep(c.dot(flat, w))
	if b := l.pick(c.opt(3), d, 2*wide); b != nil {
		gx = l.bin(ir.OpAdd, gx, l.keep(c.sliceAxis(b, 0, 0, wide)))
		l.rb = l.keep(c.sliceAxis(b, 0, wide, wide))
	}
	return l.reshape(gx, steps, batch, wide)
}

// unroll runs the steps and returns [steps, batch, hidden].
func (l *cell) unroll(gx, lens *value, back bool, step func(*cell, *value)) *value {
	if l.err != nil {
		return nil
	}
	steps, batch := gx.Shape[0], gx.Shape[1]
	zero := f32(0)
	out := make([]*value, steps)
	for i := range steps {
		t := i
		if back {
			t = steps - 1 - i
		}
		h, c := l.h, l.c
		one := l.pick(gx, t, batch, l.gates*l.hidden)
		if l.err != nil {
			return nil
		}
		step(l, one)
		y := l.h
		if lens != nil { // a sequence that is over keeps its state and gives zeros
			at := l.reshape(lens, batch, 1)
			t := scalar(lens.DType, t)
			y, l.h, l.c = l.sel(ir.OpGt, at, t, l.h, zero), l.sel(ir.OpGt, at, t, l.h, h), l.sel(ir.OpGt, at, t, l.c, c)
		}
		out[t] = l.reshape(y, 1, batch, l.hidden)
	}
	if l.err != nil {
		return nil
	}
	return l.keep(l.b.concat(0, out...))
}

// gate is part k of a row of gates.
func (l *cell) gate(v *value, k int64) *value {
	if v == nil || l.err != nil {
		return nil
	}
	return l.keep(l.b.sliceAxis(v, len(v.Shape)-1, k*l.hidden, l.hidden))
}

// plus adds what is there.
func (l *cell) plus(v, w *value) *value {
	if w == nil {
		return v
	}
	return l.bin(ir.OpAdd, v, w)
}

func (l *cell) product(x, w *value) *value {
	if l.err != nil {
		return nil
	}
	return l.keep(l.b.dot(x, w))
}

func (l *cell) rnn(gx *value) {
	l.h = l.un(ir.OpTanh, l.plus(l.plus(gx, l.product(l.h, l.r)), l.rb))
}

func (l *cell) lstm(gx *value) {
	z := l.plus(l.plus(gx, l.product(l.h, l.r)), l.rb)
	through := func(v *value, k int64, state *value) *value {
		if p := l.gate(l.peep, k); p != nil {
			v = l.bin(ir.OpAdd, v, l.bin(ir.OpMul, p, state))
		}
		return l.un(ir.OpSigmoid, v)
	}
	in, forget := through(l.gate(z, 0), 0, l.c), through(l.gate(z, 2), 2, l.c)
	fresh := l.un(ir.OpTanh, l.gate(z, 3))
	l.c = l.bin(ir.OpAdd, l.bin(ir.OpMul, forget, l.c), l.bin(ir.OpMul, in, fresh))
	l.h = l.bin(ir.OpMul, through(l.gate(z, 1), 1, l.c), l.un(ir.OpTanh, l.c))
}

func (l *cell) gru(gx *value) {
	sum := func(k int64) *value {
		return l.plus(l.plus(l.gate(gx, k), l.product(l.h, l.gate(l.r, k))), l.gate(l.rb, k))
	}
	update, reset := l.un(ir.OpSigmoid, sum(0)), l.un(ir.OpSigmoid, sum(1))
	var h *value
	if l.resetAfter {
		h = l.bin(ir.OpMul, reset, l.plus(l.product(l.h, l.gate(l.r, 2)), l.gate(l.rb, 2)))
	} else {
		h = l.plus(l.product(l.bin(ir.OpMul, reset, l.h), l.gate(l.r, 2)), l.gate(l.rb, 2))
	}
	h = l.un(ir.OpTanh, l.plus(l.gate(gx, 2), h))
	l.h = l.bin(ir.OpAdd, l.bin(ir.OpMul, l.bin(ir.OpSub, f32(1), update), h), l.bin(ir.OpMul, update, l.h))
}

// layers stacks the directions into the outputs Y, Y_h and Y_c.
func (c *call) layers(f *chain, ys, hs, cs []*value, batchFirst bool) ([]*value, error) {
	if f.err != nil {
		return nil, f.err
	}
	steps, batch, hidden := ys[0].Shape[0], ys[0].Shape[1], ys[0].Shape[2]
	for i := range ys {
		ys[i] = f.reshape(ys[i], steps, 1, batch, hidden)
		hs[i], cs[i] = f.reshape(hs[i], 1, batch, hidden), f.reshape(cs[i], 1, batch, hidden)
	}
	if f.err != nil {
		return nil, f.err
	}
	outs := []*value{f.keep(c.concat(1, ys...)), f.keep(c.concat(0, hs...)), f.keep(c.concat(0, cs...))}
	if batchFirst && f.err == nil {
		outs[0] = f.keep(c.transpose(outs[0], 2, 0, 1, 3))
		outs[1], outs[2] = f.keep(c.transpose(outs[1], 1, 0, 2)), f.keep(c.transpose(outs[2], 1, 0, 2))
	}
	return outs, f.err
}
