package png_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	stdpng "image/png"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/inference/pipeline/png"
)

// pixels decodes a file with the standard library's decoder.
func pixels(t require.TestingT, file []byte) (width, height int, rgb []byte) {
	img, err := stdpng.Decode(bytes.NewReader(file))
	require.NoError(t, err)
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, a := img.At(x, y).RGBA()
			require.EqualValues(t, 0xffff, a)
			rgb = append(rgb, byte(r>>8), byte(g>>8), byte(bl>>8))
		}
	}
	return b.Dx(), b.Dy(), rgb
}

// TestPixels: another decoder finds the pixels again, and the file is never much longer than they are.
func TestPixels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height")
		rgb := make([]byte, 3*width*height)
		levels := rapid.IntRange(1, 256).Draw(t, "levels")
		run := rapid.IntRange(1, 300).Draw(t, "run")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for i := 0; i < len(rgb); {
			v := byte(rng.IntN(levels))
			for n := 1 + rng.IntN(run); n > 0 && i < len(rgb); n, i = n-1, i+1 {
				rgb[i] = v
			}
		}
		file, err := png.Encode(width, height, rgb)
		require.NoError(t, err)
		w, h, got := pixels(t, file)
		require.Equal(t, []int{width, height}, []int{w, h})
		require.Equal(t, rgb, got)
		require.Less(t, len(file), len(rgb)+height+100)
	})
}

// TestLarge passes the length of a stored block, the window and the longest match.
func TestLarge(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name string
		at   func(i int) byte
		most int
	}{
		{"one colour", func(int) byte { return 200 }, 6 << 10},
		{"noise", func(int) byte { return byte(rng.Uint32()) }, 788 << 10},
		{"slope", func(i int) byte { return byte(i / 3 % 512 / 2) }, 20 << 10},
		{"far repeats", func(i int) byte { return byte(i % 33000 * i % 251) }, 788 << 10},
	} {
		rgb := make([]byte, 3*512*512)
		for i := range rgb {
			rgb[i] = c.at(i)
		}
		file, err := png.Encode(512, 512, rgb)
		require.NoError(t, err)
		_, _, got := pixels(t, file)
		require.True(t, bytes.Equal(rgb, got), c.name)
		require.Less(t, len(file), c.most, c.name)
	}
}

// TestGolden pins files: people compare their hashes.
func TestGolden(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	var rgb []byte
	for y := range 64 {
		for x := range 64 {
			v := [3]byte{byte(4 * x), byte(x*y/16 + y), byte((x / 8 * y / 8) * 3)}
			rgb = append(rgb, v[:]...)
			copy(img.Pix[img.PixOffset(x, y):], append(v[:], 255))
		}
	}
	file, err := png.Encode(64, 64, rgb)
	require.NoError(t, err)
	sum := sha256.Sum256(file)
	require.Equal(t, "156bc813f558f4670613d046d8a5b774cf11c11da5b18d0f7a851b5d07a2ccdf", hex.EncodeToString(sum[:]))
	dot, err := png.Encode(1, 1, []byte{255, 0, 7})
	require.NoError(t, err)
	require.Equal(t, "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154780163f8cfc00e000308010770c2e1e00000000049454e44ae426082", hex.EncodeToString(dot))

	var std bytes.Buffer
	require.NoError(t, stdpng.Encode(&std, img))
	t.Logf("%d bytes, the standard library's encoder needs %d", len(file), std.Len())
	require.Less(t, len(file), 2*std.Len())
}

func TestRefuses(t *testing.T) {
	for _, c := range [][3]int{{0, 1, 0}, {1, 0, 0}, {-1, -1, 3}, {png.MaxSide + 1, 1, 3 * (png.MaxSide + 1)}, {2, 2, 11}, {2, 2, 13}} {
		_, err := png.Encode(c[0], c[1], make([]byte, c[2]))
		require.Error(t, err, c)
	}
}
