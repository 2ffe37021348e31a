package pipeline

import (
	"cmp"
	"slices"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/kernel"
)

// drawer chooses tokens from scores. From the weights on everything is integers.
type drawer struct {
	d      *descriptor.Text
	tokens int // scores beyond the tokenizer's tokens do not count
	stream *descriptor.Stream
}

func (s *textStage) drawer(seed uint64) drawer {
	return drawer{d: s.d, tokens: len(s.tokens.Tokens), stream: s.d.Stream(seed)}
}

// choice is a token that may be drawn.
type choice struct {
	id     uint32
	score  float32
	weight uint64 // e^((score - best) / temperature), in units of 2^-32
}

// one is the weight of the best token.
const one = 1 << 32

// next takes the best token, or draws one and eight bytes of the stream.
func (w *drawer) next(scores []float32) uint32 {
	scores = scores[:w.tokens]
	best := 0
	for i, v := range scores {
		if v > scores[best] || scores[best] != scores[best] && v == v {
			best = i
		}
	}
	if w.d.Temperature == 0 {
		return uint32(best)
	}
	draw := w.stream.Uint64()
	choices := w.cut(w.weigh(scores, scores[best]))
	if len(choices) == 0 {
		return uint32(best) // no score is a number
	}
	sum := uint64(0)
	for _, c := range choices {
		sum += c.weight
	}
	draw %= sum
	for _, c := range choices {
		if draw < c.weight {
			return c.id
		}
		draw -= c.weight
	}
	return uint32(best) // not reached: draw is below the sum
}

// weigh lists the tokens whose weight is not 0, by id.
func (w *drawer) weigh(scores []float32, best float32) []choice {
	temperature := float32(w.d.Temperature) / 1000 // one rounding
	var choices []choice
	for i, v := range scores {
		c := choice{id: uint32(i), score: v}
		switch {
		case v == best:
			c.weight = one
		case v < best:
			c.weight = uint64(float64(kernel.Exp(float32(v-best)/temperature)) * one) // exact, then cut off
		}
		if c.weight > 0 {
			choices = append(choices, c)
		}
	}
	return choices
}

// cut keeps the most likely tokens, as many as top k and top p let pass, by id.
func (w *drawer) cut(choices []choice) []choice {
	if w.d.TopK == 0 && w.d.TopP == 1000 {
		return choices
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return cmp.Compare(b.score, a.score) })
	if k := int(w.d.TopK); k > 0 && k < len(choices) {
		choices = choices[:k]
	}
	if w.d.TopP < 1000 {
		sum, reached := uint64(0), uint64(0)
		for _, c := range choices {
			sum += c.weight
		}
		for i, c := range choices {
			// At most 2^18 weights of 2^32: the products stay below 2^60.
			if reached += c.weight; reached*1000 >= sum*uint64(w.d.TopP) {
				choices = choices[:i+1]
				break
			}
		}
	}
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Compare(a.id, b.id) })
	return choices
}
