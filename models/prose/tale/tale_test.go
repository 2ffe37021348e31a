package tale_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/imochain/imod/models/internal/learn"
	"github.com/imochain/imod/models/prose/tale"
)

// Tales are made of the words of the list, have no open slot, and differ.
func TestTales(t *testing.T) {
	words, used, seen := tale.Words(), map[string]bool{}, map[string]bool{}
	for i := range 3000 {
		r := learn.NewRNG(1, uint64(i))
		text := tale.Write(&r)
		if seen[text] {
			t.Fatalf("tale %d stands twice: %s", i, text)
		}
		seen[text] = true
		if strings.ContainsAny(text, "{}") || strings.Contains(text, "  ") || !strings.HasSuffix(text, ".") {
			t.Fatalf("tale %d: %q", i, text)
		}
		for _, w := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c < 'a' || c > 'z' }) {
			if _, ok := slices.BinarySearch(words, w); !ok {
				t.Fatalf("tale %d: %q is not in the list", i, w)
			}
			used[w] = true
		}
	}
	for _, w := range words {
		if !used[w] {
			t.Errorf("no tale holds %q", w)
		}
	}
	t.Logf("%d words", len(words))
}
