package accumulator

import (
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/types"
)

// Terms are what a pool was created with.
type Terms struct {
	MinEligible math.Int // smallest eligible supply that may share
	DripEpochs  uint64   // number of parts of a drip
}

// Expiry ends a part of the rate: Amount is not released in Epoch or later.
type Expiry struct {
	Epoch  uint64
	Amount math.Int
}

// Shares tells whether an eligible supply may share revenue. Above 2^120 the products
// would leave 256 bits; no supply gets there, and a wrong reading must not either.
func (t Terms) Shares(eligible math.Int) bool {
	return eligible.IsPositive() && eligible.GTE(t.MinEligible) && eligible.LTE(types.MaxAmount())
}

// Deposit credits amount and whatever the stream holds outside the identity. What does
// not fit under the cap of 2^120 for the life of a stream is held, so that a payer never
// fails for a reason of the pool. The second result tells whether amount was held.
func Deposit(s types.Stream, amount math.Int) (types.Stream, bool, error) {
	if !types.ValidAmount(amount) {
		return s, false, ErrOverflow
	}
	room := types.MaxAmount().Sub(s.Deposited)
	switch total := amount.Add(s.Held); {
	case total.LTE(room):
		s.Held = math.ZeroInt()
		return credit(s, total), false, nil
	case amount.LTE(room):
		return credit(s, amount), false, nil
	default:
		s, err := Hold(s, amount)
		return s, true, err
	}
}

// Hold keeps amount outside the identity.
func Hold(s types.Stream, amount math.Int) (types.Stream, error) {
	held, err := s.Held.SafeAdd(amount)
	if err != nil {
		return s, ErrOverflow
	}
	s.Held = held
	return s, nil
}

func credit(s types.Stream, amount math.Int) types.Stream {
	s.Deposited = s.Deposited.Add(amount)
	s.Waiting = s.Waiting.Add(amount)
	return s
}

// Start lets everything that waits drip from the stream's epoch on, in equal parts; what
// does not divide goes into the first. Nothing starts below the minimum or while nobody
// may share. Earlier drips keep their own parts and ends: dust cannot stretch them. The
// expiry, to be added to one of the same epoch, is nil when the rate did not rise.
func Start(s types.Stream, eligible math.Int, terms Terms) (types.Stream, *Expiry) {
	if !ready(s) || !terms.Shares(eligible) {
		return s, nil
	}
	parts := math.NewIntFromUint64(terms.DripEpochs)
	part := s.Waiting.Quo(parts)
	s.Rate = s.Rate.Add(part)
	s.Lump = s.Lump.Add(s.Waiting.Sub(part.Mul(parts)))
	s.Dripping = s.Dripping.Add(s.Waiting)
	s.Waiting = math.ZeroInt()
	if part.IsZero() {
		return s, nil
	}
	return s, &Expiry{Epoch: s.Epoch + terms.DripEpochs, Amount: part}
}

// ready tells whether enough waits to start.
func ready(s types.Stream) bool {
	return s.Waiting.IsPositive() && s.Waiting.GTE(s.MinDrip)
}

// Pay moves amount from owed to paid: to a till, from which holders are paid.
func Pay(s types.Stream, amount math.Int) (types.Stream, error) {
	owed := s.Owed.BigInt()
	owed.Sub(owed, types.Scaled(amount))
	if amount.IsNegative() || owed.Sign() < 0 {
		return s, ErrPayment
	}
	left, err := toInt(owed)
	if err != nil {
		return s, err
	}
	s.Owed = left
	s.Paid = s.Paid.Add(amount)
	return s, nil
}

// Hand is how much of what a stream owes goes to a till that lacks missing: that much and a
// parts-th of the rest, in whole units, or everything there is if that is less.
func Hand(s types.Stream, missing math.Int, parts int64) math.Int {
	owed := math.NewIntFromBigInt(new(big.Int).Rsh(s.Owed.BigInt(), types.ScaleBits))
	if owed.LTE(missing) {
		return owed
	}
	return missing.Add(owed.Sub(missing).QuoRaw(parts))
}
