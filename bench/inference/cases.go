package main

// benchCase is one model that both runtimes execute.
type benchCase struct {
	name   string
	model  func() *file
	inputs []inputSpec
	flops  float64 // of one run, 0 if a rate says nothing
	runs   int     // runs of one measurement
	exact  bool    // integer result: equal to onnxruntime's to the bit
	tokens bool    // a run is a token
	loose  bool    // quantised on the way: one step of the quantiser may differ
}

// tolerance is how far results may be apart, as a share of the largest.
func (c benchCase) tolerance() float64 {
	if c.loose {
		return 0.1
	}
	return 2e-3
}

type inputSpec struct {
	name string
	kind int
	dims []int64
}

func float(dims ...int64) inputSpec { return inputSpec{"x", typeFloat, dims} }

// single is a model of one operator, x to y, with constants behind x.
func single(op string, x inputSpec, kind int, out []int64, constants func(*file) []string, attrs ...attr) func() *file {
	return func() *file {
		f := &file{random: 7}
		f.input("x", x.kind, x.dims...)
		in := []string{"x"}
		if constants != nil {
			in = append(in, constants(f)...)
		}
		f.output(f.node(op, in, attrs...), kind, out...)
		return f
	}
}

func matrix(k, n int64) func(*file) []string {
	return func(f *file) []string { return []string{f.weight(0, 1, k, n)} }
}

// kernels are the single operators of the table.
func kernels() []benchCase {
	var cases []benchCase
	product := func(name string, m, k, n int64, runs int) {
		x := float(m, k)
		cases = append(cases, benchCase{
			name: name, model: single("MatMul", x, typeFloat, []int64{m, n}, matrix(k, n)), inputs: []inputSpec{x},
			flops: 2 * float64(m*k*n), runs: runs,
		})
	}
	product("float32 GEMM 512x512x512", 512, 512, 512, 8)
	product("float32 matvec 1x4096x4096", 1, 4096, 4096, 8)
	bytes := inputSpec{"x", typeUint8, []int64{512, 512}}
	cases = append(cases, benchCase{
		name: "int8 GEMM 512x512x512 (u8 x s8)", inputs: []inputSpec{bytes}, flops: 2 * 512 * 512 * 512, runs: 8, exact: true,
		model: single("MatMulInteger", bytes, 6, []int64{512, 512}, func(f *file) []string { return []string{f.bytes(512, 512)} }),
	})
	conv := func(name string, in, out, size, window, stride int64) {
		x := float(1, in, size, size)
		p, o := window/2, (size+stride-1)/stride
		cases = append(cases, benchCase{
			name: name, inputs: []inputSpec{x}, flops: 2 * float64(in*out*window*window*o*o), runs: 8,
			model: single("Conv", x, typeFloat, []int64{1, out, o, o}, func(f *file) []string {
				return []string{f.weight(0, 1, out, in, window, window), f.weight(0, 1, out)}
			}, attr{"pads", []int64{p, p, p, p}}, attr{"strides", []int64{stride, stride}}),
		})
	}
	conv("Conv 3x3 64->64, 56x56", 64, 64, 56, 3, 1)
	conv("Conv 1x1 256->64, 56x56", 256, 64, 56, 1, 1)
	conv("Conv 3x3 128->128 stride 2, 56x56", 128, 128, 56, 3, 2)
	conv("Conv 3x3 512->512, 7x7", 512, 512, 7, 3, 1)
	rows := func(name, op string, x inputSpec, constants func(*file) []string, attrs ...attr) {
		cases = append(cases, benchCase{name: name, inputs: []inputSpec{x}, runs: 12, model: single(op, x, typeFloat, x.dims, constants, attrs...)})
	}
	rows("Softmax 1024x1024", "Softmax", float(1024, 1024), nil, attr{"axis", 1})
	rows("LayerNorm 1024x768", "LayerNormalization", float(1024, 768), func(f *file) []string {
		return []string{f.weight(1, 0.5, 768), f.weight(0, 1, 768)}
	}, attr{"axis", 1})
	rows("Tanh 2^20", "Tanh", float(1<<20), nil)
	rows("Erf 2^20", "Erf", float(1<<20), nil)
	rows("Exp 2^20", "Exp", float(1<<20), nil)
	return cases
}
