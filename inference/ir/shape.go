package ir

import (
	"errors"
	"fmt"
	"slices"
)

// maxDim bounds single dimensions and attribute values, so that sums and
// products of two of them cannot overflow an int64.
const maxDim = 1<<31 - 1

var errTooLarge = errors.New("too many elements")

// Elems is the number of elements of a shape, or an error if a dimension is
// negative or the product exceeds limit.
func Elems(shape []int64, limit int64) (int64, error) {
	n := int64(1)
	empty := false
	for _, d := range shape {
		if d < 0 || d > maxDim {
			return 0, fmt.Errorf("dimension %d out of range", d)
		}
		if d == 0 {
			empty = true
			continue
		}
		if n > limit/d {
			return 0, errTooLarge
		}
		n *= d
	}
	if empty {
		return 0, nil
	}
	return n, nil
}

// Broadcast is the common shape of two shapes under the alignment rule, or an error.
func Broadcast(a, b []int64) ([]int64, error) {
	rank := max(len(a), len(b))
	out := make([]int64, rank)
	for i := 1; i <= rank; i++ {
		x, y := int64(1), int64(1)
		if i <= len(a) {
			x = a[len(a)-i]
		}
		if i <= len(b) {
			y = b[len(b)-i]
		}
		switch {
		case x == y || y == 1:
			out[rank-i] = x
		case x == 1:
			out[rank-i] = y
		default:
			return nil, fmt.Errorf("shapes %v and %v do not broadcast", a, b)
		}
	}
	return out, nil
}

// broadcastsTo reports an error unless a broadcast of shape a gives exactly shape to.
func broadcastsTo(a, to []int64) error {
	s, err := Broadcast(a, to)
	if err == nil && !slices.Equal(s, to) {
		err = fmt.Errorf("shape %v does not broadcast to %v", a, to)
	}
	return err
}

// Equal reports whether two declarations are the same.
func (d TensorDecl) Equal(o TensorDecl) bool {
	return d.DType == o.DType && slices.Equal(d.Shape, o.Shape)
}

// String is the declaration as "f32[1 3 8 8]".
func (d TensorDecl) String() string { return fmt.Sprintf("%s%v", d.DType, d.Shape) }

// check bounds a declaration: known type, rank, every dimension at least 1.
func (d TensorDecl) check(maxElems int64) (elems int64, err error) {
	if !d.DType.Valid() {
		return 0, errors.New("unknown element type")
	}
	if len(d.Shape) > MaxRank {
		return 0, fmt.Errorf("rank %d exceeds %d", len(d.Shape), MaxRank)
	}
	for _, n := range d.Shape {
		if n < 1 {
			return 0, fmt.Errorf("dimension %d is not positive", n)
		}
	}
	return Elems(d.Shape, maxElems)
}
