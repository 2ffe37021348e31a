package trace

import (
	"context"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/merkle"
)

// Run executes one step and returns the root of every slot, and the outputs.
func Run(ctx context.Context, p *engine.Program, inputs []kernel.Tensor) (roots []merkle.Hash, outputs []kernel.Tensor, err error) {
	c := &collector{}
	for _, x := range inputs {
		if err := c.add(x); err != nil {
			return nil, nil, err
		}
	}
	outputs, err = p.Observe(ctx, inputs, c)
	return c.roots, outputs, err
}

// collector hashes values as they come to be.
type collector struct{ roots []merkle.Hash }

func (c *collector) add(t kernel.Tensor) error {
	root, err := tensorRoot(t)
	c.roots = append(c.roots, root)
	return err
}

// Before implements engine.Observer.
func (c *collector) Before(int, engine.Operands) error { return nil }

// After implements engine.Observer.
func (c *collector) After(_ int, out kernel.Tensor) error { return c.add(out) }

// tensorRoot hashes a tensor a chunk at a time.
func tensorRoot(t kernel.Tensor) (merkle.Hash, error) {
	h, err := merkle.NewHasher(byte(t.DType), dims(t.Decl()))
	if err != nil {
		return merkle.Hash{}, err
	}
	buf := make([]byte, 0, merkle.ChunkSize)
	each := merkle.ChunkSize / int(t.DType.Size())
	for i := 0; i < t.Len(); i += each {
		buf = t.Range(i, min(i+each, t.Len())).AppendBytes(buf[:0])
		if _, err := h.Write(buf); err != nil {
			return merkle.Hash{}, err
		}
	}
	return h.Root()
}

func dims(d ir.TensorDecl) []uint64 {
	out := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		out[i] = uint64(n)
	}
	return out
}
