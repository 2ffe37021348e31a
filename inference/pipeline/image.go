package pipeline

import (
	"fmt"
	"math"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// imageStage paints pictures.
type imageStage struct{ d *descriptor.Image }

func (s imageStage) fits(g *ir.Graph) error {
	in := ir.TensorDecl{DType: ir.F32, Shape: []int64{1, int64(s.d.Features())}}
	if len(g.Inputs) != 1 || !g.Inputs[0].Equal(in) {
		return fmt.Errorf("inputs of the graph are %v, the pipeline gives one %s", g.Inputs, in)
	}
	outputs := outputDecls(g)
	want := ir.TensorDecl{DType: ir.F32, Shape: []int64{1, 3, int64(s.d.Height), int64(s.d.Width)}}
	if len(outputs) != 1 || !outputs[0].Equal(want) {
		return fmt.Errorf("outputs of the graph are %v, the pipeline wants one %s", outputs, want)
	}
	return nil
}

func (s imageStage) inputs(input []byte, seed uint64) ([]kernel.Tensor, error) {
	choice, err := s.d.Parse(input)
	if err != nil {
		return nil, err
	}
	x := make([]float32, 0, s.d.Features())
	for i, slot := range s.d.Slots {
		block := make([]float32, len(slot.Entries))
		block[choice[i]] = 1
		x = append(x, block...)
	}
	x = append(x, Latents(seed, int(s.d.Latent), s.d.LatentRange)...)
	return []kernel.Tensor{{DType: ir.F32, Shape: []int64{1, int64(len(x))}, F32: x}}, nil
}

// Latents draws n numbers uniform in [-bound, bound) from the seed: the stream of
// ("imod/latent/v1" ‖ seed, 8 bytes) gives four bytes each, of which the top 24
// bits, minus 2^23, are scaled by 2^-23 exactly; then one rounded product.
func Latents(seed uint64, n int, bound float32) []float32 {
	s := descriptor.LatentStream(seed)
	x := make([]float32, n)
	for i := range x {
		x[i] = latent(s.Uint32(), bound)
	}
	return x
}

// Latent is number i of Latents, by itself.
func Latent(seed, i uint64, bound float32) float32 {
	s := descriptor.LatentStream(seed)
	s.Skip(4 * i)
	return latent(s.Uint32(), bound)
}

func latent(drawn uint32, bound float32) float32 {
	unit := float32(float32(int32(drawn>>8)-1<<23) * (1.0 / (1 << 23)))
	return float32(unit * bound)
}

// output writes pixels row by row, red, green, blue of each.
func (s imageStage) output(outputs []kernel.Tensor) []byte {
	planes := outputs[0].F32
	n := int(s.d.Height) * int(s.d.Width)
	rgb := make([]byte, 3*n)
	for i := range n {
		for c := range 3 {
			rgb[3*i+c] = Pixel(planes[c*n+i])
		}
	}
	return rgb
}

// Pixel maps [0, 1] to 0..255: NaN and everything up to 0 is 0, everything from 1
// is 255, between them the product with 255, rounded to float32 and then half to
// even.
func Pixel(v float32) byte {
	switch {
	case !(v > 0):
		return 0
	case v >= 1:
		return 255
	default:
		return byte(math.RoundToEven(float64(float32(v * 255))))
	}
}
