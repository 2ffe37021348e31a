package onnx_test

import (
	"testing"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

// FuzzImport: whatever is accepted is a valid graph that loads and runs; nothing
// panics and memory stays within the limits.
func FuzzImport(f *testing.F) {
	f.Add(classifier())
	x := input("x", 2, 3)
	f.Add(model(13, x, node("Softmax", names("x"), names("y")), output("y", 2, 3)))
	f.Add(model(11, x, ints("s", 1), ints("e", -1), node("Slice", names("x", "s", "e", "s"), names("y")), output("y", 2, 3)))
	f.Add(model(18, input("x", 1, 2, 4, 4), floats("w", []int64{2, 1, 2, 2}, 1, 2, 3, 4, 5, 6, 7, 8),
		node("ConvTranspose", names("x", "w"), names("y"), attrInt("group", 2), attrInts("strides", 2, 2)), output("y")))
	f.Add(model(18, input("x", 1, 1, 4, 4), floats("sc", []int64{4}, 1, 1, 1.5, 2), node("Resize", names("x", "", "sc"), names("y"), attrText("mode", "linear")), output("y")))
	f.Add(model(13, input("x", 2, 8), node("LayerNormalization", names("x", "x"), names("y")), node("Split", names("y"), names("a", "b"), attrInt("axis", 1)),
		node("Gelu", names("a"), names("c")), node("Concat", names("b", "c"), names("d"), attrInt("axis", 0)), output("d")))
	l := onnx.Limits{MaxFileBytes: 1 << 16, MaxNodes: 256, MaxConstBytes: 1 << 20, MaxFoldBytes: 1 << 20, MaxFoldWork: 1 << 22, Graph: ir.DefaultLimits()}
	l.Graph.MaxElems, l.Graph.MaxMACs, l.Graph.MaxWork, l.Graph.MaxPeakBytes = 1<<16, 1<<22, 1<<14, 1<<20
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := onnx.Import(file, onnx.Options{Limits: &l, Dims: map[string]int64{"batch": 1}})
		if err != nil {
			return
		}
		p, err := engine.Load(m.Graph, m.Weights, engine.WithLimits(l.Graph))
		if err != nil {
			t.Fatalf("imported but not loadable: %v", err)
		}
		var in []kernel.Tensor
		for _, d := range m.Graph.Inputs {
			in = append(in, kernel.New(d))
		}
		if _, _, err := p.Run(t.Context(), in); err != nil {
			t.Fatalf("imported but not runnable: %v", err)
		}
	})
}
