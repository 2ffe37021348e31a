package ir

import (
	"encoding/binary"
	"math"
)

// magic opens every encoded graph; its last byte is the version of the format.
const magic = "imod-ir\x01"

// Encode is the canonical encoding. Decode accepts exactly what Encode returns
// for a valid graph.
func (g *Graph) Encode() []byte {
	b := append([]byte(magic), g.header()...)
	for i := range g.Nodes {
		b = g.Nodes[i].append(b)
	}
	return b
}

// header is everything but the nodes.
func (g *Graph) header() []byte {
	b := binary.AppendUvarint(nil, uint64(g.Semantics))
	for _, list := range [][]TensorDecl{g.Inputs, g.Weights} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, d := range list {
			b = d.append(b)
		}
	}
	b = appendIDs(b, g.Outputs)
	return binary.AppendUvarint(b, uint64(len(g.Nodes)))
}

func (d TensorDecl) append(b []byte) []byte {
	b = append(b, byte(d.DType), byte(len(d.Shape)))
	for _, n := range d.Shape {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func (n *Node) append(b []byte) []byte {
	b = append(b, byte(n.Kind), byte(n.Op))
	b = n.Out.append(b)
	b = appendIDs(b, n.Inputs)
	return n.appendAttrs(b)
}

func (n *Node) appendAttrs(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(n.Ints)))
	for _, v := range n.Ints {
		b = binary.AppendVarint(b, v)
	}
	b = binary.AppendUvarint(b, uint64(len(n.Floats)))
	for _, v := range n.Floats {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func appendIDs(b []byte, ids []uint32) []byte {
	b = binary.AppendUvarint(b, uint64(len(ids)))
	for _, id := range ids {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}
