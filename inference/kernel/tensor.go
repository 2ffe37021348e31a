package kernel

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/imochain/imod/inference/ir"
)

// Tensor is a dense row-major tensor. Exactly one data slice is in use, chosen
// by DType: F32, I32, I64, I8, and U8 for both u8 and bool (bytes 0 or 1).
// Kernels trust that the slice is as long as the shape says; the engine sees to it.
type Tensor struct {
	DType ir.DType
	Shape []int64
	F32   []float32
	I32   []int32
	I64   []int64
	I8    []int8
	U8    []uint8
}

// New allocates a zero tensor of the declared type and shape.
func New(d ir.TensorDecl) Tensor {
	t := Tensor{DType: d.DType, Shape: append([]int64(nil), d.Shape...)}
	n := Elems(d.Shape)
	switch d.DType {
	case ir.F32:
		t.F32 = make([]float32, n)
	case ir.I32:
		t.I32 = make([]int32, n)
	case ir.I64:
		t.I64 = make([]int64, n)
	case ir.I8:
		t.I8 = make([]int8, n)
	default:
		t.U8 = make([]uint8, n)
	}
	return t
}

// Elems is the number of elements of a shape that was checked before.
func Elems(shape []int64) int {
	n := int64(1)
	for _, d := range shape {
		n *= d
	}
	return int(n)
}

// Decl is the tensor's type and shape; the shape is shared, not copied.
func (t Tensor) Decl() ir.TensorDecl { return ir.TensorDecl{DType: t.DType, Shape: t.Shape} }

// Len is the number of elements actually stored.
func (t Tensor) Len() int {
	switch t.DType {
	case ir.F32:
		return len(t.F32)
	case ir.I32:
		return len(t.I32)
	case ir.I64:
		return len(t.I64)
	case ir.I8:
		return len(t.I8)
	default:
		return len(t.U8)
	}
}

// Range is a view of elements [lo, hi) as a vector.
func (t Tensor) Range(lo, hi int) Tensor {
	v := Tensor{DType: t.DType, Shape: []int64{int64(hi - lo)}}
	switch t.DType {
	case ir.F32:
		v.F32 = t.F32[lo:hi]
	case ir.I32:
		v.I32 = t.I32[lo:hi]
	case ir.I64:
		v.I64 = t.I64[lo:hi]
	case ir.I8:
		v.I8 = t.I8[lo:hi]
	default:
		v.U8 = t.U8[lo:hi]
	}
	return v
}

// Clone returns a tensor with its own copy of shape and data.
func (t Tensor) Clone() Tensor {
	c := New(t.Decl())
	copyData(c, t)
	return c
}

// AppendBytes appends the elements in order, little-endian: the bytes that the
// bundle stores and that commitments hash.
func (t Tensor) AppendBytes(b []byte) []byte {
	switch t.DType {
	case ir.F32:
		for _, v := range t.F32 {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	case ir.I32:
		for _, v := range t.I32 {
			b = binary.LittleEndian.AppendUint32(b, uint32(v))
		}
	case ir.I64:
		for _, v := range t.I64 {
			b = binary.LittleEndian.AppendUint64(b, uint64(v))
		}
	case ir.I8:
		for _, v := range t.I8 {
			b = append(b, uint8(v))
		}
	default:
		b = append(b, t.U8...)
	}
	return b
}

// FromBytes builds a tensor from little-endian elements. The length must match
// the declaration exactly; bool bytes other than 0 and 1 and NaN bits other than
// the canonical ones are refused, so that one value has one representation.
func FromBytes(d ir.TensorDecl, b []byte) (Tensor, error) {
	n := Elems(d.Shape)
	if int64(len(b)) != int64(n)*d.DType.Size() {
		return Tensor{}, fmt.Errorf("tensor of %d bytes, want %d", len(b), int64(n)*d.DType.Size())
	}
	t := New(d)
	switch d.DType {
	case ir.F32:
		for i := range t.F32 {
			t.F32[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case ir.I32:
		for i := range t.I32 {
			t.I32[i] = int32(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case ir.I64:
		for i := range t.I64 {
			t.I64[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case ir.I8:
		for i := range t.I8 {
			t.I8[i] = int8(b[i])
		}
	default:
		copy(t.U8, b)
	}
	if err := t.CheckCanonical(); err != nil {
		return Tensor{}, err
	}
	return t, nil
}

// CheckCanonical reports a bool byte other than 0 and 1, or a NaN other than the
// canonical one.
func (t Tensor) CheckCanonical() error {
	switch t.DType {
	case ir.F32:
		if BestISA() != Scalar && !vectorNaN(t.F32) {
			return nil
		}
		for i, v := range t.F32 {
			if v != v && math.Float32bits(v) != nanBits {
				return fmt.Errorf("element %d is a non-canonical NaN", i)
			}
		}
	case ir.Bool:
		for i, v := range t.U8 {
			if v > 1 {
				return fmt.Errorf("element %d is not a bool", i)
			}
		}
	}
	return nil
}

func copyData(dst, src Tensor) {
	copy(dst.F32, src.F32)
	copy(dst.I32, src.I32)
	copy(dst.I64, src.I64)
	copy(dst.I8, src.I8)
	copy(dst.U8, src.U8)
}
