package kernel_test

import (
	"fmt"
	"testing"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
)

// TestFastConv draws geometries: one to three dimensions, padding larger than
// the window, strides, dilations, groups, planes narrower than a panel.
func TestFastConv(t *testing.T) {
	if len(fastISAs()) == 0 {
		t.Skip("no fast instruction set")
	}
	s := kerneltest.Source(12)
	for i := range 250 {
		rank := 1 + i%3
		a := ir.ConvAttrs{Groups: kerneltest.Pick(&s, int64(1), 1, 2, 3)}
		per, cin, cout := a.Groups, a.Groups, a.Groups
		cin *= kerneltest.Pick(&s, int64(1), 2, 5, 31, 33, 40)
		cout *= kerneltest.Pick(&s, int64(1), 2, 3, 6, 7, 13, 97)
		x, w := []int64{1 + s.Below(2), cin}, []int64{cout, cin / per}
		for range rank {
			size, window := 1+s.Below(40)/int64(rank), 1+s.Below(5)
			stride, dilation := 1+s.Below(3), 1+s.Below(2)
			before, after := s.Below(4), s.Below(4)
			if span := (window-1)*dilation + 1; size+before+after < span {
				size = span
			}
			x, w = append(x, size), append(w, window)
			a.Strides, a.Dilations = append(a.Strides, stride), append(a.Dilations, dilation)
			a.Before, a.After = append(a.Before, before), append(a.After, after)
		}
		in := []kernel.Tensor{floats(&s, i%3 == 0, x...), s.Normal(w...)}
		if i%2 == 0 {
			in = append(in, floats(&s, i%3 == 0, cout))
		}
		name := fmt.Sprintf("%v by %v", x, w)
		t.Run(name, func(t *testing.T) { compareISAs(t, &ir.Node{Kind: ir.Conv, Ints: a.Ints()}, in, true) })
	}
}
