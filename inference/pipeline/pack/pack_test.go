package pack_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline/pack"
)

const base = `{"name": "A", "licence": "MIT", "summary": "", "domain": "", "pipeline": PIPELINE, "vectors": [VECTORS]}`

// sqrt is a graph of one node on f32[1, 3, 2, 2].
func sqrt() *ir.Graph {
	d := ir.TensorDecl{DType: ir.F32, Shape: []int64{1, 3, 2, 2}}
	return &ir.Graph{
		Semantics: ir.SemanticsV1, Inputs: []ir.TensorDecl{d},
		Nodes:   []ir.Node{{Kind: ir.Unary, Op: ir.OpSqrt, Inputs: []uint32{0}, Out: d}},
		Outputs: []uint32{1},
	}
}

func TestBuildRefuses(t *testing.T) {
	tensor := `{"tensor": {"inputs": [{"low": 0, "high": 1}]}}`
	for name, tc := range map[string]struct{ pipeline, vectors, err string }{
		"ok":                               {tensor, "", ""},
		"fails: no pipeline":               {`{}`, "", "exactly one of tensor, classify, text, image is needed, 0 are given"},
		"fails: two pipelines":             {`{"text": {}, "tensor": {"inputs": []}}`, "", "2 are given"},
		"fails: text":                      {`{"text": {}}`, "", "a text pipeline needs a tokenizer.json"},
		"fails: unknown field":             {`{"tensor": {"input": []}}`, "", `unknown field "input"`},
		"fails: inputs":                    {`{"tensor": {"inputs": []}}`, "", "0 inputs are described, the graph has 1"},
		"fails: no domain":                 {`{"tensor": {"inputs": [{}]}}`, "", "low and high are needed"},
		"fails: bad domain":                {`{"tensor": {"inputs": [{"low": 2, "high": 1}]}}`, "", "is not a finite range"},
		"fails: encoding":                  {`{"tensor": {"inputs": [{"encoding": "png"}]}}`, "", `encoding "png" is neither raw nor bytes`},
		"fails: labels":                    {`{"classify": {"input": {"encoding": "bytes"}, "labels": ["a", "b"]}}`, "", "classify wants 2 scores"},
		"fails: image of another size":     {`{"image": {"latent": 1, "latent_range": 1, "slots": [{"name": "a", "words": ["b"]}]}}`, "", "the pipeline gives one f32[1 2]"},
		"fails: default that is no entry":  {`{"image": {"latent": 1, "latent_range": 1, "slots": [{"name": "a", "words": ["b"], "default": "c"}]}}`, "", `default "c" is not the first word of an entry`},
		"fails: vector of two kinds":       {tensor, `{"hex": "00", "prompt": "x"}`, "exactly one of prompt, hex, sample is needed"},
		"fails: vector without input":      {tensor, `{"seed": 1}`, "exactly one of prompt, hex, sample is needed"},
		"fails: vector beyond the domain":  {tensor, `{"hex": "` + strings.Repeat("00004040", 12) + `"}`, "element 0 is 3, the domain is 0 to 1"},
		"fails: vector of the wrong bytes": {tensor, `{"hex": "00"}`, "1 bytes, the model takes 48"},
		"fails: vector that is not hex":    {tensor, `{"hex": "xx"}`, "invalid byte"},
	} {
		spec, err := pack.ParseSpec([]byte(strings.NewReplacer("PIPELINE", tc.pipeline, "VECTORS", tc.vectors).Replace(base)))
		if err == nil {
			_, err = pack.Build(t.Context(), spec, pack.Source{Graph: sqrt(), Creator: [20]byte{1}})
		}
		if tc.err == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, tc.err, name)
	}
}

func TestParseSpec(t *testing.T) {
	_, err := pack.ParseSpec([]byte(`{} {}`))
	require.ErrorContains(t, err, "more than one document")
	_, err = pack.ParseSpec(make([]byte, 1<<20+1))
	require.ErrorContains(t, err, "1048577 bytes, allowed are 1048576")
	_, err = pack.ParseSpec([]byte(`{"name": 3}`))
	require.Error(t, err)
}

func TestBuildNeedsCreator(t *testing.T) {
	spec, err := pack.ParseSpec([]byte(strings.NewReplacer("PIPELINE", `{"tensor": {"inputs": [{"low": 0, "high": 1}]}}`, "VECTORS", "").Replace(base)))
	require.NoError(t, err)
	_, err = pack.Build(t.Context(), spec, pack.Source{Graph: sqrt()})
	require.ErrorContains(t, err, "creator is the zero address")
}
