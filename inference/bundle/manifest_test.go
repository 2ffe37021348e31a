package bundle_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
)

func TestManifestRoundTrip(t *testing.T) {
	m := sample(t).Manifest
	b := m.Encode()
	got, err := bundle.DecodeManifest(b)
	require.NoError(t, err)
	require.Equal(t, m, got)
	require.Equal(t, m.Root(), got.Root())
	require.Equal(t, m.Root(), bundle.RootOf(b))
	for n := range b {
		_, err := bundle.DecodeManifest(b[:n])
		require.ErrorIs(t, err, bundle.ErrManifest, "cut at %d", n)
	}
	_, err = bundle.DecodeManifest(append(bytes.Clone(b), 0))
	require.ErrorContains(t, err, "1 bytes after the end")
}

// TestManifestBytes pins the layout of FORMAT.md section 3.
func TestManifestBytes(t *testing.T) {
	m := draft()
	m.IRBytes, m.TableBytes, m.TotalBytes = 1, 2, 3
	want := "696d6f6d" + "0001" + "00000001" + strings.Repeat("00", 19) + "01" +
		"0006" + hex.EncodeToString([]byte("Sample")) + "000a" + hex.EncodeToString([]byte("For tests.")) +
		"000a" + hex.EncodeToString([]byte("Apache-2.0")) + "000b" + hex.EncodeToString([]byte("four digits")) +
		"01" + strings.Repeat("00", 31) + strings.Repeat("00", 96) + "02" + strings.Repeat("00", 31) +
		"0000000000000001" + "0000000000000002" + "0000000000000000" + "0000000000000000" + "0000000000000003" +
		"0000000000000007" + "0000000000000064" + "00000004" + "00000008" +
		"01" + "0001" + "03" + "01" + "0000000000000004" + "01" + "0000000000000000" + "0000000000000009" +
		"0001" + "01" + "01" + "0000000000000002" +
		"0001" + "000401020304" + "0000000000000005" + "06" + strings.Repeat("00", 31) + "07" + strings.Repeat("00", 31)
	require.Equal(t, want, hex.EncodeToString(m.Encode()))
	raw, err := hex.DecodeString(want)
	require.NoError(t, err)
	require.Equal(t, bundle.Hash(sha256.Sum256(append([]byte("imod/manifest/v1"), raw...))), m.Root())
}

func TestManifestRules(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*bundle.Manifest)
		err    string
	}{
		"fails: semantics":        {func(m *bundle.Manifest) { m.Semantics = 2 }, "semantics version 2"},
		"fails: zero creator":     {func(m *bundle.Manifest) { m.Creator = [20]byte{} }, "zero address"},
		"fails: no name":          {func(m *bundle.Manifest) { m.Name = "" }, "name has 0 bytes, allowed are 1 to 64"},
		"fails: long name":        {func(m *bundle.Manifest) { m.Name = strings.Repeat("a", 65) }, "name"},
		"fails: padded name":      {func(m *bundle.Manifest) { m.Name = " a" }, "begins or ends with a space"},
		"fails: reversed name":    {func(m *bundle.Manifest) { m.Name = "a\u202eb" }, "U+202E"},
		"fails: broken name":      {func(m *bundle.Manifest) { m.Name = "a\xff" }, "not valid UTF-8"},
		"fails: newline":          {func(m *bundle.Manifest) { m.Summary = "a\nb" }, "U+000A"},
		"fails: long domain":      {func(m *bundle.Manifest) { m.Domain = strings.Repeat("a", 513) }, "domain"},
		"fails: licence":          {func(m *bundle.Manifest) { m.Licence = "do what you want" }, "not an SPDX identifier"},
		"fails: no graph":         {func(m *bundle.Manifest) { m.IRBytes = 0 }, "file ir has 0 bytes"},
		"fails: huge graph":       {func(m *bundle.Manifest) { m.IRBytes = bundle.MaxIR + 1 }, "file ir has"},
		"fails: huge table":       {func(m *bundle.Manifest) { m.TableBytes = 1 << 63 }, "file tensors has"},
		"fails: huge weights":     {func(m *bundle.Manifest) { m.WeightBytes = 1<<64 - 1 }, "file weights has"},
		"fails: huge card":        {func(m *bundle.Manifest) { m.CardBytes = 64<<10 + 1 }, "file card.md has"},
		"fails: total":            {func(m *bundle.Manifest) { m.TotalBytes++ }, "total is"},
		"fails: free work":        {func(m *bundle.Manifest) { m.WorkUnits = 0 }, "0 work units"},
		"fails: endless work":     {func(m *bundle.Manifest) { m.WorkUnits = 1<<40 + 1 }, "work units"},
		"fails: memory":           {func(m *bundle.Manifest) { m.PeakMemory = 1<<30 + 1 }, "peak memory"},
		"fails: no pipeline":      {func(m *bundle.Manifest) { m.Pipeline = nil }, "pipeline is missing"},
		"fails: text pipeline":    {func(m *bundle.Manifest) { m.Pipeline = &descriptor.Text{} }, "form 0 of a text pipeline"},
		"fails: bad pipeline":     {func(m *bundle.Manifest) { m.Pipeline = &descriptor.Tensor{} }, "pipeline is invalid: 0 inputs"},
		"fails: input limit":      {func(m *bundle.Manifest) { m.MaxInputBytes = 5 }, "input limit is 5 bytes, the pipeline's is 4"},
		"fails: output limit":     {func(m *bundle.Manifest) { m.MaxOutputBytes = 9 }, "output limit is 9 bytes, the pipeline's is 8"},
		"fails: no vectors":       {func(m *bundle.Manifest) { m.Vectors = nil }, "0 test vectors"},
		"fails: many vectors":     {func(m *bundle.Manifest) { m.Vectors = make([]bundle.Vector, 17) }, "17 test vectors"},
		"fails: invalid vector":   {func(m *bundle.Manifest) { m.Vectors[0].Input = []byte{1, 2, 3, 10} }, "test vector 0: input is refused"},
		"fails: wrong vector len": {func(m *bundle.Manifest) { m.Vectors[0].Input = nil }, "0 bytes, the model takes 4"},
	} {
		m := sample(t).Manifest
		tc.change(m)
		require.ErrorIs(t, m.Validate(), bundle.ErrManifest, name)
		require.ErrorContains(t, m.Validate(), tc.err, name)
		if m.Pipeline == nil {
			continue
		}
		_, err := bundle.DecodeManifest(m.Encode())
		require.ErrorIs(t, err, bundle.ErrManifest, name)
	}
}

// TestDecodeAllocatesLittle: counts and lengths that lie do not cost memory.
func TestDecodeAllocatesLittle(t *testing.T) {
	hostile := bytes.Repeat([]byte{0xff}, bundle.MaxManifest)
	copy(hostile, sample(t).Manifest.Encode()[:200])
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 4; i < 1000; i++ {
		b := bytes.Clone(sample(t).Manifest.Encode())
		copy(b[min(i, len(b)):], hostile)
		_, err := bundle.DecodeManifest(b)
		_ = err // either way; the point is the memory
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add(sample(f).Manifest.Encode())
	image := draft()
	image.Pipeline = &descriptor.Image{
		Height: 8, Width: 8, Latent: 2, LatentRange: 1, Separators: []string{"on"}, Fillers: []string{"a"},
		Slots: []descriptor.Slot{
			{Name: "colour", Group: 1, Default: descriptor.Required, Entries: [][]string{{"red", "crimson"}, {"blue"}}},
			{Name: "ground", Group: 2, Default: 0, Entries: [][]string{{"red"}, {"blue"}}},
		},
	}
	image.MaxInputBytes, image.MaxOutputBytes = image.Pipeline.InputBound(), image.Pipeline.OutputBound()
	image.IRBytes, image.TableBytes, image.TotalBytes = 1, 2, 3
	image.Vectors[0].Input = []byte("a red on blue")
	require.NoError(f, image.Validate())
	f.Add(image.Encode())
	text := image
	text.Pipeline = &descriptor.Text{
		Form: descriptor.Window, Inputs: []descriptor.Role{descriptor.Tokens}, Context: 8, Length: 2, Vocabulary: 260, TokenBytes: 3, Prompt: 400,
		TopP: 1000, Words: strings.Fields("a b c d e f g h i j k l m n o p"),
	}
	text.MaxInputBytes, text.MaxOutputBytes = text.Pipeline.InputBound(), text.Pipeline.OutputBound()
	require.NoError(f, text.Validate())
	f.Add(text.Encode())
	f.Add([]byte("imom"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := bundle.DecodeManifest(b)
		if err != nil {
			return
		}
		require.Equal(t, b, m.Encode())
		input, _ := m.Challenge([32]byte{1}, 0)
		require.NoError(t, m.ValidateInput(input))
		require.LessOrEqual(t, uint32(len(input)), m.MaxInputBytes)
	})
}
