package pipeline

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// classifyStage answers with the labels of the largest scores.
type classifyStage struct{ d *descriptor.Classify }

func (s classifyStage) fits(g *ir.Graph) error {
	if err := samePorts(g.Inputs, []descriptor.Shape{s.d.Input.Shape}, "input"); err != nil {
		return err
	}
	outputs := outputDecls(g)
	if len(outputs) != 1 {
		return fmt.Errorf("graph has %d outputs, classify takes 1", len(outputs))
	}
	scores := shapeOf(outputs[0])
	if scores.Elements() != uint64(len(s.d.Labels)) || outputs[0].DType == ir.Bool || outputs[0].DType == ir.I64 {
		return fmt.Errorf("output of the graph is %s, classify wants %d scores of type f32, i32, i8 or u8", outputs[0], len(s.d.Labels))
	}
	return nil
}

func (s classifyStage) inputs(input []byte, _ uint64) ([]kernel.Tensor, error) {
	t, err := elements(s.d.Input, input)
	if err != nil {
		return nil, err
	}
	return []kernel.Tensor{t}, nil
}

func (s classifyStage) output(outputs []kernel.Tensor) []byte {
	t := outputs[0]
	order := make([]int, t.Len())
	for i := range order {
		order[i] = i
	}
	// Stable: the first among equals comes first. A NaN is below every number.
	switch t.DType {
	case ir.F32:
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.F32[b], t.F32[a]) })
	case ir.I32:
		sortDown(order, t.I32)
	case ir.I8:
		sortDown(order, t.I8)
	default:
		sortDown(order, t.U8)
	}
	if s.d.Scores == 0 {
		return []byte(s.d.Labels[order[0]])
	}
	var b []byte
	for n, i := range order[:s.d.Scores] {
		if n > 0 {
			b = append(b, '\n')
		}
		b = append(b, s.d.Labels[i]...)
		b = append(b, '\t')
		switch t.DType {
		case ir.F32:
			b = appendMillionths(b, t.F32[i])
		case ir.I32:
			b = strconv.AppendInt(b, int64(t.I32[i]), 10)
		case ir.I8:
			b = strconv.AppendInt(b, int64(t.I8[i]), 10)
		default:
			b = strconv.AppendInt(b, int64(t.U8[i]), 10)
		}
	}
	return b
}

func sortDown[T int8 | uint8 | int32](order []int, scores []T) {
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
}

// appendMillionths writes a score with six digits after the point. The product is
// exact in float64 and rounded once, half to even; magnitudes end at 10^9.
func appendMillionths(b []byte, v float32) []byte {
	const top = 1e15
	if v != v {
		return append(b, "nan"...)
	}
	n := int64(min(max(math.RoundToEven(float64(float64(v)*1e6)), -top), top))
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/1e6, 10)
	digits := strconv.FormatInt(1e6+n%1e6, 10)
	digits = "." + digits[1:]
	return append(b, digits...)
}
