package main

import "fmt"

// The shape of GPT-2 small, one step of decoding with a cache of gptPast positions.
const (
	gptLayers = 12
	gptHeads  = 12
	gptHead   = 64
	gptWidth  = gptHeads * gptHead
	gptWords  = 50257
	gptPast   = 128
)

func cacheName(i int) string { return fmt.Sprintf("cache%d", i) }

// linear is x times a matrix plus a bias; in int8, the activations are
// quantised on the fly, as dynamic quantisation does.
func (f *file) linear(x string, in, out int64, int8 bool) string {
	if !int8 {
		return f.node("Add", []string{f.node("MatMul", []string{x, f.weight(0, 0.03, in, out)}), f.weight(0, 0.1, out)})
	}
	q := f.nodes("DynamicQuantizeLinear", []string{x}, 3)
	sums := f.node("MatMulInteger", []string{q[0], f.bytes(in, out), q[2]})
	wide := f.node("Cast", []string{sums}, attr{"to", typeFloat})
	scale := f.node("Mul", []string{q[1], f.weight(0.0005, 0)})
	return f.node("Add", []string{f.node("Mul", []string{wide, scale}), f.weight(0, 0.1, out)})
}

func (f *file) norm(x string) string {
	return f.node("LayerNormalization", []string{x, f.weight(1, 0.1, gptWidth), f.weight(0, 0.1, gptWidth)}, attr{"axis", -1})
}

// gelu is the approximation with tanh that GPT-2 uses.
func (f *file) gelu(x string) string {
	cube := f.node("Mul", []string{f.node("Mul", []string{x, x}), x})
	inner := f.node("Add", []string{x, f.node("Mul", []string{cube, f.weight(0.044715, 0)})})
	t := f.node("Tanh", []string{f.node("Mul", []string{inner, f.weight(0.7978845608, 0)})})
	return f.node("Mul", []string{f.node("Mul", []string{x, f.weight(0.5, 0)}), f.node("Add", []string{t, f.weight(1, 0)})})
}

func gpt2(int8 bool) *file {
	f := &file{random: 2}
	f.input("x", typeInt64, 1, 1)
	for i := range 2 * gptLayers {
		f.input(cacheName(i), typeFloat, 1, gptHeads, gptPast, gptHead)
	}
	x := f.node("Gather", []string{f.weight(0, 0.1, 1000, gptWidth), "x"})
	x = f.node("Add", []string{x, f.weight(0, 0.1, 1, 1, gptWidth)})
	heads := f.ints(1, 1, gptHeads, gptHead)
	flat := f.ints(1, 1, gptWidth)
	var present []string
	for layer := range gptLayers {
		qkv := f.nodes("Split", []string{f.linear(f.norm(x), gptWidth, 3*gptWidth, int8), f.ints(gptWidth, gptWidth, gptWidth)}, 3, attr{"axis", 2})
		for i := range qkv {
			qkv[i] = f.node("Transpose", []string{f.node("Reshape", []string{qkv[i], heads})}, attr{"perm", []int64{0, 2, 1, 3}})
		}
		k := f.node("Concat", []string{cacheName(2 * layer), qkv[1]}, attr{"axis", 2})
		v := f.node("Concat", []string{cacheName(2*layer + 1), qkv[2]}, attr{"axis", 2})
		present = append(present, k, v)
		scores := f.node("MatMul", []string{qkv[0], f.node("Transpose", []string{k}, attr{"perm", []int64{0, 1, 3, 2}})})
		weights := f.node("Softmax", []string{f.node("Mul", []string{scores, f.weight(0.125, 0)})}, attr{"axis", -1})
		y := f.node("Transpose", []string{f.node("MatMul", []string{weights, v})}, attr{"perm", []int64{0, 2, 1, 3}})
		x = f.node("Add", []string{x, f.linear(f.node("Reshape", []string{y, flat}), gptWidth, gptWidth, int8)})
		h := f.gelu(f.linear(f.norm(x), gptWidth, 4*gptWidth, int8))
		x = f.node("Add", []string{x, f.linear(h, 4*gptWidth, gptWidth, int8)})
	}
	f.output(f.linear(f.norm(x), gptWidth, gptWords, int8), typeFloat, 1, 1, gptWords)
	for _, p := range present {
		f.output(p, typeFloat, 1, gptHeads, gptPast+1, gptHead)
	}
	return f
}
