package types

import (
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxAmountBits bounds every amount, price and running total: below 2^120 no product of two of them leaves 256 bits.
const MaxAmountBits = 120

// MaxAmount is 2^120, the largest amount that may enter.
func MaxAmount() math.Int { return math.NewInt(1 << 60).MulRaw(1 << 60) }

// CheckAmount refuses an absent or negative amount, and one above 2^120.
func CheckAmount(field string, amount math.Int) error {
	switch {
	case amount.IsNil():
		return ErrInvalidCoin.Wrapf("%s is missing", field)
	case amount.IsNegative():
		return ErrInvalidCoin.Wrapf("%s is %s, must not be negative", field, amount)
	case amount.GT(MaxAmount()):
		return ErrInvalidCoin.Wrapf("%s is %s, allowed are at most 2^120", field, amount)
	}
	return nil
}

// CheckCoin checks amount and denom of a coin.
func CheckCoin(field string, coin sdk.Coin) error {
	if err := sdk.ValidateDenom(coin.Denom); err != nil {
		return ErrInvalidCoin.Wrapf("%s has denom %q: %s", field, coin.Denom, err)
	}
	return CheckAmount(field, coin.Amount)
}

// CheckCoinOf checks a coin that must have a given denom.
func CheckCoinOf(field string, coin sdk.Coin, denom string) error {
	if coin.Denom != denom {
		return ErrInvalidCoin.Wrapf("%s has denom %q, must be %q", field, coin.Denom, denom)
	}
	return CheckAmount(field, coin.Amount)
}

// CheckPositive checks a coin of a given denom that must not be zero.
func CheckPositive(field string, coin sdk.Coin, denom string) error {
	if err := CheckCoinOf(field, coin, denom); err != nil {
		return err
	}
	if coin.IsZero() {
		return ErrInvalidCoin.Wrapf("%s is 0, must be positive", field)
	}
	return nil
}
