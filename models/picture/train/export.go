package main

import "github.com/imochain/imod/models/picture/drawing"

// export writes the model as an ONNX file: input [1, inputs], output
// [1, 3, 64, 64] with values from 0 to 1.
func (n *net) export() []byte {
	f := &onnxFile{}
	z := f.features()
	centre := f.dense(n.centre, z, "")
	pose := f.matrix(n.pose, field{0, 2, 2}, f.dense(n.pose1, z, ""), "pose")
	shape := f.node("Concat", "shape_input", []string{z, f.dense(n.shape2, "", f.dense(n.shape1, z, ""))}, intAttr("axis", 1))
	tone := f.node("Concat", "tone_input", []string{z, f.dense(n.tone1, z, "")}, intAttr("axis", 1))
	colour := f.node("Concat", "colour_input", []string{z, f.dense(n.colour1, z, "")}, intAttr("axis", 1))

	xy := f.floats("positions", positions(), drawing.Pixels, 2)
	moved := f.node("Add", "moved", []string{xy, centre})
	turned := f.node("MatMul", "turned", []string{moved, pose})
	uv := f.node("Mul", "thing_positions", []string{turned, f.side(z)})
	h := f.perceptron(n.shape, "shape", shape, uv, []field{fW1, fW2, fW3, fW4}, []field{fB1, fB2, fB3, fB4})
	share := f.node("Softmax", "paint_share", []string{h}, intAttr("axis", -1))
	g := f.perceptron(n.tone, "tone", tone, xy, []field{fG1, fG2, fG3}, []field{fC1, fC2, fC3})
	second := f.node("Sigmoid", "tone_share", []string{g})

	first := make([]float32, classes)
	first[drawing.Ground] = 1
	open := f.node("MatMul", "open_ground", []string{share, f.floats("ground_class", first, classes, 1)})
	second = f.node("Mul", "second_share", []string{open, second})
	all := f.node("Concat", "shares", []string{share, second}, intAttr("axis", 1))
	paint := f.matrix(n.colour, field{0, classes + 1, 3}, colour, "paint")
	rgb := f.node("MatMul", "pixels", []string{all, paint})
	rgb = f.node("Clip", "pixels_clipped", []string{rgb, f.floats("zero", []float32{0}), f.floats("one", []float32{1})})
	rgb = f.node("Transpose", "planes", []string{rgb}, intsAttr("perm", 1, 0))
	f.node("Reshape", "picture", []string{rgb, f.ints("picture_shape", 1, 3, drawing.Size, drawing.Size)})
	return f.encode("picture", port("scene", 1, inputs), port("picture", 1, 3, drawing.Size, drawing.Size))
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
	past := f.node("Gemm", "past", []string{"scene", f.floats("past_w", w, inputs, len(steps)), f.floats("past_b", b, len(steps))})
	limit := []string{past, f.floats("step_low", []float32{0}), f.floats("step_high", []float32{1})}
	return f.node("Concat", "features", []string{"scene", f.node("Clip", "steps", limit)}, intAttr("axis", 1))
}

// side is (1, 1), or (-1, 1) where the thing looks the other way.
func (f *onnxFile) side(z string) string {
	w := make([]float32, 2*features)
	w[2*stepFlip] = 2
	return f.node("Gemm", "side", []string{z, f.floats("side_w", w, features, 2), f.floats("side_b", []float32{-1, 1}, 2)})
}

// dense adds a layer that sees the features z or the layer from, not both.
func (f *onnxFile) dense(d *dense, z, from string) string {
	if d.sees == nil {
		z = from
	}
	y := f.node("Gemm", d.name, []string{z, f.floats(d.name+"_w", d.w, d.in, d.out), f.floats(d.name+"_b", d.b, d.out)})
	if d.rectify {
		y = f.rectify(y)
	}
	return y
}

func (f *onnxFile) rectify(y string) string {
	return f.node("LeakyRelu", y+"_rectified", []string{y}, floatAttr("alpha", leak))
}

// matrix adds the part of a layer that writes one field, in its shape.
func (f *onnxFile) matrix(d *dense, at field, input, name string) string {
	y := f.vector(d, at, input, name+"_flat")
	return f.node("Reshape", name, []string{y, f.ints(name+"_shape", int64(at.rows), int64(at.cols))})
}

// vector adds the part of a layer that writes one field, as a row.
func (f *onnxFile) vector(d *dense, at field, input, name string) string {
	n := at.rows * at.cols
	w := make([]float32, 0, d.in*n)
	for i := range d.in {
		w = append(w, at.of(d.w[i*d.out:])...)
	}
	return f.node("Gemm", name, []string{input, f.floats(name+"_w", w, d.in, n), f.floats(name+"_b", at.of(d.b), n)})
}

// perceptron adds the layers whose weights d writes, applied to rows x.
func (f *onnxFile) perceptron(d *dense, name, input, x string, weights, biases []field) string {
	for i := range weights {
		layer := name + "_layer" + string(rune('1'+i))
		w := f.matrix(d, weights[i], input, layer+"_w")
		b := f.vector(d, biases[i], input, layer+"_b")
		x = f.node("Gemm", layer, []string{x, w, b})
		if i+1 < len(weights) {
			x = f.rectify(x)
		}
	}
	return x
}
