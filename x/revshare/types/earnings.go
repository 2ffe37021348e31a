package types

import (
	"math/big"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"
)

// DayPlace is where a day of a source kind lies in the ring: kind in the upper half, day
// modulo EarningDays in the lower.
func DayPlace(kind SourceKind, day uint64) uint32 {
	return uint32(kind)<<16 | uint32(day%EarningDays) //nolint:gosec // below 365
}

// PlaceKind is the source kind of a place in the ring.
func PlaceKind(place uint32) SourceKind {
	return SourceKind(place >> 16) //nolint:gosec // 16 bits
}

// Add is the place after a deposit on day: the sum of an earlier day gives way.
func (d DayTotal) Add(day uint64, amount math.Int) (DayTotal, error) {
	if d.Day != day || d.Amount.IsNil() {
		return DayTotal{Day: day, Amount: amount}, nil
	}
	sum, err := d.Amount.SafeAdd(amount)
	return DayTotal{Day: day, Amount: sum}, err
}

// Within tells whether the place belongs to the last days up to today, today included.
func (d DayTotal) Within(today uint64, days uint32) bool {
	return d.Day <= today && today-d.Day < uint64(days)
}

// Add books a payment. A payer that is not in a full list takes the place of the one with the
// smallest amount, and that amount as its excess: whoever paid more than a MaxPayers-th of
// everything is always in the list, and an amount is never too small.
func (p Payers) Add(address string, amount math.Int) (Payers, error) {
	at := -1
	for i, x := range p.Payers {
		if x.Address == address {
			at = i
			break
		}
	}
	if at < 0 && len(p.Payers) < MaxPayers {
		p.Payers = append(p.Payers, Payer{Address: address, Amount: amount, Excess: math.ZeroInt()})
		return p, nil
	}
	if at < 0 {
		at = 0
		for i, x := range p.Payers {
			if x.Amount.LT(p.Payers[at].Amount) {
				at = i
			}
		}
		p.Payers[at].Address, p.Payers[at].Excess = address, p.Payers[at].Amount
	}
	sum, err := p.Payers[at].Amount.SafeAdd(amount)
	if err != nil {
		return p, errorsmod.Wrapf(ErrInvalidAmount, "paid by %s: %v", address, err)
	}
	p.Payers[at].Amount = sum
	return p, nil
}

// PaidBy is one of those whose money a deposit is.
type PaidBy struct {
	// Address is empty for the account that the coins come from.
	Address string
	// Amount is what it paid, before others took their parts of the sum; not negative.
	Amount math.Int
}

// Apportion divides a deposit among those whose money it is, in proportion: exactly in sum, each part within a unit. Nobody
// named, or nothing paid, is the account that the coins come from.
func Apportion(deposit math.Int, payers []PaidBy) []PaidBy {
	sum := new(big.Int)
	for _, p := range payers {
		sum.Add(sum, p.Amount.BigInt())
	}
	if sum.Sign() == 0 {
		return []PaidBy{{Amount: deposit}}
	}
	parts := make([]PaidBy, len(payers))
	paid, before := new(big.Int), new(big.Int)
	for i, p := range payers {
		paid.Add(paid, p.Amount.BigInt())
		upTo := new(big.Int).Mul(deposit.BigInt(), paid)
		upTo.Quo(upTo, sum)
		parts[i] = PaidBy{Address: p.Address, Amount: math.NewIntFromBigInt(before.Sub(upTo, before))}
		before = upTo
	}
	return parts
}

// Validate checks number and ranges.
func (p Payers) Validate() error {
	if len(p.Payers) > MaxPayers {
		return errorsmod.Wrapf(ErrInvalidGenesis, "%d largest payers, at most %d", len(p.Payers), MaxPayers)
	}
	seen := make(map[string]bool, len(p.Payers))
	for _, x := range p.Payers {
		if x.Address == "" || seen[x.Address] || !nonNegative(x.Amount, x.Excess) || x.Excess.GT(x.Amount) {
			return errorsmod.Wrapf(ErrInvalidGenesis, "payer %q", x.Address)
		}
		seen[x.Address] = true
	}
	return nil
}
