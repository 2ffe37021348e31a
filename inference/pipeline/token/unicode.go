package token

import "sort"

// table is a set of characters: pairs of first and last, ascending.
type table []rune

func (t table) has(r rune) bool {
	i := sort.Search(len(t)/2, func(i int) bool { return t[2*i+1] >= r })
	return 2*i < len(t) && t[2*i] <= r
}

// changes maps characters to texts, by the character.
type changes map[rune]string

// newChanges reads a listing: a character, what it becomes, a line feed.
func newChanges(listing string) changes {
	m := changes{}
	var line []rune
	for _, r := range listing {
		if r != '\n' || len(line) == 0 {
			line = append(line, r)
			continue
		}
		m[line[0]] = string(line[1:])
		line = line[:0]
	}
	return m
}

var (
	small = newChanges(smallListing)
	bare  = newChanges(bareListing)
)

// toSmall is the small letter of a character, which may be two characters.
func toSmall(r rune) string {
	if s, ok := small[r]; ok {
		return s
	}
	return string(r)
}

// Hangul syllables decompose by arithmetic (The Unicode Standard, section 3.12).
const (
	hangulFirst, hangulLast   = 0xac00, 0xd7a3
	hangulL, hangulV, hangulT = 0x1100, 0x1161, 0x11a7
	hangulTails, hangul       = 28, 588
)

// withoutMarks is the canonical decomposition of a character without nonspacing marks.
func withoutMarks(r rune) string {
	if s, ok := bare[r]; ok {
		return s
	}
	if marks.has(r) {
		return ""
	}
	if r < hangulFirst || r > hangulLast {
		return string(r)
	}
	i := r - hangulFirst
	parts := []rune{hangulL + i/hangul, hangulV + i%hangul/hangulTails}
	if tail := i % hangulTails; tail > 0 {
		parts = append(parts, hangulT+tail)
	}
	return string(parts)
}
