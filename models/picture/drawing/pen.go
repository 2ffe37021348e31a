package drawing

import (
	"math"
	"slices"
)

// Class names what a part of the picture is painted with.
type Class int

// Classes of paint. Every pixel is a mixture of them.
const (
	Ground Class = iota
	Outline
	Main
	Shade
	Accent
	Light
	Ink
	Classes
)

// outlineWidth is the width of the contour around a thing, in its coordinates.
const outlineWidth = 0.075

type part struct {
	class Class
	polys [][]point
}

// pen collects the parts of a thing, the lowest first.
type pen struct {
	parts    []part
	contour  [][]point // union of the solid parts, widened
	detached bool      // parts drawn now get no contour
}

// add appends a part and, where it needs one, its contour.
func (p *pen) add(c Class, shape []point) {
	p.parts = append(p.parts, part{c, [][]point{shape}})
	if c != Ink && !p.detached {
		p.contour = append(p.contour, slices.Clone(shape))
		p.contour = appendStroke(p.contour, shape, outlineWidth, true)
	}
}

// inside runs draw for parts that lie within others and need no contour.
func (p *pen) inside(draw func()) {
	p.detached = true
	draw()
	p.detached = false
}

// poly adds a polygon from pairs of coordinates.
func (p *pen) poly(c Class, xy ...float64) { p.add(c, pairs(xy)) }

// curve adds the smooth closed curve around pairs of control coordinates.
func (p *pen) curve(c Class, xy ...float64) { p.add(c, smooth(pairs(xy))) }

// disc adds a circle.
func (p *pen) disc(c Class, x, y, r float64) { p.ellipse(c, x, y, r, r) }

// ellipse adds an ellipse with horizontal and vertical radius.
func (p *pen) ellipse(c Class, x, y, rx, ry float64) {
	p.petal(c, x, y, point{rx, 0}, point{0, ry})
}

// petal adds an ellipse whose two half axes are given.
func (p *pen) petal(c Class, x, y float64, a, b point) {
	shape := make([]point, len(circle))
	for i, q := range circle {
		shape[i] = point{x + mul(q.x, a.x) + mul(q.y, b.x), y + mul(q.x, a.y) + mul(q.y, b.y)}
	}
	p.add(c, shape)
}

// line adds a polyline with round ends.
func (p *pen) line(c Class, width float64, xy ...float64) {
	path := pairs(xy)
	p.parts = append(p.parts, part{c, appendStroke(nil, path, width/2, false)})
	if c != Ink && !p.detached {
		p.contour = appendStroke(p.contour, path, width/2+outlineWidth, false)
	}
}

func pairs(xy []float64) []point {
	out := make([]point, len(xy)/2)
	for i := range out {
		out[i] = point{xy[2*i], xy[2*i+1]}
	}
	return out
}

// smooth cuts the corners of a closed polygon three times (Chaikin).
func smooth(in []point) []point {
	for range 3 {
		out := make([]point, 0, 2*len(in))
		for i, a := range in {
			b := in[(i+1)%len(in)]
			out = append(out,
				point{mul(0.75, a.x) + mul(0.25, b.x), mul(0.75, a.y) + mul(0.25, b.y)},
				point{mul(0.25, a.x) + mul(0.75, b.x), mul(0.25, a.y) + mul(0.75, b.y)})
		}
		in = out
	}
	return in
}

// appendStroke appends polygons whose union is the path widened by r.
func appendStroke(out [][]point, path []point, r float64, closed bool) [][]point {
	for i, a := range path {
		cap := make([]point, 0, len(circle)/2)
		for k := 0; k < len(circle); k += 2 {
			cap = append(cap, point{a.x + mul(r, circle[k].x), a.y + mul(r, circle[k].y)})
		}
		out = append(out, cap)
		if i+1 == len(path) && !closed {
			break
		}
		b := path[(i+1)%len(path)]
		dx, dy := b.x-a.x, b.y-a.y
		d := math.Sqrt(mul(dx, dx) + mul(dy, dy))
		if d == 0 {
			continue
		}
		nx, ny := mul(r, -dy/d), mul(r, dx/d)
		out = append(out, []point{{a.x + nx, a.y + ny}, {b.x + nx, b.y + ny}, {b.x - nx, b.y - ny}, {a.x - nx, a.y - ny}})
	}
	return out
}

// around returns n points of the unit circle, the first at the top, clockwise.
// cos and sin are those of one n-th of a turn.
func around(n int, cos, sin float64) []point {
	out := make([]point, n)
	q := point{0, -1}
	for i := range out {
		out[i] = q
		q = point{mul(q.x, cos) - mul(q.y, sin), mul(q.x, sin) + mul(q.y, cos)}
	}
	return out
}

// circle is a polygon of 24 corners.
var circle = around(24, 0.9659258262890683, 0.25881904510252074)

// rays returns n evenly spread directions for the counts that things use.
func rays(n int) []point {
	switch n {
	case 5:
		return around(5, 0.30901699437494745, 0.9510565162951535)
	case 6:
		return around(6, 0.5, 0.8660254037844386)
	case 8:
		return around(8, 0.7071067811865476, 0.7071067811865476)
	case 10:
		return around(10, 0.8090169943749475, 0.5877852522924731)
	default:
		return around(12, 0.8660254037844386, 0.5)
	}
}
