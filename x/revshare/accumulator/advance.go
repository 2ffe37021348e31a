package accumulator

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/types"
)

// Supply is an eligible supply: Amount shares the revenue of Epoch and of every later
// epoch up to the next entry.
type Supply struct {
	Epoch  uint64
	Amount math.Int
}

// Closed is a segment with its first epoch.
type Closed struct {
	Start   uint64
	Segment types.Segment
}

// Advanced is what Advance wants written: the stream, new history, expiries that are
// used up.
type Advanced struct {
	Stream   types.Stream
	Segments []Closed
	Spent    []uint64
}

// Advance accounts for the epochs from the stream's own up to, not including, to.
//
// Expiries are those above the stream's epoch up to and including to, ascending. Supplies
// are ascending: the one in force in the stream's epoch, then the changes after it. Both
// may stop where the rate has run out. The work is one step per change.
func Advance(s types.Stream, to uint64, minEligible math.Int, supplies []Supply, expiries []Expiry) (Advanced, error) {
	out := Advanced{Stream: s}
	if to < s.Epoch {
		return out, fmt.Errorf("%w: stream at %d, asked for %d", ErrOrder, s.Epoch, to)
	}
	w := walker{supplies: supplies, eligible: math.ZeroInt(), expiries: expiries}
	for s.Epoch < to {
		if s.Rate.IsZero() && s.Lump.IsZero() {
			s.Epoch = to // nothing is released: no supply matters any more
			break
		}
		end := w.nextChange(s.Epoch, to)
		if end <= s.Epoch {
			return out, fmt.Errorf("%w: an expiry of epoch %d in epoch %d", ErrOrder, end, s.Epoch)
		}
		var seg *Closed
		var err error
		if s, seg, err = release(s, end, w.eligible, minEligible); err != nil {
			return out, err
		}
		if seg != nil {
			out.Segments = append(out.Segments, *seg)
		}
		if len(w.expiries) > 0 && w.expiries[0].Epoch == end {
			s.Rate = s.Rate.Sub(w.expiries[0].Amount)
			out.Spent = append(out.Spent, end)
			w.expiries = w.expiries[1:]
		}
		if s.Rate.IsNegative() || s.Rate.GT(s.Dripping) {
			return out, fmt.Errorf("%w: rate %s with %s left in epoch %d", ErrSchedule, s.Rate, s.Dripping, s.Epoch)
		}
	}
	out.Stream = s
	return out, nil
}

// walker merges the two kinds of change by epoch.
type walker struct {
	supplies []Supply
	eligible math.Int
	expiries []Expiry
}

// nextChange takes the supply in force in epoch and returns the end of its run.
func (w *walker) nextChange(epoch, to uint64) uint64 {
	for len(w.supplies) > 0 && w.supplies[0].Epoch <= epoch {
		w.eligible = w.supplies[0].Amount
		w.supplies = w.supplies[1:]
	}
	end := to
	if len(w.supplies) > 0 && w.supplies[0].Epoch < end {
		end = w.supplies[0].Epoch
	}
	if len(w.expiries) > 0 && w.expiries[0].Epoch < end {
		end = w.expiries[0].Epoch
	}
	return end
}

// release shares the epochs [s.Epoch, end) among eligible, or lets them wait again when
// nobody may share.
func release(s types.Stream, end uint64, eligible, minEligible math.Int) (types.Stream, *Closed, error) {
	start, n := s.Epoch, end-s.Epoch
	released, err := toInt(releasedAfter(s.Lump, s.Rate, n))
	if err != nil || released.GT(s.Dripping) {
		return s, nil, fmt.Errorf("%w: %d epochs from %d release more than %s", ErrSchedule, n, start, s.Dripping)
	}
	if !Shares(eligible, minEligible) {
		s.Epoch, s.Lump = end, math.ZeroInt()
		s.Dripping = s.Dripping.Sub(released)
		s.Waiting = s.Waiting.Add(released)
		return s, nil, nil
	}
	seg := types.Segment{Epochs: n, Index: s.Index, Carry: s.Carry, Rate: s.Rate, Lump: s.Lump, Eligible: eligible}
	growth, carry := grow(seg, n)
	index, err := toInt(new(big.Int).Add(s.Index.BigInt(), growth))
	if err != nil {
		return s, nil, err
	}
	owed, err := toInt(growth.Mul(growth, eligible.BigInt()).Add(growth, s.Owed.BigInt()))
	if err != nil {
		return s, nil, err
	}
	s.Carry, err = toInt(carry)
	if err != nil {
		return s, nil, err
	}
	s.Epoch, s.Lump, s.Index, s.Owed = end, math.ZeroInt(), index, owed
	s.Dripping = s.Dripping.Sub(released)
	return s, &Closed{Start: start, Segment: seg}, nil
}

// releasedAfter is lump + n * rate.
func releasedAfter(lump, rate math.Int, n uint64) *big.Int {
	x := new(big.Int).SetUint64(n)
	x.Mul(x, rate.BigInt())
	return x.Add(x, lump.BigInt())
}

// grow is what n epochs of a segment add to the index, and the carry after them. It is
// the same as n divisions in a row, because each of those would keep its remainder.
func grow(seg types.Segment, n uint64) (growth, carry *big.Int) {
	total := releasedAfter(seg.Lump, seg.Rate, n)
	total.Lsh(total, types.ScaleBits).Add(total, seg.Carry.BigInt())
	return new(big.Int).QuoRem(total, seg.Eligible.BigInt(), new(big.Int))
}

// IndexAt is the index through epoch, by the last segment that starts at or before it.
// After the end of its run a segment gives the index it ended with.
func IndexAt(c Closed, epoch uint64) (*big.Int, error) {
	if epoch < c.Start || !c.Segment.Eligible.IsPositive() {
		return nil, fmt.Errorf("%w: segment of %d asked for %d", ErrOrder, c.Start, epoch)
	}
	n := epoch - c.Start + 1
	if n > c.Segment.Epochs {
		n = c.Segment.Epochs
	}
	growth, _ := grow(c.Segment, n)
	return growth.Add(growth, c.Segment.Index.BigInt()), nil
}
