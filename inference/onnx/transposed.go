package onnx

import (
	"errors"
	"slices"

	"github.com/imochain/imod/inference/ir"
)

// convTranspose is lowered to a plain convolution: zeros between the inputs,
// weights mirrored and regrouped. Later a kind of its own may be faster; the
// order of the sum is that of the convolution.
func convTranspose(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	x, w := in[0], in[1]
	if len(x.Shape) < 3 || len(x.Shape) > 5 || len(w.Shape) != len(x.Shape) {
		return nil, errors.New("wrong number of dimensions")
	}
	size := w.Shape[2:]
	s := len(size)
	if err := c.kernelShape(size); err != nil {
		return nil, err
	}
	a, err := c.transposedWindow(x.Shape[2:], size)
	if err != nil {
		return nil, err
	}
	groups, err := c.attrInt("group", 1)
	if err != nil {
		return nil, err
	}
	if groups < 1 || x.Shape[1] != w.Shape[0] || w.Shape[0]%groups != 0 {
		return nil, errors.New("channels do not fit the groups")
	}
	f := c.chain()
	x = f.stretch(x, a.strides)
	w = f.mirror(w, groups)
	attrs := ir.ConvAttrs{
		Groups: groups, Strides: slices.Repeat([]int64{1}, s), Dilations: a.dilations, Before: make([]int64, s), After: make([]int64, s),
	}
	if f.err != nil {
		return nil, f.err
	}
	crop := make([][2]int64, s)
	for i := range s {
		reach := (size[i] - 1) * a.dilations[i]
		attrs.Before[i], crop[i][0] = max(reach-a.before[i], 0), max(a.before[i]-reach, 0)
		attrs.After[i], crop[i][1] = max(reach-a.after[i], 0), max(a.after[i]-reach, 0)
	}
	args := []*value{x, w}
	if b := c.opt(2); b != nil {
		args = append(args, b)
	}
	v := f.keep(c.emit(ir.Node{Kind: ir.Conv, Ints: attrs.Ints()}, args...))
	for i := range s {
		if f.err != nil {
			return nil, f.err
		}
		n := v.Shape[2+i] - crop[i][0] - crop[i][1]
		if n < 1 {
			return nil, errors.New("padding leaves nothing")
		}
		v = f.keep(c.sliceAxis(v, 2+i, crop[i][0], n))
	}
	return f.done(v)
}

// transposedWindow reads the attributes. Paddings are of the output: what is cut
// from it at either end; output_padding makes "after" smaller, even negative.
func (c *call) transposedWindow(in, size []int64) (windowAttrs, error) {
	mode, err := c.attrString("auto_pad", "NOTSET")
	if err != nil {
		return windowAttrs{}, err
	}
	extra, err := c.attrInts("output_padding")
	if err != nil {
		return windowAttrs{}, err
	}
	shape, err := c.attrInts("output_shape")
	if err != nil {
		return windowAttrs{}, err
	}
	same := mode == "SAME_UPPER" || mode == "SAME_LOWER"
	w, err := c.window(in, size)
	if err != nil {
		return w, err
	}
	s := len(size)
	if extra == nil {
		extra = make([]int64, s)
	}
	if len(extra) != s || (shape != nil && len(shape) != s) || slices.ContainsFunc(extra, func(v int64) bool { return v < 0 || v > 1<<20 }) {
		return w, errors.New("output_padding or output_shape is out of range")
	}
	w.before, w.after = slices.Clone(w.before), slices.Clone(w.after)
	for i := range s {
		if shape == nil && !same {
			w.after[i] -= extra[i]
			continue
		}
		want := in[i] * w.strides[i]
		if shape != nil {
			want = shape[i]
		}
		total := w.strides[i]*(in[i]-1) + extra[i] + (size[i]-1)*w.dilations[i] + 1 - want
		if want < 1 || want > 1<<30 {
			return w, errors.New("output_shape is out of range")
		}
		// A larger output than the natural one grows at its end.
		first := max(total, 0) / 2
		if mode != "SAME_UPPER" {
			first = max(total, 0) - first
		}
		w.before[i], w.after[i] = first, total-first-extra[i]
	}
	return w, nil
}

// stretch puts step-1 zeros between spatial neighbours.
func (f *chain) stretch(x *value, steps []int64) *value {
	if f.err != nil || slices.Max(steps) == 1 {
		return x
	}
	split, after := slices.Clone(x.Shape[:2]), []int64{0, 0}
	wide, trim := slices.Clone(x.Shape[:2]), slices.Clone(x.Shape[:2])
	for i, st := range steps {
		n := x.Shape[2+i]
		split, after = append(split, n, 1), append(after, 0, st-1)
		wide, trim = append(wide, n*st), append(trim, (n-1)*st+1)
	}
	x = f.reshape(x, split...)
	if f.err != nil {
		return nil
	}
	x = f.keep(f.b.pad(x, make([]int64, len(split)), after, 0))
	if f.err != nil {
		return nil
	}
	x = f.reshape(x, wide...)
	if f.err != nil {
		return nil
	}
	return f.keep(f.b.slice(x, make([]int64, len(trim)), slices.Repeat([]int64{1}, len(trim)), trim))
}

// mirror turns weights [C, M/g, k...] into [M, C/g, k...] with every spatial
// dimension reversed.
func (f *chain) mirror(w *value, groups int64) *value {
	ch, per, size := w.Shape[0]/groups, w.Shape[1], w.Shape[2:]
	n := len(w.Shape)
	start, step, count := make([]int64, n), slices.Repeat([]int64{1}, n), slices.Clone(w.Shape)
	for i := 2; i < n; i++ {
		start[i], step[i] = w.Shape[i]-1, -1
	}
	w = f.keep(f.b.slice(w, start, step, count))
	if f.err != nil {
		return nil
	}
	perm := []int64{0, 2, 1}
	for i := range size {
		perm = append(perm, int64(3+i))
	}
	w = f.reshape(w, append([]int64{groups, ch, per}, size...)...)
	if f.err != nil {
		return nil
	}
	w = f.keep(f.b.transpose(w, perm...))
	if f.err != nil {
		return nil
	}
	return f.reshape(w, append([]int64{groups * per, ch}, size...)...)
}
