package main

import "math"

// nets are whole models of well-known shapes with random weights.
func nets() []benchCase {
	image := float(1, 3, 224, 224)
	token := []inputSpec{{"x", typeInt64, []int64{1, 1}}}
	for range gptLayers {
		token = append(token, inputSpec{"", typeFloat, []int64{1, gptHeads, gptPast, gptHead}}, inputSpec{"", typeFloat, []int64{1, gptHeads, gptPast, gptHead}})
	}
	for i := range token[1:] {
		token[i+1].name = cacheName(i)
	}
	return []benchCase{
		{name: "ResNet-50, 224x224", model: resnet50, inputs: []inputSpec{image}, runs: 2, flops: 8.18e9},
		{name: "SqueezeNet 1.1, 224x224", model: squeezenet, inputs: []inputSpec{image}, runs: 4, flops: 0.70e9},
		{name: "GPT-2-small shape, float32, 1 token after 128", model: func() *file { return gpt2(false) }, inputs: token, runs: 2, tokens: true},
		{name: "GPT-2-small shape, int8, 1 token after 128", model: func() *file { return gpt2(true) }, inputs: token, runs: 2, tokens: true, loose: true},
	}
}

func (f *file) conv(x string, in, out, window, stride, pad int64) string {
	scale := math.Sqrt(6 / float64(in*window*window))
	return f.node("Conv", []string{x, f.weight(0, scale, out, in, window, window), f.weight(0, 0.1, out)},
		attr{"strides", []int64{stride, stride}}, attr{"pads", []int64{pad, pad, pad, pad}})
}

func (f *file) relu(x string) string { return f.node("Relu", []string{x}) }

// resnet50 has its batch normalisations multiplied into the convolutions, as exporters do.
func resnet50() *file {
	f := &file{random: 50}
	f.input("x", typeFloat, 1, 3, 224, 224)
	x := f.relu(f.conv("x", 3, 64, 7, 2, 3))
	x = f.node("MaxPool", []string{x}, attr{"kernel_shape", []int64{3, 3}}, attr{"strides", []int64{2, 2}}, attr{"pads", []int64{1, 1, 1, 1}})
	in := int64(64)
	for stage, blocks := range []int{3, 4, 6, 3} {
		mid := int64(64) << stage
		for b := range blocks {
			stride := int64(1)
			if b == 0 && stage > 0 {
				stride = 2
			}
			short := x
			if b == 0 {
				short = f.conv(x, in, 4*mid, 1, stride, 0)
			}
			y := f.relu(f.conv(x, in, mid, 1, 1, 0))
			y = f.relu(f.conv(y, mid, mid, 3, stride, 1))
			y = f.conv(y, mid, 4*mid, 1, 1, 0)
			x = f.relu(f.node("Add", []string{y, short}))
			in = 4 * mid
		}
	}
	x = f.node("Flatten", []string{f.node("GlobalAveragePool", []string{x})})
	f.output(f.node("Gemm", []string{x, f.weight(0, 0.02, 2048, 1000), f.weight(0, 0.1, 1000)}), typeFloat, 1, 1000)
	return f
}

func squeezenet() *file {
	f := &file{random: 11}
	f.input("x", typeFloat, 1, 3, 224, 224)
	pool := func(x string) string {
		return f.node("MaxPool", []string{x}, attr{"kernel_shape", []int64{3, 3}}, attr{"strides", []int64{2, 2}})
	}
	fire := func(x string, in, squeeze, expand int64) string {
		s := f.relu(f.conv(x, in, squeeze, 1, 1, 0))
		return f.node("Concat", []string{f.relu(f.conv(s, squeeze, expand, 1, 1, 0)), f.relu(f.conv(s, squeeze, expand, 3, 1, 1))}, attr{"axis", 1})
	}
	x := pool(f.relu(f.conv("x", 3, 64, 3, 2, 0)))
	x = pool(fire(fire(x, 64, 16, 64), 128, 16, 64))
	x = pool(fire(fire(x, 128, 32, 128), 256, 32, 128))
	x = fire(fire(fire(fire(x, 256, 48, 192), 384, 48, 192), 384, 64, 256), 512, 64, 256)
	x = f.node("GlobalAveragePool", []string{f.relu(f.conv(x, 512, 1000, 1, 1, 0))})
	f.output(f.node("Flatten", []string{x}), typeFloat, 1, 1000)
	return f
}
