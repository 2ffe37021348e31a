package drawing

// Size is the side of a picture in pixels.
const Size = 64

// Pixels is the number of pixels of a picture.
const Pixels = Size * Size

// Latents is the number of values that the seed supplies, each in [-1, 1).
const Latents = 16

// Meaning of the latents.
const (
	LatentSize = iota
	LatentTilt
	LatentFlip
	LatentStretch
	LatentX
	LatentY
	LatentShapeA
	LatentShapeB
	LatentCount
	LatentHue
	LatentTone
	LatentAccent
	LatentGroundKind
	LatentGroundP
	LatentGroundQ
	LatentVariant
)

// Things, Colours and Places are the words of the vocabulary in the order of
// the model's input. Grounds are named by the same colours.
var (
	Things  = [...]string{"fish", "bird", "cat", "house", "tree", "flower", "mushroom", "boat", "star", "sun"}
	Colours = [...]string{"red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black"}
	Places  = [...]string{"centre", "left", "right", "top", "bottom"}
)

// Scene says what a picture shows.
type Scene struct {
	Thing, Colour, Ground, Place int
	Latent                       [Latents]float64
}

// level turns a latent into one of three choices.
func level(v float64) int {
	switch {
	case v > 1.0/3:
		return 2
	case v > -1.0/3:
		return 1
	}
	return 0
}

// place is the centre of each place and whether things there are drawn large.
var place = [len(Places)]struct {
	x, y  float64
	large bool
}{
	{0, 0, true}, {-0.37, 0, false}, {0.37, 0, false}, {0, -0.34, false}, {0, 0.34, false},
}

// Pose maps the coordinates of a thing, about [-1, 1] in both directions with y
// downwards, to those of the picture, [-1, 1] from edge to edge.
type Pose struct {
	cx, cy, xx, xy, yx, yy float64
}

// PoseOf returns where and how the scene's thing stands.
func PoseOf(s *Scene) Pose {
	l := &s.Latent
	at := place[s.Place]
	scale := 0.52 + mul(0.06, l[LatentSize])
	if at.large {
		scale = 0.72 + mul(0.10, l[LatentSize])
	}
	// A rotation from the tangent of its half angle needs no trigonometry.
	t := mul(0.11, l[LatentTilt])
	d := 1 + mul(t, t)
	cos, sin := (1-mul(t, t))/d, mul(2, t)/d
	wide := 1 + mul(0.12, l[LatentStretch])
	flip := 1.0
	if l[LatentFlip] > 0 {
		flip = -1
	}
	u, v := mul(mul(scale, wide), flip), scale/wide
	return Pose{
		cx: at.x + mul(0.06, l[LatentX]), cy: at.y + mul(0.06, l[LatentY]),
		xx: mul(cos, u), xy: -mul(sin, v), yx: mul(sin, u), yy: mul(cos, v),
	}
}

// apply maps a point of the thing to pixels.
func (p *Pose) apply(q point) point {
	x := p.cx + mul(p.xx, q.x) + mul(p.xy, q.y)
	y := p.cy + mul(p.yx, q.x) + mul(p.yy, q.y)
	return point{mul(x+1, Size/2), mul(y+1, Size/2)}
}
