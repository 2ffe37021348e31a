package onnx_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/onnx"
)

// TestEinsum compares with the definition: a loop over all labels.
func TestEinsum(t *testing.T) {
	size := map[byte]int64{'i': 2, 'j': 3, 'k': 4, 'l': 5, 'b': 2, 'h': 3, 'd': 4}
	for _, eq := range []string{
		"ij,jk->ik", "ij,kj->ik", "bij,bjk->bik", "ij->ji", "ij->i", "ij->", "i,j->ij", "bhid,bhjd->bhij", "ij,jk,kl->il", "ij,jk", "ij,ij->ij", "ij,ij->", "bi,bj->b", "ijk,j->ki",
	} {
		t.Run(eq, func(t *testing.T) {
			left, out, explicit := strings.Cut(eq, "->")
			terms := strings.Split(left, ",")
			if !explicit {
				out = "ik"
			}
			s := kerneltest.Source(5)
			var fields []message
			var in []kernel.Tensor
			var ports []string
			for i, term := range terms {
				var dims []any
				var shape []int64
				for d := range len(term) {
					dims, shape = append(dims, int(size[term[d]])), append(shape, size[term[d]])
				}
				name := fmt.Sprintf("x%d", i)
				ports, fields, in = append(ports, name), append(fields, input(name, dims...)), append(in, s.Normal(shape...))
			}
			fields = append(fields, node("Einsum", ports, names("y"), attrText("equation", eq)), output("y"))
			m, err := onnx.Import(model(13, fields...), onnx.Options{})
			require.NoError(t, err)
			want := kernel.New(m.Graph.Decl(m.Graph.Outputs[0]))
			sumLabels(size, terms, out, in, want)
			p, err := engine.Load(m.Graph, m.Weights)
			require.NoError(t, err)
			got, _, err := p.Run(t.Context(), in)
			require.NoError(t, err)
			require.InDeltaSlice(t, want.F32, got[0].F32, 1e-3)
		})
	}
}

// sumLabels walks every assignment of all labels.
func sumLabels(size map[byte]int64, terms []string, out string, in []kernel.Tensor, want kernel.Tensor) {
	var labels []byte
	for _, l := range []byte(strings.Join(terms, "")) {
		if !strings.ContainsRune(string(labels), rune(l)) {
			labels = append(labels, l)
		}
	}
	at := map[byte]int64{}
	position := func(term string) int64 {
		i := int64(0)
		for d := range len(term) {
			i = i*size[term[d]] + at[term[d]]
		}
		return i
	}
	total := int64(1)
	for _, l := range labels {
		total *= size[l]
	}
	sums := make([]float64, len(want.F32))
	for n := range total {
		for _, l := range labels {
			at[l], n = n%size[l], n/size[l]
		}
		p := 1.0
		for i, term := range terms {
			p *= float64(in[i].F32[position(term)])
		}
		sums[position(out)] += p
	}
	for i, v := range sums {
		want.F32[i] = float32(v)
	}
}
