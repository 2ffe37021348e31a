package pipeline_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"image/png"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
)

// TestImage recomputes a run from its parts: inputs by hand, the graph by the
// engine, pixels, roots and witness by FORMAT.md.
func TestImage(t *testing.T) {
	r, err := pipeline.New(tinyPicture(t))
	require.NoError(t, err)
	input := []byte("A crimson, on red!")
	res, err := r.Run(t.Context(), input, 42)
	require.NoError(t, err)

	g, raw := picture()
	p, err := engine.LoadRaw(g, raw)
	require.NoError(t, err)
	x := append([]float32{1, 0, 1, 0}, latents(42, 3)...)
	outputs, last, err := p.Run(t.Context(), []kernel.Tensor{{DType: ir.F32, Shape: []int64{1, 7}, F32: x}})
	require.NoError(t, err)
	planes := outputs[0].F32
	var want []byte
	for i := range 4 {
		for c := range 3 {
			want = append(want, byte(math.RoundToEven(float64(float32(planes[4*c+i]*255)))))
		}
	}
	require.Equal(t, want, res.Output)
	require.Equal(t, merkle.BytesRoot(want), res.OutputRoot)
	require.Equal(t, merkle.BytesRoot(input), res.InputRoot)

	lastRoot, err := merkle.TensorRoot(merkle.F32, []uint64{1, 12}, last[0].AppendBytes(nil))
	require.NoError(t, err)
	outRoot, err := merkle.TensorRoot(merkle.F32, []uint64{1, 3, 2, 2}, outputs[0].AppendBytes(nil))
	require.NoError(t, err)
	pre := append([]byte("imod/witness/v1"), 0, 0, 0, 1, 0, 0, 0, 1)
	pre = append(append(append(pre, lastRoot[:]...), 0, 0, 0, 1), outRoot[:]...)
	require.Equal(t, bundle.Hash(sha256.Sum256(pre)), res.Witness)

	other, err := r.Run(t.Context(), input, 43)
	require.NoError(t, err)
	require.NotEqual(t, res.OutputRoot, other.OutputRoot, "the seed matters")
}

// latents restates FORMAT.md section 7 with integers only.
func latents(seed uint64, n int) []float32 {
	var out []float32
	key := binary.BigEndian.AppendUint64([]byte("imod/latent/v1"), seed)
	block := sha256.Sum256(append(key, make([]byte, 8)...))
	for i := range n {
		v := int32(binary.BigEndian.Uint32(block[4*i:])>>8) - 1<<23
		out = append(out, float32(math.Ldexp(float64(v), -23)))
	}
	return out
}

func TestLatents(t *testing.T) {
	require.Equal(t, latents(42, 8), pipeline.Latents(42, 8, 1))
	for seed := range uint64(200) {
		for _, v := range pipeline.Latents(seed, 64, 1) {
			require.True(t, v >= -1 && v < 1)
		}
	}
	for i, v := range pipeline.Latents(7, 16, 3) {
		require.Equal(t, float32(pipeline.Latents(7, 16, 1)[i]*3), v)
	}
}

func TestPixel(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for v, want := range map[float32]byte{
		0: 0, -1: 0, -inf: 0, 1: 255, 2: 255, inf: 255,
		0.5 / 255: 0, 1.5 / 255: 2, // half to even, of the rounded product
		math.SmallestNonzeroFloat32: 0, math.Nextafter32(1, 0): 255, 0.5: 128,
	} {
		require.Equal(t, want, pipeline.Pixel(v), "%v", v)
	}
	require.Zero(t, pipeline.Pixel(nan))
	last := byte(0)
	for i := range 1 << 16 {
		p := pipeline.Pixel(float32(i) / (1 << 16))
		require.GreaterOrEqual(t, p, last, "monotone")
		last = p
	}
}

func TestRunRefuses(t *testing.T) {
	r, err := pipeline.New(tinyPicture(t))
	require.NoError(t, err)
	var refusal *bundle.Refusal
	_, err = r.Run(t.Context(), []byte("a green"), 1)
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, bundle.ReasonInput, refusal.Reason)
	require.ErrorContains(t, err, `unknown word "green"`)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = r.Run(ctx, []byte("a red"), 1)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorAs(t, err, &refusal, "a cancelled run says nothing about the model")
}

func TestProve(t *testing.T) {
	b := tinyPicture(t)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	results, err := r.Prove(t.Context(), [32]byte{5})
	require.NoError(t, err)
	require.Len(t, results, 3+bundle.Challenges)
	for i, v := range b.Manifest.Vectors {
		require.Equal(t, bundle.Result{OutputRoot: v.OutputRoot, Witness: v.Witness}, results[i])
	}
	again, err := r.Prove(t.Context(), [32]byte{5})
	require.NoError(t, err)
	require.Equal(t, results, again)
	kept, outputs, err := r.ProveAndKeep(t.Context(), [32]byte{5})
	require.NoError(t, err)
	require.Equal(t, results, kept)
	require.Len(t, outputs, bundle.Challenges)
	for i, out := range outputs {
		require.Equal(t, results[3+i].OutputRoot, merkle.BytesRoot(out))
	}
	other, err := r.Prove(t.Context(), [32]byte{6})
	require.NoError(t, err)
	require.NotEqual(t, results[3:], other[3:], "challenges come from the beacon")
}

// TestHostileBundles: everything every runner must find is a refusal with its
// reason; damaged bytes are not.
func TestHostileBundles(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*bundle.Bundle)
		reason bundle.Reason // 0: not a refusal
	}{
		"fails: damaged weights": {func(b *bundle.Bundle) { b.Weights[3] ^= 1 }, 0},
		"fails: damaged graph":   {func(b *bundle.Bundle) { b.IR[9] ^= 1 }, 0},
		"fails: not a graph":     {func(b *bundle.Bundle) { setIR(b, []byte("not a graph")) }, bundle.ReasonGraph},
		"fails: truncated graph": {func(b *bundle.Bundle) { setIR(b, b.IR[:len(b.IR)-1]) }, bundle.ReasonGraph},
		"fails: another graph":   {func(b *bundle.Bundle) { b.Manifest.IRRoot[0] ^= 1 }, bundle.ReasonGraph},
		"fails: work units":      {func(b *bundle.Bundle) { b.Manifest.WorkUnits++ }, bundle.ReasonCost},
		"fails: peak memory":     {func(b *bundle.Bundle) { b.Manifest.PeakMemory-- }, bundle.ReasonCost},
		"fails: weight shapes":   {func(b *bundle.Bundle) { setShape(t, b, 0, []uint64{12, 7}) }, bundle.ReasonWeights},
		"fails: a NaN's bits":    {func(b *bundle.Bundle) { setWeight(t, b, 0xffc00001) }, bundle.ReasonWeights},
		"fails: pipeline": {func(b *bundle.Bundle) {
			image := *b.Manifest.Pipeline.(*descriptor.Image)
			image.Latent++
			b.Manifest.Pipeline = &image
		}, bundle.ReasonPipeline},
		"fails: no tokenizer":   {func(b *bundle.Bundle) { b.Manifest.Pipeline = &descriptor.Text{} }, bundle.ReasonWeights},
		"fails: vector output":  {func(b *bundle.Bundle) { b.Manifest.Vectors[1].OutputRoot[0] ^= 1 }, bundle.ReasonVector},
		"fails: vector witness": {func(b *bundle.Bundle) { b.Manifest.Vectors[2].Witness[0] ^= 1 }, bundle.ReasonVector},
	} {
		b := tinyPicture(t)
		tc.change(b)
		r, err := pipeline.New(b)
		if err == nil {
			_, err = r.Prove(t.Context(), [32]byte{})
		}
		require.Error(t, err, name)
		var refusal *bundle.Refusal
		if tc.reason == 0 {
			require.NotErrorAs(t, err, &refusal, name)
			require.ErrorIs(t, err, bundle.ErrBundle, name)
			continue
		}
		require.ErrorAs(t, err, &refusal, name)
		require.Equal(t, tc.reason, refusal.Reason, "%s: %v", name, err)
	}
}

// TestRefusalIsCheap: a graph of the largest size that promises everything costs
// little to refuse.
func TestRefusalIsCheap(t *testing.T) {
	valid := tinyPicture(t).IR
	for _, fill := range []byte{0x00, 0x01, 0x7f, 0x80, 0xff} {
		for _, keep := range []int{0, 8, 12, len(valid) - 4} {
			b := tinyPicture(t)
			setIR(b, append(bytes.Clone(valid[:keep]), bytes.Repeat([]byte{fill}, bundle.MaxIR-keep)...))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := pipeline.New(b)
			runtime.ReadMemStats(&after)
			require.Equal(t, bundle.ReasonGraph, reason(err))
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "fill %02x after %d bytes", fill, keep)
			require.Less(t, time.Since(began), time.Second)
		}
	}
}

func setIR(b *bundle.Bundle, ir []byte) {
	b.IR, b.Manifest.IRBytes, b.Manifest.IRBytesRoot = ir, uint64(len(ir)), merkle.BytesRoot(ir)
}

func setShape(t *testing.T, b *bundle.Bundle, i int, dims []uint64) {
	t.Helper()
	parts, err := b.Table.Cut(b.Weights)
	require.NoError(t, err)
	shapes := append([]descriptor.Shape(nil), b.Table.Shapes...)
	shapes[i].Dims = dims
	b.Table, err = bundle.NewTable(shapes, parts)
	require.NoError(t, err)
	b.Manifest.WeightsRoot, err = b.Table.Root()
	require.NoError(t, err)
}

func setWeight(t *testing.T, b *bundle.Bundle, bits uint32) {
	t.Helper()
	binary.LittleEndian.PutUint32(b.Weights, bits)
	parts, err := b.Table.Cut(b.Weights)
	require.NoError(t, err)
	b.Table, err = bundle.NewTable(b.Table.Shapes, parts)
	require.NoError(t, err)
	b.Manifest.WeightsRoot, err = b.Table.Root()
	require.NoError(t, err)
}

// add is a graph with two outputs over a float and an integer input.
func add() *ir.Graph {
	f, n := ir.TensorDecl{DType: ir.F32, Shape: []int64{2}}, ir.TensorDecl{DType: ir.I32, Shape: []int64{2}}
	return &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f, n},
		Nodes: []ir.Node{
			{Kind: ir.Binary, Op: ir.OpAdd, Inputs: []uint32{1, 1}, Out: n},
			{Kind: ir.Unary, Op: ir.OpSqrt, Inputs: []uint32{0}, Out: f},
		},
		Outputs: []uint32{3, 2},
	}
}

func TestTensor(t *testing.T) {
	b := build(t, `{"name": "Add", "licence": "MIT", "summary": "", "domain": "",
	  "pipeline": {"tensor": {"inputs": [{"low": -4, "high": 9}, {"low": -5, "high": 5}]}}, "vectors": []}`, add(), nil)
	require.Len(t, b.Manifest.Vectors, 4, "drawn")
	r, err := pipeline.New(b)
	require.NoError(t, err)
	var input []byte
	for _, v := range []uint32{math.Float32bits(9), math.Float32bits(-4), 3, 0xffffffff} {
		input = binary.LittleEndian.AppendUint32(input, v)
	}
	res, err := r.Run(t.Context(), input, 0)
	require.NoError(t, err)
	require.Equal(t, "00004040"+"0000c07f"+"06000000"+"feffffff", hex.EncodeToString(res.Output), "3, the one NaN, 6, -2")
	same, err := r.Run(t.Context(), input, 99)
	require.NoError(t, err)
	require.Equal(t, res, same, "no randomness in tensors")
}

func TestClassify(t *testing.T) {
	f := func(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f(1, 3)},
		Nodes:   []ir.Node{{Kind: ir.Unary, Op: ir.OpNeg, Inputs: []uint32{0}, Out: f(1, 3)}},
		Outputs: []uint32{1},
	}
	b := build(t, `{"name": "Least", "licence": "MIT", "summary": "", "domain": "",
	  "pipeline": {"classify": {"input": {"encoding": "bytes"}, "labels": ["first", "second", "third"]}}, "vectors": [{"hex": "010203", "seed": 0}]}`, g, nil)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	for input, want := range map[string]string{"\x01\x02\x03": "first", "\x05\x04\x05": "second", "\xff\xff\x00": "third", "\x07\x07\x07": "first"} {
		res, err := r.Run(t.Context(), []byte(input), 0)
		require.NoError(t, err)
		require.Equal(t, want, string(res.Output))
	}
	// Labels are guessed easily; the witness tells inputs with one label apart.
	one, err := r.Run(t.Context(), []byte{1, 2, 3}, 0)
	require.NoError(t, err)
	two, err := r.Run(t.Context(), []byte{1, 2, 4}, 0)
	require.NoError(t, err)
	require.Equal(t, one.OutputRoot, two.OutputRoot)
	require.NotEqual(t, one.Witness, two.Witness)
}

// Scores are written exactly: rounded once, in an order that ties cannot change.
func TestClassifyScores(t *testing.T) {
	f := func(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f(3)},
		Nodes:   []ir.Node{{Kind: ir.Unary, Op: ir.OpSqrt, Inputs: []uint32{0}, Out: f(3)}},
		Outputs: []uint32{1},
	}
	b := build(t, `{"name": "Roots", "licence": "MIT", "summary": "", "domain": "",
	  "pipeline": {"classify": {"input": {"low": -1, "high": 1e36}, "labels": ["a", "b", "c"], "scores": 3}}, "vectors": [{"sample": 0, "seed": 0}]}`, g, nil)
	require.Equal(t, uint32(3*(1+1+18)+2), b.Manifest.MaxOutputBytes)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	for want, in := range map[string][3]float32{
		"b\t0.500000\na\t0.250000\nc\t0.000000":          {.0625, .25, 0},
		"a\t1.414214\nb\t1.414214\nc\tnan":               {2, 2, -1},
		"c\t1000000000.000000\nb\t0.000001\na\t0.000000": {float32(math.Copysign(0, -1)), 1e-12, 1e36},
	} {
		var input []byte
		for _, v := range in {
			input = binary.LittleEndian.AppendUint32(input, math.Float32bits(v))
		}
		res, err := r.Run(t.Context(), input, 0)
		require.NoError(t, err)
		require.Equal(t, want, string(res.Output))
	}
	ints := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{{DType: ir.I32, Shape: []int64{2}}},
		Nodes:   []ir.Node{{Kind: ir.Unary, Op: ir.OpNeg, Inputs: []uint32{0}, Out: ir.TensorDecl{DType: ir.I32, Shape: []int64{2}}}},
		Outputs: []uint32{1},
	}
	b = build(t, `{"name": "Less", "licence": "MIT", "summary": "", "domain": "",
	  "pipeline": {"classify": {"input": {}, "labels": ["a", "b"], "scores": 1}}, "vectors": [{"sample": 0, "seed": 0}]}`, ints, nil)
	r, err = pipeline.New(b)
	require.NoError(t, err)
	res, err := r.Run(t.Context(), []byte{5, 0, 0, 0, 0xf9, 0xff, 0xff, 0xff}, 0)
	require.NoError(t, err)
	require.Equal(t, "b\t7", string(res.Output))
}

func TestEncodeDisplay(t *testing.T) {
	b := tinyPicture(t)
	rgb := []byte{255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30}
	file, media, err := pipeline.EncodeDisplay(b.Manifest.Pipeline, rgb)
	require.NoError(t, err)
	require.Equal(t, "image/png", media)
	img, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	r, g, bl, a := img.At(1, 1).RGBA()
	require.Equal(t, [4]uint32{10, 20, 30, 255}, [4]uint32{r >> 8, g >> 8, bl >> 8, a >> 8})
	_, _, err = pipeline.EncodeDisplay(b.Manifest.Pipeline, rgb[:11])
	require.ErrorContains(t, err, "picture of 2x2 has 11 bytes, wanted 12")
	label, media, err := pipeline.EncodeDisplay(&descriptor.Classify{}, []byte("cat"))
	require.NoError(t, err)
	require.Equal(t, "cat", string(label))
	require.Contains(t, media, "text/plain")
	require.Equal(t, "image/x-rgb; width=2; height=2", b.Manifest.Pipeline.MediaType())
}
