package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/imochain/imod/inference/pipeline/token"
	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/prose/tale"
)

// endText is the token between tales: every text begins with it.
const endText = "<|end|>"

// learnTokens learns byte pair merges from tales: again and again the most frequent pair of
// neighbours becomes a token, of equal ones the first in order (Sennrich and others,
// 2016). The last token is endText.
func learnTokens(tales, size int) (*token.Tokenizer, error) {
	counts := map[string]int{}
	for i := range tales {
		r := learn.NewRNG(streamTokens, uint64(i))
		for _, w := range token.Words(tale.Write(&r)) {
			counts[w]++
		}
	}
	t := &token.Tokenizer{Kind: token.ByteLevel}
	for i := range 256 {
		t.Tokens = append(t.Tokens, string([]byte{byte(i)}))
	}
	type word struct {
		text  string
		ids   []uint32
		count int
	}
	words := make([]word, 0, len(counts))
	for text, n := range counts {
		w := word{text: text, count: n}
		for _, b := range []byte(text) {
			w.ids = append(w.ids, uint32(b))
		}
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b word) int { return strings.Compare(a.text, b.text) })
	for len(t.Tokens) < size-1 {
		pairs := map[token.Merge]int{}
		for _, w := range words {
			for i := range len(w.ids) - 1 {
				pairs[token.Merge{Left: w.ids[i], Right: w.ids[i+1]}] += w.count
			}
		}
		var best token.Merge
		for m, n := range pairs { // the order of a map does not matter: the best is one
			if n > pairs[best] || n == pairs[best] && cmp.Or(cmp.Compare(m.Left, best.Left), cmp.Compare(m.Right, best.Right)) < 0 {
				best = m
			}
		}
		id := uint32(len(t.Tokens))
		t.Tokens = append(t.Tokens, t.Tokens[best.Left]+t.Tokens[best.Right])
		t.Merges = append(t.Merges, best)
		for k := range words {
			words[k].ids = join(words[k].ids, best, id)
		}
	}
	end := uint32(len(t.Tokens))
	t.Tokens = append(t.Tokens, endText)
	t.Special, t.Before = []uint32{end}, []uint32{end}
	return t, t.Prepare()
}

func join(ids []uint32, m token.Merge, id uint32) []uint32 {
	out := ids[:0]
	for i := 0; i < len(ids); i++ {
		if i+1 < len(ids) && ids[i] == m.Left && ids[i+1] == m.Right {
			out = append(out, id)
			i++
			continue
		}
		out = append(out, ids[i])
	}
	return out
}
