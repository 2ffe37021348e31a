package models_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/inference/step"
	"github.com/imochain/imod/inference/trace"
)

// stepsOfText is the longest text that a request may ask for.
const stepsOfText = 256

// Every model in the repository can be disputed: every last move fits, and at random elements the trace of a
// run agrees with the step function.
func TestDisputable(t *testing.T) {
	files, err := filepath.Glob("*/*.onnx")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			m, err := onnx.Import(b, onnx.Options{})
			require.NoError(t, err)
			require.NoError(t, step.Disputable(m.Graph, stepsOfText))
			p, err := engine.Load(m.Graph, m.Weights)
			require.NoError(t, err)
			var inputs []kernel.Tensor
			for _, d := range m.Graph.Inputs {
				inputs = append(inputs, kernel.New(d))
			}
			var weights []merkle.Hash
			for _, w := range m.Weights {
				dims := make([]uint64, len(w.Shape))
				for i, n := range w.Shape {
					dims[i] = uint64(n)
				}
				root, err := merkle.TensorRoot(byte(w.DType), dims, w.AppendBytes(nil))
				require.NoError(t, err)
				weights = append(weights, root)
			}
			roots, _, err := trace.Run(t.Context(), p, inputs)
			require.NoError(t, err)
			tr, err := trace.New(step.Layout{Slots: m.Graph.Slots(), Steps: 1}, [][]merkle.Hash{roots}, merkle.Hash{})
			require.NoError(t, err)
			s := kerneltest.Source(9)
			for range 10 {
				node := int(s.Below(int64(len(m.Graph.Nodes))))
				c, err := trace.Capture(t.Context(), p, inputs, node)
				require.NoError(t, err)
				w, err := c.Witness(m.Graph, weights, tr.Layout, tr, 0)
				require.NoError(t, err)
				lastSegment(t, &step.Claim{IR: m.Graph.Root(), Weights: merkle.ListRoot(weights), Trace: tr.Root(), Steps: 1, Node: uint64(node),
					Element: uint64(s.Below(int64(c.Output.Len())))}, w, c.Inputs)
			}
		})
	}
}

// lastSegment proves that an element is what its last segment gives.
func lastSegment(t *testing.T, claim *step.Claim, w *step.Witness, in tensors) {
	t.Helper()
	count, err := step.Segments(&w.Record, int64(claim.Element))
	require.NoError(t, err)
	claim.Segment = uint64(count - 1)
	data, dims, err := step.States(&w.Record, int64(claim.Element), in)
	require.NoError(t, err)
	if count > 1 {
		w.States, err = step.Whole(merkle.U8, dims, data)
		require.NoError(t, err)
		claim.States, err = step.StatesRoot(data, dims)
		require.NoError(t, err)
	}
	b, err := step.Prove(claim, w)
	require.NoError(t, err)
	agrees, err := step.Verify(claim, b)
	require.NoError(t, err)
	require.True(t, agrees, "node %d, element %d", claim.Node, claim.Element)
}

type tensors []kernel.Tensor

func (t tensors) Element(input int, index int64) (kernel.Element, error) {
	return t[input].At(int(index)), nil
}
