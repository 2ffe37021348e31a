package step

import (
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step/internal/wire"
)

// Tensor is a committed tensor of which at least some chunks are known.
type Tensor interface {
	// Chunk is one chunk without padding.
	Chunk(index uint64) ([]byte, error)
	// Siblings complete an opening of chunks, ascending (merkle.Tree.Siblings).
	Siblings(chunks []uint64) ([]merkle.Hash, error)
}

// Held is a tensor with the path of its root in the trace, or in the list of weights.
type Held struct {
	Tensor
	Path []merkle.Hash
}

// Witness is what a prover holds about one node.
type Witness struct {
	Record         ir.Record
	RecordPath     []merkle.Hash // in the list of ir.Graph.Items
	Nodes, Weights uint64        // of the graph
	Inputs         []Held        // per input of the node
	Output         Held          // as the trace has it
	States         Tensor        // as claimed; nil for an element of one segment
}

// Prove makes the proof for a claim. It opens what Verify will read and no more.
func Prove(c *Claim, w *Witness) ([]byte, error) {
	r := &w.Record
	count, err := Segments(r, int64(c.Element))
	if err != nil {
		return nil, err
	}
	segment := int64(c.Segment)
	p := &proof{
		nodes: w.Nodes, record: r.Encode(), recordPath: w.RecordPath, inputs: make([]wire.Opening, len(r.Sources)),
	}
	var before []byte
	var states []uint64
	if count > 1 {
		width := int64(stateDims(r, count)[1])
		if segment > 0 {
			chunk, at := chunkOf(segment-1, width)
			data, err := w.States.Chunk(chunk)
			if err != nil {
				return nil, err
			}
			before, states = data[at:at+width], append(states, chunk)
		}
		if chunk, _ := chunkOf(segment, width); segment < count-1 && !slices.Contains(states, chunk) {
			states = append(states, chunk)
		}
		if p.states, err = open(w.States, states); err != nil {
			return nil, err
		}
	}
	rec := &recorder{w: w, chunks: make([][]uint64, len(r.Sources))}
	if _, err := Segment(r, int64(c.Element), segment, before, rec); err != nil {
		return nil, err
	}
	for i, chunks := range rec.chunks {
		if len(chunks) == 0 {
			continue
		}
		slices.Sort(chunks)
		if p.inputs[i], err = open(w.Inputs[i], chunks); err != nil {
			return nil, err
		}
		p.inputs[i].Path = w.Inputs[i].Path
		if r.Sources[i].Weight {
			p.weights = w.Weights
		}
	}
	if segment == count-1 {
		chunk, _ := chunkOf(int64(c.Element), r.Node.Out.DType.Size())
		if p.output, err = open(w.Output, []uint64{chunk}); err != nil {
			return nil, err
		}
		p.output.Path = w.Output.Path
	}
	b := p.encode()
	if len(b) > MaxProof {
		return nil, refuse("%d bytes, allowed are %d", len(b), MaxProof)
	}
	return b, nil
}

func open(t Tensor, chunks []uint64) (o wire.Opening, err error) {
	for _, i := range chunks {
		data, err := t.Chunk(i)
		if err != nil {
			return wire.Opening{}, err
		}
		o.Chunks = append(o.Chunks, merkle.Opened{Index: i, Data: data})
	}
	o.Siblings, err = t.Siblings(chunks)
	return o, err
}

// recorder is a Reader that remembers which chunks were read.
type recorder struct {
	w      *Witness
	chunks [][]uint64
}

// Element implements Reader.
func (r *recorder) Element(input int, index int64) (kernel.Element, error) {
	s := r.w.Record.Sources[input]
	for i, other := range r.w.Record.Sources { // one opening serves equal sources
		if other.Weight == s.Weight && other.Index == s.Index {
			input = i
			break
		}
	}
	chunk, at := chunkOf(index, s.Decl.DType.Size())
	data, err := r.w.Inputs[input].Chunk(chunk)
	if err != nil {
		return kernel.Element{}, err
	}
	if !slices.Contains(r.chunks[input], chunk) {
		r.chunks[input] = append(r.chunks[input], chunk)
	}
	return kernel.ReadElement(data[at:at+s.Decl.DType.Size()], s.Decl.DType)
}

// Data is a tensor of which everything is known.
type Data struct {
	*merkle.Tree
	data []byte
}

// Whole is a tensor given by all its bytes.
func Whole(dtype byte, shape []uint64, data []byte) (*Data, error) {
	var leaves []merkle.Hash
	for rest := data; len(rest) > 0; {
		n := min(len(rest), merkle.ChunkSize)
		leaves = append(leaves, merkle.LeafHash(rest[:n]))
		rest = rest[n:]
	}
	tree, err := merkle.NewTree(dtype, shape, leaves)
	if err != nil {
		return nil, err
	}
	return &Data{tree, data}, nil
}

// Chunk implements Tensor.
func (t *Data) Chunk(index uint64) ([]byte, error) {
	at := index * merkle.ChunkSize
	if at >= uint64(len(t.data)) {
		return nil, refuse("chunk %d", index)
	}
	return t.data[at:min(at+merkle.ChunkSize, uint64(len(t.data)))], nil
}
