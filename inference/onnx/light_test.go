package onnx_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/imochain/imod/inference/onnx/conformance"
)

// TestLightModels runs whole architectures whose weights are computed in the file
// itself.
func TestLightModels(t *testing.T) {
	cases, err := conformance.Cases(os.DirFS(filepath.Join(suite, "light")), "light")
	if err != nil {
		t.Skip("the ONNX light models are not beside the repository (shared/onnx-node-tests)")
	}
	if testing.Short() {
		t.Skip("whole architectures take seconds")
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			r := conformance.Run(t.Context(), c)
			t.Logf("largest differences: %.3g absolute, %.3g relative", r.MaxAbs, r.MaxRel)
			if !r.Passed {
				t.Error(r.String(c.Name))
			}
		})
	}
}
