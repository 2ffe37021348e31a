package main

import "math"

// samples is the number of pixels of a picture that one step looks at.
const samples = 1024

// logitStride is the row length of logits, padded to whole tiles.
const logitStride = 16

// pixels evaluates and differentiates the perceptrons on pixels of one picture.
type pixels struct {
	xy, c, uv          []float32 // positions in picture; less the centre; in thing
	h1, h2, h3, logits []float32
	g1, g2, tone       []float32
	d1, d2, d3, dl     []float32
	e1, e2, de         []float32
	w4, wt             []float32
}

func newPixels(n int) *pixels {
	f := func(k int) []float32 { return make([]float32, n*k) }
	return &pixels{
		xy: f(2), c: f(2), uv: f(2), h1: f(wide1), h2: f(wide2), h3: f(wide3), logits: f(logitStride),
		g1: f(tone1), g2: f(tone2), tone: f(1), d1: f(wide1), d2: f(wide2), d3: f(wide3), dl: f(logitStride),
		e1: f(tone1), e2: f(tone2), de: f(1),
		w4: make([]float32, wide3*logitStride), wt: make([]float32, wide1*wide2+wide3*logitStride),
	}
}

// locate carries n positions into the coordinates of the thing.
func (p *pixels) locate(n int, centre, pose []float32, flip float32) {
	side := 2*flip - 1
	for i := range n {
		x, y := p.xy[2*i]+centre[0], p.xy[2*i+1]+centre[1]
		p.c[2*i], p.c[2*i+1] = x, y
		p.uv[2*i] = (float32(x*pose[0]) + float32(y*pose[2])) * side
		p.uv[2*i+1] = float32(x*pose[1]) + float32(y*pose[3])
	}
}

// forward computes the logits of the paint and of the second tone of n pixels.
func (p *pixels) forward(n int, theta, tone []float32) {
	apply(n, p.uv, fW1.of(theta), fB1.of(theta), p.h1, true)
	apply(n, p.h1, fW2.of(theta), fB2.of(theta), p.h2, true)
	apply(n, p.h2, fW3.of(theta), fB3.of(theta), p.h3, true)
	pad(p.w4, fW4.of(theta))
	var bias [logitStride]float32
	copy(bias[:], fB4.of(theta))
	apply(n, p.h3, p.w4, bias[:], p.logits, false)

	apply(n, p.xy, fG1.of(tone), fC1.of(tone), p.g1, true)
	apply(n, p.g1, fG2.of(tone), fC2.of(tone), p.g2, true)
	apply(n, p.g2, fG3.of(tone), fC3.of(tone), p.tone, false)
}

// pad copies a matrix of as many columns as there are classes.
func pad(to, from []float32) {
	for i := range wide3 {
		copy(to[i*logitStride:], from[i*classes:(i+1)*classes])
	}
}

// apply computes y = x*w + b for n rows, rectified where asked.
func apply(n int, x, w, b, y []float32, rectify bool) {
	out := len(b)
	in := len(w) / out
	for i := range n {
		copy(y[i*out:(i+1)*out], b)
	}
	gemm(n, out, in, x, in, 1, w, out, y, out)
	if rectify {
		rectifyAll(y[:n*out])
	}
}

// backward adds the gradients of the written weights, of the pose matrix and of
// the centre, from dl and de.
func (p *pixels) backward(n int, theta, tone, dTheta, dTone, pose []float32, flip float32, dPose, dCentre []float32) {
	var gw [wide3 * logitStride]float32
	var gb [logitStride]float32
	p.revert(n, p.h3, p.w4, p.dl, p.d3, gw[:], gb[:], true)
	for i := range wide3 {
		copy(dTheta[fW4.at+i*classes:fW4.at+(i+1)*classes], gw[i*logitStride:])
	}
	copy(fB4.of(dTheta), gb[:])
	p.revert(n, p.h2, fW3.of(theta), p.d3, p.d2, fW3.of(dTheta), fB3.of(dTheta), true)
	p.revert(n, p.h1, fW2.of(theta), p.d2, p.d1, fW2.of(dTheta), fB2.of(dTheta), true)
	duv := p.d2[:2*n]
	p.revert(n, p.uv, fW1.of(theta), p.d1, duv, fW1.of(dTheta), fB1.of(dTheta), false)

	p.revert(n, p.g2, fG3.of(tone), p.de, p.e2, fG3.of(dTone), fC3.of(dTone), true)
	p.revert(n, p.g1, fG2.of(tone), p.e2, p.e1, fG2.of(dTone), fC2.of(dTone), true)
	p.revert(n, p.xy, fG1.of(tone), p.e1, nil, fG1.of(dTone), fC1.of(dTone), false)

	side := 2*flip - 1
	for i := range n {
		du, dv := duv[2*i]*side, duv[2*i+1]
		x, y := p.c[2*i], p.c[2*i+1]
		dPose[0] += float32(x * du)
		dPose[1] += float32(x * dv)
		dPose[2] += float32(y * du)
		dPose[3] += float32(y * dv)
		dCentre[0] += float32(du*pose[0]) + float32(dv*pose[1])
		dCentre[1] += float32(du*pose[2]) + float32(dv*pose[3])
	}
}

// revert differentiates y = x*w + b: from dy it adds to gw and gb and, unless
// dx is nil, sets dx, through the rectifier that made x where there is one.
func (p *pixels) revert(n int, x, w, dy, dx, gw, gb []float32, rectified bool) {
	out := len(gb)
	in := len(w) / out
	gemm(in, out, n, x, 1, in, dy, out, gw, out)
	for i := range n {
		for j, v := range dy[i*out:][:len(gb)] {
			gb[j] += v
		}
	}
	if dx == nil {
		return
	}
	wt := p.wt[:in*out]
	transpose(in, out, w, wt)
	clear(dx[:n*in])
	gemm(n, in, out, dy, out, 1, wt, in, dx, in)
	if rectified {
		slopeAll(dx[:n*in], x)
	}
}

// softmax turns a row of logits into shares.
func softmax(row []float32) {
	high := row[0]
	for _, v := range row[1:] {
		high = max(high, v)
	}
	var sum float32
	for i, v := range row {
		row[i] = float32(exp(float64(v - high)))
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
}

func sigmoid(v float32) float32 { return float32(1 / (1 + exp(-float64(v)))) }

func sqrt(v float64) float64 { return math.Sqrt(v) }

// exp is the exponential function by range reduction and a polynomial. The one
// of package math differs between platforms in the last bit.
func exp(x float64) float64 {
	x = min(max(x, -700), 700)
	k := math.Floor(float64(x*math.Log2E) + 0.5)
	r := x - float64(k*math.Ln2)
	sum := 1.0 / 362880
	for _, c := range [...]float64{1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1} {
		sum = c + float64(sum*r)
	}
	return sum * math.Float64frombits(uint64(int64(k)+1023)<<52)
}
