package content_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/content"
)

// fish are the raw pixels of a picture that the picture model painted, which testdata/fish.png shows.
func fish(t *testing.T) (width, height int, rgb []byte) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "fish.png"))
	require.NoError(t, err)
	decoded, err := png.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	size := decoded.Bounds().Size()
	pixels, ok := decoded.(*image.RGBA)
	require.True(t, ok)
	for i := 0; i < len(pixels.Pix); i += 4 {
		rgb = append(rgb, pixels.Pix[i:i+3]...)
	}
	return size.X, size.Y, rgb
}

// TestDigests pins the bytes of what a node serves: a painted picture, noise of all sizes that the encoder's blocks meet, and the headers.
// `make test-arm64` runs it on an emulated arm64.
func TestDigests(t *testing.T) {
	width, height, rgb := fish(t)
	require.Equal(t, []int{64, 64}, []int{width, height})
	noise := make([]byte, 3*257*131)
	state := uint32(7641)
	for i := range noise {
		state = state*1_664_525 + 1_013_904_223
		noise[i] = byte(state >> 24)
	}
	flat := bytes.Repeat([]byte{9, 200, 31}, 300*40)
	h := sha256.New()
	for _, c := range []struct {
		name          string
		width, height int
		rgb           []byte
		want          string
	}{
		{"a fish", width, height, rgb, "93e04f8272b3b6373fa8955a8f5d437d14a1ebb3bc3ad9fe7c355374d92ab3c9"},
		{"noise", 257, 131, noise, "68c733c67251c8e435f992171c2eb1358364de2e2b80798c801e16fc6d00a178"},
		{"one colour", 300, 40, flat, "a59cd3beeaf322e38e068f74541a7e3c6a4265535a3c334507f6415f82ee69be"},
		{"one pixel", 1, 1, []byte{1, 2, 3}, "339e22c35927f079c2c82632214586c48db8c7b547d55324adae0f13cd88756e"},
	} {
		file, kind, err := pipeline.EncodeDisplay(&descriptor.Image{Width: uint16(c.width), Height: uint16(c.height)}, c.rgb)
		require.NoError(t, err, c.name)
		marked, inFile, err := content.Mark(file, kind, provenance())
		require.NoError(t, err, c.name)
		require.True(t, inFile, c.name)
		got := sha256.Sum256(marked)
		require.Equal(t, c.want, hex.EncodeToString(got[:]), c.name)
	}
	for _, header := range content.Headers(provenance()) {
		h.Write([]byte(header.Name + ": " + header.Value + "\n"))
	}
	require.Equal(t, "ea496c3e54d14da8a286f6d34d1b1e967d32812f7ccb867ca2e409aab22363dd", hex.EncodeToString(h.Sum(nil)))
}
