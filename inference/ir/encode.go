package ir

import (
	"crypto/sha256"
	"encoding/binary"
	"math"

	"github.com/imochain/imod/inference/merkle"
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

// recordLabel opens the preimage of a record's hash.
const recordLabel = "imod/ir/record/v1"

// Root commits to the graph: the list root (package merkle) over the hashes of
// its records, the header first, then one record per node, so that one node can
// be proved alone.
func (g *Graph) Root() [32]byte {
	items := make([]merkle.Hash, 0, 1+len(g.Nodes))
	items = append(items, recordHash(g.header()))
	for i := range g.Nodes {
		items = append(items, recordHash(g.Nodes[i].append(nil)))
	}
	return merkle.ListRoot(items)
}

func recordHash(record []byte) merkle.Hash {
	return sha256.Sum256(append([]byte(recordLabel), record...))
}
