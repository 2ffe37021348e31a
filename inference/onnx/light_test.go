package onnx_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// TestLightModels runs whole architectures whose weights are computed in the file
// itself. Their input is 0, 1/n, 2/n, ... by the suite's convention.
func TestLightModels(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(suite, "light", "*.onnx"))
	if err != nil || len(files) == 0 {
		t.Skip("the ONNX light models are not beside the repository (shared/onnx-node-tests)")
	}
	if testing.Short() {
		t.Skip("whole architectures take seconds")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".onnx"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			m, err := onnx.Import(b, onnx.Options{})
			if err != nil {
				t.Fatal(err)
			}
			expected, err := os.ReadFile(strings.TrimSuffix(file, ".onnx") + "_output_0.pb")
			if err != nil {
				t.Fatal(err)
			}
			want, err := onnx.DecodeTensor(expected, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			x := kernel.New(m.Graph.Inputs[0])
			for i := range x.F32 {
				x.F32[i] = float32(float64(i) / float64(len(x.F32)))
			}
			if _, err := execute(m, []kernel.Tensor{x}, []kernel.Tensor{want}); err != nil {
				t.Error(err)
			}
			c, err := m.Graph.Cost()
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d nodes, %d weights, %+v", len(m.Graph.Nodes), len(m.Weights), c)
		})
	}
}
