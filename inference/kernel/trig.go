package kernel

import (
	"math"
	"math/bits"
)

// twoOverPi holds 32 zero bits and then the binary digits of 2/pi.
var twoOverPi = [5]uint64{
	0x00000000a2f9836e, 0x4e441529fc2757d1, 0xf534ddc0db629599, 0x3c439041fe5163ab, 0xdebbc561b7246e3a,
}

// quarterTurns writes a >= 0.5 as q*pi/2 + r with |r| <= pi/4, q modulo 4. The
// reduction is exact integer arithmetic for every finite float32: a = m*2^e,
// and of the product with 2/pi only the digits below 4 are kept.
func quarterTurns(a float32) (q uint64, r float64) {
	b := math.Float32bits(a)
	m := uint64(b&(1<<23-1) | 1<<23)
	e := int(b>>23) - 150 // -24 .. 104
	// Digit i of 2/pi (from 1) has weight 2^-i; those with e-i >= 2 give
	// multiples of 4. The window starts at digit e-1, at this bit of the table:
	at := uint(e - 2 + 32)
	hi, lo := digits(at), digits(at+64)
	carry, pl := bits.Mul64(m, lo)
	ph := m*hi + carry // modulo 2^64 is modulo 4 turns
	frac := ph<<2 | pl>>62
	q = ph >> 62
	if frac>>63 == 1 {
		q++ // round to nearest: the rest becomes negative
	}
	return q & 3, float64(float64(int64(frac)) * 0x1.921fb54442d18p-64)
}

// digits is 64 bits of the table from a bit position.
func digits(at uint) uint64 {
	i, s := at/64, at%64
	w := twoOverPi[i] << s
	if s > 0 && i+1 < uint(len(twoOverPi)) {
		w |= twoOverPi[i+1] >> (64 - s)
	}
	return w
}

// wideSin and wideCos are Taylor polynomials for |r| <= pi/4 (0.5 at most on
// the direct path of Sin).
func wideSin(r float64) float64 {
	z := float64(r * r)
	p := 0x1.6124613a86d09p-33
	p = float64(p*z) - 0x1.ae64567f544e4p-26
	p = float64(p*z) + 0x1.71de3a556c734p-19
	p = float64(p*z) - 0x1.a01a01a01a01ap-13
	p = float64(p*z) + 0x1.1111111111111p-7
	p = float64(p*z) - 0x1.5555555555555p-3
	p = float64(p*z) + 1
	return float64(r * p)
}

func wideCos(r float64) float64 {
	z := float64(r * r)
	p := -0x1.93974a8c07c9dp-37
	p = float64(p*z) + 0x1.1eed8eff8d898p-29
	p = float64(p*z) - 0x1.27e4fb7789f5cp-22
	p = float64(p*z) + 0x1.a01a01a01a01ap-16
	p = float64(p*z) - 0x1.6c16c16c16c17p-10
	p = float64(p*z) + 0x1.5555555555555p-5
	p = float64(p*z) - 0.5
	return float64(p*z) + 1
}

// turned evaluates sine of (r + q quarter turns).
func turned(q uint64, r float64) float64 {
	v := 0.0
	if q&1 == 0 {
		v = wideSin(r)
	} else {
		v = wideCos(r)
	}
	if q&2 != 0 {
		return -v
	}
	return v
}

// Sin is the sine, exact reduction included: it is accurate for every argument.
func Sin(x float32) float32 {
	a := magnitude(x)
	switch {
	case x != x || isInf(x):
		return nan32
	case a < 0.5:
		return narrow(wideSin(float64(x)))
	}
	q, r := quarterTurns(a)
	if x < 0 {
		return narrow(-turned(q, r))
	}
	return narrow(turned(q, r))
}

// Cos is the cosine.
func Cos(x float32) float32 {
	a := magnitude(x)
	switch {
	case x != x || isInf(x):
		return nan32
	case a < 0.5:
		return narrow(wideCos(float64(x)))
	}
	q, r := quarterTurns(a)
	return narrow(turned((q+1)&3, r))
}
