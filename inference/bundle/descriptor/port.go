package descriptor

import (
	"encoding/binary"
	"math"

	"github.com/imochain/imod/inference/bundle/internal/wire"
	"github.com/imochain/imod/inference/merkle"
)

// Encoding is how the elements of an input tensor lie in the raw input.
type Encoding uint8

// Encodings of elements.
const (
	// Raw elements are little-endian, row-major.
	Raw Encoding = 1
	// Bytes elements are one byte each and become float32(b) / 255; f32 only.
	Bytes Encoding = 2
)

// Shape is the element type (package merkle's code) and the dimensions of a tensor.
type Shape struct {
	DType byte     `json:"dtype"`
	Dims  []uint64 `json:"dims"`
}

// Input is one input tensor with the domain of its elements, ends included.
type Input struct {
	Shape
	Encoding Encoding `json:"encoding"`
	// Low and High bound f32 elements; both finite, and so is their distance.
	Low  float32 `json:"low"`
	High float32 `json:"high"`
	// LowInt and HighInt bound integer and bool elements.
	LowInt  int64 `json:"low_int,string"`
	HighInt int64 `json:"high_int,string"`
}

// Elements is the number of elements of a valid shape.
func (s Shape) Elements() uint64 {
	n := uint64(1)
	for _, d := range s.Dims {
		n *= d
	}
	return n
}

// Size is the number of raw bytes of a valid shape.
func (s Shape) Size() uint64 { return s.Elements() * merkle.ElementSize(s.DType) }

func (s Shape) validate(limit uint64, what string) error {
	size, err := merkle.Size(s.DType, s.Dims)
	if err != nil {
		return invalidf("%s: %v", what, err)
	}
	if size == 0 || size > limit {
		return invalidf("%s has %d bytes, allowed are 1 to %d", what, size, limit)
	}
	return nil
}

// size is the number of bytes of the input in the raw input.
func (in Input) size() uint64 {
	if in.Encoding == Bytes {
		return in.Elements()
	}
	return in.Size()
}

func (in Input) validate(what string) error {
	if err := in.Shape.validate(MaxInput, what); err != nil {
		return err
	}
	if in.Encoding != Raw && (in.Encoding != Bytes || in.DType != merkle.F32) {
		return invalidf("%s: encoding %d does not fit element type %d", what, in.Encoding, in.DType)
	}
	if in.DType == merkle.F32 {
		if !(in.Low <= in.High) || !finite(in.Low) || !finite(in.High) || !finite(in.High-in.Low) {
			return invalidf("%s: domain %v to %v is not a finite range", what, in.Low, in.High)
		}
		if in.Encoding == Bytes && (in.Low != 0 || in.High != 1) {
			return invalidf("%s: the domain of byte elements is 0 to 1", what)
		}
		return nil
	}
	low, high := IntRange(in.DType)
	if in.LowInt > in.HighInt || in.LowInt < low || in.HighInt > high {
		return invalidf("%s: domain %d to %d is not within %d to %d", what, in.LowInt, in.HighInt, low, high)
	}
	return nil
}

// check tests the elements in raw, whose length is right, against the domain.
func (in Input) check(raw []byte, what string) error {
	switch {
	case in.Encoding == Bytes:
		return nil
	case in.DType == merkle.F32:
		for i := range len(raw) / 4 {
			v := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			if !(v >= in.Low && v <= in.High) { // also true for NaN
				return inputf("%s: element %d is %v, the domain is %v to %v", what, i, v, in.Low, in.High)
			}
		}
		return nil
	}
	size := int(merkle.ElementSize(in.DType))
	for i := range len(raw) / size {
		if v := intAt(in.DType, raw[i*size:]); v < in.LowInt || v > in.HighInt {
			return inputf("%s: element %d is %d, the domain is %d to %d", what, i, v, in.LowInt, in.HighInt)
		}
	}
	return nil
}

// sample appends a uniform draw from the domain.
func (in Input) sample(b []byte, s *Stream) []byte {
	for range in.Elements() {
		switch {
		case in.Encoding == Bytes:
			b = append(b, byte(s.Uint32()>>24))
		case in.DType == merkle.F32:
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(in.uniform(s.Uint32())))
		default:
			b = appendInt(b, in.DType, in.uniformInt(s.Uint64()))
		}
	}
	return b
}

// uniform maps the top 24 bits of u to the domain: every product and sum is
// rounded by itself, and the end is clamped because the sum may round past it.
func (in Input) uniform(u uint32) float32 {
	unit := float32(float32(u>>8) * (1.0 / (1 << 24))) // exact
	span := float32(in.High - in.Low)
	step := float32(span * unit)
	return min(float32(in.Low+step), in.High)
}

func (in Input) uniformInt(u uint64) int64 {
	span := uint64(in.HighInt) - uint64(in.LowInt) + 1 // 0 stands for 2^64
	if span != 0 {
		u %= span
	}
	return int64(uint64(in.LowInt) + u)
}

func finite(v float32) bool { return v-v == 0 }

// IntRange is the whole range of an integer type, or of bool.
func IntRange(dtype byte) (low, high int64) {
	switch dtype {
	case merkle.I8:
		return math.MinInt8, math.MaxInt8
	case merkle.U8:
		return 0, math.MaxUint8
	case merkle.I32:
		return math.MinInt32, math.MaxInt32
	case merkle.I64:
		return math.MinInt64, math.MaxInt64
	default: // bool
		return 0, 1
	}
}

func intAt(dtype byte, b []byte) int64 {
	switch dtype {
	case merkle.I8:
		return int64(int8(b[0]))
	case merkle.I32:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	case merkle.I64:
		return int64(binary.LittleEndian.Uint64(b))
	default:
		return int64(b[0])
	}
}

func appendInt(b []byte, dtype byte, v int64) []byte {
	switch dtype {
	case merkle.I32:
		return binary.LittleEndian.AppendUint32(b, uint32(v))
	case merkle.I64:
		return binary.LittleEndian.AppendUint64(b, uint64(v))
	default:
		return append(b, byte(v))
	}
}

// AppendShape appends a shape: element type, rank, dimensions of eight bytes.
func AppendShape(b []byte, s Shape) []byte {
	b = wire.U8(b, s.DType)
	b = wire.U8(b, uint8(len(s.Dims)))
	for _, d := range s.Dims {
		b = wire.U64(b, d)
	}
	return b
}

// DecodeShape reads a shape; only its rank is checked.
func DecodeShape(r *wire.Reader) Shape {
	s := Shape{DType: r.U8("element type")}
	rank := int(r.U8("rank"))
	if rank > merkle.MaxRank {
		r.Fail("rank %d is above %d", rank, merkle.MaxRank)
		return s
	}
	for range rank {
		s.Dims = append(s.Dims, r.U64("dimension"))
	}
	return s
}

func appendInput(b []byte, in Input) []byte {
	b = AppendShape(b, in.Shape)
	b = wire.U8(b, uint8(in.Encoding))
	if in.DType == merkle.F32 {
		return wire.F32(wire.F32(b, in.Low), in.High)
	}
	return wire.U64(wire.U64(b, uint64(in.LowInt)), uint64(in.HighInt))
}

func decodeInput(r *wire.Reader) Input {
	in := Input{Shape: DecodeShape(r), Encoding: Encoding(r.U8("encoding"))}
	if in.DType == merkle.F32 {
		in.Low, in.High = r.F32("low"), r.F32("high")
	} else {
		in.LowInt, in.HighInt = int64(r.U64("low")), int64(r.U64("high"))
	}
	return in
}
