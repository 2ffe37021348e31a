package models

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline/pack"
)

// LettersInput is how many bytes the model Letters takes, whatever they are.
const LettersInput = 48

const lettersSpec = `{
  "name": "Letters", "summary": "Calls 48 bytes light or heavy.", "licence": "Apache-2.0", "domain": "any 48 bytes",
  "pipeline": {"classify": {"input": {"encoding": "bytes"}, "labels": ["light", "heavy"], "scores": 1}},
  "vectors": [{"hex": "HEX", "seed": 1}]
}`

// Letters returns a model that takes any 48 bytes, so that a prompt can hold what prompts should not.
func Letters(t testing.TB, creator []byte) *bundle.Bundle {
	t.Helper()
	f32 := func(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
	graph := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f32(1, LettersInput)},
		Weights:   []ir.TensorDecl{f32(LettersInput, 2)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1}, Out: f32(1, 2)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{2}, Out: f32(1, 2)},
		},
		Outputs: []uint32{3},
	}
	parsed, err := pack.ParseSpec([]byte(strings.Replace(lettersSpec, "HEX", strings.Repeat("61", LettersInput), 1)))
	require.NoError(t, err)
	made, err := pack.Build(t.Context(), parsed, pack.Source{
		Graph: graph, Weights: [][]byte{ramp(2*LettersInput, 0)}, ONNXHash: [32]byte{2}, Card: []byte("# Letters\n"), Creator: [20]byte(creator),
	})
	require.NoError(t, err)
	return made
}
