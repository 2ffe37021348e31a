package drawing

// Layers is a drawn scene before paint: how much of every pixel belongs to
// each class, and how far the ground there is towards its second tone.
type Layers struct {
	Weight [Pixels][Classes]float32
	Tone   [Pixels]float32

	r raster
}

// Draw replaces the layers by those of the scene.
func (l *Layers) Draw(s *Scene) {
	for i := range l.Weight {
		l.Weight[i] = [Classes]float32{Ground: 1}
	}
	l.ground(s)
	form := shape{
		a: s.Latent[LatentShapeA], b: s.Latent[LatentShapeB],
		count: level(s.Latent[LatentCount]), variant: s.Latent[LatentVariant] > 0,
	}
	var p pen
	[len(Things)]func(*pen, shape){
		(*pen).fish, (*pen).bird, (*pen).cat, (*pen).house, (*pen).tree,
		(*pen).flower, (*pen).mushroom, (*pen).boat, (*pen).star, (*pen).sun,
	}[s.Thing](&p, form)
	pose := PoseOf(s)
	l.paint(Outline, p.contour, &pose)
	for _, q := range p.parts {
		l.paint(q.class, q.polys, &pose)
	}
}

// paint lays a part over what is there.
func (l *Layers) paint(c Class, polys [][]point, pose *Pose) {
	for _, p := range polys {
		for i := range p {
			p[i] = pose.apply(p[i])
		}
	}
	l.r.fill(polys)
	for i := l.r.top * Size; i < l.r.end*Size; i++ {
		a := l.r.cover[i]
		if a == 0 {
			continue
		}
		a = min(a, 1)
		w := &l.Weight[i]
		for k := range w {
			w[k] = float32(w[k] * (1 - a))
		}
		w[c] += a
	}
}

// ground sets the tones: hills, stripes or a glow.
func (l *Layers) ground(s *Scene) {
	kind := level(s.Latent[LatentGroundKind])
	p, q := s.Latent[LatentGroundP], s.Latent[LatentGroundQ]
	for i := range l.Tone {
		x, y := Coordinate(i%Size), Coordinate(i/Size)
		var t float64
		switch kind {
		case 0:
			bend := x - mul(0.6, q)
			t = mul(Size/2, y-(0.34+mul(0.22, p)+mul(0.30, mul(bend, bend)))) + 0.5
		case 1:
			u := mul(1.9, x+mul(mul(0.9, q), y)) + p + 16
			u -= float64(int(u))
			if u > 0.5 {
				u = 1 - u
			}
			t = mul(9, u-0.25) + 0.5
		default:
			dx, dy := x-mul(0.4, q), y
			t = 1.15 - mul(mul(dx, dx)+mul(dy, dy), 0.95+mul(0.25, p))
		}
		l.Tone[i] = float32(min(max(t, 0), 1))
	}
}

// Coordinate is the position of the centre of a pixel, from -1 to 1.
func Coordinate(i int) float64 { return (float64(i) + 0.5 - Size/2) / (Size / 2) }

// Compose mixes layers and paint into RGB values from 0 to 1, row by row.
func (l *Layers) Compose(p *Paint, out *[Pixels * 3]float32) {
	for i := range l.Weight {
		w := &l.Weight[i]
		for c := range 3 {
			sum := float32(float32(w[Ground]*l.Tone[i]) * p.Second[c])
			for k := range w {
				sum += float32(w[k] * p.Class[k][c])
			}
			out[3*i+c] = min(max(sum, 0), 1)
		}
	}
}

// Edge says whether pixel i differs in class from a neighbour to its right or
// below, or is itself a mixture.
func (l *Layers) Edge(i int) bool {
	w := &l.Weight[i]
	for _, v := range w {
		if v > 0.03 && v < 0.97 {
			return true
		}
	}
	differs := func(j int) bool {
		for k, v := range l.Weight[j] {
			if d := v - w[k]; d > 0.5 || d < -0.5 {
				return true
			}
		}
		return false
	}
	return i%Size+1 < Size && differs(i+1) || i/Size+1 < Size && differs(i+Size)
}
