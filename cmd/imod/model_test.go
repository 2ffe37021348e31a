package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/shared"
)

const (
	pictureFolder = "../../models/picture"
	testCreator   = "imo1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpccasul"
)

// light runs a command of the tree without the application.
func light(t *testing.T, args ...string) (string, error) {
	t.Helper()
	root := newLightCmd()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func packPicture(t *testing.T, spec, out string) manifestView {
	t.Helper()
	text, err := light(t, "model", "pack", filepath.Join(pictureFolder, "picture.onnx"), "--spec", spec,
		"--card", filepath.Join(pictureFolder, "card.md"), "--creator", testCreator, "--out", out, "--output", "json")
	require.NoError(t, err, text)
	var v struct {
		manifestView
		Pipeline json.RawMessage `json:"pipeline"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v.manifestView
}

func TestModelCommands(t *testing.T) {
	out := t.TempDir()
	v := packPicture(t, filepath.Join(pictureFolder, "pipeline.json"), out)
	require.Equal(t, testCreator, v.Creator)
	m, err := bundle.DecodeManifest(v.Manifest)
	require.NoError(t, err)
	root := m.Root()
	require.Equal(t, bundle.FolderName(root), v.Root)
	require.Equal(t, filepath.Join(out, v.Root), v.Folder)

	// The same description in YAML makes the same bundle, over the one that is there.
	raw, err := os.ReadFile(filepath.Join(pictureFolder, "pipeline.json"))
	require.NoError(t, err)
	var doc any
	require.NoError(t, json.Unmarshal(raw, &doc))
	doc.(map[string]any)["vectors"].([]any)[3].(map[string]any)["seed"] = uint64(1<<64 - 1)
	asYAML, err := yaml.Marshal(doc)
	require.NoError(t, err)
	spec := filepath.Join(t.TempDir(), "pipeline.yaml")
	require.NoError(t, os.WriteFile(spec, asYAML, 0o600))
	require.Equal(t, v.Root, packPicture(t, spec, out).Root)
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, entries, 1)

	text, err := light(t, "model", "verify", v.Folder)
	require.NoError(t, err)
	require.Contains(t, text, "ok: manifest root "+v.Root)
	text, err = light(t, "model", "inspect", v.Folder)
	require.NoError(t, err)
	require.Contains(t, text, "prompt: thing")

	// A run of the first test vector prints its hashes.
	png, pixels := filepath.Join(out, "x.png"), filepath.Join(out, "x.rgb")
	text, err = light(t, "model", "run", v.Folder, "--prompt", string(m.Vectors[0].Input), "--seed", "1", "--png", png, "--raw", pixels, "--output", "json")
	require.NoError(t, err)
	var run runView
	require.NoError(t, json.Unmarshal([]byte(text), &run))
	require.Equal(t, v.Vectors[0].OutputRoot, run.OutputRoot)
	require.Equal(t, v.Vectors[0].Witness, run.Witness)
	rgb, err := os.ReadFile(pixels)
	require.NoError(t, err)
	require.Len(t, rgb, 64*64*3)
	file, err := os.ReadFile(png)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(file, []byte("\x89PNG")))

	weights := filepath.Join(v.Folder, bundle.FileWeights)
	broken, err := os.ReadFile(weights)
	require.NoError(t, err)
	broken[100_000] ^= 1
	require.NoError(t, os.WriteFile(weights, broken, 0o600))
	_, err = light(t, "model", "verify", v.Folder)
	require.ErrorContains(t, err, "file weights, chunk at byte")
}

func TestModelCommandsRefuse(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	onnx, card, spec := filepath.Join(pictureFolder, "picture.onnx"), filepath.Join(pictureFolder, "card.md"), filepath.Join(pictureFolder, "pipeline.json")
	packed := func(args ...string) []string { return append([]string{"model", "pack"}, args...) }
	for name, tc := range map[string]struct {
		args []string
		err  string
	}{
		"no creator":          {packed(onnx, "--spec", spec, "--card", card), `required flag(s) "creator" not set`},
		"foreign creator":     {packed(onnx, "--spec", spec, "--card", card, "--creator", "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a"), `prefix is "cosmos", wanted "imo"`},
		"short creator":       {packed(onnx, "--spec", spec, "--card", card, "--creator", "0x01"), "has 1 bytes, wanted 20"},
		"missing model":       {packed("nothing.onnx", "--spec", spec, "--card", card, "--creator", testCreator), "nothing.onnx: no such file"},
		"not a model":         {packed(file("x.onnx", "hello"), "--spec", spec, "--card", card, "--creator", testCreator), "x.onnx: "},
		"large card":          {packed(onnx, "--spec", spec, "--card", file("card", strings.Repeat("a", 64<<10+1)), "--creator", testCreator), "65537 bytes, allowed are 65536"},
		"a folder as card":    {packed(onnx, "--spec", spec, "--card", dir, "--creator", testCreator), "is not a file"},
		"unknown field":       {packed(onnx, "--spec", file("a.yaml", "nam: x"), "--card", card, "--creator", testCreator), `unknown field "nam"`},
		"duplicate field":     {packed(onnx, "--spec", file("b.yaml", "name: x\nname: y"), "--card", card, "--creator", testCreator), "already defined"},
		"a list as spec":      {packed(onnx, "--spec", file("c.yaml", "- x"), "--card", card, "--creator", testCreator), "cannot unmarshal"},
		"dimension":           {packed(onnx, "--spec", spec, "--card", card, "--creator", testCreator, "--dim", "n"), `--dim "n": wanted name=size`},
		"output format":       {packed(onnx, "--spec", spec, "--card", card, "--creator", testCreator, "--output", "xml"), `--output "xml" is neither text nor json`},
		"inspect no bundle":   {[]string{"model", "inspect", dir}, "manifest"},
		"verify no folder":    {[]string{"model", "verify", filepath.Join(dir, "none")}, "no such file"},
		"run without input":   {[]string{"model", "run", dir}, "at least one of the flags in the group"},
		"run with two inputs": {[]string{"model", "run", dir, "--prompt", "a", "--input-hex", "00"}, "none of the others can be"},
		"run with bad hex":    {[]string{"model", "run", dir, "--input-hex", "0"}, "--input-hex"},
		"serve a file":        {[]string{"model", "serve", onnx}, "is not a folder"},
		"serve nowhere":       {[]string{"model", "serve", dir, "--listen", "nowhere"}, "--listen nowhere"},
		"sidecar log format":  {[]string{"sidecar", "--home", dir, "--log-format", "xml"}, `--log-format "xml"`},
		"sidecar open token":  {[]string{"sidecar", "--home", dir, "--token-file", openFile(t, dir)}, "others can read it, wanted 600"},
		"sidecar on tcp":      {[]string{"sidecar", "--home", dir, "--listen", "127.0.0.1:0"}, "needs a token"},
	} {
		_, err := light(t, tc.args...)
		require.ErrorContains(t, err, tc.err, name)
	}
}

func openFile(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(path, []byte("0123456789abcdef"), 0o600))
	require.NoError(t, os.Chmod(path, 0o644))
	return path
}

// TestModelShared: a bundle packed by somebody else has all tensors in common with the first one.
func TestModelShared(t *testing.T) {
	out := t.TempDir()
	mine := packPicture(t, filepath.Join(pictureFolder, "pipeline.json"), out)
	file := filepath.Join(out, "proof")
	text, err := light(t, "model", "shared", mine.Folder, mine.Folder, "--proof-file", file, "--output", "json")
	require.NoError(t, err, text)
	var v sharedView
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	require.Equal(t, mine.WeightBytes, v.Bytes)
	require.Equal(t, v.WeightBytes, v.Bytes)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, v.Proof, written)
	var root [32]byte
	_, err = hex.Decode(root[:], []byte(mine.WeightsRoot))
	require.NoError(t, err)
	found, err := shared.Verify(root, root, written)
	require.NoError(t, err)
	require.Equal(t, v.Tensors, found.Tensors)

	_, err = light(t, "model", "shared", mine.Folder, filepath.Join(out, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
