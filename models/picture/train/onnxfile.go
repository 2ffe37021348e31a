package main

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxFile collects the nodes and constants of an ONNX graph and writes them
// as protobuf. Field numbers are those of onnx.proto3.
type onnxFile struct {
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

// attribute is one attribute of a node.
type attribute []byte

// floatAttr makes a float attribute.
func floatAttr(name string, v float32) attribute {
	b := textField(nil, 1, name)
	b = protowire.AppendFixed32(protowire.AppendTag(b, 2, protowire.Fixed32Type), math.Float32bits(v))
	return intField(b, 20, 1)
}

// intAttr makes an integer attribute.
func intAttr(name string, v int64) attribute {
	return intField(intField(textField(nil, 1, name), 3, v), 20, 2)
}

// intsAttr makes an attribute that is a list of integers.
func intsAttr(name string, vs ...int64) attribute {
	b := textField(nil, 1, name)
	for _, v := range vs {
		b = intField(b, 8, v)
	}
	return intField(b, 20, 7)
}

// node adds a node and returns the name of its result.
func (f *onnxFile) node(op, result string, inputs []string, attrs ...attribute) string {
	var b []byte
	for _, in := range inputs {
		b = textField(b, 1, in)
	}
	b = textField(b, 2, result)
	b = textField(b, 3, result)
	b = textField(b, 4, op)
	for _, a := range attrs {
		b = bytesField(b, 5, a)
	}
	f.nodes = append(f.nodes, b)
	return result
}

// floats adds a constant tensor of float32.
func (f *onnxFile) floats(name string, values []float32, dims ...int) string {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return f.constant(name, 1, raw, dims)
}

// ints adds a constant list of int64.
func (f *onnxFile) ints(name string, values ...int64) string {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return f.constant(name, 7, raw, []int{len(values)})
}

func (f *onnxFile) constant(name string, kind int64, raw []byte, dims []int) string {
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

// port describes a graph input or output of float32.
func port(name string, dims ...int) []byte {
	var shape []byte
	for _, d := range dims {
		shape = bytesField(shape, 1, intField(nil, 1, int64(d)))
	}
	tensor := bytesField(intField(nil, 1, 1), 2, shape)
	return bytesField(textField(nil, 1, name), 2, bytesField(nil, 1, tensor))
}

// encode writes the model with its one input and one output.
func (f *onnxFile) encode(name string, input, output []byte) []byte {
	var g []byte
	for _, n := range f.nodes {
		g = bytesField(g, 1, n)
	}
	g = textField(g, 2, name)
	for _, c := range f.constants {
		g = bytesField(g, 5, c)
	}
	g = bytesField(g, 11, input)
	g = bytesField(g, 12, output)
	b := intField(nil, 1, 8)
	b = textField(b, 2, "imod models/picture/train")
	b = bytesField(b, 7, g)
	return bytesField(b, 8, intField(textField(nil, 1, ""), 2, 17))
}
