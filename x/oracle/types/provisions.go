package types

import (
	"cosmossdk.io/math"
)

// NoProvisions returns the state in which nothing is gathered and nothing is due.
func NoProvisions() Provisions {
	return Provisions{Pot: math.ZeroInt(), Due: math.ZeroInt(), DueLeft: math.ZeroInt()}
}

// Validate checks what must hold between the figures.
func (p Provisions) Validate() error {
	for _, amount := range []math.Int{p.Pot, p.Due, p.DueLeft} {
		if amount.IsNil() || amount.IsNegative() {
			return ErrInvalidGenesis.Wrap("provisions: amount is negative or missing")
		}
	}
	if p.DueLeft.GT(p.Due) {
		return ErrInvalidGenesis.Wrapf("provisions: %s of %s left", p.DueLeft, p.Due)
	}
	if (p.DueNext != 0) && (p.DueScore == 0) {
		return ErrInvalidGenesis.Wrap("provisions: something is due and no validator has a score")
	}
	if p.DueNext == 0 && p.DueLeft.IsPositive() {
		return ErrInvalidGenesis.Wrap("provisions: something is left and nothing is due")
	}
	return nil
}
