package pipeline_test

import (
	"context"
	"encoding/binary"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline/pack"
)

const pictureSpec = `{
  "name": "Tiny", "summary": "Paints two by two pixels.", "licence": "Apache-2.0", "domain": "colours",
  "pipeline": {"image": {
    "latent": 3, "latent_range": 1, "separators": ["on"], "fillers": ["a"],
    "slots": [
      {"name": "colour", "group": 1, "words": ["red crimson", "blue"]},
      {"name": "ground", "group": 2, "words": ["red", "blue"], "default": "blue"}
    ]}},
  "vectors": [{"prompt": "a red", "seed": 1}, {"prompt": "blue on red", "seed": 18446744073709551615}, {"sample": 3, "seed": 0}]
}`

// picture is one dense layer, [1, 7] to [1, 3, 2, 2], through a sigmoid.
func picture() (*ir.Graph, [][]byte) {
	f32 := func(shape ...int64) ir.TensorDecl { return ir.TensorDecl{DType: ir.F32, Shape: shape} }
	g := &ir.Graph{
		Semantics: ir.SemanticsV1,
		Inputs:    []ir.TensorDecl{f32(1, 7)},
		Weights:   []ir.TensorDecl{f32(7, 12), f32(12)},
		Nodes: []ir.Node{
			{Kind: ir.Dot, Inputs: []uint32{0, 1, 2}, Out: f32(1, 12)},
			{Kind: ir.Unary, Op: ir.OpSigmoid, Inputs: []uint32{3}, Out: f32(1, 12)},
			{Kind: ir.Reshape, Inputs: []uint32{4}, Out: f32(1, 3, 2, 2)},
		},
		Outputs: []uint32{5},
	}
	return g, [][]byte{ramp(84), ramp(12)}
}

func ramp(n int) []byte {
	var b []byte
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(i%13-6)/4))
	}
	return b
}

func build(t testing.TB, spec string, g *ir.Graph, weights [][]byte) *bundle.Bundle {
	t.Helper()
	s, err := pack.ParseSpec([]byte(spec))
	require.NoError(t, err)
	b, err := pack.Build(context.Background(), s, pack.Source{
		Graph: g, Weights: weights, ONNXHash: [32]byte{1}, Card: []byte("# Tiny\n"), Creator: [20]byte{1},
	})
	require.NoError(t, err)
	return b
}

func tinyPicture(t testing.TB) *bundle.Bundle {
	g, w := picture()
	return build(t, pictureSpec, g, w)
}
