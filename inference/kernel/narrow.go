package kernel

import "math"

const (
	// nanBits is the only NaN that leaves a kernel.
	nanBits = 0x7fc00000
	infBits = 0x7f800000
	// overflow32 is the smallest float64 that rounds to an infinite float32.
	overflow32 = 0x1.ffffffp127
)

var (
	nan32 = math.Float32frombits(nanBits)
	inf32 = math.Float32frombits(infBits)
)

// canon replaces any NaN by the canonical one.
func canon(x float32) float32 {
	if x != x {
		return nan32
	}
	return x
}

// narrow is the one final rounding of a float64 result. Overflow is spelt out,
// because the language leaves that conversion to the implementation.
func narrow(x float64) float32 {
	switch {
	case x != x:
		return nan32
	case x >= overflow32:
		return inf32
	case x <= -overflow32:
		return -inf32
	}
	return float32(x)
}

// signOf gives magnitude the sign of x, also for zeros.
func signOf(x, magnitude float32) float32 {
	return math.Float32frombits(math.Float32bits(magnitude)&0x7fffffff | math.Float32bits(x)&0x80000000)
}

func isInf(x float32) bool { return math.Float32bits(x)&0x7fffffff == infBits }

// magnitude is |x|.
func magnitude(x float32) float32 { return math.Float32frombits(math.Float32bits(x) & 0x7fffffff) }
