package pipeline_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/pipeline"
)

// FuzzBundle loads and runs bundles whose graph is arbitrary and whose manifest was
// made to fit it: whatever a builder may publish. Nothing panics, and whatever is
// refused is refused again with the same reason.
func FuzzBundle(f *testing.F) {
	g, _ := picture()
	f.Add(g.Encode(), []byte("red on red"))
	swapped, _ := picture()
	swapped.Nodes[1].Op = ir.OpExp
	f.Add(swapped.Encode(), []byte("a blue"))
	wide, _ := picture()
	wide.Inputs[0].Shape[1] = 1 << 30
	f.Add(wide.Encode(), []byte("a blue"))
	f.Add(add().Encode(), []byte{})
	f.Add([]byte("imod-ir\x01"), []byte("x"))
	f.Fuzz(func(t *testing.T, graph, input []byte) {
		b := tinyPicture(t)
		setIR(b, graph)
		if g, err := ir.Decode(graph, ir.DefaultLimits()); err == nil {
			cost, err := g.Cost()
			if err != nil || cost.PeakBytes > 16<<20 || cost.WorkUnits > 1<<16 {
				return // legal, but not for a fuzzer's machine
			}
			b.Manifest.IRRoot = g.Root()
			b.Manifest.WorkUnits, b.Manifest.PeakMemory = uint64(cost.WorkUnits), uint64(cost.PeakBytes)
		}
		r, err := pipeline.New(b)
		_, again := pipeline.New(b)
		require.Equal(t, reason(err), reason(again))
		if err != nil {
			require.NotZero(t, reason(err), "%v", err)
			return
		}
		res, err := r.Run(t.Context(), input, 1)
		if err != nil {
			require.NotZero(t, reason(err), "%v", err)
			return
		}
		twice, err := r.Run(t.Context(), input, 1)
		require.NoError(t, err)
		require.Equal(t, res, twice)
		require.LessOrEqual(t, uint32(len(res.Output)), b.Manifest.MaxOutputBytes)
	})
}

func reason(err error) bundle.Reason {
	var refusal *bundle.Refusal
	if errors.As(err, &refusal) {
		return refusal.Reason
	}
	return 0
}
