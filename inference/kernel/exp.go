package kernel

import "math"

const (
	log2E = 0x1.71547652b82fep+0
	ln2Hi = 0x1.62e42fefp-1 // 33 bits: times an exponent it is exact
	ln2Lo = 0x1.473de6af278edp-34
	ln2   = 0x1.62e42fefa39efp-1
)

// wideExp is e^x in float64 for |x| <= 700: e^x = 2^k e^r with |r| <= ln(2)/2,
// and the Taylor series of e^r up to r^11, whose remainder is below 2^-46.
func wideExp(x float64) float64 {
	k := math.Floor(float64(x*log2E) + 0.5)
	r := x - float64(k*ln2Hi)
	r -= float64(k * ln2Lo)
	p := 0x1.ae64567f544e4p-26
	p = float64(p*r) + 0x1.27e4fb7789f5cp-22
	p = float64(p*r) + 0x1.71de3a556c734p-19
	p = float64(p*r) + 0x1.a01a01a01a01ap-16
	p = float64(p*r) + 0x1.a01a01a01a01ap-13
	p = float64(p*r) + 0x1.6c16c16c16c17p-10
	p = float64(p*r) + 0x1.1111111111111p-7
	p = float64(p*r) + 0x1.5555555555555p-5
	p = float64(p*r) + 0x1.5555555555555p-3
	p = float64(p*r) + 0.5
	p = float64(p*r) + 1
	p = float64(p*r) + 1
	return float64(p * math.Float64frombits(uint64(1023+int64(k))<<52))
}

// Exp is e^x. Results above the largest float32 are +Inf, below half the
// smallest subnormal +0.
func Exp(x float32) float32 {
	switch {
	case x != x:
		return nan32
	case x > 89:
		return inf32
	case x < -104:
		return 0
	}
	return narrow(wideExp(float64(x)))
}

// Sigmoid is 1/(1+e^-x).
func Sigmoid(x float32) float32 {
	switch {
	case x != x:
		return nan32
	case x > 104:
		return 1
	case x < -104:
		return 0
	}
	return narrow(1 / (1 + wideExp(-float64(x))))
}

// Tanh is the hyperbolic tangent: an odd polynomial near 0, where the formula
// with the exponential would cancel, and 1 - 2/(e^2|x| + 1) elsewhere.
func Tanh(x float32) float32 {
	if x != x {
		return nan32
	}
	a := float64(magnitude(x))
	switch {
	case a >= 10:
		return signOf(x, 1)
	case a < 0x1p-6:
		z := float64(a * a)
		p := float64(-0x1.ba1ba1ba1ba1cp-5*z) + 0x1.1111111111111p-3
		p = float64(p*z) - 0x1.5555555555555p-2
		p = float64(p*z) + 1
		return signOf(x, narrow(float64(a*p)))
	}
	return signOf(x, narrow(1-2/(wideExp(a+a)+1)))
}
