package drawing

// RGB is a colour; its values lie in [0, 1].
type RGB [3]float32

// Paint holds the colour of every class, and what the second tone of the
// ground adds to the first.
type Paint struct {
	Class  [Classes]RGB
	Second RGB
}

type rgb [3]float64

// colour of things, the direction in which it drifts, and that of grounds.
var colours = [len(Colours)]struct{ main, drift, ground rgb }{
	{rgb{0.86, 0.16, 0.15}, rgb{0, 0.08, 0.10}, rgb{0.90, 0.42, 0.38}},
	{rgb{0.96, 0.52, 0.10}, rgb{0, 0.07, -0.04}, rgb{0.97, 0.68, 0.38}},
	{rgb{0.98, 0.82, 0.15}, rgb{0, 0.07, 0.10}, rgb{0.97, 0.89, 0.50}},
	{rgb{0.20, 0.62, 0.24}, rgb{0.12, 0.04, 0.04}, rgb{0.52, 0.78, 0.48}},
	{rgb{0.14, 0.38, 0.84}, rgb{0, 0.10, 0.06}, rgb{0.46, 0.69, 0.93}},
	{rgb{0.52, 0.22, 0.72}, rgb{0.08, 0, 0.06}, rgb{0.68, 0.54, 0.86}},
	{rgb{0.96, 0.46, 0.66}, rgb{0.02, 0.07, 0.05}, rgb{0.97, 0.72, 0.81}},
	{rgb{0.50, 0.30, 0.16}, rgb{0.07, 0.03, 0}, rgb{0.70, 0.54, 0.40}},
	{rgb{0.95, 0.95, 0.93}, rgb{0.02, 0, -0.05}, rgb{0.93, 0.93, 0.91}},
	{rgb{0.17, 0.17, 0.21}, rgb{0.03, 0, 0.04}, rgb{0.23, 0.23, 0.28}},
}

// Colours by number where the rules below need them.
const (
	red    = 0
	orange = 1
	yellow = 2
	pink   = 6
	brown  = 7
	white  = 8
	black  = 9
)

func mix(a, b rgb, t float64) rgb {
	for i := range a {
		a[i] += mul(t, b[i]-a[i])
	}
	return a
}

func (c rgb) clip() RGB {
	var out RGB
	for i := range c {
		out[i] = float32(min(max(c[i], 0), 1))
	}
	return out
}

// PaintOf returns the colours of a scene.
func PaintOf(s *Scene) Paint {
	l := &s.Latent
	base := colours[s.Colour]
	main := base.main
	for i := range main {
		main[i] += mul(base.drift[i], l[LatentHue]) + mul(0.05, l[LatentTone])
	}
	shade := mix(main, rgb{0.05, 0.03, 0.12}, 0.30)
	switch s.Colour {
	case black:
		shade = mix(main, rgb{0.75, 0.75, 0.85}, 0.28)
	case white:
		shade = mix(main, rgb{0.45, 0.50, 0.62}, 0.30)
	}
	outline := rgb{0.12, 0.10, 0.15}
	if s.Ground == black {
		outline = rgb{0.96, 0.94, 0.86}
	}
	accent, light := details(s, main)
	tint := mul(0.06, l[LatentAccent])
	for i := range accent {
		accent[i] += mul(tint, float64(1-i))
	}
	ground := colours[s.Ground].ground
	for i := range ground {
		ground[i] += mul(mul(0.03, l[LatentTone]), float64(i-1))
	}
	second := mix(ground, rgb{0.10, 0.08, 0.20}, 0.17)
	if s.Ground == black {
		second = mix(ground, rgb{0.70, 0.70, 0.85}, 0.22)
	}
	out := Paint{Class: [Classes]RGB{
		Ground: ground.clip(), Outline: outline.clip(), Main: main.clip(), Shade: shade.clip(),
		Accent: accent.clip(), Light: light.clip(), Ink: RGB{0.07, 0.06, 0.10},
	}}
	to := second.clip()
	for i := range to {
		out.Second[i] = to[i] - out.Class[Ground][i]
	}
	return out
}

// details returns the colours of a thing's accents and of its light parts.
func details(s *Scene, main rgb) (accent, light rgb) {
	light = rgb{0.98, 0.97, 0.92}
	switch Things[s.Thing] {
	case "bird":
		accent = rgb{0.97, 0.62, 0.10}
		if s.Colour == orange || s.Colour == yellow {
			accent = rgb{0.80, 0.26, 0.14}
		}
	case "house":
		accent = rgb{0.66, 0.26, 0.18}
		if s.Colour == red || s.Colour == brown || s.Colour == orange {
			accent = rgb{0.30, 0.36, 0.52}
		}
		light = rgb{1.0, 0.90, 0.52}
	case "tree":
		accent = rgb{0.45, 0.28, 0.15}
		if s.Colour == brown {
			accent = rgb{0.32, 0.20, 0.12}
		}
		if s.Colour == white || s.Colour == yellow {
			light = rgb{0.88, 0.20, 0.18}
		}
	case "flower":
		accent = rgb{0.22, 0.56, 0.22}
		light = rgb{0.99, 0.84, 0.26}
		if s.Colour == yellow || s.Colour == orange {
			light = rgb{0.46, 0.26, 0.12}
		}
	case "mushroom":
		accent = rgb{0.94, 0.88, 0.74}
		if s.Colour == white {
			light = rgb{0.80, 0.30, 0.24}
		}
	case "boat":
		accent = rgb{0.45, 0.28, 0.15}
	case "sun":
		accent = mix(main, rgb{1, 0.96, 0.80}, 0.42)
		if s.Colour == white {
			accent = rgb{1, 0.86, 0.45}
		}
	default: // cat, star, fish: ears, nose, cheeks
		accent = rgb{0.96, 0.55, 0.60}
		if s.Colour == pink {
			accent = rgb{0.80, 0.22, 0.40}
		}
	}
	return accent, light
}
