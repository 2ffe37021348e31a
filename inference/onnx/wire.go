package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// The structs below hold the part of the ONNX messages that an import needs.
// Byte slices point into the file; nothing is copied before it is checked.

type modelProto struct {
	irVersion int64
	opset     int64
	graph     []byte
}

type graphProto struct {
	nodes        []nodeProto
	initializers []tensorProto
	inputs       []valueProto
	outputs      []valueProto
}

type nodeProto struct {
	name, op, domain string
	inputs, outputs  []string
	attrs            map[string]*attrProto
}

type attrProto struct {
	kind    int64 // AttributeProto.AttributeType
	f       float32
	i       int64
	s       []byte
	t, g    []byte
	floats  []float32
	ints    []int64
	strings int
}

type valueProto struct {
	name  string
	dtype int64
	dims  []dimProto
	shape bool // a shape is stated
}

type dimProto struct {
	value int64
	param string
	known bool
}

// field is one field of a message: data for length-delimited ones, num for the rest.
type field struct {
	id   protowire.Number
	kind protowire.Type
	data []byte
	num  uint64
}

var errWire = errors.New("file is truncated or not protobuf")

// fields calls f for every field of a message, in order.
func fields(b []byte, f func(field) error) error {
	for len(b) > 0 {
		id, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errWire
		}
		b = b[n:]
		v := field{id: id, kind: kind}
		switch kind {
		case protowire.VarintType:
			v.num, n = protowire.ConsumeVarint(b)
		case protowire.Fixed32Type:
			var x uint32
			x, n = protowire.ConsumeFixed32(b)
			v.num = uint64(x)
		case protowire.Fixed64Type:
			v.num, n = protowire.ConsumeFixed64(b)
		case protowire.BytesType:
			v.data, n = protowire.ConsumeBytes(b)
		default:
			return errWire // groups do not occur in ONNX
		}
		if n < 0 {
			return errWire
		}
		b = b[n:]
		if err := f(v); err != nil {
			return err
		}
	}
	return nil
}

// message is the content of a length-delimited field.
func (v field) message() ([]byte, error) {
	if v.kind != protowire.BytesType {
		return nil, errWire
	}
	return v.data, nil
}

func (v field) text() (string, error) {
	b, err := v.message()
	if len(b) > maxName {
		return "", fmt.Errorf("name of %d bytes", len(b))
	}
	return string(b), err
}

func (v field) int() (int64, error) {
	if v.kind != protowire.VarintType {
		return 0, errWire
	}
	return int64(v.num), nil
}

// appendInts reads a repeated integer field, packed or not.
func (v field) appendInts(to []int64) ([]int64, error) {
	if v.kind == protowire.VarintType {
		return append(to, int64(v.num)), nil
	}
	if v.kind != protowire.BytesType {
		return nil, errWire
	}
	for b := v.data; len(b) > 0; {
		x, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, errWire
		}
		to, b = append(to, int64(x)), b[n:]
	}
	return to, nil
}

// maxName bounds names and short strings.
const maxName = 1024

func parseModel(b []byte) (m modelProto, err error) {
	err = fields(b, func(v field) error {
		var err error
		switch v.id {
		case 1:
			m.irVersion, err = v.int()
		case 7:
			if m.graph != nil {
				return errors.New("more than one graph")
			}
			m.graph, err = v.message()
		case 8:
			err = m.addOpset(v)
		case 20:
			err = errors.New("training information is not supported")
		case 25:
			err = errors.New("functions are not supported")
		}
		return err
	})
	if err == nil && m.graph == nil {
		err = errors.New("file has no graph")
	}
	return m, err
}

func (m *modelProto) addOpset(v field) error {
	b, err := v.message()
	if err != nil {
		return err
	}
	var domain string
	var version int64
	err = fields(b, func(v field) (err error) {
		switch v.id {
		case 1:
			domain, err = v.text()
		case 2:
			version, err = v.int()
		}
		return err
	})
	// Sets that no node uses are harmless; nodes of other domains are refused.
	if err == nil && standardDomain(domain) {
		if m.opset != 0 && m.opset != version {
			return errors.New("two operator sets for one domain")
		}
		m.opset = version
	}
	return err
}

func standardDomain(d string) bool { return d == "" || d == "ai.onnx" }

func parseGraph(b []byte, l Limits) (g graphProto, err error) {
	err = fields(b, func(v field) error {
		switch v.id {
		case 1, 5, 11, 12:
		case 15:
			return errors.New("sparse initializers are not supported")
		default:
			return nil
		}
		b, err := v.message()
		if err != nil {
			return err
		}
		switch v.id {
		case 1:
			if len(g.nodes) >= l.MaxNodes {
				return fmt.Errorf("more than %d nodes", l.MaxNodes)
			}
			n, err := parseNode(b)
			g.nodes = append(g.nodes, n)
			return err
		case 5:
			if len(g.initializers) >= l.MaxNodes {
				return fmt.Errorf("more than %d initializers", l.MaxNodes)
			}
			t, err := parseTensor(b)
			g.initializers = append(g.initializers, t)
			return err
		case 11:
			p, err := parseValue(b)
			g.inputs = append(g.inputs, p)
			return err
		default:
			p, err := parseValue(b)
			g.outputs = append(g.outputs, p)
			return err
		}
	})
	return g, err
}

func parseNode(b []byte) (n nodeProto, err error) {
	n.attrs = map[string]*attrProto{}
	err = fields(b, func(v field) error {
		switch v.id {
		case 1, 2:
			s, err := v.text()
			if v.id == 1 {
				n.inputs = append(n.inputs, s)
			} else {
				n.outputs = append(n.outputs, s)
			}
			return err
		case 3:
			n.name, err = v.text()
		case 4:
			n.op, err = v.text()
		case 7:
			n.domain, err = v.text()
		case 8:
			if len(v.data) > 0 {
				err = errors.New("overloaded functions are not supported")
			}
		case 5:
			b, err := v.message()
			if err != nil {
				return err
			}
			name, a, err := parseAttr(b)
			if err != nil {
				return err
			}
			if n.attrs[name] != nil {
				return fmt.Errorf("attribute %q appears twice", name)
			}
			n.attrs[name] = a
			return nil
		}
		return err
	})
	return n, err
}

func parseAttr(b []byte) (name string, a *attrProto, err error) {
	a = &attrProto{}
	err = fields(b, func(v field) error {
		var err error
		switch v.id {
		case 1:
			name, err = v.text()
		case 2:
			if v.kind != protowire.Fixed32Type {
				return errWire
			}
			a.f = float32frombits(uint32(v.num))
		case 3:
			a.i, err = v.int()
		case 4:
			a.s, err = v.message()
		case 5:
			a.t, err = v.message()
		case 6:
			a.g, err = v.message()
		case 7:
			err = a.addFloats(v)
		case 8:
			a.ints, err = v.appendInts(a.ints)
		case 9:
			a.strings++
		case 10, 11, 14, 15, 22, 23:
			err = errors.New("attribute kind is not supported")
		case 20:
			a.kind, err = v.int()
		case 21:
			if len(v.data) > 0 {
				err = errors.New("attribute references are not supported")
			}
		}
		return err
	})
	if err != nil {
		err = fmt.Errorf("attribute %q: %w", name, err)
	}
	return name, a, err
}

func (a *attrProto) addFloats(v field) error {
	switch v.kind {
	case protowire.Fixed32Type:
		a.floats = append(a.floats, float32frombits(uint32(v.num)))
		return nil
	case protowire.BytesType:
		b := v.data
		if len(b)%4 != 0 {
			return errWire
		}
		for ; len(b) > 0; b = b[4:] {
			x, _ := protowire.ConsumeFixed32(b)
			a.floats = append(a.floats, float32frombits(x))
		}
		return nil
	default:
		return errWire
	}
}

func parseValue(b []byte) (p valueProto, err error) {
	err = fields(b, func(v field) error {
		switch v.id {
		case 1:
			p.name, err = v.text()
			return err
		case 2:
			b, err := v.message()
			if err != nil {
				return err
			}
			return fields(b, p.addType)
		}
		return nil
	})
	return p, err
}

// addType reads one field of a TypeProto; only dense tensors are known.
func (p *valueProto) addType(v field) error {
	switch v.id {
	case 1:
	case 6:
		return nil
	default:
		return fmt.Errorf("%q is not a tensor", p.name)
	}
	b, err := v.message()
	if err != nil {
		return err
	}
	return fields(b, func(v field) (err error) {
		switch v.id {
		case 1:
			p.dtype, err = v.int()
		case 2:
			b, err := v.message()
			if err != nil {
				return err
			}
			p.shape = true
			return fields(b, p.addDim)
		}
		return err
	})
}

func (p *valueProto) addDim(v field) error {
	if v.id != 1 {
		return nil
	}
	b, err := v.message()
	if err != nil {
		return err
	}
	if len(p.dims) >= maxRank {
		return fmt.Errorf("%q has more than %d dimensions", p.name, maxRank)
	}
	var d dimProto
	err = fields(b, func(v field) (err error) {
		switch v.id {
		case 1:
			d.value, err = v.int()
			d.known = true
		case 2:
			d.param, err = v.text()
		}
		return err
	})
	p.dims = append(p.dims, d)
	return err
}
