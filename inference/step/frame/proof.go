package frame

import (
	"encoding/binary"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/internal/wire"
)

// proof is the decoded form; all slices point into the encoding. What a rule does not
// read is empty.
type proof struct {
	header     []byte
	headerPath []merkle.Hash
	records    []record
	inputBytes uint64 // length of the raw input
	input      wire.Opening
	weights    uint64 // length of the list of weights
	tokens     uint64 // length of the tokenizer
	tokenizer  wire.Opening
	values     []value
	items      []item
}

// record shows a node of the graph.
type record struct {
	node  uint64
	bytes []byte
	path  []merkle.Hash
}

// value opens chunks of an entry of the trace.
type value struct {
	entry   uint64
	decl    ir.TensorDecl
	opening wire.Opening
}

// item shows the root of an entry, which may be missing.
type item struct {
	entry uint64
	root  merkle.Hash
	path  []merkle.Hash
}

// encode: u length and header, path; u count of records: u node, u length and record,
// path; u length of the raw input, opening; u weights, u length of the tokenizer, opening;
// u count of values: u entry, b dtype, b rank, u dims, opening; u count of items: u entry,
// root, path. Records, values and items ascend. Openings and paths as in package step.
func (p *proof) encode() []byte {
	b := wire.AppendHashes(wire.AppendBytes(nil, p.header), p.headerPath)
	b = binary.AppendUvarint(b, uint64(len(p.records)))
	for _, r := range p.records {
		b = wire.AppendBytes(binary.AppendUvarint(b, r.node), r.bytes)
		b = wire.AppendHashes(b, r.path)
	}
	b = p.input.Append(binary.AppendUvarint(b, p.inputBytes))
	b = binary.AppendUvarint(binary.AppendUvarint(b, p.weights), p.tokens)
	b = p.tokenizer.Append(b)
	b = binary.AppendUvarint(b, uint64(len(p.values)))
	for _, v := range p.values {
		b = append(binary.AppendUvarint(b, v.entry), byte(v.decl.DType), byte(len(v.decl.Shape)))
		for _, n := range v.decl.Shape {
			b = binary.AppendUvarint(b, uint64(n))
		}
		b = v.opening.Append(b)
	}
	b = binary.AppendUvarint(b, uint64(len(p.items)))
	for _, i := range p.items {
		b = append(binary.AppendUvarint(b, i.entry), i.root[:]...)
		b = wire.AppendHashes(b, i.path)
	}
	return b
}

// decodeProof accepts exactly what encode gives.
func decodeProof(b []byte) (*proof, error) {
	if len(b) > step.MaxProof {
		return nil, refuse("%d bytes, allowed are %d", len(b), step.MaxProof)
	}
	r := wire.Reader{B: b}
	p := &proof{header: r.Bytes(), headerPath: r.Hashes()}
	for range r.Count(3) {
		x := record{node: r.Uint(), bytes: r.Bytes(), path: r.Hashes()}
		if n := len(p.records); n > 0 && x.node <= p.records[n-1].node {
			r.Fail()
		}
		p.records = append(p.records, x)
	}
	p.inputBytes, p.input = r.Uint(), r.Opening()
	p.weights, p.tokens, p.tokenizer = r.Uint(), r.Uint(), r.Opening()
	for range r.Count(6) {
		x := value{entry: r.Uint(), decl: readDecl(&r), opening: r.Opening()}
		if n := len(p.values); n > 0 && x.entry <= p.values[n-1].entry {
			r.Fail()
		}
		p.values = append(p.values, x)
	}
	for range r.Count(34) {
		x := item{entry: r.Uint(), root: r.Hash(), path: r.Hashes()}
		if n := len(p.items); n > 0 && x.entry <= p.items[n-1].entry {
			r.Fail()
		}
		p.items = append(p.items, x)
	}
	if !r.Done() {
		return nil, refuse("damaged")
	}
	return p, nil
}

// readDecl reads a type and a shape whose number of elements fits.
func readDecl(r *wire.Reader) (d ir.TensorDecl) {
	if len(r.B) < 2 {
		r.Fail()
		return d
	}
	d.DType = ir.DType(r.B[0])
	rank := int(r.B[1])
	r.B = r.B[2:]
	if !d.DType.Valid() || rank > ir.MaxRank {
		r.Fail()
		return d
	}
	d.Shape = make([]int64, rank)
	for i := range d.Shape {
		n := r.Uint()
		if n < 1 || n > 1<<31 {
			r.Fail()
			return d
		}
		d.Shape[i] = int64(n)
	}
	if _, err := ir.Elems(d.Shape, ir.DefaultLimits().MaxElems); err != nil {
		r.Fail()
	}
	return d
}
