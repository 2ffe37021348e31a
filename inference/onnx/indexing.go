package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

func indexing() map[string]lowering {
	return map[string]lowering{
		"Gather": gatherOp(ir.Gather), "GatherElements": gatherOp(ir.GatherElements), "Slice": slice, "Trilu": trilu,
		"OneHot": oneHot, "If": conditional, "GatherND": gatherND, "ScatterND": scatterND,
	}
}

func gatherOp(kind ir.Kind) lowering {
	return func(c *call) ([]*value, error) {
		in, err := c.args(2)
		if err != nil {
			return nil, err
		}
		a, err := c.attrInt("axis", 0)
		if err != nil {
			return nil, err
		}
		ax, err := axis(a, len(in[0].Shape))
		if err != nil {
			return nil, err
		}
		return one(c.emit(ir.Node{Kind: kind, Ints: []int64{int64(ax)}}, in[0], in[1]))
	}
}

// slice has constant bounds as attributes before set 10, as inputs since.
func slice(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	x, rank := in[0], len(in[0].Shape)
	var lists [4][]int64 // starts, ends, axes, steps
	for i, name := range []string{"starts", "ends", "axes", "steps"} {
		if lists[i], err = c.intsOf(name, 10, i+1); err != nil {
			return nil, err
		}
	}
	n := len(lists[0])
	if lists[2] == nil {
		lists[2] = upFrom(0, n)
	}
	if lists[3] == nil {
		lists[3] = slices.Repeat([]int64{1}, n)
	}
	if n > rank || len(lists[1]) != n || len(lists[2]) != n || len(lists[3]) != n {
		return nil, errors.New("bounds do not fit")
	}
	start, step, count := make([]int64, rank), slices.Repeat([]int64{1}, rank), slices.Clone(x.Shape)
	for i := range n {
		ax, err := axis(lists[2][i], rank)
		if err != nil {
			return nil, err
		}
		if start[ax], count[ax], err = bounds(lists[0][i], lists[1][i], lists[3][i], x.Shape[ax]); err != nil {
			return nil, err
		}
		step[ax] = lists[3][i]
	}
	return one(c.importer.slice(x, start, step, count))
}

// bounds resolves one dimension of a slice to a first element and a count.
func bounds(start, end, step, size int64) (first, count int64, err error) {
	if step == 0 || step == math.MinInt64 {
		return 0, 0, errors.New("step is out of range")
	}
	clamp := func(v, low, high int64) int64 {
		if v < 0 {
			v += size // v >= -2^63 and size >= 0: no overflow
		}
		return min(max(v, low), high)
	}
	if step > 0 {
		start, end = clamp(start, 0, size), clamp(end, 0, size)
		if end <= start {
			return 0, 0, nil
		}
		return start, (end-start-1)/step + 1, nil
	}
	start, end = clamp(start, 0, size-1), clamp(end, -1, size-1)
	if start <= end || size == 0 {
		return 0, 0, nil
	}
	return start, (start-end-1)/-step + 1, nil
}

// trilu keeps a triangle of the last two dimensions and zeroes the rest.
func trilu(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	upper, err := c.flag("upper", true)
	if err != nil {
		return nil, err
	}
	k := int64(0)
	if list, err := c.ints(1); err != nil {
		return nil, err
	} else if len(list) == 1 {
		k = min(max(list[0], -1<<31), 1<<31)
	}
	x, rank := in[0], len(in[0].Shape)
	if rank < 2 {
		return nil, errors.New("wrong number of dimensions")
	}
	rows, cols := x.Shape[rank-2], x.Shape[rank-1]
	if err := c.spend(rows * cols); err != nil {
		return nil, err
	}
	mask := kernel.New(ir.TensorDecl{DType: ir.Bool, Shape: []int64{rows, cols}})
	for i := range mask.U8 {
		d := int64(i)%cols - int64(i)/cols
		if (upper && d >= k) || (!upper && d <= k) {
			mask.U8[i] = 1
		}
	}
	return one(c.importer.where(constant(mask), x, scalar(x.DType, 0)))
}

// oneHot compares indices with 0..depth-1; negative ones count from the end.
func oneHot(c *call) ([]*value, error) {
	in, err := c.args(3)
	if err != nil {
		return nil, err
	}
	a, err := c.attrInt("axis", -1)
	if err != nil {
		return nil, err
	}
	f := c.chain()
	depth := in[1]
	if depth.data == nil || depth.data.Len() != 1 {
		return nil, errors.New("depth must be one constant")
	}
	depth = f.keep(c.cast(depth, ir.I64))
	indices := f.keep(c.cast(in[0], ir.I64))
	if f.err != nil {
		return nil, f.err
	}
	n := depth.data.I64[0]
	ax, err := axis(a, len(indices.Shape)+1)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > 1<<24 || len(in[2].Shape) != 1 || in[2].Shape[0] != 2 {
		return nil, errors.New("depth or values are out of range")
	}
	shape := slices.Insert(slices.Clone(indices.Shape), ax, 1)
	wide := slices.Repeat([]int64{1}, len(shape))
	wide[ax] = n
	// Out of [-n, n) nothing matches: only negatives are shifted.
	shifted := f.sel(ir.OpLt, indices, scalar(ir.I64, 0), f.bin(ir.OpAdd, indices, scalar(ir.I64, n)), indices)
	off := f.keep(c.sliceAxis(in[2], 0, 0, 1))
	on := f.keep(c.sliceAxis(in[2], 0, 1, 1))
	return f.done(f.sel(ir.OpEq, f.reshape(shifted, shape...), f.reshape(i64s(count(n)...), wide...), on, off))
}

// maxDepth bounds nested subgraphs.
const maxDepth = 8

// conditional takes the branch that a constant condition selects.
func conditional(c *call) ([]*value, error) {
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	yes, err := c.attr("then_branch", 5)
	if err != nil {
		return nil, err
	}
	no, err := c.attr("else_branch", 5)
	if err != nil {
		return nil, err
	}
	cond := in[0]
	if cond.data == nil || cond.DType != ir.Bool || cond.data.Len() != 1 {
		return nil, errors.New("the condition depends on data")
	}
	branch := no
	if cond.data.U8[0] != 0 {
		branch = yes
	}
	if branch == nil || branch.g == nil {
		return nil, errors.New("a branch is missing")
	}
	if c.depth >= maxDepth {
		return nil, fmt.Errorf("subgraphs deeper than %d", maxDepth)
	}
	g, err := parseGraph(branch.g, c.limits)
	if err != nil {
		return nil, err
	}
	if len(g.inputs) > 0 {
		return nil, errors.New("a branch has inputs")
	}
	c.depth++
	defer func() { c.depth-- }()
	env := &scope{values: map[string]*value{}, parent: c.env}
	if err := c.initializers(env, &g); err != nil {
		return nil, err
	}
	return c.graph(env, &g)
}

// gatherND turns coordinates into positions in the flattened leading dimensions
// and gathers there. A negative coordinate counts from the end.
func gatherND(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	b, err := c.attrInt("batch_dims", 0)
	if err != nil {
		return nil, err
	}
	x, idx := in[0], in[1]
	rank, irank := len(x.Shape), len(idx.Shape)
	if irank < 1 || b < 0 || int(b) >= irank || int(b) > rank || !slices.Equal(x.Shape[:b], idx.Shape[:b]) || slices.Contains(x.Shape, 0) {
		return nil, errors.New("data and indices do not fit")
	}
	k := int(idx.Shape[irank-1])
	if k < 1 || int(b)+k > rank {
		return nil, errors.New("data and indices do not fit")
	}
	dims, rest := x.Shape[b:int(b)+k], x.Shape[int(b)+k:]
	steps := make([]int64, k)
	for i := range steps {
		steps[i] = product(dims[i+1:])
	}
	batches, each := product(x.Shape[:b]), product(idx.Shape[b:irank-1])
	offsets := count(batches)
	for i := range offsets {
		offsets[i] *= product(dims)
	}
	f := c.chain()
	at := f.reshape(f.keep(c.cast(idx, ir.I64)), batches, each, int64(k))
	at = f.sel(ir.OpLt, at, scalar(ir.I64, 0), f.bin(ir.OpAdd, at, i64s(dims...)), at)
	at = f.bin(ir.OpMul, at, i64s(steps...))
	if f.err != nil {
		return nil, f.err
	}
	at = f.keep(c.reduce(ir.OpSum, at, false, 2))
	at = f.bin(ir.OpAdd, at, f.reshape(i64s(offsets...), batches, 1))
	flat := f.reshape(x, batches*product(dims), product(rest))
	at = f.reshape(at, batches*each)
	if f.err != nil {
		return nil, f.err
	}
	y := f.keep(c.importer.gather(flat, at, 0))
	return f.done(f.reshape(y, slices.Concat(idx.Shape[:irank-1], rest)...))
}
