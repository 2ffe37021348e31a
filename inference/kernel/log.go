package kernel

import "math"

// wideLog is the natural logarithm in float64 of a positive normal float64:
// x = 2^e m with sqrt(1/2) <= m < sqrt(2), s = (m-1)/(m+1), and
// log m = 2s (1 + s^2/3 + s^4/5 + ...) up to s^18/19.
func wideLog(x float64) float64 {
	bits := math.Float64bits(x)
	e := int64(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52)
	if m > 0x1.6a09e667f3bcdp+0 {
		m, e = float64(m*0.5), e+1
	}
	s := (m - 1) / (m + 1)
	z := float64(s * s)
	p := 1.0 / 19
	p = float64(p*z) + 1.0/17
	p = float64(p*z) + 1.0/15
	p = float64(p*z) + 1.0/13
	p = float64(p*z) + 1.0/11
	p = float64(p*z) + 1.0/9
	p = float64(p*z) + 1.0/7
	p = float64(p*z) + 1.0/5
	p = float64(p*z) + 1.0/3
	p = float64(p*z) + 1
	return float64(float64(e)*ln2) + float64((s+s)*p)
}

// Log is the natural logarithm; -Inf at zeros, NaN below.
func Log(x float32) float32 {
	switch {
	case x != x || x < 0:
		return nan32
	case x == 0:
		return -inf32
	case x == inf32:
		return inf32
	}
	return narrow(wideLog(float64(x)))
}

// Pow is x^y with the special cases of IEEE 754 pow: anything^0 and 1^anything
// are 1, a negative base needs an integer exponent, zeros and infinities keep
// the sign of odd powers.
func Pow(x, y float32) float32 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return nan32
	}
	integer, odd := parity(y)
	a := magnitude(x)
	var r float32
	switch {
	case a == 1: // x == -1
		r = 1
	case isInf(y):
		if (a > 1) == (y > 0) {
			return inf32
		}
		return 0
	case a == 0 || isInf(a):
		if (a == 0) == (y > 0) {
			r = 0
		} else {
			r = inf32
		}
		integer = true
	default:
		z := float64(float64(y) * wideLog(float64(a)))
		switch {
		case z > 89:
			r = inf32
		case z < -104:
			r = 0
		default:
			r = narrow(wideExp(z))
		}
	}
	if x < 0 && !integer {
		return nan32
	}
	if odd {
		return signOf(x, r)
	}
	return r
}

// parity reports whether y is an integer and whether it is odd. From 2^24 on
// every float32 is an even integer.
func parity(y float32) (integer, odd bool) {
	a := magnitude(y)
	if a >= 1<<24 {
		return true, false
	}
	i := int64(a)
	integer = float32(i) == a
	return integer, integer && i&1 == 1
}
