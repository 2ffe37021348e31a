package kernel_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// TestAgainstNaive computes every case twice: by the kernel and element by
// element from the definition. The bits must be the same.
func TestAgainstNaive(t *testing.T) {
	checked := map[ir.Kind]int{}
	for _, c := range kerneltest.All() {
		got := exec(t, c)
		want := kernel.New(got.Decl())
		if !naive(c, want) {
			continue
		}
		checked[c.Node.Kind]++
		require.Equal(t, want.AppendBytes(nil), got.AppendBytes(nil), c.Name)
	}
	for _, k := range []ir.Kind{
		ir.Binary, ir.Compare, ir.Where, ir.Dot, ir.Conv, ir.MaxPool, ir.AvgPool, ir.Reduce, ir.ArgReduce, ir.Gather,
		ir.GatherElements, ir.Transpose, ir.Slice, ir.Concat, ir.Pad, ir.Resize, ir.Expand, ir.CumSum,
	} {
		require.NotZero(t, checked[k], "no case of %s", k)
	}
}

// TestParts runs every case cut into parts, in any order and with leftovers of
// another run in the output, and along the fast path of Conv.
func TestParts(t *testing.T) {
	for _, c := range kerneltest.All() {
		want := exec(t, c)
		for _, parts := range []int{1, 2, 3, 7} {
			got := dirty(want)
			for p := parts - 1; p >= 0; p-- {
				kernel.Run(&kernel.Call{Node: &c.Node, In: c.In, Out: got, Part: p, Parts: parts, Finite: finiteWeights(c), Scratch: new(kernel.Scratch)})
			}
			require.Equal(t, want.AppendBytes(nil), got.AppendBytes(nil), "%s in %d parts", c.Name, parts)
		}
	}
}

// TestInPlace lets Unary and Binary overwrite an input, as the engine does.
func TestInPlace(t *testing.T) {
	for _, c := range kerneltest.All() {
		if c.Node.Kind != ir.Unary && c.Node.Kind != ir.Binary {
			continue
		}
		want := exec(t, c)
		for k := range c.In {
			if !c.In[k].Decl().Equal(want.Decl()) {
				continue
			}
			in := append([]kernel.Tensor{}, c.In...)
			in[k] = in[k].Clone()
			kernel.Run(&kernel.Call{Node: &c.Node, In: in, Out: in[k], Parts: 1})
			require.Equal(t, want.AppendBytes(nil), in[k].AppendBytes(nil), c.Name)
		}
	}
}

// TestCanonical checks that no kernel lets another NaN or another bool out.
func TestCanonical(t *testing.T) {
	for _, c := range kerneltest.All() {
		require.NoError(t, exec(t, c).CheckCanonical(), c.Name)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	if testing.Short() {
		t.Skip("measures every case")
	}
	scratch := new(kernel.Scratch)
	for _, c := range kerneltest.All() {
		for _, isa := range kernel.ISAs() {
			call := &kernel.Call{Node: &c.Node, In: c.In, Out: exec(t, c), Parts: 1, Finite: finiteWeights(c), Scratch: scratch, ISA: isa}
			require.Zero(t, testing.AllocsPerRun(2, func() { kernel.Run(call) }), c.Name)
		}
	}
}

func exec(t *testing.T, c kerneltest.Case) kernel.Tensor {
	t.Helper()
	y, err := kernel.Exec(&c.Node, c.In)
	require.NoError(t, err, c.Name)
	return y
}

// dirty is a tensor of the same shape filled with rubbish.
func dirty(like kernel.Tensor) kernel.Tensor {
	s := kerneltest.Source(1)
	return s.Tensor(like.DType, like.Shape...)
}

func finiteWeights(c kerneltest.Case) bool {
	if c.Node.Kind != ir.Conv {
		return false
	}
	for _, v := range c.In[1].F32 {
		if v-v != 0 {
			return false
		}
	}
	return true
}
