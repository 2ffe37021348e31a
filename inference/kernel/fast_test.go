package kernel_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// fastISAs are the machine's instruction sets other than the definition.
func fastISAs() []kernel.ISA { return kernel.ISAs()[1:] }

// edges are sizes around the tiles and blocks of the fast kernels.
var edges = []int64{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 15, 16, 17, 23, 31, 32, 33, 47, 63, 64, 65, 95, 96, 97, 127, 128, 129, 144, 287, 288, 289, 301}

func edge(s *kerneltest.Source) int64 { return kerneltest.Pick(s, edges...) }

// compareISAs runs a node by the definition and by every instruction set of the
// machine, in one and in several parts, onto rubbish, and wants the same bits.
func compareISAs(t *testing.T, n *ir.Node, in []kernel.Tensor, finite bool) {
	t.Helper()
	want, err := kernel.Exec(n, in)
	require.NoError(t, err)
	scratch := new(kernel.Scratch)
	for _, isa := range fastISAs() {
		for _, parts := range []int{1, 3} {
			got := dirty(want)
			for p := range parts {
				kernel.Run(&kernel.Call{Node: n, In: in, Out: got, Part: p, Parts: parts, Finite: finite, Scratch: scratch, ISA: isa})
			}
			same(t, want, got, fmt.Sprintf("%s, %d parts", isa, parts))
		}
		if n.Kind != ir.Dot {
			continue
		}
		packed := kernel.Pack(in[1])
		if packed == nil {
			continue
		}
		require.Equal(t, in[1].AppendBytes(nil), packed.Unpack(in[1].Decl()).AppendBytes(nil), "unpacked")
		without := append([]kernel.Tensor{}, in...)
		without[1] = kernel.Tensor{DType: in[1].DType, Shape: in[1].Shape}
		got := dirty(want)
		for p := range 2 {
			kernel.Run(&kernel.Call{Node: n, In: without, Out: got, Part: p, Parts: 2, Scratch: scratch, ISA: isa, Packed: packed})
		}
		same(t, want, got, fmt.Sprintf("%s, packed", isa))
	}
}

func same(t *testing.T, want, got kernel.Tensor, name string) {
	t.Helper()
	if string(want.AppendBytes(nil)) == string(got.AppendBytes(nil)) {
		return
	}
	for i := range want.I32 {
		if a, b := want.I32[i], got.I32[i]; a != b {
			t.Fatalf("%s: element %d of %v is %d, want %d", name, i, want.Shape, b, a)
		}
	}
	for i := range want.F32 {
		if a, b := want.F32[i], got.F32[i]; a != b {
			t.Fatalf("%s: element %d of %v is %x, want %x", name, i, want.Shape, b, a)
		}
	}
	t.Fatalf("%s: %v differs", name, want.Shape)
}

// TestFastCases runs every case of the reference suite on every instruction set.
func TestFastCases(t *testing.T) {
	for _, c := range kerneltest.All() {
		t.Run(c.Name, func(t *testing.T) { compareISAs(t, &c.Node, c.In, finiteWeights(c)) })
	}
}

// floats are ordinary numbers, or with every special value among them.
func floats(s *kerneltest.Source, wild bool, shape ...int64) kernel.Tensor {
	if wild {
		return s.Wild(shape...)
	}
	return s.Normal(shape...)
}

func TestFastDot(t *testing.T) {
	if len(fastISAs()) == 0 {
		t.Skip("no fast instruction set")
	}
	s := kerneltest.Source(11)
	for i := range 300 {
		m, k, n := edge(&s), edge(&s), edge(&s)
		if i < 2*len(edges) { // every number of rows and of columns at least once
			m = edges[i%len(edges)]
			n = edges[(i*7)%len(edges)]
		}
		wild := i%3 == 0
		a, b := []int64{m, k}, []int64{k, n}
		switch i % 5 {
		case 1:
			a = []int64{2, m, k}
		case 2:
			a, b = []int64{2, 1, m, k}, []int64{3, k, n}
		}
		in := []kernel.Tensor{floats(&s, wild, a...), floats(&s, wild, b...)}
		switch i % 4 {
		case 1:
			in = append(in, floats(&s, wild, n))
		case 2:
			in = append(in, floats(&s, wild, m, 1))
		case 3:
			in = append(in, floats(&s, wild, m, n))
		}
		t.Run(fmt.Sprintf("%dx%dx%d", m, k, n), func(t *testing.T) { compareISAs(t, &ir.Node{Kind: ir.Dot}, in, false) })
	}
}
