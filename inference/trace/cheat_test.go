package trace_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/trace"
)

// TestCheaterIsConvicted: one bit of one value is wrong in a trace. At the first element that differs, at the
// first running value that differs, the proof from the cheater's own data convicts; everywhere to the left nothing does.
func TestCheaterIsConvicted(t *testing.T) {
	programs(t, func(name string, p kerneltest.Program, s *kerneltest.Source) {
		g := play(t, p, 1+int(s.Below(2)))
		for range 3 {
			node := int(s.Below(int64(len(p.Graph.Nodes))))
			cheat(t, g, name, node, s)
		}
	})
}

func cheat(t *testing.T, g *game, name string, node int, s *kerneltest.Source) {
	t.Helper()
	c, err := trace.Capture(t.Context(), g.program, g.Inputs, node)
	require.NoError(t, err)
	honest := c.Output.AppendBytes(nil)
	lie := bytes.Clone(honest)
	d := c.Output.Decl()
	element := s.Below(int64(c.Output.Len()))
	lie[element*d.DType.Size()+s.Below(d.DType.Size())] ^= 1 << s.Below(8)

	// The cheater's trace: what comes after the lie may be whatever it wants.
	dims := make([]uint64, len(d.Shape))
	for i, n := range d.Shape {
		dims[i] = uint64(n)
	}
	root, err := merkle.TensorRoot(byte(d.DType), dims, lie)
	require.NoError(t, err)
	at := uint64(s.Below(int64(g.trace.Layout.Steps)))
	var steps [][]merkle.Hash
	for i := range g.trace.Layout.Steps {
		var roots []merkle.Hash
		for slot := range g.trace.Layout.Slots {
			index, err := g.trace.Layout.Index(i, slot)
			require.NoError(t, err)
			roots = append(roots, g.trace.Item(index))
			if i == at && slot == g.Graph.Slot(node) {
				roots[slot] = root
			}
		}
		steps = append(steps, roots)
	}
	liar := *g
	liar.trace, err = trace.New(g.trace.Layout, steps, g.trace.Item(g.trace.Layout.Entries()-1))
	require.NoError(t, err)

	claim, w := liar.claim(t, at, node, element, 0)
	w.Output.Tensor, err = step.Whole(byte(d.DType), dims, lie)
	require.NoError(t, err)
	data, stateDims, err := step.States(&w.Record, element, inputs(c.Inputs))
	require.NoError(t, err)
	if data == nil {
		require.False(t, verdict(t, claim, w), "%s, node %d, element %d", name, node, element)
		return
	}
	// The running values may be honest up to any point, and lie from there on.
	count, width := stateDims[0]+1, stateDims[1]
	claim.Segment = uint64(s.Below(int64(count)))
	for i := claim.Segment * width; i < uint64(len(data)); i++ {
		data[i] ^= byte(s.Next()) | 1
	}
	w.States, err = step.Whole(merkle.U8, stateDims, data)
	require.NoError(t, err)
	claim.States, err = step.StatesRoot(data, stateDims)
	require.NoError(t, err)
	require.False(t, verdict(t, claim, w), "%s, node %d, element %d, segment %d", name, node, element, claim.Segment)
	for claim.Segment > 0 {
		claim.Segment--
		require.True(t, verdict(t, claim, w), "%s, node %d, element %d, segment %d", name, node, element, claim.Segment)
	}
}

func verdict(t *testing.T, c *step.Claim, w *step.Witness) bool {
	t.Helper()
	b, err := step.Prove(c, w)
	require.NoError(t, err)
	agrees, err := step.Verify(c, b)
	require.NoError(t, err)
	return agrees
}
