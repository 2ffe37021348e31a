package main

import (
	"github.com/imochain/imod/models/internal/onnxfile"
	"github.com/imochain/imod/models/picture/drawing"
)

// onnxFile adds the model's own building blocks to the file.
type onnxFile struct{ onnxfile.File }

// export writes the model as an ONNX file: input [1, inputs], output
// [1, 3, 64, 64] with values from 0 to 1.
func (n *net) export() []byte {
	f := &onnxFile{}
	z := f.features()
	centre := f.dense(n.centre, z, "")
	pose := f.matrix(n.pose, field{0, 2, 2}, f.dense(n.pose1, z, ""), "pose")
	shape := f.Node("Concat", "shape_input", []string{z, f.dense(n.shape2, "", f.dense(n.shape1, z, ""))}, onnxfile.Int("axis", 1))
	tone := f.Node("Concat", "tone_input", []string{z, f.dense(n.tone1, z, "")}, onnxfile.Int("axis", 1))
	colour := f.Node("Concat", "colour_input", []string{z, f.dense(n.colour1, z, "")}, onnxfile.Int("axis", 1))

	xy := f.Floats("positions", positions(), drawing.Pixels, 2)
	moved := f.Node("Add", "moved", []string{xy, centre})
	turned := f.Node("MatMul", "turned", []string{moved, pose})
	uv := f.Node("Mul", "thing_positions", []string{turned, f.side(z)})
	h := f.perceptron(n.shape, "shape", shape, uv, []field{fW1, fW2, fW3, fW4}, []field{fB1, fB2, fB3, fB4})
	share := f.Node("Softmax", "paint_share", []string{h}, onnxfile.Int("axis", -1))
	g := f.perceptron(n.tone, "tone", tone, xy, []field{fG1, fG2, fG3}, []field{fC1, fC2, fC3})
	second := f.Node("Sigmoid", "tone_share", []string{g})

	first := make([]float32, classes)
	first[drawing.Ground] = 1
	open := f.Node("MatMul", "open_ground", []string{share, f.Floats("ground_class", first, classes, 1)})
	second = f.Node("Mul", "second_share", []string{open, second})
	all := f.Node("Concat", "shares", []string{share, second}, onnxfile.Int("axis", 1))
	paint := f.matrix(n.colour, field{0, classes + 1, 3}, colour, "paint")
	rgb := f.Node("MatMul", "pixels", []string{all, paint})
	rgb = f.Node("Clip", "pixels_clipped", []string{rgb, f.Floats("zero", []float32{0}), f.Floats("one", []float32{1})})
	rgb = f.Node("Transpose", "planes", []string{rgb}, onnxfile.Ints("perm", 1, 0))
	f.Node("Reshape", "picture", []string{rgb, f.Ints("picture_shape", 1, 3, drawing.Size, drawing.Size)})
	return f.Encode("picture", "imod models/picture/train",
		[]onnxfile.Port{onnxfile.NewPort("scene", onnxfile.F32, 1, inputs)},
		[]onnxfile.Port{onnxfile.NewPort("picture", onnxfile.F32, 1, 3, drawing.Size, drawing.Size)})
}

// positions lists the coordinates of all pixels, row by row.
func positions() []float32 {
	out := make([]float32, 0, 2*drawing.Pixels)
	for i := range drawing.Pixels {
		out = append(out, float32(drawing.Coordinate(i%drawing.Size)), float32(drawing.Coordinate(i/drawing.Size)))
	}
	return out
}

// features adds the thresholds to the input.
func (f *onnxFile) features() string {
	w, b := make([]float32, inputs*len(steps)), make([]float32, len(steps))
	for i, s := range steps {
		w[(atLatent+s.latent)*len(steps)+i] = steepness
		b[i] = -steepness * s.at
	}
	past := f.Node("Gemm", "past", []string{"scene", f.Floats("past_w", w, inputs, len(steps)), f.Floats("past_b", b, len(steps))})
	limit := []string{past, f.Floats("step_low", []float32{0}), f.Floats("step_high", []float32{1})}
	return f.Node("Concat", "features", []string{"scene", f.Node("Clip", "steps", limit)}, onnxfile.Int("axis", 1))
}

// side is (1, 1), or (-1, 1) where the thing looks the other way.
func (f *onnxFile) side(z string) string {
	w := make([]float32, 2*features)
	w[2*stepFlip] = 2
	return f.Node("Gemm", "side", []string{z, f.Floats("side_w", w, features, 2), f.Floats("side_b", []float32{-1, 1}, 2)})
}

// dense adds a layer that sees the features z or the layer from, not both.
func (f *onnxFile) dense(d *dense, z, from string) string {
	if d.sees == nil {
		z = from
	}
	y := f.Node("Gemm", d.name, []string{z, f.Floats(d.name+"_w", d.w, d.in, d.out), f.Floats(d.name+"_b", d.b, d.out)})
	if d.rectify {
		y = f.rectify(y)
	}
	return y
}

func (f *onnxFile) rectify(y string) string {
	return f.Node("LeakyRelu", y+"_rectified", []string{y}, onnxfile.Float("alpha", leak))
}

// matrix adds the part of a layer that writes one field, in its shape.
func (f *onnxFile) matrix(d *dense, at field, input, name string) string {
	y := f.vector(d, at, input, name+"_flat")
	return f.Node("Reshape", name, []string{y, f.Ints(name+"_shape", int64(at.rows), int64(at.cols))})
}

// vector adds the part of a layer that writes one field, as a row.
func (f *onnxFile) vector(d *dense, at field, input, name string) string {
	n := at.rows * at.cols
	w := make([]float32, 0, d.in*n)
	for i := range d.in {
		w = append(w, at.of(d.w[i*d.out:])...)
	}
	return f.Node("Gemm", name, []string{input, f.Floats(name+"_w", w, d.in, n), f.Floats(name+"_b", at.of(d.b), n)})
}

// perceptron adds the layers whose weights d writes, applied to rows x.
func (f *onnxFile) perceptron(d *dense, name, input, x string, weights, biases []field) string {
	for i := range weights {
		layer := name + "_layer" + string(rune('1'+i))
		w := f.matrix(d, weights[i], input, layer+"_w")
		b := f.vector(d, biases[i], input, layer+"_b")
		x = f.Node("Gemm", layer, []string{x, w, b})
		if i+1 < len(weights) {
			x = f.rectify(x)
		}
	}
	return x
}
