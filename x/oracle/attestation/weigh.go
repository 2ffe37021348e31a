package attestation

import "math/bits"

// Validator is a member of the set of the last commit, with its power there.
type Validator struct {
	Address Address
	Power   uint64
}

// Round is what one block brings: the set of the last commit, in its order, and the bindings of
// those of its members whose signed extension was included.
type Round struct {
	Set      []Validator
	Votes    []RoundVote
	Reveals  []Reveal
	Proposer Address
}

// RoundVote is the checked extension of the validator at a place of the set.
type RoundVote struct {
	Index int
	Items []Item
}

// State says what a validator did for a subject.
type State byte

// States of a slot.
const (
	Absent   State = iota // bound nothing
	Bound                 // bound Value
	Voided                // bound two different values, which voids both
	Matched               // bound the revealed result; set by Weigh
	Declined              // said that it will not compute the subject
)

// Slot is a validator's place in a subject, in the order of the set.
type Slot struct {
	State State
	Value Binding
}

// Bind adds a binding to what the slot holds and tells whether the slot changed. The first
// binding counts; a second, different one voids both. To decline is no value: it says nothing after a
// binding, and a binding may follow it.
func (s *Slot) Bind(value Binding) (changed bool) {
	if value.Declines() {
		if s.State != Absent {
			return false
		}
		s.State = Declined
		return true
	}
	switch s.State {
	case Absent, Declined:
		s.State, s.Value = Bound, value
		return true
	case Bound:
		if s.Value == value {
			return false
		}
		s.State, s.Value = Voided, Binding{}
		return true
	default:
		return false
	}
}

// Weighing is the power behind a result.
type Weighing struct {
	Slots   []Slot // as given, those that match marked Matched
	Matched uint64
	Total   uint64 // of the whole set, absent ones included
}

// Weigh compares every binding with what its validator would have bound for the result. slots has
// the order of set. Powers come from set alone.
func Weigh(chain [32]byte, s Subject, r Result, set []Validator, slots []Slot) Weighing {
	w := Weighing{Slots: slots}
	for i, v := range set {
		w.Total += v.Power
		if slots[i].State == Bound && slots[i].Value == Bind(chain, s, r, v.Address) {
			slots[i].State = Matched
			w.Matched += v.Power
		}
	}
	return w
}

// Final tells whether the result has its quorum.
func (w Weighing) Final() bool { return Quorum(w.Matched, w.Total) }

// Quorum tells whether matched is more than two thirds of total.
func Quorum(matched, total uint64) bool {
	mh, ml := bits.Mul64(matched, 3)
	th, tl := bits.Mul64(total, 2)
	return mh > th || mh == th && ml > tl
}
