package drawing

func (p *pen) tree(s shape) {
	wide := mul(0.06, s.b)
	p.poly(Accent, -0.13-wide, -0.1, 0.13+wide, -0.1, 0.20+wide, 0.96, -0.20-wide, 0.96)
	fruit := []float64{-0.05, -0.42, 0.36, -0.10, -0.40, -0.02, 0.10, 0.02, -0.32, -0.40, 0.28, -0.48}
	if s.variant {
		top := -0.98 + mul(0.05, s.a)
		p.poly(Main, 0, -0.30, 0.80, 0.55, -0.80, 0.55)
		p.inside(func() { p.poly(Shade, 0.62, 0.36, 0.80, 0.55, -0.80, 0.55, -0.62, 0.36) })
		p.poly(Main, 0, -0.70, 0.66, 0.14, -0.66, 0.14)
		p.inside(func() { p.poly(Shade, 0.50, -0.06, 0.66, 0.14, -0.66, 0.14, -0.50, -0.06) })
		p.poly(Main, 0, top, 0.48, -0.30, -0.48, -0.30)
		fruit = []float64{0, -0.52, 0.26, -0.06, -0.30, -0.04, 0.02, 0.14, -0.42, 0.34, 0.40, 0.34}
	} else {
		grow := mul(0.05, s.a)
		p.disc(Main, -0.40, -0.12, 0.40)
		p.disc(Main, 0.40, -0.12, 0.40+grow)
		p.disc(Main, 0, -0.50, 0.44+grow)
		p.inside(func() {
			p.curve(Shade, -0.78, 0.0, -0.40, 0.12, 0, 0.0, 0.42, 0.12, 0.80, 0.0, 0.62, 0.34, 0.1, 0.16, -0.1, 0.16, -0.60, 0.34)
			p.disc(Main, 0, -0.16, 0.34)
		})
	}
	p.inside(func() {
		for k := range 3 * s.count {
			p.disc(Light, fruit[2*k], fruit[2*k+1], 0.095)
		}
	})
}

func (p *pen) flower(s shape) {
	bend := mul(0.10, s.b)
	p.line(Accent, 0.11, 0, -0.1, mul(0.6, bend), 0.35, bend, 0.98)
	p.curve(Accent, bend, 0.85, 0.20, 0.40, 0.72, 0.36, 0.50, 0.72)
	p.curve(Accent, bend, 0.95, -0.20, 0.52, -0.70, 0.46, -0.48, 0.86)
	n := []int{5, 6, 8}[s.count]
	long := 0.28 + mul(0.04, s.a)
	wide := []float64{0.25, 0.21, 0.165}[s.count]
	dirs := rays(n)
	leaf := func(c Class, at, along, across float64) {
		for _, d := range dirs {
			p.petal(c, mul(at, d.x), mul(at, d.y)-0.30,
				point{mul(along, d.x), mul(along, d.y)}, point{-mul(across, d.y), mul(across, d.x)})
		}
	}
	leaf(Main, 0.36, long, wide)
	p.inside(func() {
		if s.variant {
			leaf(Shade, 0.32, mul(0.62, long), mul(0.5, wide))
		} else {
			p.disc(Shade, 0, -0.30, 0.31)
		}
		p.disc(Light, 0, -0.30, 0.21)
	})
}

func (p *pen) mushroom(s shape) {
	high := 0.80 + mul(0.10, s.a)
	wide := mul(0.05, s.b)
	if s.variant {
		p.curve(Accent, 0.50, 0.50, 0.70, 0.50, 0.78, 0.98, 0.42, 0.98)
		p.curve(Main, 0.26, 0.58, 0.26, 0.28, 0.60, 0.06, 0.94, 0.28, 0.94, 0.58)
	}
	p.curve(Accent, -0.22-wide, -0.1, 0.22+wide, -0.1, 0.24+wide, 0.50, 0.36+wide, 1.0, -0.36-wide, 1.0, -0.24-wide, 0.50)
	p.curve(Main, -0.96, 0.22, -0.90, -0.40, -0.45, -high, 0.45, -high, 0.90, -0.40, 0.96, 0.22, 0.5, 0.14, -0.5, 0.14)
	p.inside(func() {
		p.curve(Shade, -0.84, 0.10, -0.45, -0.06, 0.45, -0.06, 0.84, 0.10, 0.4, 0.24, -0.4, 0.24)
		spots := []float64{0, -0.42, 0.20, -0.52, -0.22, 0.14, 0.50, -0.20, 0.13, -0.22, -0.60, 0.09, 0.26, -0.62, 0.09}
		for k := range 3 + s.count {
			if k < 5 {
				p.ellipse(Light, spots[3*k], spots[3*k+1], spots[3*k+2], mul(0.85, spots[3*k+2]))
			}
		}
	})
}
