package types

import (
	"math/big"
	"slices"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// NewRedemption is an empty redemption pool.
func NewRedemption() Redemption {
	return Redemption{Deposited: math.ZeroInt(), Redeemed: math.ZeroInt()}
}

// Balance is what burns can still be paid from.
func (r Redemption) Balance() math.Int {
	return r.Deposited.Sub(r.Redeemed)
}

// Validate checks the ranges.
func (r Redemption) Validate() error {
	if !nonNegative(r.Deposited, r.Redeemed) || r.Deposited.GT(MaxAmount()) || r.Redeemed.GT(r.Deposited) {
		return errorsmod.Wrapf(ErrInvariant, "redemption pool: deposited %s, redeemed %s", r.Deposited, r.Redeemed)
	}
	return nil
}

// Pays is what burning burnt of supply takes out of the pool: pool * burnt / supply, rounded
// down. The rest stays for those who remain; nothing is paid from a supply of 0.
func (r Redemption) Pays(burnt, supply math.Int) math.Int {
	if !supply.IsPositive() {
		return math.ZeroInt()
	}
	x := new(big.Int).Mul(r.Balance().BigInt(), math.MinInt(burnt, supply).BigInt())
	return math.NewIntFromBigInt(x.Quo(x, supply.BigInt())) // at most the balance
}

// At is the window as epoch sees it: a new one, over the supply of now, if the stored one is
// of an earlier epoch. The cap is rounded up, so that the last unit can leave.
func (w RedeemWindow) At(epoch uint64, supply math.Int, capBps uint32) RedeemWindow {
	if w.Epoch == epoch && !w.Cap.IsNil() {
		return w
	}
	x := new(big.Int).Mul(supply.BigInt(), big.NewInt(int64(capBps)))
	x.Add(x, big.NewInt(BasisPoints-1))
	return RedeemWindow{Epoch: epoch, Cap: math.NewIntFromBigInt(x.Quo(x, big.NewInt(BasisPoints))), Burnt: math.ZeroInt()}
}

// Left is how much may still be burnt.
func (w RedeemWindow) Left() math.Int {
	return w.Cap.Sub(w.Burnt)
}

// Validate checks the ranges.
func (w RedeemWindow) Validate() error {
	if !nonNegative(w.Cap, w.Burnt) || w.Burnt.GT(w.Cap) {
		return errorsmod.Wrapf(ErrInvalidGenesis, "redemption window: %s burnt of %s", w.Burnt, w.Cap)
	}
	return nil
}

// Has tells whether a denom is refused.
func (r Refusals) Has(denom string) bool {
	return slices.Contains(r.Denoms, denom)
}

// Validate checks number and order.
func (r Refusals) Validate() error {
	if len(r.Denoms) > MaxRevenueDenoms {
		return errorsmod.Wrapf(ErrDenomNotAllowed, "%d refused denoms, at most %d", len(r.Denoms), MaxRevenueDenoms)
	}
	for i, denom := range r.Denoms {
		if err := sdk.ValidateDenom(denom); err != nil || i > 0 && r.Denoms[i-1] >= denom {
			return errorsmod.Wrapf(ErrDenomNotAllowed, "refused denom %q: invalid or out of order", denom)
		}
	}
	return nil
}
