package kerneltest

import (
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// Source is a small linear congruential generator: the same numbers on every
// machine and in every release.
type Source uint64

// Next is the next 32-bit number.
func (s *Source) Next() uint32 {
	*s = *s*6364136223846793005 + 1442695040888963407
	return uint32(*s >> 32)
}

// Below is a number in [0, n).
func (s *Source) Below(n int64) int64 { return int64(s.Next()) % n }

// Pick is one of the given values.
func Pick[T any](s *Source, v ...T) T { return v[s.Below(int64(len(v)))] }

// special are float32 bit patterns at which rules change.
var special = []uint32{
	0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001, 0x80000001,
	0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000, 0x4b000000,
	0x4f000000, 0xcf000000, 0x5f000000, 0x42b17218, 0xc2cff1b5, 0x3c800000, 0x40800000, 0x3fffffff,
}

// Normal fills a float tensor with ordinary numbers in [-4, 4).
func (s *Source) Normal(shape ...int64) kernel.Tensor {
	t := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: shape})
	for i := range t.F32 {
		t.F32[i] = float32(int32(s.Next())) * 0x1p-29
	}
	return t
}

// Wild fills a float tensor with special values, arbitrary bit patterns
// (canonical NaN) and ordinary numbers.
func (s *Source) Wild(shape ...int64) kernel.Tensor {
	t := s.Normal(shape...)
	for i := range t.F32 {
		b := s.Next()
		switch s.Below(3) {
		case 0:
			b = special[s.Below(int64(len(special)))]
		case 1:
		default:
			continue
		}
		v := math.Float32frombits(b)
		if v != v {
			v = math.Float32frombits(0x7fc00000)
		}
		t.F32[i] = v
	}
	return t
}

// Tensor fills a tensor of any type; floats are wild.
func (s *Source) Tensor(d ir.DType, shape ...int64) kernel.Tensor {
	if d == ir.F32 {
		return s.Wild(shape...)
	}
	t := kernel.New(ir.TensorDecl{DType: d, Shape: shape})
	for i := range t.Len() {
		v := int64(s.Next())<<32 | int64(s.Next())
		if s.Below(2) == 0 {
			v %= 5 // small numbers, 0 among them
		}
		switch d {
		case ir.I8:
			t.I8[i] = int8(v)
		case ir.U8:
			t.U8[i] = uint8(v)
		case ir.I32:
			t.I32[i] = int32(v)
		case ir.I64:
			t.I64[i] = v
		default:
			t.U8[i] = uint8(v) & 1
		}
	}
	return t
}
