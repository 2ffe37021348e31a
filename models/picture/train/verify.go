package main

import (
	"context"
	"fmt"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/picture/drawing"
)

// tolerance is how far the imported file may be from this program's own
// arithmetic, whose sums begin with the bias instead of ending with it.
const tolerance = 1e-4

// verify runs an exported file by the runtime and compares what it paints with
// what the model paints here. It returns the largest difference.
func (n *net) verify(file []byte, count int) (float32, error) {
	m, err := onnx.Import(file, onnx.Options{})
	if err != nil {
		return 0, err
	}
	p, err := engine.Load(m.Graph, m.Weights)
	if err != nil {
		return 0, err
	}
	scenes := make([]drawing.Scene, count)
	for i := range scenes {
		r := learn.NewRNG(streamCheck, uint64(i))
		scenes[i] = scene(&r)
	}
	worst := float32(0)
	z := make([]float32, features)
	for i, want := range n.drawScenes(newPixels(drawing.Pixels), scenes) {
		encode(&scenes[i], z)
		x := kernel.Tensor{DType: ir.F32, Shape: []int64{1, int64(inputs)}, F32: z[:inputs]}
		out, _, err := p.Run(context.Background(), []kernel.Tensor{x})
		if err != nil {
			return 0, err
		}
		planes := out[0].F32
		for k, v := range want {
			worst = max(worst, abs(v-planes[k%3*drawing.Pixels+k/3]))
		}
	}
	if !(worst <= tolerance) {
		return worst, fmt.Errorf("the exported model differs from the trained one by %g", worst)
	}
	return worst, nil
}
