package main

import (
	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/onnxfile"
)

// export writes the network: input [1, 1, 28, 28] from 0 to 1, output [1, 10], the
// probability of each digit.
func (n *net) export() []byte {
	f := &onnxfile.File{}
	window := []onnxfile.Attribute{onnxfile.Ints("kernel_shape", 2, 2), onnxfile.Ints("strides", 2, 2)}
	pads := onnxfile.Ints("pads", 1, 1, 1, 1)
	x := "glyph"
	for _, l := range []*layer{n.conv1, n.conv2} {
		w := f.Floats(l.name+"_w", l.rows(l.W, nil), l.Out, l.In/9, 3, 3)
		x = f.Node("Conv", l.name, []string{x, w, f.Floats(l.name+"_b", l.B, l.Out)}, pads)
		x = f.Node("Relu", l.name+"_relu", []string{x})
		x = f.Node("MaxPool", l.name+"_half", []string{x}, window...)
	}
	x = f.Node("Flatten", "flat", []string{x})
	for i, l := range []*layer{n.dense1, n.dense2} {
		order := planes
		if i > 0 {
			order = nil
		}
		w := f.Floats(l.name+"_w", l.rows(l.W, order), l.Out, l.In)
		x = f.Node("Gemm", l.name, []string{x, w, f.Floats(l.name+"_b", l.B, l.Out)}, onnxfile.Int("transB", 1))
		if l.rectify {
			x = f.Node("Relu", l.name+"_relu", []string{x})
		}
	}
	f.Node("Softmax", "scores", []string{x}, onnxfile.Int("axis", 1))
	return f.Encode("digits", "imod models/digits/train",
		[]onnxfile.Port{onnxfile.NewPort("glyph", onnxfile.F32, 1, 1, glyph.Side, glyph.Side)},
		[]onnxfile.Port{onnxfile.NewPort("scores", onnxfile.F32, 1, glyph.Digits)})
}

// rows transposes weights to a row per output; order says which input comes where.
func (l *layer) rows(w []float32, order func(i int) int) []float32 {
	t := make([]float32, len(w))
	for i := range l.In {
		from := i
		if order != nil {
			from = order(i)
		}
		for j := range l.Out {
			t[j*l.In+i] = w[from*l.Out+j]
		}
	}
	return t
}

// planes is where element i of planes, as ONNX flattens them, lies in an image with its
// channels last.
func planes(i int) int {
	const size = side3 * side3
	return i%size*channels2 + i/size
}
