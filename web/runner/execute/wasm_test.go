package execute_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/pipeline/pack"
	"github.com/imochain/imod/web/runner/execute"
)

const (
	// maxCompressed is what a visitor downloads at most, in bytes.
	maxCompressed = 3 << 20
	// maxRun is how long one picture may take in the visitor's browser, in milliseconds.
	maxRun = 3000
)

// picture packs the picture model as its builder does and writes its folder.
func picture(t *testing.T) (folder string, root string) {
	t.Helper()
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("..", "..", "..", "models", "picture", name))
		require.NoError(t, err)
		return b
	}
	file := read("picture.onnx")
	m, err := onnx.Import(file, onnx.Options{})
	require.NoError(t, err)
	spec, err := pack.ParseSpec(read("pipeline.json"))
	require.NoError(t, err)
	src := pack.Source{Graph: m.Graph, ONNXHash: sha256.Sum256(file), Card: read("card.md"), Creator: [20]byte{19: 1}}
	for _, w := range m.Weights {
		src.Weights = append(src.Weights, w.AppendBytes(nil))
	}
	b, err := pack.Build(t.Context(), spec, src)
	require.NoError(t, err)
	folder = t.TempDir()
	require.NoError(t, b.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
	return folder, bundle.FolderName(b.Manifest.Root())
}

// expected is what models/picture/digests.json commits to.
func expected(t *testing.T) (results []struct {
	Prompt     string
	Seed       json.Number
	OutputRoot string `json:"output_root"`
},
) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "models", "picture", "digests.json"))
	require.NoError(t, err)
	var file struct{ Results json.RawMessage }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.NoError(t, json.Unmarshal(file.Results, &results))
	require.NotEmpty(t, results)
	return results
}

// TestWasm builds the runner and runs the picture model with it under Node: committed digests, bounded
// time and size, and a clear refusal for everything else, after which the instance still works.
func TestWasm(t *testing.T) {
	out := t.TempDir()
	wasm := filepath.Join(out, "runner.wasm")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", wasm, "..")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	log, err := build.CombinedOutput()
	require.NoError(t, err, string(log))
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	glue := filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js")

	compressed := compress(t, wasm)
	t.Logf("runner: %d bytes compressed", compressed)
	require.Less(t, compressed, maxCompressed)

	folder, root := picture(t)
	want := expected(t)
	type call struct {
		Root  string `json:"root"`
		Input string `json:"input"`
		Seed  string `json:"seed"`
		Flip  string `json:"flip,omitempty"`
		Drop  string `json:"drop,omitempty"`
		Args  []any  `json:"args,omitempty"`
	}
	good := call{Root: root, Input: want[0].Prompt, Seed: want[0].Seed.String()}
	refusals := map[string]call{
		"wanted 0000":                  {Root: strings.Repeat("0", 64), Input: good.Input, Seed: "1"},
		"file weights, chunk at":       {Root: root, Input: good.Input, Seed: "1", Flip: "weights"},
		"root":                         {Root: root, Input: good.Input, Seed: "1", Flip: "ir"},
		"manifest is invalid":          {Root: root, Input: good.Input, Seed: "1", Flip: "manifest"},
		"file card.md is missing":      {Root: root, Input: good.Input, Seed: "1", Drop: "card.md"},
		"is not a number from 0":       {Root: root, Input: good.Input, Seed: "18446744073709551616"},
		"unknown":                      {Root: root, Input: "a red qzxv", Seed: "1"},
		"is not a manifest root":       {Root: "../..", Input: good.Input, Seed: "1"},
		"4 arguments":                  {Args: []any{1}},
		"must be an object":            {Args: []any{nil, "x", nil, "1"}},
		"must be strings":              {Args: []any{map[string]any{}, 7, []int{}, 1}},
		"manifest is missing or not a": {Args: []any{map[string]any{"manifest": "text"}, root, []int{}, "1"}},
	}
	var calls []call
	for _, w := range want {
		calls = append(calls, call{Root: root, Input: w.Prompt, Seed: w.Seed.String()})
	}
	var wanted []string
	for text, c := range refusals {
		calls, wanted = append(calls, c), append(wanted, text)
	}
	calls = append(calls, good)
	raw, err := json.Marshal(calls)
	require.NoError(t, err)
	cases := filepath.Join(out, "cases.json")
	require.NoError(t, os.WriteFile(cases, raw, 0o600))

	node := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "run.mjs"), glue, wasm, folder, cases)
	var stderr bytes.Buffer
	node.Stderr = &stderr
	answer, err := node.Output()
	require.NoError(t, err, stderr.String())
	lines := strings.Split(strings.TrimSpace(string(answer)), "\n")
	require.Len(t, lines, len(calls))
	for i, line := range lines {
		var got struct {
			OutputRoot, MediaType, Error string
			Display                      []byte
			Milliseconds                 float64
		}
		require.NoError(t, json.Unmarshal([]byte(line), &got))
		if i >= len(want) && i < len(want)+len(wanted) {
			require.Contains(t, got.Error, wanted[i-len(want)])
			continue
		}
		w := want[i%(len(calls)-1)] // the last call repeats the first
		require.Empty(t, got.Error)
		require.Equal(t, w.OutputRoot, got.OutputRoot, w.Prompt)
		require.Equal(t, "image/png", got.MediaType)
		_, err := png.Decode(bytes.NewReader(got.Display))
		require.NoError(t, err)
		t.Logf("%q: %.0f ms", w.Prompt, got.Milliseconds)
		require.Less(t, got.Milliseconds, float64(maxRun))
		native, err := execute.Run(t.Context(), execute.Call{
			Files: readFolder(t, folder), Root: root, Input: []byte(w.Prompt), Seed: w.Seed.String(),
		})
		require.NoError(t, err)
		require.Equal(t, native.Display, got.Display, "the same file in both worlds")
	}
}

func readFolder(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range execute.Names() {
		b, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		files[name] = b
	}
	return files
}

func compress(t *testing.T, path string) int {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	require.NoError(t, err)
	_, err = w.Write(raw)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return buf.Len()
}

func TestFolderHoldsNothingElse(t *testing.T) {
	_, err := execute.Run(t.Context(), execute.Call{Root: strings.Repeat("ab", 32), Seed: "1"})
	require.ErrorIs(t, err, bundle.ErrBundle)
	_, err = execute.Run(t.Context(), execute.Call{
		Root: hex.EncodeToString(make([]byte, 32)), Seed: "-1",
	})
	require.ErrorContains(t, err, "is not a number")
}
