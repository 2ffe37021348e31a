// Package onnxfile writes ONNX files: a training program names nodes and constants,
// and Encode gives the protobuf. Field numbers and type codes are those of
// onnx.proto3.
package onnxfile

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Element types.
const (
	F32 = 1
	U8  = 2
	I8  = 3
	I32 = 6
	I64 = 7
)

// File collects the nodes and constants of one graph.
type File struct {
	nodes, constants [][]byte
}

func bytesField(b []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), v)
}

func textField(b []byte, field protowire.Number, v string) []byte {
	return bytesField(b, field, []byte(v))
}

func intField(b []byte, field protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), uint64(v))
}

// Attribute is one attribute of a node.
type Attribute []byte

// Float makes a float attribute.
func Float(name string, v float32) Attribute {
	b := textField(nil, 1, name)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(v))
	return intField(b, 20, 1)
}

// Int makes an integer attribute.
func Int(name string, v int64) Attribute {
	return intField(intField(textField(nil, 1, name), 3, v), 20, 2)
}

// Ints makes an attribute that is a list of integers.
func Ints(name string, vs ...int64) Attribute {
	b := textField(nil, 1, name)
	for _, v := range vs {
		b = intField(b, 8, v)
	}
	return intField(b, 20, 7)
}

// Node adds a node with one result, which is also its name, and returns it.
func (f *File) Node(op, result string, inputs []string, attrs ...Attribute) string {
	f.add(op, result, inputs, []string{result}, attrs)
	return result
}

// Nodes adds a node with several results and returns them.
func (f *File) Nodes(op, name string, inputs, results []string, attrs ...Attribute) []string {
	f.add(op, name, inputs, results, attrs)
	return results
}

func (f *File) add(op, name string, inputs, results []string, attrs []Attribute) {
	var b []byte
	for _, in := range inputs {
		b = textField(b, 1, in)
	}
	for _, out := range results {
		b = textField(b, 2, out)
	}
	b = textField(b, 3, name)
	b = textField(b, 4, op)
	for _, a := range attrs {
		b = bytesField(b, 5, a)
	}
	f.nodes = append(f.nodes, b)
}

// Floats adds a constant tensor of float32; no dimension makes a scalar.
func (f *File) Floats(name string, values []float32, dims ...int) string {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return f.Constant(name, F32, raw, dims...)
}

// Ints adds a constant list of int64.
func (f *File) Ints(name string, values ...int64) string {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return f.Constant(name, I64, raw, len(values))
}

// Constant adds a constant tensor from its little-endian bytes.
func (f *File) Constant(name string, kind int64, raw []byte, dims ...int) string {
	var b []byte
	for _, d := range dims {
		b = intField(b, 1, int64(d))
	}
	b = intField(b, 2, kind)
	b = textField(b, 8, name)
	b = bytesField(b, 9, raw)
	f.constants = append(f.constants, b)
	return name
}

// Port describes a graph input or output.
type Port []byte

// NewPort makes the description of a tensor.
func NewPort(name string, kind int64, dims ...int) Port {
	var shape []byte
	for _, d := range dims {
		shape = bytesField(shape, 1, intField(nil, 1, int64(d)))
	}
	tensor := bytesField(intField(nil, 1, kind), 2, shape)
	return bytesField(textField(nil, 1, name), 2, bytesField(nil, 1, tensor))
}

// Encode writes the model, operator set 17, and says which program made it.
func (f *File) Encode(name, producer string, inputs, outputs []Port) []byte {
	var g []byte
	for _, n := range f.nodes {
		g = bytesField(g, 1, n)
	}
	g = textField(g, 2, name)
	for _, c := range f.constants {
		g = bytesField(g, 5, c)
	}
	for _, p := range inputs {
		g = bytesField(g, 11, p)
	}
	for _, p := range outputs {
		g = bytesField(g, 12, p)
	}
	b := intField(nil, 1, 8)
	b = textField(b, 2, producer)
	b = bytesField(b, 7, g)
	return bytesField(b, 8, intField(textField(nil, 1, ""), 2, 17))
}
