package step

import "github.com/imochain/imod/inference/ir"

// place is an index per dimension.
type place [ir.MaxRank]int64

// placeOf takes a row-major index apart.
func placeOf(index int64, shape []int64) (p place) {
	for i := len(shape) - 1; i >= 0; i-- {
		p[i] = index % shape[i]
		index /= shape[i]
	}
	return p
}

// in is the row-major index of a place.
func (p place) in(shape []int64) (index int64) {
	for i, d := range shape {
		index = index*d + p[i]
	}
	return index
}

// broadcast is the index in a shape that repeats below one of the given rank.
func (p place) broadcast(rank int, shape []int64) (index int64) {
	for i, d := range shape {
		at := int64(0)
		if d > 1 {
			at = p[rank-len(shape)+i]
		}
		index = index*d + at
	}
	return index
}

func elems(shape []int64) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return n
}
