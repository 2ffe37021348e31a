package glyph

import (
	"math"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/models/internal/learn"
)

const (
	// Side is the number of rows, and of columns.
	Side = 28
	// Pixels is the number of pixels.
	Pixels = Side * Side
	// Digits is the number of digits.
	Digits = 10
)

// Draw draws the next glyph and returns its digit. Pixels are rows from the top, 0 is
// black and 255 white.
func Draw(r *learn.RNG, pixels *[Pixels]byte) int {
	digit := r.Below(Digits)
	var ink [Pixels]float64
	soil(r, &ink)
	write(r, styles[digit][r.Below(len(styles[digit]))], &ink)
	noise := mul(0.16, square(r.Unit()))
	light := 0.5 + mul(0.5, r.Unit())
	for i, v := range ink {
		v = mul(v, light) + mul(noise, r.Normal())
		pixels[i] = byte(math.Round(mul(255, min(max(v, 0), 1))))
	}
	return digit
}

func square(v float64) float64 { return mul(v, v) }

// write draws the strokes of a digit with a pen, through a distortion.
func write(r *learn.RNG, strokes []stroke, ink *[Pixels]float64) {
	d := newDistortion(r)
	pen := pen{width: 1.2 + mul(2.2, r.Unit()), soft: 0.7 + mul(0.9, r.Unit()), light: 1}
	for _, s := range strokes {
		points := make([]point, len(s.points))
		for i, p := range s.points {
			points[i] = point{p.x + mul(0.022, r.Normal()), p.y + mul(0.022, r.Normal())}
		}
		points = s.flatten(points)
		for i, p := range points {
			points[i] = d.move(p)
		}
		pen.draw(ink, points)
	}
}

// soil puts scratches on the ground: short, thin and fainter than the digit.
func soil(r *learn.RNG, ink *[Pixels]float64) {
	for range r.Below(4) {
		from := point{mul(Side, r.Unit()), mul(Side, r.Unit())}
		to := point{from.x + mul(8, r.Signed()), from.y + mul(8, r.Signed())}
		pen := pen{width: 0.8 + mul(1.2, r.Unit()), soft: 1, light: 0.3 + mul(0.5, r.Unit())}
		pen.draw(ink, []point{from, to})
	}
}

// distortion maps the box of a digit to pixels: a wave, then turning, slanting,
// stretching and shifting.
type distortion struct {
	wave                 [2]struct{ height, along, across, phase float64 }
	xx, xy, yx, yy, x, y float64
}

func newDistortion(r *learn.RNG) distortion {
	var d distortion
	for i := range d.wave {
		w := &d.wave[i]
		w.height, w.phase = mul(0.055, r.Signed()), mul(math.Pi, r.Signed())
		w.along, w.across = mul(6, r.Signed()), mul(6, r.Signed())
	}
	turn := float32(mul(0.38, r.Signed()))
	sin, cos := float64(kernel.Sin(turn)), float64(kernel.Cos(turn))
	slant := mul(0.35, r.Signed())
	high := 15 + mul(9, r.Unit())
	wide := mul(high, 0.72+mul(0.5, r.Unit()))
	d.xx, d.xy = mul(wide, cos), mul(high, mul(slant, cos)-sin)
	d.yx, d.yy = mul(wide, sin), mul(high, mul(slant, sin)+cos)
	free := mul(0.5, Side-high)
	d.x = Side/2 + mul(min(free, 3.5), r.Signed())
	d.y = Side/2 + mul(min(free, 3.5), r.Signed())
	return d
}

func (d *distortion) move(p point) point {
	x, y := p.x-0.5, p.y-0.5
	a, b := d.bend(0, x, y), d.bend(1, x, y)
	x, y = x+a, y+b
	return point{mul(d.xx, x) + mul(d.xy, y) + d.x, mul(d.yx, x) + mul(d.yy, y) + d.y}
}

func (d *distortion) bend(i int, x, y float64) float64 {
	w := &d.wave[i]
	return mul(w.height, float64(kernel.Sin(float32(mul(w.along, x)+mul(w.across, y)+w.phase))))
}

// pen is a round nib: width and softness of its edge in pixels.
type pen struct{ width, soft, light float64 }

// draw covers what the pen touches along straight pieces; where lines cross, the
// brighter one shows.
func (p pen) draw(ink *[Pixels]float64, points []point) {
	reach := mul(0.5, p.width+p.soft)
	for i := range len(points) - 1 {
		a, b := points[i], points[i+1]
		top, bottom := bounds(a.y, b.y, reach)
		left, right := bounds(a.x, b.x, reach)
		for y := top; y < bottom; y++ {
			for x := left; x < right; x++ {
				cover := min((reach-distance(point{float64(x) + 0.5, float64(y) + 0.5}, a, b))/p.soft, 1)
				at := &ink[y*Side+x]
				*at = max(*at, mul(p.light, cover))
			}
		}
	}
}

// bounds are the pixels within reach of a piece, along one axis.
func bounds(a, b, reach float64) (from, to int) {
	low, high := math.Floor(min(a, b)-reach), math.Ceil(max(a, b)+reach)
	return int(min(max(low, 0), Side)), int(min(max(high, 0), Side))
}

// distance is that of a point to the piece from a to b.
func distance(p, a, b point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	px, py := p.x-a.x, p.y-a.y
	if length := mul(dx, dx) + mul(dy, dy); length > 0 {
		t := min(max((mul(px, dx)+mul(py, dy))/length, 0), 1)
		px, py = px-mul(t, dx), py-mul(t, dy)
	}
	return math.Sqrt(mul(px, px) + mul(py, py))
}
