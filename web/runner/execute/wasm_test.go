package execute_test

import (
	"bytes"
	"compress/gzip"
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
	"github.com/imochain/imod/models"
	"github.com/imochain/imod/web/runner/execute"
)

const (
	// maxCompressed is what a visitor downloads at most, in bytes.
	maxCompressed = 3 << 20
	// maxRun is how long one run may take in the visitor's browser, in milliseconds; maxText that of a text,
	// which is a run of the graph per token.
	maxRun, maxText = 3000, 20000
)

// packed writes the folder of a model's bundle, made as its builder makes it.
func packed(t *testing.T, name string) (folder string, root string) {
	t.Helper()
	b, err := models.Pack(t.Context(), name, [20]byte{19: 1})
	require.NoError(t, err)
	folder = t.TempDir()
	require.NoError(t, b.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
	return folder, bundle.FolderName(b.Manifest.Root())
}

// result is a line of a model's digests.json.
type result struct {
	Prompt, Hex, Text string
	Seed              json.Number
	OutputRoot        string `json:"output_root"`
}

func (r result) input(t *testing.T) []byte {
	t.Helper()
	if r.Prompt != "" {
		return []byte(r.Prompt)
	}
	b, err := hex.DecodeString(r.Hex)
	require.NoError(t, err)
	return b
}

// expected is what a model's digests.json commits to.
func expected(t *testing.T, name string) []result {
	t.Helper()
	raw, err := models.Read(name, "digests.json")
	require.NoError(t, err)
	var file struct{ Results []result }
	require.NoError(t, json.Unmarshal(raw, &file))
	require.NotEmpty(t, file.Results)
	return file.Results
}

// call is one case for run.mjs.
type call struct {
	Root  string `json:"root"`
	Input []byte `json:"input"`
	Seed  string `json:"seed"`
	Flip  string `json:"flip,omitempty"`
	Drop  string `json:"drop,omitempty"`
	Args  []any  `json:"args,omitempty"`
}

// answer is what the runner gave for a case.
type answer struct {
	OutputRoot, MediaType, Error string
	Display                      []byte
	Milliseconds                 float64
}

// runner is the program under test and the Go release's glue.
type runner struct{ wasm, glue string }

func build(t *testing.T) runner {
	t.Helper()
	r := runner{wasm: filepath.Join(t.TempDir(), "runner.wasm")}
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w", "-o", r.wasm, "..")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	log, err := cmd.CombinedOutput()
	require.NoError(t, err, string(log))
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	r.glue = filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js")
	return r
}

// run makes all calls on one bundle in one instance under Node.
func (r runner) run(t *testing.T, folder string, calls []call) []answer {
	t.Helper()
	raw, err := json.Marshal(calls)
	require.NoError(t, err)
	cases := filepath.Join(t.TempDir(), "cases.json")
	require.NoError(t, os.WriteFile(cases, raw, 0o600))
	node := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "run.mjs"), r.glue, r.wasm, folder, cases)
	var stderr bytes.Buffer
	node.Stderr = &stderr
	out, err := node.Output()
	require.NoError(t, err, stderr.String())
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, len(calls))
	answers := make([]answer, len(lines))
	for i, line := range lines {
		require.NoError(t, json.Unmarshal([]byte(line), &answers[i]))
	}
	return answers
}

// TestWasm builds the runner and runs every model with it under Node: committed digests, bounded
// time and size, and a clear refusal for everything else, after which the instance still works.
func TestWasm(t *testing.T) {
	r := build(t)
	compressed := compress(t, r.wasm)
	t.Logf("runner: %d bytes compressed", compressed)
	require.Less(t, compressed, maxCompressed)
	for _, name := range models.Names() {
		t.Run(name, func(t *testing.T) { runModel(t, r, name) })
	}
	t.Run("refusals", func(t *testing.T) { refusals(t, r) })
}

func runModel(t *testing.T, r runner, name string) {
	folder, root := packed(t, name)
	want := expected(t, name)
	var calls []call
	for _, w := range want {
		calls = append(calls, call{Root: root, Input: w.input(t), Seed: w.Seed.String()})
	}
	for i, got := range r.run(t, folder, calls) {
		require.Empty(t, got.Error)
		require.Equal(t, want[i].OutputRoot, got.OutputRoot, want[i].Prompt)
		t.Logf("%.40q: %.0f ms", want[i].Prompt+want[i].Hex, got.Milliseconds)
		limit := maxRun
		if name == "prose" {
			limit = maxText
		}
		require.Less(t, got.Milliseconds, float64(limit))
		if got.MediaType == "image/png" {
			_, err := png.Decode(bytes.NewReader(got.Display))
			require.NoError(t, err)
		} else {
			require.Equal(t, "text/plain; charset=utf-8", got.MediaType)
			require.Equal(t, want[i].Text, string(got.Display))
		}
		native, err := execute.Run(t.Context(), execute.Call{
			Files: readFolder(t, folder), Root: root, Input: calls[i].Input, Seed: calls[i].Seed,
		})
		require.NoError(t, err)
		require.Equal(t, native.Display, got.Display, "the same file in both worlds")
	}
}

func refusals(t *testing.T, r runner) {
	folder, root := packed(t, "picture")
	want := expected(t, "picture")[0]
	good := call{Root: root, Input: []byte(want.Prompt), Seed: want.Seed.String()}
	var calls []call
	var wanted []string
	for text, c := range map[string]call{
		"wanted 0000":                  {Root: strings.Repeat("0", 64), Input: good.Input, Seed: "1"},
		"file weights, chunk at":       {Root: root, Input: good.Input, Seed: "1", Flip: "weights"},
		"root":                         {Root: root, Input: good.Input, Seed: "1", Flip: "ir"},
		"manifest is invalid":          {Root: root, Input: good.Input, Seed: "1", Flip: "manifest"},
		"file card.md is missing":      {Root: root, Input: good.Input, Seed: "1", Drop: "card.md"},
		"is not a number from 0":       {Root: root, Input: good.Input, Seed: "18446744073709551616"},
		"unknown":                      {Root: root, Input: []byte("a red qzxv"), Seed: "1"},
		"is not a manifest root":       {Root: "../..", Input: good.Input, Seed: "1"},
		"4 arguments":                  {Args: []any{1}},
		"must be an object":            {Args: []any{nil, "x", nil, "1"}},
		"must be strings":              {Args: []any{map[string]any{}, 7, []int{}, 1}},
		"manifest is missing or not a": {Args: []any{map[string]any{"manifest": "text"}, root, []int{}, "1"}},
	} {
		calls, wanted = append(calls, c), append(wanted, text)
	}
	answers := r.run(t, folder, append(calls, good))
	for i, text := range wanted {
		require.Contains(t, answers[i].Error, text)
	}
	require.Equal(t, want.OutputRoot, answers[len(calls)].OutputRoot, "the instance still works")
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
