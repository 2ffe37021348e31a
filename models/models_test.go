package models_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/inference/pipeline/pack"
)

var update = flag.Bool("update", false, "write digests.json anew")

// digests is the file of expected results.
type digests struct {
	ONNX        string   `json:"onnx_sha256"`
	Graph       string   `json:"ir_root"`
	WorkUnits   int64    `json:"work_units"`
	MultiplyAdd int64    `json:"multiply_adds"`
	Results     []result `json:"results"`
}

// result is what one input gives: roots of the raw output and of the tensors
// that feed the last node.
type result struct {
	Prompt     string `json:"prompt,omitempty"`
	Hex        string `json:"hex,omitempty"`
	Seed       uint64 `json:"seed"`
	OutputRoot string `json:"output_root"`
	Witness    string `json:"witness"`
}

func (r result) input() ([]byte, error) {
	if r.Prompt != "" {
		return []byte(r.Prompt), nil
	}
	return hex.DecodeString(r.Hex)
}

// Every model in the repository gives the expected results, bit for bit.
func TestDigests(t *testing.T) {
	files, err := filepath.Glob("*/pipeline.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(folder, func(t *testing.T) { checkDigests(t, folder) })
	}
}

func checkDigests(t *testing.T, folder string) {
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		return b
	}
	var want digests
	require.NoError(t, json.Unmarshal(read("digests.json"), &want))
	require.NotEmpty(t, want.Results)

	file := read(filepath.Base(folder) + ".onnx")
	require.Less(t, len(file), 5<<20)
	m, err := onnx.Import(file, onnx.Options{})
	require.NoError(t, err)
	r := runner(t, read("pipeline.json"), read("card.md"), file, m)
	cost, err := m.Graph.Cost()
	require.NoError(t, err)
	got := digests{
		ONNX: hexOf(sha256.Sum256(file)), Graph: hexOf(m.Graph.Root()),
		WorkUnits: cost.WorkUnits, MultiplyAdd: cost.MACs,
	}
	for _, w := range want.Results {
		input, err := w.input()
		require.NoError(t, err)
		res, err := r.Run(t.Context(), input, w.Seed)
		require.NoError(t, err)
		w.OutputRoot, w.Witness = hexOf(res.OutputRoot), hexOf(res.Witness)
		got.Results = append(got.Results, w)
	}
	if *update {
		b, err := json.MarshalIndent(got, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "digests.json"), append(b, '\n'), 0o644))
		return
	}
	require.Equal(t, want, got)
}

// runner packs a model as its builder would, which also runs the proof of model,
// and loads the result.
func runner(t *testing.T, description, card, file []byte, m *onnx.Model) *pipeline.Runner {
	spec, err := pack.ParseSpec(description)
	require.NoError(t, err)
	src := pack.Source{Graph: m.Graph, ONNXHash: sha256.Sum256(file), Card: card, Creator: [20]byte{19: 1}}
	for i, w := range m.Weights {
		require.True(t, w.Decl().Equal(m.Graph.Weights[i]))
		src.Weights = append(src.Weights, w.AppendBytes(nil))
	}
	b, err := pack.Build(t.Context(), spec, src)
	require.NoError(t, err)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	return r
}

func hexOf[T ~[32]byte](h T) string { return hex.EncodeToString(h[:]) }
