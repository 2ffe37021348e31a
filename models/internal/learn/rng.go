package learn

// RNG is a SplitMix64 generator (Steele, Lea and Flood, 2014).
type RNG uint64

// NewRNG returns the generator of one numbered thing in one stream, so that data can
// be drawn in any order.
func NewRNG(stream, number uint64) RNG {
	r := RNG(stream*0x9e3779b97f4a7c15 ^ number*0xd1342543de82ef95)
	r.Next()
	return r
}

// Next returns 64 random bits.
func (r *RNG) Next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Below returns a number in [0, n).
func (r *RNG) Below(n int) int { return int(r.Next() % uint64(n)) }

// Unit returns a value in [0, 1), a multiple of 2^-24.
func (r *RNG) Unit() float64 { return float64(r.Next()>>40) / (1 << 24) }

// Signed returns a value in [-1, 1), a multiple of 2^-23.
func (r *RNG) Signed() float64 { return float64(r.Next()>>40)/(1<<23) - 1 }

// Normal returns a value of about unit variance.
func (r *RNG) Normal() float64 {
	sum := 0.0
	for range 12 {
		sum += r.Unit()
	}
	return sum - 6
}
