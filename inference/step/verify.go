package step

import (
	"bytes"
	"math"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// Claim names one segment of one element of a committed trace.
type Claim struct {
	IR, Weights merkle.Hash // of the model's manifest
	Trace       merkle.Hash // list root of the trace, of Steps runs
	Steps       uint64
	Written     uint64 // as in Layout

	Step, Node, Element, Segment uint64
	// States is the root of the element's running values. It has no effect on an
	// element of one segment.
	States merkle.Hash
}

// Verify computes the segment from the inputs that the proof opens, and reports
// whether the trace holds what comes out: the next running value, or for the last
// segment the element itself. Only an error says nothing about the trace. The work
// is proportional to len(b), which is known before.
func Verify(c *Claim, b []byte) (agrees bool, err error) {
	p, err := decodeProof(b)
	if err != nil {
		return false, err
	}
	v := &verification{claim: c, proof: p}
	if err := v.header(); err != nil {
		return false, err
	}
	if err := v.openings(); err != nil {
		return false, err
	}
	before, after, err := v.ends()
	if err != nil {
		return false, err
	}
	got, err := Segment(v.record, int64(c.Element), int64(c.Segment), before, v)
	if err != nil {
		return false, refuse("%w", err)
	}
	if !v.allRead() {
		return false, refuse("opens a chunk that nothing reads")
	}
	return bytes.Equal(got, after), nil
}

// verification is one run of Verify. As a Reader it gives elements of the opened chunks.
type verification struct {
	claim    *Claim
	proof    *proof
	record   *ir.Record
	layout   Layout
	segments int64
	read     [][]bool // per input and chunk
}

// header checks the node's record and the position.
func (v *verification) header() error {
	c, p := v.claim, v.proof
	if p.nodes > math.MaxUint32 || c.Node >= p.nodes {
		return refuse("node %d of %d", c.Node, p.nodes)
	}
	root, err := merkle.ItemRoot(p.nodes+1, c.Node+1, ir.RecordHash(p.record), p.recordPath)
	if err != nil || root != c.IR {
		return refuse("record does not belong to the model")
	}
	if v.record, err = ir.DecodeRecord(p.record, ir.DefaultLimits()); err != nil {
		return refuse("record: %w", err)
	}
	if v.record.Slots < p.nodes || len(p.inputs) != len(v.record.Sources) {
		return refuse("record does not fit")
	}
	v.layout = Layout{Slots: v.record.Slots, Written: c.Written, Steps: c.Steps}
	if _, err := v.layout.Index(c.Step, 0); err != nil {
		return refuse("%w", err)
	}
	if c.Element > math.MaxInt64 || c.Segment > math.MaxInt64 {
		return refuse("element %d, segment %d", c.Element, c.Segment)
	}
	if v.segments, err = Segments(v.record, int64(c.Element)); err != nil {
		return refuse("%w", err)
	}
	return nil
}

// openings checks that the inputs' chunks belong to the model and to the trace.
func (v *verification) openings() error {
	v.read = make([][]bool, len(v.proof.inputs))
	weights := uint64(0) // stated only if one is opened
	for i, s := range v.record.Sources {
		o := &v.proof.inputs[i]
		if o.Empty() {
			continue
		}
		if v.first(i) != i {
			return refuse("opens input %d twice", i)
		}
		v.read[i] = make([]bool, len(o.Chunks))
		root, err := merkle.OpenRoot(byte(s.Decl.DType), dims(s.Decl), o.Chunks, o.Siblings)
		if err != nil {
			return refuse("input %d: %w", i, err)
		}
		if s.Weight {
			weights = v.proof.weights
			err = listed(v.proof.weights, s.Index, root, o.Path, v.claim.Weights)
		} else {
			err = v.traced(s.Index, root, o.Path)
		}
		if err != nil {
			return refuse("input %d: %w", i, err)
		}
	}
	if weights != v.proof.weights {
		return refuse("counts weights without need")
	}
	return nil
}

// first is the first input with the same source: one opening serves both.
func (v *verification) first(input int) int {
	for i, s := range v.record.Sources {
		if s.Weight == v.record.Sources[input].Weight && s.Index == v.record.Sources[input].Index {
			return i
		}
	}
	return input
}

func (v *verification) traced(slot uint64, root merkle.Hash, path []merkle.Hash) error {
	at, err := v.layout.Index(v.claim.Step, slot)
	if err != nil {
		return err
	}
	return listed(v.layout.Entries(), at, root, path, v.claim.Trace)
}

func listed(count, index uint64, item merkle.Hash, path []merkle.Hash, want merkle.Hash) error {
	root, err := merkle.ItemRoot(count, index, item, path)
	if err == nil && root != want {
		err = merkle.ErrProof
	}
	return err
}

// ends gives the running value in front of the segment, and what the trace holds behind it.
func (v *verification) ends() (before, after []byte, err error) {
	c, last := v.claim, int64(v.claim.Segment) == v.segments-1
	if int64(c.Segment) >= v.segments {
		return nil, nil, refuse("segment %d of %d", c.Segment, v.segments)
	}
	if v.segments > 1 {
		if before, after, err = v.values(last); err != nil {
			return nil, nil, err
		}
	} else if !v.proof.states.Empty() {
		return nil, nil, refuse("opens running values that there are not")
	}
	if !last {
		if !v.proof.output.Empty() {
			return nil, nil, refuse("opens the output without need")
		}
		return before, after, nil
	}
	d, o := v.record.Node.Out, &v.proof.output
	chunk, at := chunkOf(int64(c.Element), d.DType.Size())
	if len(o.Chunks) != 1 || o.Chunks[0].Index != chunk {
		return nil, nil, refuse("the element is not opened")
	}
	root, err := merkle.OpenRoot(byte(d.DType), dims(d), o.Chunks, o.Siblings)
	if err != nil {
		return nil, nil, refuse("output: %w", err)
	}
	if err := v.traced(v.record.Slots-v.proof.nodes+c.Node, root, o.Path); err != nil {
		return nil, nil, refuse("output: %w", err)
	}
	return before, o.Chunks[0].Data[at : at+d.DType.Size()], nil
}

// values reads the running values around the segment.
func (v *verification) values(last bool) (before, after []byte, err error) {
	o, shape := &v.proof.states, stateDims(v.record, v.segments)
	root, err := merkle.OpenRoot(merkle.U8, shape, o.Chunks, o.Siblings)
	if err != nil || len(o.Path) != 0 || root != v.claim.States {
		return nil, nil, refuse("running values do not belong to the claim")
	}
	width, used := int64(shape[1]), 0
	get := func(i int64) []byte {
		// Widths divide the size of a chunk.
		chunk, at := chunkOf(i, width)
		for k, have := range o.Chunks {
			if have.Index == chunk {
				used |= 1 << k
				return have.Data[at : at+width]
			}
		}
		err = refuse("running value %d is not opened", i)
		return nil
	}
	if len(o.Chunks) > 2 {
		return nil, nil, refuse("too many running values")
	}
	if v.claim.Segment > 0 {
		before = get(int64(v.claim.Segment) - 1)
	}
	if !last {
		after = get(int64(v.claim.Segment))
	}
	if err == nil && used != 1<<len(o.Chunks)-1 {
		err = refuse("opens running values without need")
	}
	return before, after, err
}

// Element implements Reader.
func (v *verification) Element(input int, index int64) (kernel.Element, error) {
	d := v.record.Sources[input].Decl
	from := v.first(input)
	chunk, at := chunkOf(index, d.DType.Size())
	for k, c := range v.proof.inputs[from].Chunks {
		if c.Index == chunk {
			v.read[from][k] = true
			return kernel.ReadElement(c.Data[at:at+d.DType.Size()], d.DType)
		}
	}
	return kernel.Element{}, refuse("element %d of input %d is not opened", index, input)
}

func (v *verification) allRead() bool {
	for _, chunks := range v.read {
		for _, r := range chunks {
			if !r {
				return false
			}
		}
	}
	return true
}

// chunkOf is the chunk of item i, and where in it the item starts.
func chunkOf(i, size int64) (chunk uint64, at int64) {
	return uint64(i * size / merkle.ChunkSize), i * size % merkle.ChunkSize
}

func dims(d ir.TensorDecl) []uint64 {
	out := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		out[i] = uint64(n)
	}
	return out
}
