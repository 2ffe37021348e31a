package kernel

import "github.com/imochain/imod/inference/ir"

// splitAbove is the number of scalar operations from which a node is worth
// cutting into parts.
const splitAbove = 1 << 16

// Parts is how many parts a node with this much work (multiply-adds and
// operations) may be cut into, at most limit. Kinds that only move data are not cut.
func Parts(k ir.Kind, work int64, limit int) int {
	switch k {
	case ir.Unary, ir.Binary, ir.Compare, ir.Where, ir.Dot, ir.Conv, ir.MaxPool, ir.AvgPool, ir.Reduce, ir.ArgReduce:
	default:
		return 1
	}
	return int(min(max(work/splitAbove, 1), int64(limit)))
}

// Call is one execution of a node: part Part of Parts of its output. The parts
// of one output are disjoint and may run at the same time.
type Call struct {
	Node        *ir.Node
	In          []Tensor
	Out         Tensor
	Part, Parts int
	// Finite says that the second operand of a Conv holds no NaN or infinity,
	// which opens a faster way to the same bits.
	Finite  bool
	Scratch *Scratch // optional, one per goroutine
	// ISA picks faster kernels with the same bits; they need Scratch. The zero
	// value runs the scalar definition.
	ISA ISA
	// Packed is the second operand of a Dot in panels. If it is set, that
	// operand's own data is not read. It needs an ISA other than Scalar.
	Packed *Panels
}

// Run executes a call. The node must have passed ir.Infer with these tensors and
// every tensor must have its full length; then Run cannot fail.
func Run(c *Call) {
	n, in, out, p, parts := c.Node, c.In, c.Out, c.Part, c.Parts
	if out.Len() == 0 {
		return
	}
	switch n.Kind {
	case ir.Unary:
		unary(c.ISA, n, in[0], out, p, parts)
	case ir.Binary:
		pairwise(c.ISA, n, in[0], in[1], out, p, parts)
	case ir.Compare:
		compare(n, in[0], in[1], out, p, parts)
	case ir.Where:
		where(in[0], in[1], in[2], out, p, parts)
	case ir.Dot:
		if !dotFast(c) && !dotIntsFast(c) {
			dot(in, out, p, parts)
		}
	case ir.Conv:
		conv(c)
	case ir.MaxPool:
		maxPool(c.ISA, n, in[0], out, p, parts)
	case ir.AvgPool:
		avgPool(n, in[0], out, p, parts)
	case ir.Reduce:
		reduce(c.ISA, n, in[0], out, p, parts)
	case ir.ArgReduce:
		argReduce(n, in[0], out, p, parts)
	default:
		if p == 0 {
			runWhole(n, in, out)
		}
	}
}

// runWhole covers the kinds that are never cut.
func runWhole(n *ir.Node, in []Tensor, out Tensor) {
	switch n.Kind {
	case ir.Cast:
		cast(n, in[0], out)
	case ir.Gather:
		gather(n, in[0], in[1], out)
	case ir.GatherElements:
		gatherElements(n, in[0], in[1], out)
	case ir.Transpose:
		transpose(n, in[0], out)
	case ir.Reshape:
		copyData(out, in[0])
	case ir.Slice:
		slice(n, in[0], out)
	case ir.Concat:
		concat(n, in, out)
	case ir.Pad:
		pad(n, in[0], out)
	case ir.Resize:
		resize(in[0], out)
	case ir.Expand:
		expand(in[0], out)
	case ir.Quantize:
		quantize(n, in, out)
	case ir.Dequantize:
		dequantize(in, out)
	case ir.CumSum:
		cumSum(n, in[0], out)
	}
}

// Exec runs a whole node on freshly allocated memory: for constant folding and
// tests. It checks the node first.
func Exec(n *ir.Node, in []Tensor) (Tensor, error) {
	decls := make([]ir.TensorDecl, len(in))
	for i, t := range in {
		decls[i] = t.Decl()
	}
	d, err := ir.Infer(n, decls)
	if err != nil {
		return Tensor{}, err
	}
	out := New(d)
	Run(&Call{Node: n, In: in, Out: out, Parts: 1})
	return out, nil
}
