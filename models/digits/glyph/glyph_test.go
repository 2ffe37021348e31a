package glyph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/imochain/imod/models/digits/glyph"
	"github.com/imochain/imod/models/internal/learn"
)

// The glyphs of a stream have the same pixels everywhere, show every digit, and no two
// are alike.
func TestGlyphs(t *testing.T) {
	const count = 500
	var pixels [glyph.Pixels]byte
	sum, seen, digits := sha256.New(), map[[glyph.Pixels]byte]bool{}, map[int]int{}
	for i := range count {
		r := learn.NewRNG(1, uint64(i))
		digits[glyph.Draw(&r, &pixels)]++
		seen[pixels] = true
		sum.Write(pixels[:])
		bright := 0
		for _, v := range pixels {
			if v > 100 {
				bright++
			}
		}
		if bright < 15 || bright > glyph.Pixels/2 {
			t.Errorf("glyph %d has %d bright pixels", i, bright)
		}
	}
	if len(seen) != count || len(digits) != glyph.Digits {
		t.Errorf("%d different glyphs of %d digits", len(seen), len(digits))
	}
	const want = "331024cf103c45a3f6d55ea18740f0b829fc4c3f226abe85d17e62c4e8bfc117"
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}
