package pipeline

import "github.com/imochain/imod/inference/bundle/descriptor"

// Draw takes n tokens from the same scores, one after the other.
func Draw(d *descriptor.Text, tokens int, seed uint64, scores []float32, n int) []uint32 {
	w := drawer{d: d, tokens: tokens, stream: d.Stream(seed)}
	ids := make([]uint32, n)
	for i := range ids {
		ids[i] = w.next(scores)
	}
	return ids
}
