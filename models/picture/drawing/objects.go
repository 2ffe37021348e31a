package drawing

func (p *pen) house(s shape) {
	top := -0.86 + mul(0.12, s.a)
	side := 0.64 + mul(0.06, s.b)
	if s.variant {
		p.poly(Shade, 0.28, -0.85, 0.52, -0.85, 0.52, -0.2, 0.28, -0.2)
	}
	p.poly(Main, -side, -0.2, side, -0.2, side, 0.90, -side, 0.90)
	p.poly(Accent, -side-0.24, -0.04, 0, top, side+0.24, -0.04)
	p.inside(func() {
		p.poly(Shade, -side, -0.03, side, -0.03, side, 0.07, -side, 0.07)
		switch s.count {
		case 0:
			p.poly(Light, 0.10, 0.24, 0.46, 0.24, 0.46, 0.58, 0.10, 0.58)
		case 1:
			p.poly(Light, 0.24, 0.24, 0.52, 0.24, 0.52, 0.54, 0.24, 0.54)
			p.poly(Light, -0.52, 0.24, -0.24, 0.24, -0.24, 0.54, -0.52, 0.54)
		default:
			p.poly(Light, 0.24, 0.24, 0.52, 0.24, 0.52, 0.54, 0.24, 0.54)
			p.poly(Light, -0.52, 0.24, -0.24, 0.24, -0.24, 0.54, -0.52, 0.54)
			p.disc(Light, 0, -0.34, 0.15)
		}
	})
	if s.count == 0 {
		p.poly(Ink, -0.42, 0.34, -0.10, 0.34, -0.10, 0.90, -0.42, 0.90)
		p.line(Ink, 0.05, 0.28, 0.24, 0.28, 0.58)
		p.line(Ink, 0.05, 0.10, 0.41, 0.46, 0.41)
	} else {
		p.poly(Ink, -0.15, 0.42, 0.15, 0.42, 0.15, 0.90, -0.15, 0.90)
		p.line(Ink, 0.05, 0.24, 0.39, 0.52, 0.39)
		p.line(Ink, 0.05, -0.52, 0.39, -0.24, 0.39)
	}
}

func (p *pen) boat(s shape) {
	top := -0.86 + mul(0.10, s.a)
	bow := 0.85 + mul(0.08, s.b)
	p.line(Accent, 0.09, 0, 0.40, 0, top-0.08)
	p.poly(Light, 0.08, top, 0.76, 0.20, 0.08, 0.20)
	if s.count > 0 {
		p.poly(Light, -0.08, top+0.20, -0.08, 0.20, -0.60, 0.20)
	}
	if s.count > 1 {
		p.inside(func() { p.poly(Main, 0.08, -0.25, 0.44, -0.25, 0.62, 0.0, 0.08, 0.0) })
	}
	p.poly(Main, -0.85, 0.32, bow, 0.32, 0.56, 0.82, -0.58, 0.82)
	p.inside(func() {
		if s.variant {
			p.poly(Light, -0.78, 0.45, bow-0.12, 0.45, bow-0.20, 0.57, -0.72, 0.57)
		} else {
			for _, x := range []float64{-0.36, 0, 0.36} {
				p.disc(Light, x, 0.54, 0.10)
			}
		}
		p.poly(Shade, -0.66, 0.68, 0.66, 0.68, 0.56, 0.82, -0.58, 0.82)
	})
}

func (p *pen) face(y float64) {
	p.ellipse(Ink, -0.19, y-0.08, 0.06, 0.10)
	p.ellipse(Ink, 0.19, y-0.08, 0.06, 0.10)
	p.line(Ink, 0.06, -0.18, y+0.13, -0.08, y+0.20, 0.08, y+0.20, 0.18, y+0.13)
}

func (p *pen) star(s shape) {
	inner := 0.42 + mul(0.06, s.a)
	tip, notch := rays(5), rays(10)
	var xy, shade []float64
	for i, t := range tip {
		n := notch[2*i+1]
		xy = append(xy, t.x, t.y, mul(inner, n.x), mul(inner, n.y))
	}
	p.poly(Main, xy...)
	p.inside(func() {
		if !s.variant {
			for i, t := range tip {
				n := notch[2*i+1]
				shade = append(shade[:0], 0, 0, mul(0.97, t.x), mul(0.97, t.y), mul(inner, n.x), mul(inner, n.y))
				p.poly(Shade, shade...)
			}
		}
		at := []float64{0.78, -0.72, -0.80, -0.70}
		p.detached = false
		for k := range s.count {
			p.disc(Light, at[2*k], at[2*k+1]+mul(0.06, s.b), 0.11)
		}
		p.detached = true
		if s.variant {
			p.disc(Accent, -0.34, 0.14, 0.09)
			p.disc(Accent, 0.34, 0.14, 0.09)
		}
	})
	if s.variant {
		p.face(0.02)
	}
}

func (p *pen) sun(s shape) {
	r := 0.50 + mul(0.04, s.b)
	far := 0.93 + mul(0.06, s.a)
	n := []int{8, 10, 12}[s.count]
	half := []float64{0.26, 0.20, 0.165}[s.count]
	for _, d := range rays(n) {
		p.poly(Accent, mul(far, d.x), mul(far, d.y),
			mul(0.52, d.x)-mul(half, d.y), mul(0.52, d.y)+mul(half, d.x),
			mul(0.52, d.x)+mul(half, d.y), mul(0.52, d.y)-mul(half, d.x))
	}
	p.disc(Main, 0, 0, r+0.05)
	if s.variant {
		p.inside(func() {
			p.disc(Shade, -0.34, 0.10, 0.09)
			p.disc(Shade, 0.34, 0.10, 0.09)
		})
		p.face(0)
	} else {
		p.inside(func() {
			p.curve(Light, -0.42, -0.05, -0.30, -0.38, 0.05, -0.44, 0.0, -0.30, -0.20, -0.22, -0.30, -0.02)
		})
	}
}
