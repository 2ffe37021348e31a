package player_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/inference/pipeline/token"
)

// vocab is the number of tokens of the small texts: bytes, "th", "the", an end.
const vocab = 259

func tokenizer(t testing.TB) []byte {
	t.Helper()
	ids := map[string]int{}
	for i := range 256 {
		ids[token.ToCharacters(string([]byte{byte(i)}))] = i
	}
	ids["th"], ids["the"] = 256, 257
	b, err := json.Marshal(map[string]any{
		"version": "1.0", "added_tokens": []any{map[string]any{"id": 258, "content": "<end>", "special": true}},
		"pre_tokenizer": map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
		"model":         map[string]any{"type": "BPE", "vocab": ids, "merges": []string{"t h", "th e"}},
	})
	require.NoError(t, err)
	return b
}

func f32(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
func i64(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.I64, Shape: shape} }

// follows is a table of scores that makes a cycle of letters likely, and the end after "e".
func follows(cycle string) []float32 {
	table := make([]float32, vocab*vocab)
	for i := range table {
		table[i] = float32(i%7) / 8
	}
	for i := range len(cycle) {
		table[int(cycle[i])*vocab+int(cycle[(i+1)%len(cycle)])] = 9
	}
	return table
}

func wild(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i*7919%1009)/1009 - 0.5
	}
	return x
}

// lookup looks tokens up: one, or the whole context.
func lookup(tokens int64) *ir.Graph {
	return &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{i64(1, tokens)}, Weights: []ir.TensorDecl{f32(vocab, vocab)},
		Nodes:   []ir.Node{{Kind: ir.Gather, Inputs: []uint32{1, 0}, Ints: []int64{0}, Out: f32(1, tokens, vocab)}},
		Outputs: []uint32{2},
	}
}

// remembering carries a state of the token's shape from step to step.
func remembering() *ir.Graph {
	return &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{i64(1, 1), f32(1, 1, vocab)}, Weights: []ir.TensorDecl{f32(vocab, vocab), f32(1)},
		Nodes: []ir.Node{
			{Kind: ir.Gather, Inputs: []uint32{2, 0}, Ints: []int64{0}, Out: f32(1, 1, vocab)},
			{Kind: ir.Binary, Op: ir.OpMul, Inputs: []uint32{1, 3}, Out: f32(1, 1, vocab)},
			{Kind: ir.Binary, Op: ir.OpAdd, Inputs: []uint32{4, 5}, Out: f32(1, 1, vocab)},
			{Kind: ir.Unary, Op: ir.OpTanh, Inputs: []uint32{6}, Out: f32(1, 1, vocab)},
		},
		Outputs: []uint32{7, 6},
	}
}

// sliding carries a state that grows by a place, of which the oldest is dropped.
func sliding() *ir.Graph {
	const context = 12
	return &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{i64(1, 1), i64(1, context), i64(1), f32(1, context-1, 1)},
		Weights:   []ir.TensorDecl{f32(context, vocab)},
		Nodes: []ir.Node{
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{0}, Out: f32(1, 1)},
			{Kind: ir.Reshape, Inputs: []uint32{5}, Out: f32(1, 1, 1)},
			{Kind: ir.Concat, Inputs: []uint32{3, 6}, Ints: []int64{1}, Out: f32(1, context, 1)},
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{1}, Out: f32(1, context)},
			{Kind: ir.Reshape, Inputs: []uint32{7}, Out: f32(1, context)},
			{Kind: ir.Binary, Op: ir.OpMul, Inputs: []uint32{8, 9}, Out: f32(1, context)},
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{2}, Out: f32(1)},
			{Kind: ir.Binary, Op: ir.OpAdd, Inputs: []uint32{10, 11}, Out: f32(1, context)},
			{Kind: ir.Dot, Inputs: []uint32{12, 4}, Out: f32(1, vocab)},
		},
		Outputs: []uint32{13, 7},
	}
}

// layer is one dense layer through a sigmoid, [1, 7] to a shape of 12 elements.
func layer(out ...int64) *ir.Graph {
	return &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{f32(1, 7)}, Weights: []ir.TensorDecl{f32(7, 12), f32(12)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1, 2}, Out: f32(1, 12)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{3}, Out: f32(1, 12)},
			{Kind: ir.Reshape, Inputs: []uint32{4}, Out: f32(out...)},
		},
		Outputs: []uint32{5},
	}
}

func build(t testing.TB, described string, g *ir.Graph, weights ...[]float32) *pipeline.Runner {
	t.Helper()
	s, err := pack.ParseSpec([]byte(`{"name": "Small", "licence": "MIT", "summary": "", "domain": "", "vectors": [], "pipeline": ` + described + `}`))
	require.NoError(t, err)
	src := pack.Source{Graph: g, ONNXHash: [32]byte{1}, Card: []byte("#\n"), Creator: [20]byte{1}}
	if strings.HasPrefix(described, `{"text"`) {
		src.Tokenizer = tokenizer(t)
	}
	for _, w := range weights {
		var b []byte
		for _, v := range w {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		src.Weights = append(src.Weights, b)
	}
	b, err := pack.Build(t.Context(), s, src)
	require.NoError(t, err)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	return r
}

// small are requests of every pipeline, and of texts of every form.
func small(t testing.TB) map[string]request {
	t.Helper()
	ends := follows("abcdefgh")
	ends[int('d')*vocab+258] = 10
	text := func(fields string) string { return `{"text": {` + fields + `}}` }
	labels := `"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"`
	return map[string]request{
		"text, drawn":      {build(t, text(`"inputs": ["tokens"], "context": 24, "length": 8, "temperature": 1200, "top_k": 20`), lookup(1), follows("hello world. ")), []byte("oh o"), 3},
		"text, stop text":  {build(t, text(`"inputs": ["tokens"], "context": 24, "length": 10, "temperature": 0, "stop": ["de", "ha"]`), lookup(1), follows("abcdefgh")), []byte("the a"), 0},
		"text, stop token": {build(t, text(`"inputs": ["tokens"], "context": 24, "length": 10, "temperature": 0, "stop": ["<end>"]`), lookup(1), ends), []byte("a"), 0},
		"text, context":    {build(t, text(`"inputs": ["tokens"], "context": 10, "length": 9, "temperature": 900`), lookup(1), follows("abcdefgh")), []byte("aaaaaaaa"), 1},
		"text, window":     {build(t, text(`"inputs": ["tokens"], "length": 8, "temperature": 1500, "top_p": 700, "stop": ["a"]`), lookup(16), follows("hello world. ")), []byte("seed"), 5},
		"text, state":      {build(t, text(`"inputs": ["tokens"], "context": 20, "length": 8, "temperature": 0`), remembering(), wild(vocab*vocab), []float32{0.5}), []byte("once"), 0},
		"text, sliding":    {build(t, text(`"inputs": ["tokens", "mask", "positions"], "context": 12, "length": 6, "temperature": 0`), sliding(), wild(12*vocab)), []byte("once"), 0},
		"image": {build(t, `{"image": {"latent": 3, "latent_range": 1, "separators": ["on"], "fillers": ["a"], "slots": [
			{"name": "colour", "group": 1, "words": ["red crimson", "blue"]}, {"name": "ground", "group": 2, "words": ["red", "blue"], "default": "blue"}]}}`,
			layer(1, 3, 2, 2), wild(84), wild(12)), []byte("a red on blue"), 9},
		"classify": {build(t, `{"classify": {"input": {"low": -2, "high": 2}, "labels": [`+labels+`], "scores": 3}}`, layer(1, 12), wild(84), wild(12)), floats(7), 0},
	}
}

func floats(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i)/8))
	}
	return b
}

// request is a request of a model.
type request struct {
	runner *pipeline.Runner
	input  []byte
	seed   uint64
}

// TestHonestWinsPipelines: one bit in every value of a run, pipelines' parts included, and
// every lie about when a text stops.
func TestHonestWinsPipelines(t *testing.T) {
	for name, r := range small(t) {
		t.Run(name, func(t *testing.T) {
			s := kerneltest.Source(5)
			honest, task := runModel(t, r.runner, r.input, r.seed)
			lies := corruptions(t, honest, &s, 4+*thorough)
			if honest.Trace.Layout.Written > 0 {
				for range 1 + *thorough {
					lies = append(lies, stopped(t, honest, &s)...)
				}
			}
			both(t, honest, task, lies, &s)
			for entry := range honest.Trace.Layout.Entries() - 1 {
				if honest.Trace.Item(entry) != ([32]byte{}) && (*thorough > 0 || s.Below(3) == 0) {
					convicted(t, honest, *task, oneBit(t, honest, entry, &s))
				}
			}
		})
	}
}
