package drawing_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/imochain/imod/models/picture/drawing"
)

// scenes returns n scenes from a small generator.
func scenes(n int) []drawing.Scene {
	state := uint64(1)
	next := func() uint64 {
		state = state*6364136223846793005 + 1442695040888963407
		return state >> 40
	}
	out := make([]drawing.Scene, n)
	for k := range out {
		s := &out[k]
		s.Thing = k % len(drawing.Things)
		s.Colour, s.Ground = int(next()%uint64(len(drawing.Colours))), int(next()%uint64(len(drawing.Colours)))
		s.Place = int(next() % uint64(len(drawing.Places)))
		for i := range s.Latent {
			s.Latent[i] = float64(next())/(1<<23) - 1
		}
	}
	return out
}

func render(s *drawing.Scene) [3 * drawing.Pixels]float32 {
	var l drawing.Layers
	var out [3 * drawing.Pixels]float32
	l.Draw(s)
	paint := drawing.PaintOf(s)
	l.Compose(&paint, &out)
	return out
}

// The model was fitted to exactly these pictures, on whatever machine.
func TestDrawingsAreThoseTheModelLearned(t *testing.T) {
	h := sha256.New()
	for _, s := range scenes(200) {
		for _, v := range render(&s) {
			h.Write([]byte{drawing.Byte(v)})
		}
	}
	const want = "d5846d2d0bcc7faf9e6bce715399d89bd22088e90a248c88e1ec2c7c02ed291e"
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("digest of 200 drawings is %s, want %s", got, want)
	}
}

func TestLayersAreShares(t *testing.T) {
	var l drawing.Layers
	for _, s := range scenes(60) {
		l.Draw(&s)
		shown := float32(0)
		for i := range l.Weight {
			sum := float32(0)
			for _, v := range l.Weight[i] {
				if v < 0 || v > 1.0001 {
					t.Fatalf("pixel %d: share %v", i, v)
				}
				sum += v
			}
			if sum < 0.9999 || sum > 1.0001 {
				t.Fatalf("pixel %d: shares sum to %v", i, sum)
			}
			if v := l.Tone[i]; v < 0 || v > 1 {
				t.Fatalf("pixel %d: tone %v", i, v)
			}
			shown += 1 - l.Weight[i][drawing.Ground]
		}
		if part := shown / drawing.Pixels; part < 0.04 || part > 0.7 {
			t.Errorf("%s covers %.2f of the picture", drawing.Things[s.Thing], part)
		}
	}
}

// Every attribute and every latent shows in some picture.
func TestEverythingShows(t *testing.T) {
	differ := func(change func(*drawing.Scene)) bool {
		for _, s := range scenes(40) {
			before := render(&s)
			change(&s)
			if render(&s) != before {
				return true
			}
		}
		return false
	}
	changes := []func(*drawing.Scene){
		func(s *drawing.Scene) { s.Thing = (s.Thing + 1) % len(drawing.Things) },
		func(s *drawing.Scene) { s.Colour = (s.Colour + 1) % len(drawing.Colours) },
		func(s *drawing.Scene) { s.Ground = (s.Ground + 1) % len(drawing.Colours) },
		func(s *drawing.Scene) { s.Place = (s.Place + 1) % len(drawing.Places) },
	}
	for i := range drawing.Latents {
		changes = append(changes, func(s *drawing.Scene) { s.Latent[i] = -s.Latent[i] })
	}
	for i, change := range changes {
		if !differ(change) {
			t.Errorf("change %d does not show", i)
		}
	}
}

func TestSheetPlacesPictures(t *testing.T) {
	red := make([]float32, 3*drawing.Pixels)
	for i := 0; i < len(red); i += 3 {
		red[i] = 1
	}
	blank := make([]float32, 3*drawing.Pixels)
	img := drawing.Sheet([][]float32{blank, blank, red}, 2, 2)
	if got := img.Bounds().Size(); got.X != 2*130+2 || got.Y != 2*130+2 {
		t.Fatalf("sheet is %v", got)
	}
	if r, g, _, _ := img.At(2+64, 132+64).RGBA(); r != 0xffff || g != 0 {
		t.Errorf("third picture is not at the start of the second row: %x %x", r, g)
	}
	if r, _, _, _ := img.At(2+64, 2+64).RGBA(); r != 0 {
		t.Error("first picture is not black")
	}
}
