package frame

import (
	"cmp"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/step/internal/wire"
)

// Holder is what a prover knows about a task and about the trace that it disputes.
type Holder interface {
	// Header and Record are the graph's, with their paths under its root.
	Header() (header []byte, path []merkle.Hash, err error)
	Record(node uint64) (record []byte, path []merkle.Hash, err error)
	// Input is the raw input.
	Input() []byte
	// Tokenizer is the last of so many weights, with its path.
	Tokenizer() (tokenizer []byte, weights uint64, path []merkle.Hash, err error)
	// Value is the tensor behind an entry of the trace, as far as it is known, Root its
	// root, zero for a missing one; Path leads from it to the trace's root.
	Value(entry uint64) (ir.TensorDecl, step.Tensor, error)
	Root(entry uint64) (merkle.Hash, error)
	Path(entry uint64) ([]merkle.Hash, error)
}

// Prove makes the proof for a claim. It opens what Verify will read and no more.
func Prove(c *Claim, h Holder) ([]byte, error) {
	r := &reading{holder: h, proof: &proof{}, opened: map[uint64]*opener{}}
	if _, err := c.judge(r); err != nil {
		return nil, err
	}
	if err := r.close(); err != nil {
		return nil, err
	}
	b := r.proof.encode()
	if len(b) > step.MaxProof {
		return nil, refuse("%d bytes, allowed are %d", len(b), step.MaxProof)
	}
	return b, nil
}

// opener is a tensor that a rule reads, with the chunks it reads.
type opener struct {
	step.Tensor
	decl   ir.TensorDecl
	size   uint64
	chunks []uint64
}

func newOpener(d ir.TensorDecl, t step.Tensor) *opener {
	return &opener{Tensor: t, decl: d, size: bytesOf(d)}
}

func (o *opener) read(lo, hi uint64) (b []byte, err error) {
	if lo >= hi || hi > o.size {
		return nil, refuse("bytes %d to %d of %d", lo, hi, o.size)
	}
	for i := lo / merkle.ChunkSize; i <= (hi-1)/merkle.ChunkSize; i++ {
		data, err := o.Chunk(i)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(o.chunks, i) {
			o.chunks = append(o.chunks, i)
		}
		from := i * merkle.ChunkSize
		b = append(b, data[max(lo, from)-from:min(hi-from, uint64(len(data)))]...)
	}
	return b, nil
}

// opening opens the chunks that were read; of a tensor of which only the shape was asked
// for it opens the first.
func (o *opener) opening() (out wire.Opening, err error) {
	if len(o.chunks) == 0 {
		o.chunks = append(o.chunks, 0)
	}
	slices.Sort(o.chunks)
	for _, i := range o.chunks {
		data, err := o.Chunk(i)
		if err != nil {
			return out, err
		}
		out.Chunks = append(out.Chunks, merkle.Opened{Index: i, Data: data})
	}
	out.Siblings, err = o.Siblings(o.chunks)
	return out, err
}

// reading is a view of everything that a holder has, which remembers what was read.
type reading struct {
	holder Holder
	proof  *proof
	in, tk *opener
	opened map[uint64]*opener
	head   *ir.Header
}

func (r *reading) header() (*ir.Header, error) {
	if r.head != nil {
		return r.head, nil
	}
	var err error
	if r.proof.header, r.proof.headerPath, err = r.holder.Header(); err != nil {
		return nil, err
	}
	r.head, err = ReadHeader(r.proof.header)
	return r.head, err
}

func (r *reading) node(node uint64) (ir.TensorDecl, error) {
	b, path, err := r.holder.Record(node)
	if err != nil {
		return ir.TensorDecl{}, err
	}
	s, err := step.ReadSite(b)
	if err != nil {
		return ir.TensorDecl{}, err
	}
	if !slices.ContainsFunc(r.proof.records, func(x record) bool { return x.node == node }) {
		r.proof.records = append(r.proof.records, record{node, b, path})
	}
	return s.Decl(), nil
}

func (r *reading) input(lo, hi uint64) (b []byte, err error) {
	if r.in == nil {
		if r.in, err = plain(r.holder.Input()); err != nil {
			return nil, err
		}
	}
	if hi == 0 {
		hi = r.in.size
	}
	return r.in.read(lo, hi)
}

func (r *reading) tokenizer() ([]byte, error) {
	if r.tk == nil {
		b, weights, path, err := r.holder.Tokenizer()
		if err != nil {
			return nil, err
		}
		if r.tk, err = plain(b); err != nil {
			return nil, err
		}
		r.proof.weights, r.proof.tokenizer.Path = weights, path
	}
	return r.tk.read(0, r.tk.size)
}

// plain are bytes as a tensor.
func plain(b []byte) (*opener, error) {
	d := ir.TensorDecl{DType: ir.U8, Shape: []int64{int64(len(b))}}
	t, err := step.Whole(merkle.U8, dims(d), b)
	return newOpener(d, t), err
}

func (r *reading) value(entry uint64) (*opener, error) {
	if o, ok := r.opened[entry]; ok {
		return o, nil
	}
	d, t, err := r.holder.Value(entry)
	if err != nil {
		return nil, err
	}
	o := newOpener(d, t)
	r.opened[entry] = o
	return o, nil
}

func (r *reading) decl(entry uint64) (ir.TensorDecl, error) {
	o, err := r.value(entry)
	if err != nil {
		return ir.TensorDecl{}, err
	}
	return o.decl, nil
}

func (r *reading) bytes(entry, lo, hi uint64) ([]byte, error) {
	o, err := r.value(entry)
	if err != nil {
		return nil, err
	}
	return o.read(lo, hi)
}

func (r *reading) root(entry uint64) (merkle.Hash, error) {
	root, err := r.holder.Root(entry)
	if err != nil {
		return root, err
	}
	path, err := r.holder.Path(entry)
	if err == nil && !slices.ContainsFunc(r.proof.items, func(x item) bool { return x.entry == entry }) {
		r.proof.items = append(r.proof.items, item{entry, root, path})
	}
	return root, err
}

// close makes the openings of what was read.
func (r *reading) close() (err error) {
	p := r.proof
	slices.SortFunc(p.records, func(a, b record) int { return cmp.Compare(a.node, b.node) })
	slices.SortFunc(p.items, func(a, b item) int { return cmp.Compare(a.entry, b.entry) })
	if r.in != nil {
		p.inputBytes = r.in.size
		if p.input, err = r.in.opening(); err != nil {
			return err
		}
	}
	if r.tk != nil {
		path := p.tokenizer.Path
		p.tokens = r.tk.size
		if p.tokenizer, err = r.tk.opening(); err != nil {
			return err
		}
		p.tokenizer.Path = path
	}
	for entry, o := range r.opened {
		v := value{entry: entry, decl: o.decl}
		if v.opening, err = o.opening(); err != nil {
			return err
		}
		if v.opening.Path, err = r.holder.Path(entry); err != nil {
			return err
		}
		p.values = append(p.values, v)
	}
	slices.SortFunc(p.values, func(a, b value) int { return cmp.Compare(a.entry, b.entry) })
	return nil
}
