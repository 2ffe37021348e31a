package descriptor

import (
	"slices"
	"strings"
)

// nearest is how many suggestions a message carries.
const nearest = 3

// near returns the words of the group, or of any, that are at most two edits away
// from word, nearest first. It runs once per refused prompt.
func (m *Image) near(word string, group uint8) []string {
	if len(word) > MaxWordBytes {
		return nil
	}
	type candidate struct {
		word string
		cost int
	}
	var found []candidate
	for _, s := range m.Slots {
		if s.Group != 0 && s.Group != group {
			continue
		}
		for _, words := range s.Entries {
			for _, w := range words {
				if d := distance(word, w); d <= 2 && d < len(w) {
					found = append(found, candidate{w, d})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		if a.cost != b.cost {
			return a.cost - b.cost
		}
		return strings.Compare(a.word, b.word)
	})
	names := make([]string, 0, nearest)
	for _, c := range found[:min(len(found), nearest)] {
		names = append(names, c.word)
	}
	return names
}

// distance is the number of bytes to insert, delete or replace to turn a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
