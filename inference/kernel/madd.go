package kernel

// Multiply-add along columns: the inner loops of Dot and Conv. Every output
// element adds its terms one at a time in ascending k; product and sum are
// rounded separately. Several k and several rows share a pass over memory, which
// changes no element's order.

// maddBlock adds to rows of out the products of coefficients and columns:
// out[r][j] += coef[r][k] * cols[k][j] for k ascending, j in [0, width).
// Row r of out starts at r*outStep, its coefficients at r*coefStep, and row k of
// cols at k*colStep.
func maddBlock(out []float32, outStep int, coef []float32, coefStep int, cols []float32, colStep, rows, depth, width int) {
	r := 0
	for ; r+2 <= rows; r += 2 {
		y0, y1 := out[r*outStep:r*outStep+width], out[(r+1)*outStep:(r+1)*outStep+width]
		a0, a1 := coef[r*coefStep:r*coefStep+depth], coef[(r+1)*coefStep:(r+1)*coefStep+depth]
		k := 0
		for ; k+4 <= depth; k += 4 {
			madd2x4(y0, y1, cols[k*colStep:], cols[(k+1)*colStep:], cols[(k+2)*colStep:], cols[(k+3)*colStep:],
				[4]float32(a0[k:k+4]), [4]float32(a1[k:k+4]))
		}
		for ; k < depth; k++ {
			madd1(y0, cols[k*colStep:], a0[k])
			madd1(y1, cols[k*colStep:], a1[k])
		}
	}
	if r < rows {
		y, a := out[r*outStep:r*outStep+width], coef[r*coefStep:r*coefStep+depth]
		k := 0
		for ; k+4 <= depth; k += 4 {
			madd4(y, cols[k*colStep:], cols[(k+1)*colStep:], cols[(k+2)*colStep:], cols[(k+3)*colStep:], [4]float32(a[k:k+4]))
		}
		for ; k < depth; k++ {
			madd1(y, cols[k*colStep:], a[k])
		}
	}
}

func madd2x4(y0, y1, x0, x1, x2, x3 []float32, a, b [4]float32) {
	y1, x0, x1, x2, x3 = y1[:len(y0)], x0[:len(y0)], x1[:len(y0)], x2[:len(y0)], x3[:len(y0)]
	a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
	b0, b1, b2, b3 := b[0], b[1], b[2], b[3]
	for j := range y0 {
		v0, v1, v2, v3 := x0[j], x1[j], x2[j], x3[j]
		s := y0[j] + float32(a0*v0)
		t := y1[j] + float32(b0*v0)
		s += float32(a1 * v1)
		t += float32(b1 * v1)
		s += float32(a2 * v2)
		t += float32(b2 * v2)
		s += float32(a3 * v3)
		t += float32(b3 * v3)
		y0[j], y1[j] = s, t
	}
}

func madd4(y, x0, x1, x2, x3 []float32, a [4]float32) {
	x0, x1, x2, x3 = x0[:len(y)], x1[:len(y)], x2[:len(y)], x3[:len(y)]
	a0, a1, a2, a3 := a[0], a[1], a[2], a[3]
	for j := range y {
		s := y[j] + float32(a0*x0[j])
		s += float32(a1 * x1[j])
		s += float32(a2 * x2[j])
		s += float32(a3 * x3[j])
		y[j] = s
	}
}

func madd1(y, x []float32, a float32) {
	x = x[:len(y)]
	for j := range y {
		y[j] += float32(a * x[j])
	}
}

// finish adds a bias, as its own rounding, and makes NaN canonical.
func finish(y []float32, bias float32, has bool) {
	if has {
		for j, v := range y {
			y[j] = canon(v + bias)
		}
		return
	}
	for j, v := range y {
		if v != v {
			y[j] = nan32
		}
	}
}
