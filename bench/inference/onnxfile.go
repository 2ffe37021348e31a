package main

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Element types of ONNX.
const (
	typeFloat = 1
	typeUint8 = 2
	typeInt8  = 3
	typeInt64 = 7
)

// file collects an ONNX graph. Weights are random numbers from a fixed seed.
type file struct {
	body   []byte // fields of GraphProto
	next   int
	random random
}

type random uint64

func (r *random) next() uint32 {
	*r = *r*6364136223846793005 + 1442695040888963407
	return uint32(*r >> 32)
}

// attr is one attribute: an int64, a float32, a []int64.
type attr struct {
	name  string
	value any
}

func field(b []byte, id protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, id, protowire.BytesType), v)
}

func number(b []byte, id protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, id, protowire.VarintType), v)
}

func (a attr) encode() []byte {
	b := field(nil, 1, []byte(a.name))
	switch v := a.value.(type) {
	case int:
		b = number(b, 3, uint64(v))
		return number(b, 20, 2)
	case float64:
		b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(float32(v)))
		return number(b, 20, 1)
	case []int64:
		for _, x := range v {
			b = number(b, 8, uint64(x))
		}
		return number(b, 20, 7)
	default:
		panic(fmt.Sprintf("attribute %s of type %T", a.name, a.value))
	}
}

// node appends an operator with one output and returns that output's name.
func (f *file) node(op string, inputs []string, attrs ...attr) string {
	return f.nodes(op, inputs, 1, attrs...)[0]
}

func (f *file) nodes(op string, inputs []string, outputs int, attrs ...attr) []string {
	var b []byte
	for _, in := range inputs {
		b = field(b, 1, []byte(in))
	}
	var names []string
	for range outputs {
		f.next++
		names = append(names, fmt.Sprintf("v%d", f.next))
		b = field(b, 2, []byte(names[len(names)-1]))
	}
	b = field(b, 4, []byte(op))
	for _, a := range attrs {
		b = field(b, 5, a.encode())
	}
	f.body = field(f.body, 1, b)
	return names
}

func (f *file) constant(kind int, dims []int64, raw []byte) string {
	f.next++
	name := fmt.Sprintf("w%d", f.next)
	var b []byte
	for _, d := range dims {
		b = number(b, 1, uint64(d))
	}
	b = number(b, 2, uint64(kind))
	b = field(b, 8, []byte(name))
	f.body = field(f.body, 5, field(b, 9, raw))
	return name
}

func elements(dims []int64) int {
	n := 1
	for _, d := range dims {
		n *= int(d)
	}
	return n
}

// weight is a float tensor of random numbers between -scale and scale, around centre.
func (f *file) weight(centre, scale float64, dims ...int64) string {
	return f.constant(typeFloat, dims, f.floats(centre, scale, elements(dims)))
}

func (f *file) floats(centre, scale float64, n int) []byte {
	raw := make([]byte, 0, 4*n)
	for range n {
		x := centre + scale*float64(int32(f.random.next()))*0x1p-31
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(float32(x)))
	}
	return raw
}

// bytes is an int8 tensor of numbers in [-64, 63]: with larger ones the AVX2
// kernels of onnxruntime saturate between two products, and are wrong.
func (f *file) bytes(dims ...int64) string {
	raw := make([]byte, elements(dims))
	for i := range raw {
		raw[i] = byte(int8(f.random.next()>>24) >> 1)
	}
	return f.constant(typeInt8, dims, raw)
}

func (f *file) ints(v ...int64) string {
	var raw []byte
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(x))
	}
	return f.constant(typeInt64, []int64{int64(len(v))}, raw)
}

func (f *file) value(id protowire.Number, name string, kind int, dims []int64) {
	var shape []byte
	for _, d := range dims {
		shape = field(shape, 1, number(nil, 1, uint64(d)))
	}
	tensor := field(number(nil, 1, uint64(kind)), 2, shape)
	f.body = field(f.body, id, field(field(nil, 1, []byte(name)), 2, field(nil, 1, tensor)))
}

func (f *file) input(name string, kind int, dims ...int64)  { f.value(11, name, kind, dims) }
func (f *file) output(name string, kind int, dims ...int64) { f.value(12, name, kind, dims) }

// encode is the whole ModelProto, operator set 17.
func (f *file) encode() []byte {
	b := number(nil, 1, 8)
	b = field(b, 7, field(f.body, 2, []byte("bench")))
	return field(b, 8, number(field(nil, 1, nil), 2, 17))
}
