package types

import (
	"math/big"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// NewStream is an empty accumulator whose first epoch to account for is epoch.
func NewStream(epoch uint64) Stream {
	zero := math.ZeroInt
	return Stream{
		Epoch: epoch, Index: zero(), Carry: zero(), Rate: zero(), Lump: zero(), Waiting: zero(),
		Dripping: zero(), Deposited: zero(), Paid: zero(), Owed: zero(), Held: zero(), MinDrip: math.OneInt(),
	}
}

// Pending is what was deposited and is not shared yet.
func (s Stream) Pending() math.Int {
	return s.Waiting.Add(s.Dripping)
}

// CheckIdentity is the invariant of a stream, exact in scaled units:
// deposited = paid + pending + carry + owed.
func (s Stream) CheckIdentity() error {
	if !nonNegative(s.Index, s.Carry, s.Rate, s.Lump, s.Waiting, s.Dripping, s.Deposited, s.Paid, s.Owed, s.Held, s.MinDrip) {
		return errorsmod.Wrap(ErrInvariant, "absent or negative amount")
	}
	sum := Scaled(s.Paid)
	sum.Add(sum, Scaled(s.Waiting))
	sum.Add(sum, Scaled(s.Dripping))
	sum.Add(sum, s.Carry.BigInt())
	sum.Add(sum, s.Owed.BigInt())
	if deposited := Scaled(s.Deposited); deposited.Cmp(sum) != 0 {
		return errorsmod.Wrapf(ErrInvariant, "deposited %s, paid + pending + carry + owed differs by %s (scaled)",
			s.Deposited, new(big.Int).Sub(deposited, sum))
	}
	return nil
}

// CheckSchedule tells whether the expiries, ascending by epoch, add up to the stream's
// rate and to what it has still to release.
func (s Stream) CheckSchedule(expiries []GenesisSupply) error {
	rate, left := new(big.Int), s.Lump.BigInt()
	last := s.Epoch
	for _, e := range expiries {
		if e.Epoch <= last || !nonNegative(e.Amount) {
			return errorsmod.Wrapf(ErrInvariant, "expiry of epoch %d not above %d", e.Epoch, last)
		}
		last = e.Epoch
		rate.Add(rate, e.Amount.BigInt())
		n := new(big.Int).SetUint64(e.Epoch - s.Epoch)
		left.Add(left, n.Mul(n, e.Amount.BigInt()))
	}
	if rate.Cmp(s.Rate.BigInt()) != 0 || left.Cmp(s.Dripping.BigInt()) != 0 {
		return errorsmod.Wrapf(ErrInvariant, "schedule gives rate %s and %s left, stream says %s and %s", rate, left, s.Rate, s.Dripping)
	}
	return nil
}
