package main

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/onnxfile"
)

// calibration is the number of glyphs from which the scales of activations are taken.
const calibration = 2000

// twin is the network in integers. Weights are int8 without zero point, one scale per
// output; activations are uint8 with zero point 0, which makes the saturation at 0 the
// rectifier; all scales are powers of two. Every sum stays far below 2^24, so the
// conversion to float32 with which ONNX defines the rescaling is exact: the rescaling
// is a shift that rounds half to even.
type twin struct {
	layers []twinLayer
	ends   []int // exponents of the activations' scales, the input's first
}

type twinLayer struct {
	*layer
	w    []int8 // a row per output, inputs in ONNX's order
	exp  []int  // exponents of the rows' scales
	bias []int32
}

// newTwin quantises a trained network.
func newTwin(n *net, glyphs int) (*twin, error) {
	t := &twin{ends: []int{-8}}
	for _, most := range n.ranges(glyphs)[:3] {
		t.ends = append(t.ends, exponent(most, 255))
	}
	for i, l := range n.layers {
		var order func(int) int
		if l == n.dense1 {
			order = planes
		}
		w := l.rows(l.W, order)
		if i == 0 {
			// A pixel is b/255, and the scale of bytes here is 1/256.
			for k := range w {
				w[k] *= 256.0 / 255
			}
		}
		// The scores must be comparable, so the last layer has one scale.
		q := quantise(l, w, t.ends[i], l == n.dense2)
		if most := q.bound(); most >= 1<<24 {
			return nil, fmt.Errorf("%s: sums up to %d are not exact in float32", l.name, most)
		}
		t.layers = append(t.layers, q)
	}
	return t, nil
}

// ranges are the largest activations of every layer over some glyphs.
func (n *net) ranges(glyphs int) []float32 {
	most := make([]float32, len(n.layers))
	for first := 0; first < glyphs; first += n.batch {
		pixels, _ := draw(streamCheck, first, n.batch)
		n.forward(pixels)
		for i, l := range n.layers {
			for _, v := range l.y {
				most[i] = max(most[i], v)
			}
		}
	}
	return most
}

// exponent is the smallest e for which 2^e times top covers most.
func exponent(most float32, top float64) int {
	return int(math.Ceil(math.Log2(float64(most) / top)))
}

// quantise rounds a layer's weights, with a scale per row or the same for all.
func quantise(l *layer, w []float32, input int, same bool) twinLayer {
	q := twinLayer{layer: l, w: make([]int8, len(w)), exp: make([]int, l.Out), bias: make([]int32, l.Out)}
	for j := range l.Out {
		row := w[j*l.In : (j+1)*l.In]
		if same {
			row = w
		}
		most := float32(1e-9)
		for _, v := range row {
			most = max(most, v, -v)
		}
		q.exp[j] = exponent(most, 127)
		for i, v := range w[j*l.In : (j+1)*l.In] {
			q.w[j*l.In+i] = int8(math.RoundToEven(math.Ldexp(float64(v), -q.exp[j])))
		}
		q.bias[j] = int32(math.RoundToEven(math.Ldexp(float64(l.B[j]), -q.exp[j]-input)))
	}
	return q
}

// bound is the largest magnitude any sum of the layer can reach.
func (q *twinLayer) bound() int64 {
	most := int64(0)
	for j := range q.Out {
		sum := max(int64(q.bias[j]), -int64(q.bias[j]))
		for _, w := range q.w[j*q.In : (j+1)*q.In] {
			sum += 255 * max(int64(w), -int64(w))
		}
		most = max(most, sum)
	}
	return most
}

// export writes the twin: input [1, 1, 28, 28] of bytes, output [1, 10], an integer
// score of each digit.
func (t *twin) export() []byte {
	f := &onnxfile.File{}
	zero, zeroW := f.Constant("zero", onnxfile.U8, []byte{0}), f.Constant("zero_w", onnxfile.I8, []byte{0})
	window := []onnxfile.Attribute{onnxfile.Ints("kernel_shape", 2, 2), onnxfile.Ints("strides", 2, 2)}
	scales := make([]string, len(t.ends))
	for i, e := range t.ends {
		scales[i] = f.Floats("scale"+string(rune('0'+i)), []float32{scale(e)})
	}
	x := "glyph"
	for i, q := range t.layers {
		// Dense layers are convolutions whose window is the whole image.
		side, pad := [4]int{3, 3, side3, 1}[i], [4]int64{1, 1, 0, 0}[i]
		pads := onnxfile.Ints("pads", pad, pad, pad, pad)
		w := f.Constant(q.name+"_w", onnxfile.I8, bytesOf(q.w), q.Out, q.In/side/side, side, side)
		bias := make([]byte, 0, 4*q.Out)
		for _, v := range q.bias {
			bias = binary.LittleEndian.AppendUint32(bias, uint32(v))
		}
		if i == len(t.layers)-1 {
			x = f.Node("ConvInteger", q.name, []string{x, w}, pads)
			x = f.Node("Add", q.name+"_sum", []string{x, f.Constant(q.name+"_b", onnxfile.I32, bias, 1, q.Out, 1, 1)})
			break
		}
		perRow := make([]float32, q.Out)
		for j, e := range q.exp {
			perRow[j] = scale(e)
		}
		x = f.Node("QLinearConv", q.name, []string{
			x, scales[i], zero, w, f.Floats(q.name+"_scale", perRow, q.Out), zeroW, scales[i+1], zero,
			f.Constant(q.name+"_b", onnxfile.I32, bias, q.Out),
		}, pads)
		if i < 2 {
			x = f.Node("MaxPool", q.name+"_half", []string{x}, window...)
		}
	}
	f.Node("Flatten", "scores", []string{x})
	return f.Encode("digits8", "imod models/digits/train",
		[]onnxfile.Port{onnxfile.NewPort("glyph", onnxfile.U8, 1, 1, glyph.Side, glyph.Side)},
		[]onnxfile.Port{onnxfile.NewPort("scores", onnxfile.I32, 1, glyph.Digits)})
}

func scale(exponent int) float32 { return float32(math.Ldexp(1, exponent)) }

func bytesOf(w []int8) []byte {
	b := make([]byte, len(w))
	for i, v := range w {
		b[i] = byte(v)
	}
	return b
}
