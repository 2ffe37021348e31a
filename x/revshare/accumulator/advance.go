package accumulator

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/types"
)

// Supplies is the history of the eligible supply.
type Supplies interface {
	// InForce returns the supply that shares the revenue of epoch, and the first later
	// epoch with another one; 0 when there is none.
	InForce(epoch uint64) (amount math.Int, until uint64, err error)
}

// Closed is a segment with its first epoch.
type Closed struct {
	Start   uint64
	Segment types.Segment
}

// Advanced is what Advance wants written: the stream, new history, expiries that are used
// up, and expiries of drips that started on the way and go on.
type Advanced struct {
	Stream   types.Stream
	Segments []Closed
	Spent    []uint64
	Added    []Expiry
}

const (
	// maxStarts and maxIdle bound a catch-up over a supply that crosses the minimum again
	// and again while nobody looks: beyond them what waits stays until the next deposit,
	// or the next catch-up, finds somebody.
	maxStarts = 16
	maxIdle   = 64
)

// Advance accounts for the epochs from the stream's own up to, not including, to. Expiries
// are those above the stream's epoch up to and including to, ascending. What waits starts
// to drip in the first of these epochs in which somebody may share.
//
// The work is one step per change of rate or supply, while something is released. A drip
// is over after DripEpochs, so this is at most DripEpochs steps after the last deposit, and
// as many again for each time that a drip had to wait for holders.
func Advance(s types.Stream, to uint64, terms Terms, supplies Supplies, expiries []Expiry) (Advanced, error) {
	if to < s.Epoch {
		return Advanced{Stream: s}, fmt.Errorf("%w: stream at %d, asked for %d", ErrOrder, s.Epoch, to)
	}
	w := walker{Advanced: Advanced{Stream: s}, to: to, terms: terms, expiries: expiries}
	for w.Stream.Epoch < to && !w.idle() {
		eligible, until, err := supplies.InForce(w.Stream.Epoch)
		if err != nil {
			return w.Advanced, err
		}
		if err := w.step(eligible, until); err != nil {
			return w.Advanced, err
		}
	}
	w.Stream.Epoch = to
	return w.Advanced, nil
}

type walker struct {
	Advanced
	to            uint64
	terms         Terms
	expiries      []Expiry // not used up yet
	starts, waits int
}

// idle tells that no supply matters any more: nothing is released, nothing can start.
func (w *walker) idle() bool {
	s := w.Stream
	return s.Rate.IsZero() && s.Lump.IsZero() && (!ready(s) || w.starts == maxStarts || w.waits == maxIdle)
}

// step goes to the next change.
func (w *walker) step(eligible math.Int, until uint64) error {
	if w.starts < maxStarts {
		waiting := w.Stream.Waiting
		started, expiry := Start(w.Stream, eligible, w.terms)
		if w.Stream = started; !waiting.Equal(started.Waiting) {
			w.starts++
		}
		if expiry != nil {
			w.Added = append(w.Added, *expiry) // ascending: every drip is as long as the others
		}
	}
	end := w.to
	if until != 0 {
		end = min(end, until)
	}
	if w.Stream.Rate.IsZero() && w.Stream.Lump.IsZero() {
		w.waits++
		w.Stream.Epoch = end
		return nil
	}
	if len(w.expiries) > 0 {
		end = min(end, w.expiries[0].Epoch)
	}
	if len(w.Added) > 0 {
		end = min(end, w.Added[0].Epoch)
	}
	if end <= w.Stream.Epoch {
		return fmt.Errorf("%w: a change of epoch %d in epoch %d", ErrOrder, end, w.Stream.Epoch)
	}
	s, seg, err := release(w.Stream, end, eligible, w.terms)
	if err != nil {
		return err
	}
	w.Stream = s
	if seg != nil {
		w.Segments = append(w.Segments, *seg)
	}
	return w.expire()
}

// expire takes the parts off the rate that end at the stream's epoch.
func (w *walker) expire() error {
	s := &w.Stream
	if len(w.expiries) > 0 && w.expiries[0].Epoch == s.Epoch {
		s.Rate = s.Rate.Sub(w.expiries[0].Amount)
		w.Spent = append(w.Spent, s.Epoch)
		w.expiries = w.expiries[1:]
	}
	if len(w.Added) > 0 && w.Added[0].Epoch == s.Epoch {
		s.Rate = s.Rate.Sub(w.Added[0].Amount)
		w.Added = w.Added[1:]
	}
	if s.Rate.IsNegative() || s.Rate.GT(s.Dripping) {
		return fmt.Errorf("%w: rate %s with %s left in epoch %d", ErrSchedule, s.Rate, s.Dripping, s.Epoch)
	}
	return nil
}

// release shares the epochs [s.Epoch, end) among eligible, or lets them wait again when
// nobody may share.
func release(s types.Stream, end uint64, eligible math.Int, terms Terms) (types.Stream, *Closed, error) {
	start, n := s.Epoch, end-s.Epoch
	released, err := toInt(releasedAfter(s.Lump, s.Rate, n))
	if err != nil || released.GT(s.Dripping) {
		return s, nil, fmt.Errorf("%w: %d epochs from %d release more than %s", ErrSchedule, n, start, s.Dripping)
	}
	if !terms.Shares(eligible) {
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
