package attestation

import (
	"cmp"
	"slices"
)

// Candidate is a binding that could go into an extension.
type Candidate struct {
	Item
	Deadline int64
}

// overhead bounds what an extension needs besides its items: the version byte and, for each of the
// four kinds, the kind byte and a count of two bytes.
const overhead = 1 + 4*(1+2)

// Select returns the items that go into one extension, ascending by key. Those with the nearest
// deadline come first, so that validators with a backlog choose the same ones; a quarter of the
// space is kept for proofs and custody, so that requests cannot starve them. What proofs leave of
// their quarter is open to all. An item is charged the varint of its whole id, which is never less
// than its delta takes, so the choice does not depend on the rest of the selection.
func Select(ready []Candidate) []Item {
	order := slices.DeleteFunc(slices.Clone(ready), func(c Candidate) bool { return !c.Kind.Valid() || c.ID == 0 })
	slices.SortFunc(order, func(a, b Candidate) int {
		if c := cmp.Compare(a.Deadline, b.Deadline); c != 0 {
			return c
		}
		return a.Compare(b.Key)
	})

	chosen := make([]bool, len(order))
	space := MaxExtension - overhead
	fill := func(budget int, eligible func(Kind) bool) {
		for i, c := range order {
			size := uvarintSize(c.ID) + BindingSize
			if chosen[i] || !eligible(c.Kind) {
				continue
			}
			if size > budget {
				return
			}
			chosen[i] = true
			budget -= size
			space -= size
		}
	}
	fill(MaxExtension/4, Kind.Reserved)
	fill(space, func(Kind) bool { return true })

	var items []Item
	for i, c := range order {
		if chosen[i] {
			items = append(items, c.Item)
		}
	}
	slices.SortFunc(items, func(a, b Item) int { return a.Compare(b.Key) })
	return slices.CompactFunc(items, func(a, b Item) bool { return a.Key == b.Key })
}
