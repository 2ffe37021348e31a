package step_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/step"
)

// tensors reads elements of whole inputs.
type tensors []kernel.Tensor

func (t tensors) Element(input int, index int64) (kernel.Element, error) {
	return t[input].At(int(index)), nil
}

// record is the record of a node that stands alone, every input a value of the run.
func record(t require.TestingT, n ir.Node, in []kernel.Tensor, out ir.TensorDecl) *ir.Record {
	r := ir.Record{Slots: uint64(len(in) + 1), Node: n}
	r.Node.Out, r.Node.Inputs = out, nil
	for i, x := range in {
		r.Sources = append(r.Sources, ir.Source{Index: uint64(i), Decl: x.Decl()})
	}
	decoded, err := ir.DecodeRecord(r.Encode(), ir.DefaultLimits())
	require.NoError(t, err)
	require.Equal(t, r.Encode(), decoded.Encode())
	return decoded
}

// TestEveryCase: every kind, function and type, every element by segments and whole, has the
// kernel's bits (SAFETY 55).
func TestEveryCase(t *testing.T) {
	s := kerneltest.Source(12)
	for _, c := range kerneltest.All() {
		out, err := kernel.Exec(&c.Node, c.In)
		require.NoError(t, err)
		r := record(t, c.Node, c.In, out.Decl())
		every := max(out.Len()/300, 1)
		for i := int(s.Below(int64(every))); i < out.Len(); i += every {
			want := out.At(i).Append(nil, out.DType)
			e, err := step.Compute(r, int64(i), tensors(c.In))
			require.NoError(t, err, c.Name)
			require.Equal(t, want, e.Append(nil, out.DType), "%s, element %d of %v", c.Name, i, out.Shape)
			require.Equal(t, want, bySegments(t, r, int64(i), tensors(c.In)), "%s, element %d by segments", c.Name, i)
		}
	}
}

// bySegments goes from stored value to stored value.
func bySegments(t require.TestingT, r *ir.Record, index int64, in step.Reader) []byte {
	count, err := step.Segments(r, index)
	require.NoError(t, err)
	states, dims, err := step.States(r, index, in)
	require.NoError(t, err)
	var before []byte
	for s := range count {
		after, err := step.Segment(r, index, s, before, in)
		require.NoError(t, err)
		if s == count-1 {
			return after
		}
		width := int64(dims[1])
		require.Equal(t, states[s*width:(s+1)*width], after)
		before = after
	}
	return nil
}

// TestEveryEdge: random graphs, every node and every place where a tensor goes from node to node.
func TestEveryEdge(t *testing.T) {
	kinds := map[ir.Kind]int{}
	for seed := range uint64(300) {
		p := kerneltest.Random(seed, 25)
		values := append(append([]kernel.Tensor{}, p.Inputs...), p.Weights...)
		s := kerneltest.Source(seed)
		for i, n := range p.Graph.Nodes {
			var in tensors
			for _, id := range n.Inputs {
				in = append(in, values[id])
			}
			out, err := kernel.Exec(&p.Graph.Nodes[i], in)
			require.NoError(t, err)
			values = append(values, out)
			kinds[n.Kind]++
			r := p.Graph.Record(i)
			for range 8 {
				e := s.Below(int64(out.Len()))
				got, err := step.Compute(&r, e, in)
				require.NoError(t, err)
				require.Equal(t, out.At(int(e)).Append(nil, out.DType), got.Append(nil, out.DType), "seed %d, node %d (%s)", seed, i, strings.TrimSpace(n.Kind.String()+" "+n.Op.String()))
			}
		}
	}
	require.Greater(t, len(kinds), 12)
}
