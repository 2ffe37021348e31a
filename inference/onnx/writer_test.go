package onnx_test

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A minimal writer of ONNX files, so that tests state models in a few lines and
// can also write what no exporter would.

type message []byte

func (m message) bytes(id protowire.Number, b []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, id, protowire.BytesType), b)
}

func (m message) text(id protowire.Number, s string) message { return m.bytes(id, []byte(s)) }

func (m message) int(id protowire.Number, v int64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, id, protowire.VarintType), uint64(v))
}

func (m message) float(id protowire.Number, v float32) message {
	return protowire.AppendFixed32(protowire.AppendTag(m, id, protowire.Fixed32Type), math.Float32bits(v))
}

// model wraps graph fields into a file of an operator set.
func model(opset int64, graph ...message) []byte {
	var g message
	for _, m := range graph {
		g = append(g, m...)
	}
	return message{}.int(1, 8).bytes(7, g).bytes(8, message{}.text(1, "").int(2, opset))
}

// node is a graph field; names "" are absent inputs.
func node(op string, in, out []string, attrs ...message) message {
	var m message
	for _, s := range in {
		m = m.text(1, s)
	}
	for _, s := range out {
		m = m.text(2, s)
	}
	m = m.text(3, op+"_"+out[0]).text(4, op)
	for _, a := range attrs {
		m = m.bytes(5, a)
	}
	return message{}.bytes(1, m)
}

func attrInt(name string, v int64) message {
	return message{}.text(1, name).int(3, v).int(20, 2)
}

func attrInts(name string, v ...int64) message {
	m := message{}.text(1, name)
	for _, x := range v {
		m = m.int(8, x)
	}
	return m.int(20, 7)
}

func attrFloat(name string, v float32) message {
	return message{}.text(1, name).float(2, v).int(20, 1)
}

func attrText(name, v string) message { return message{}.text(1, name).text(4, v).int(20, 3) }

func attrGraph(name string, fields ...message) message {
	var g message
	for _, f := range fields {
		g = append(g, f...)
	}
	return message{}.text(1, name).bytes(6, g).int(20, 5)
}

// port is a graph input (11) or output (12); dimensions are int64 or string.
func port(id protowire.Number, name string, dtype int64, dims ...any) message {
	var shape message
	for _, d := range dims {
		switch v := d.(type) {
		case int:
			shape = shape.bytes(1, message{}.int(1, int64(v)))
		case string:
			shape = shape.bytes(1, message{}.text(2, v))
		default:
			shape = shape.bytes(1, nil)
		}
	}
	t := message{}.bytes(1, message{}.int(1, dtype).bytes(2, shape))
	return message{}.bytes(id, message{}.text(1, name).bytes(2, t))
}

func input(name string, dims ...any) message  { return port(11, name, 1, dims...) }
func output(name string, dims ...any) message { return port(12, name, 1, dims...) }

func tensorHead(name string, dtype int64, dims []int64) message {
	var m message
	for _, d := range dims {
		m = m.int(1, d)
	}
	return m.int(2, dtype).text(8, name)
}

// floats is an initializer of f32.
func floats(name string, dims []int64, v ...float32) message {
	var raw []byte
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return message{}.bytes(5, tensorHead(name, 1, dims).bytes(9, raw))
}

// ints is an initializer of i64, as a typed list.
func ints(name string, v ...int64) message {
	m := tensorHead(name, 7, []int64{int64(len(v))})
	for _, x := range v {
		m = m.int(7, x)
	}
	return message{}.bytes(5, m)
}

func names(s ...string) []string { return s }
