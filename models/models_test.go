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

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/models"
)

var update = flag.Bool("update", false, "write digests.json anew")

// digests is the file of expected results.
type digests struct {
	ONNX        string   `json:"onnx_sha256"`
	Graph       string   `json:"ir_root"`
	WorkUnits   uint64   `json:"work_units"`
	MultiplyAdd int64    `json:"multiply_adds"`
	Results     []result `json:"results"`
}

// result is what one input gives: roots of the raw output and of the tensors
// that feed the last node. Text is the output where it is one.
type result struct {
	Prompt     string `json:"prompt,omitempty"`
	Hex        string `json:"hex,omitempty"`
	Seed       uint64 `json:"seed"`
	Text       string `json:"text,omitempty"`
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
	require.NotEmpty(t, models.Names())
	for _, name := range models.Names() {
		t.Run(name, func(t *testing.T) { checkDigests(t, name) })
	}
}

func checkDigests(t *testing.T, name string) {
	read := func(file string) []byte {
		b, err := models.Read(name, file)
		require.NoError(t, err)
		return b
	}
	var want digests
	require.NoError(t, json.Unmarshal(read("digests.json"), &want))
	require.NotEmpty(t, want.Results)

	file := read(name + ".onnx")
	require.Less(t, len(file), 5<<20)
	b, err := models.Pack(t.Context(), name, [20]byte{19: 1})
	require.NoError(t, err)
	r, err := pipeline.New(b)
	require.NoError(t, err)
	g, err := ir.Decode(b.IR, ir.DefaultLimits())
	require.NoError(t, err)
	cost, err := g.Cost()
	require.NoError(t, err)
	got := digests{
		ONNX: hexOf(sha256.Sum256(file)), Graph: hexOf(b.Manifest.IRRoot),
		WorkUnits: b.Manifest.WorkUnits, MultiplyAdd: cost.MACs,
	}
	for _, w := range want.Results {
		input, err := w.input()
		require.NoError(t, err)
		res, err := r.Run(t.Context(), input, w.Seed)
		require.NoError(t, err)
		w.OutputRoot, w.Witness = hexOf(res.OutputRoot), hexOf(res.Witness)
		if b.Manifest.Pipeline.MediaType() == "text/plain; charset=utf-8" {
			w.Text = string(res.Output)
		}
		got.Results = append(got.Results, w)
	}
	if *update {
		b, err := json.MarshalIndent(got, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(name, "digests.json"), append(b, '\n'), 0o644))
		return
	}
	// One by one: the inputs are long, and a difference must be found in the report.
	for i := range want.Results {
		w, g := want.Results[i], got.Results[i]
		require.Equal(t, []string{w.Text, w.OutputRoot, w.Witness}, []string{g.Text, g.OutputRoot, g.Witness}, "result %d", i)
	}
	want.Results, got.Results = nil, nil
	require.Equal(t, want, got)
}

func hexOf[T ~[32]byte](h T) string { return hex.EncodeToString(h[:]) }
