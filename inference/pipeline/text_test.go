package pipeline_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/inference/pipeline/token"
)

// vocab is the number of tokens in these tests: bytes, "th", "the", an end.
const vocab = 259

// tokenizer is a tokenizer.json of that vocabulary.
func tokenizer() []byte {
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
	if err != nil {
		panic(err)
	}
	return b
}

func f32(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
func i64(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.I64, Shape: shape} }

// follows is a table of scores: after each token of the cycle the next one is likely,
// the rest is a little above nothing.
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

func raw(x []float32) []byte {
	var b []byte
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// lookup is a graph that looks tokens up: one, or the whole context.
func lookup(tokens int64) *ir.Graph {
	return &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{i64(1, tokens)}, Weights: []ir.TensorDecl{f32(vocab, vocab)},
		Nodes:   []ir.Node{{Kind: ir.Gather, Inputs: []uint32{1, 0}, Ints: []int64{0}, Out: f32(1, tokens, vocab)}},
		Outputs: []uint32{2},
	}
}

func textBundle(t testing.TB, text string, g *ir.Graph, weights ...[]float32) (*bundle.Bundle, error) {
	t.Helper()
	s, err := pack.ParseSpec([]byte(`{"name": "Text", "licence": "MIT", "summary": "", "domain": "", "vectors": [], "pipeline": {"text": ` + text + `}}`))
	require.NoError(t, err)
	src := pack.Source{Graph: g, ONNXHash: [32]byte{1}, Card: []byte("#\n"), Creator: [20]byte{1}, Tokenizer: tokenizer()}
	for _, w := range weights {
		src.Weights = append(src.Weights, raw(w))
	}
	return pack.Build(context.Background(), s, src)
}

func textRunner(t testing.TB, text string, g *ir.Graph, weights ...[]float32) *pipeline.Runner {
	t.Helper()
	b, err := textBundle(t, text, g, weights...)
	require.NoError(t, err)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	return r
}

func say(t testing.TB, r *pipeline.Runner, prompt string, seed uint64) string {
	t.Helper()
	res, err := r.Run(t.Context(), []byte(prompt), seed)
	require.NoError(t, err)
	require.LessOrEqual(t, len(res.Output), int(r.Manifest().MaxOutputBytes))
	return string(res.Output)
}

// A step graph and a window graph of one model write the same, greedy or drawn, and so
// does every instruction set.
func TestTextForms(t *testing.T) {
	for _, how := range []string{`"temperature": 0`, `"temperature": 900, "top_k": 20`, `"temperature": 1500, "top_p": 700`} {
		table := follows("hello world. ")
		step := textRunner(t, `{"inputs": ["tokens"], "context": 24, "length": 16, `+how+`}`, lookup(1), table)
		window := textRunner(t, `{"inputs": ["tokens"], "length": 16, `+how+`}`, lookup(24), table)
		for seed := range uint64(20) {
			prompt := fmt.Sprintf("seed %d: o", seed)
			a, err := step.Run(t.Context(), []byte(prompt), seed)
			require.NoError(t, err)
			b, err := window.Run(t.Context(), []byte(prompt), seed)
			require.NoError(t, err)
			require.Equal(t, a, b)
			again, err := step.Run(t.Context(), []byte(prompt), seed)
			require.NoError(t, err)
			require.Equal(t, a, again)
		}
		require.Greater(t, window.Manifest().WorkUnits, step.Manifest().WorkUnits)
	}
}

func TestTextEnds(t *testing.T) {
	table := follows("abcdefgh")
	base := `{"inputs": ["tokens"], "context": 24, "temperature": 0, `
	require.Equal(t, "bcdefghabc", say(t, textRunner(t, base+`"length": 10}`, lookup(1), table), "a", 0))
	require.Equal(t, "bc", say(t, textRunner(t, base+`"length": 10, "stop": ["de", "ha"]}`, lookup(1), table), "a", 0), "ahead of a stop text")
	table[int('d')*vocab+258] = 10
	require.Equal(t, "bcd", say(t, textRunner(t, base+`"length": 10, "stop": ["<end>"]}`, lookup(1), table), "a", 0), "a stop token")
	require.Equal(t, strings.Repeat("bcdefgha", 2)+"bc", say(t, textRunner(t, base+`"length": 23}`, lookup(1), follows("abcdefgh")), "aaaaaa", 0), "the context is full")
	long := strings.Repeat("x", 900) + "c"
	require.Equal(t, "d", say(t, textRunner(t, base+`"length": 10, "stop": ["<end>"]}`, lookup(1), table), long, 0), "the end of a long prompt")

	// What is no UTF-8 is left out: of the cycle, "é" and the first half of another.
	r := textRunner(t, base+`"length": 9}`, lookup(1), follows("x\xc3\xa9\xc4"))
	require.Equal(t, "éxéx", say(t, r, "x", 0))
}

// A state goes from step to step: scores are tanh of what the table says plus half of
// what was before.
func TestTextState(t *testing.T) {
	g := &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{i64(1, 1), f32(1, 1, vocab)}, Weights: []ir.TensorDecl{f32(vocab, vocab), f32(1)},
		Nodes: []ir.Node{
			{Kind: ir.Gather, Inputs: []uint32{2, 0}, Ints: []int64{0}, Out: f32(1, 1, vocab)},
			{Kind: ir.Binary, Op: ir.OpMul, Inputs: []uint32{1, 3}, Out: f32(1, 1, vocab)},
			{Kind: ir.Binary, Op: ir.OpAdd, Inputs: []uint32{4, 5}, Out: f32(1, 1, vocab)},
			{Kind: ir.Unary, Op: ir.OpTanh, Inputs: []uint32{6}, Out: f32(1, 1, vocab)},
		},
		Outputs: []uint32{7, 6},
	}
	table := make([]float32, vocab*vocab)
	for i := range table {
		table[i] = float32(i*7919%1009) / 1009
	}
	r := textRunner(t, `{"inputs": ["tokens"], "context": 20, "length": 8, "temperature": 0}`, g, table, []float32{0.5})
	res, err := r.Run(t.Context(), []byte("once"), 0)
	require.NoError(t, err)
	ids, state := []uint32{'o', 'n', 'c', 'e'}, make([]float32, vocab)
	for i := 0; i < 11; i++ {
		best := 0
		for j, v := range state {
			state[j] = table[int(ids[i])*vocab+j] + float32(v*0.5)
			if kernel.Tanh(state[j]) > kernel.Tanh(state[best]) {
				best = j
			}
		}
		if i >= 3 {
			ids = append(ids, uint32(best))
		}
	}
	tok, err := token.Parse(tokenizer())
	require.NoError(t, err)
	var want []byte
	for _, id := range ids[4:] {
		want = tok.AppendText(want, id, len(want) == 0)
	}
	require.Equal(t, strings.ToValidUTF8(string(want), ""), string(res.Output))
}

// Exports whose cache grows by a place get it back without its oldest one, and a mask
// whose end is filled.
func TestTextSlidingState(t *testing.T) {
	const context = 12
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{i64(1, 1), i64(1, context), i64(1), f32(1, context-1, 1)},
		Weights:   []ir.TensorDecl{f32(context, vocab)},
		Nodes: []ir.Node{
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{0}, Out: f32(1, 1)},
			{Kind: ir.Reshape, Inputs: []uint32{5}, Out: f32(1, 1, 1)},
			{Kind: ir.Concat, Inputs: []uint32{3, 6}, Ints: []int64{1}, Out: f32(1, context, 1)}, // 7: state
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{1}, Out: f32(1, context)},
			{Kind: ir.Reshape, Inputs: []uint32{7}, Out: f32(1, context)},
			{Kind: ir.Binary, Op: ir.OpMul, Inputs: []uint32{8, 9}, Out: f32(1, context)},
			{Kind: ir.Cast, Op: ir.OpSaturate, Inputs: []uint32{2}, Out: f32(1)},
			{Kind: ir.Binary, Op: ir.OpAdd, Inputs: []uint32{10, 11}, Out: f32(1, context)},
			{Kind: ir.Dot, Inputs: []uint32{12, 4}, Out: f32(1, vocab)},
		},
		Outputs: []uint32{13, 7},
	}
	w := make([]float32, context*vocab)
	for i := range w {
		w[i] = float32(i*7919%1009)/1009 - 0.5
	}
	r := textRunner(t, `{"inputs": ["tokens", "mask", "positions"], "context": 12, "length": 6, "temperature": 0}`, g, w)
	res, err := r.Run(t.Context(), []byte("once"), 0)
	require.NoError(t, err)
	ids := []uint32{'o', 'n', 'c', 'e'}
	for len(ids) < 10 {
		best, top := 0, float32(0)
		for j := range vocab {
			sum := float32(0)
			for k := range context {
				x := float32(len(ids) - 1) // the position
				if at := len(ids) - context + k; at >= 0 {
					x += float32(ids[at])
				}
				sum += float32(x * w[k*vocab+j])
			}
			if j == 0 || sum > top {
				best, top = j, sum
			}
		}
		ids = append(ids, uint32(best))
	}
	tok, err := token.Parse(tokenizer())
	require.NoError(t, err)
	var want []byte
	for _, id := range ids[4:] {
		want = tok.AppendText(want, id, len(want) == 0)
	}
	require.Equal(t, strings.ToValidUTF8(string(want), ""), string(res.Output))
}

func TestTextRefusals(t *testing.T) {
	table := follows("ab")
	good := `{"inputs": ["tokens"], "context": 24, "length": 4, "temperature": 0}`
	_, err := textBundle(t, good, lookup(1), table)
	require.NoError(t, err)
	two := lookup(1)
	two.Inputs = append(two.Inputs[:1:1], i64(2))
	two.Nodes = []ir.Node{
		{Kind: ir.Gather, Inputs: []uint32{2, 0}, Ints: []int64{0}, Out: f32(1, 1, vocab)},
		{Kind: ir.Gather, Inputs: []uint32{2, 1}, Ints: []int64{0}, Out: f32(2, vocab)},
	}
	two.Outputs = []uint32{3, 4}
	for want, tc := range map[string]struct {
		text string
		g    *ir.Graph
	}{
		`input 0: "words" is none of tokens`:       {`{"inputs": ["words"], "context": 24, "length": 4, "temperature": 0}`, lookup(1)},
		"2 inputs are described":                   {`{"inputs": ["tokens", "mask"], "context": 24, "length": 4, "temperature": 0}`, lookup(1)},
		"context of 24, the graph takes 9":         {good, lookup(9)},
		"5 new tokens in a context of 5":           {`{"inputs": ["tokens"], "context": 5, "length": 5, "temperature": 0}`, lookup(1)},
		"state 1: i64[2] does not take f32[2 259]": {good, two},
		"tokens are needed once":                   {`{"inputs": ["mask"], "context": 24, "length": 4, "temperature": 0}`, lookup(1)},
		"input 1: i64[2] does not hold 24 numbers": {`{"inputs": ["tokens", "mask"], "context": 24, "length": 4, "temperature": 0}`, two},
		"input 1: i64[2] does not hold 1 numbers":  {`{"inputs": ["tokens", "positions"], "context": 24, "length": 4, "temperature": 0}`, two},
		"temperature of 20000 thousandths":         {`{"inputs": ["tokens"], "context": 24, "length": 4, "temperature": 20000}`, lookup(1)},
	} {
		_, err := textBundle(t, tc.text, tc.g, table)
		require.ErrorContains(t, err, want)
	}
	spec, err := pack.ParseSpec([]byte(pictureSpec))
	require.NoError(t, err)
	g, w := picture()
	_, err = pack.Build(t.Context(), spec, pack.Source{Graph: g, Weights: w, Creator: [20]byte{1}, Tokenizer: tokenizer()})
	require.ErrorContains(t, err, "reads no text")
}

// Damage to the tokenizer, or a bundle that lies about it, is a refusal with its reason.
func TestTextHostileBundles(t *testing.T) {
	made := func() *bundle.Bundle {
		b, err := textBundle(t, `{"inputs": ["tokens"], "context": 24, "length": 4, "temperature": 0}`, lookup(1), follows("ab"))
		require.NoError(t, err)
		return b
	}
	change := func(f func(tok *token.Tokenizer)) error {
		b := made()
		parts, err := b.Table.Cut(b.Weights)
		require.NoError(t, err)
		tok, err := token.Unmarshal(parts[1])
		require.NoError(t, err)
		f(tok)
		shapes := append(b.Table.Shapes[:1:1], b.Table.Shapes[1])
		shapes[1].Dims = []uint64{uint64(len(tok.Marshal()))}
		b.Table, err = bundle.NewTable(shapes, [][]byte{parts[0], tok.Marshal()})
		require.NoError(t, err)
		b.Weights = append(parts[0][:len(parts[0]):len(parts[0])], tok.Marshal()...)
		b.Manifest.WeightsRoot, err = b.Table.Root()
		require.NoError(t, err)
		_, err = pipeline.New(b)
		return err
	}
	require.NoError(t, change(func(*token.Tokenizer) {}))
	for name, f := range map[string]func(tok *token.Tokenizer){
		"fails: a byte less":       func(tok *token.Tokenizer) { tok.Tokens[97] = "zz" },
		"fails: long tokens":       func(tok *token.Tokenizer) { tok.Tokens[258] = strings.Repeat("e", 100) },
		"fails: more tokens":       func(tok *token.Tokenizer) { tok.Tokens = append(tok.Tokens, "zz") },
		"fails: unknown merge":     func(tok *token.Tokenizer) { tok.Merges[0].Left = 1 },
		"fails: special beyond":    func(tok *token.Tokenizer) { tok.Special[0] = 999 },
		"fails: no place for text": func(tok *token.Tokenizer) { tok.Before = make([]uint32, 8); tok.After = make([]uint32, 12) },
	} {
		require.Equal(t, bundle.ReasonPipeline, reason(change(f)), name)
	}
}
