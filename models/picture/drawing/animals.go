package drawing

import "math"

// shape is the part of a scene that the form of a thing depends on.
type shape struct {
	a, b    float64 // continuous, in [-1, 1)
	count   int     // 0, 1 or 2
	variant bool
}

func (p *pen) fish(s shape) {
	ry := 0.40 + mul(0.07, s.a)
	tail := 0.46 + mul(0.08, s.b)
	p.poly(Shade, -0.15, -0.25, -0.05, -0.74, 0.22, -0.66, 0.45, -0.25)
	p.poly(Shade, -0.02, 0.25, 0.0, 0.70, 0.28, 0.25)
	p.poly(Main, -0.30, 0.0, -0.95, -tail, -0.80, 0, -0.95, tail)
	p.ellipse(Main, 0.20, 0, 0.68, ry)
	p.inside(func() {
		if s.variant {
			p.curve(Light, -0.15, ry-0.20, 0.25, ry-0.22, 0.62, ry-0.28, 0.45, ry-0.04, 0.1, ry-0.02, -0.1, ry-0.06)
		}
		for k := range s.count {
			x := 0.14 - mul(0.30, float64(k))
			t := (x - 0.20) / 0.68
			h := mul(0.92, mul(ry, math.Sqrt(1-mul(t, t))))
			p.curve(Shade, x-0.09, -h-0.04, x+0.09, -h-0.04, x+0.15, 0, x+0.09, h+0.04, x-0.09, h+0.04, x-0.03, 0)
		}
		p.disc(Light, 0.55, -0.11, 0.14)
	})
	p.disc(Ink, 0.58, -0.11, 0.075)
	p.line(Ink, 0.05, 0.86, 0.12, 0.72, 0.16, 0.64, 0.12)
}

func (p *pen) bird(s shape) {
	lift := mul(0.14, s.a)
	p.line(Accent, 0.07, -0.12, 0.40, -0.14, 0.90, 0.02, 0.90)
	p.line(Accent, 0.07, 0.14, 0.40, 0.16, 0.90, 0.32, 0.90)
	p.poly(Main, -0.25, -0.02, -0.98, -0.20-lift, -0.90, 0.16-lift, -0.30, 0.38)
	p.poly(Accent, 0.60, -0.52, 1.0, -0.33, 0.60, -0.20)
	for k := range s.count {
		x := 0.42 - mul(0.15, float64(k))
		p.poly(Main, x-0.08, -0.55, x-0.12, -0.90, x+0.10, -0.58)
	}
	p.disc(Main, 0.42, -0.34, 0.32)
	p.curve(Main, 0.72, -0.20, 0.62, 0.30, 0.30, 0.62, -0.20, 0.60, -0.62, 0.20, -0.50, -0.12, 0.05, -0.20, 0.25, -0.40)
	if s.variant {
		p.curve(Shade, 0.18, 0.10, -0.05, -0.60-lift, -0.45, -0.95-mul(0.5, lift), -0.62, -0.60, -0.45, 0.0, -0.15, 0.25)
	} else {
		w := mul(0.08, s.b)
		p.inside(func() {
			p.curve(Shade, 0.25, -0.02, 0.22, 0.25, -0.10, 0.45+w, -0.62, 0.42+w, -0.40, 0.12, -0.10, -0.08)
		})
	}
	p.inside(func() { p.disc(Light, 0.50, -0.40, 0.13) })
	p.disc(Ink, 0.53, -0.40, 0.075)
}

func (p *pen) cat(s shape) {
	end := mul(0.14, s.a)
	belly := 0.42 + mul(0.05, s.b)
	p.line(Main, 0.17, 0.25, 0.82, 0.68, 0.80, 0.84, 0.55, 0.82+mul(0.5, end), 0.22-end)
	p.curve(Main, 0, 0.0, 0.32, 0.05, belly+0.04, 0.55, belly, 0.98, -belly, 0.98, -belly-0.04, 0.55, -0.32, 0.05)
	p.poly(Main, -0.46, -0.25, -0.46, -0.98, -0.06, -0.62)
	p.poly(Main, 0.46, -0.25, 0.46, -0.98, 0.06, -0.62)
	p.ellipse(Main, 0, -0.34, 0.50, 0.38)
	p.inside(func() {
		p.poly(Accent, -0.39, -0.60, -0.39, -0.83, -0.22, -0.66)
		p.poly(Accent, 0.39, -0.60, 0.39, -0.83, 0.22, -0.66)
		if s.variant {
			p.ellipse(Light, 0, 0.48, 0.22, 0.28)
		}
		if s.count > 0 {
			p.poly(Shade, -0.06, -0.74, 0.06, -0.74, 0.02, -0.52, -0.02, -0.52)
		}
		if s.count > 1 {
			p.poly(Shade, -0.22, -0.70, -0.12, -0.72, -0.12, -0.55)
			p.poly(Shade, 0.22, -0.70, 0.12, -0.72, 0.12, -0.55)
		}
		p.ellipse(Light, -0.20, -0.36, 0.125, 0.13)
		p.ellipse(Light, 0.20, -0.36, 0.125, 0.13)
		p.poly(Accent, -0.075, -0.22, 0.075, -0.22, 0, -0.13)
	})
	p.ellipse(Ink, -0.19, -0.36, 0.06, 0.11)
	p.ellipse(Ink, 0.19, -0.36, 0.06, 0.11)
	p.line(Ink, 0.04, -0.12, -0.05, 0, -0.12, 0.12, -0.05)
	p.line(Ink, 0.04, 0, 0.62, 0, 0.94)
	for _, side := range []float64{-1, 1} {
		p.line(Ink, 0.04, mul(side, 0.30), -0.17, mul(side, 0.72), -0.22)
		p.line(Ink, 0.04, mul(side, 0.30), -0.11, mul(side, 0.70), -0.04)
	}
}
