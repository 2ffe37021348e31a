package pipeline_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline"
)

// counts draws often and tells how often each token came.
func counts(d descriptor.Text, scores []float32, n int) []int {
	c := make([]int, len(scores))
	for _, id := range pipeline.Draw(&d, len(scores), 5, scores, n) {
		c[id]++
	}
	return c
}

func TestDrawFollowsTheScores(t *testing.T) {
	logs := func(shares ...float64) []float32 {
		s := make([]float32, len(shares))
		for i, p := range shares {
			s[i] = float32(math.Log(p))
		}
		return s
	}
	const n = 20000
	for name, tc := range map[string]struct {
		d      descriptor.Text
		scores []float32
		want   []float64
	}{
		"shares":                {descriptor.Text{Temperature: 1000, TopP: 1000}, logs(.5, .1, .4), []float64{.5, .1, .4}},
		"hot":                   {descriptor.Text{Temperature: 2000, TopP: 1000}, logs(.81, .01, .16), []float64{9. / 14, 1. / 14, 4. / 14}},
		"cold":                  {descriptor.Text{Temperature: 500, TopP: 1000}, logs(.6, .3, .1), []float64{36. / 46, 9. / 46, 1. / 46}},
		"greedy, first of best": {descriptor.Text{TopP: 1000}, logs(.1, .45, .45), []float64{0, 1, 0}},
		"top k":                 {descriptor.Text{Temperature: 1000, TopP: 1000, TopK: 2}, logs(.2, .3, .5), []float64{0, .375, .625}},
		"top k, ties":           {descriptor.Text{Temperature: 1000, TopP: 1000, TopK: 2}, logs(.25, .5, .25), []float64{1. / 3, 2. / 3, 0}},
		"top p reached":         {descriptor.Text{Temperature: 1000, TopP: 800}, logs(.1, .5, .3, .1), []float64{0, .625, .375, 0}},
		"top p of one":          {descriptor.Text{Temperature: 1000, TopP: 1}, logs(.1, .5, .4), []float64{0, 1, 0}},
		"both":                  {descriptor.Text{Temperature: 1000, TopP: 600, TopK: 2}, logs(.2, .25, .25, .3), []float64{0, .25 / .55, 0, .3 / .55}},
		"infinite":              {descriptor.Text{Temperature: 1000, TopP: 1000}, []float32{inf(1), 3, inf(1), inf(-1)}, []float64{.5, 0, .5, 0}},
		"NaN is below":          {descriptor.Text{Temperature: 1000, TopP: 1000}, []float32{nan(), inf(-1), nan()}, []float64{0, 1, 0}},
		"NaN only":              {descriptor.Text{Temperature: 1000, TopP: 1000}, []float32{nan(), nan()}, []float64{1, 0}},
	} {
		for i, c := range counts(tc.d, tc.scores, n) {
			require.InDelta(t, tc.want[i], float64(c)/n, 4*math.Sqrt(.25/n)*min(1, tc.want[i]*1e9), "%s: token %d", name, i)
		}
	}
}

func inf(sign int) float32 { return float32(math.Inf(sign)) }
func nan() float32         { return float32(math.NaN()) }

// The draws of a seed are these for ever, on every machine.
func TestDrawGolden(t *testing.T) {
	scores := make([]float32, 300)
	for i := range scores {
		scores[i] = float32(i%17) / 3
	}
	d := descriptor.Text{Temperature: 800, TopK: 50, TopP: 900}
	require.Equal(t, []uint32{152, 271, 253, 185, 219, 202, 253, 202, 220, 101, 254, 82}, pipeline.Draw(&d, 300, 7, scores, 12))
	for _, id := range pipeline.Draw(&d, 20, 7, scores, 200) {
		require.Less(t, id, uint32(20), "scores beyond the tokenizer do not count")
	}
	require.False(t, slices.Equal(pipeline.Draw(&d, 300, 7, scores, 12), pipeline.Draw(&d, 300, 8, scores, 12)))
}
