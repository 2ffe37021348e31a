package types

import (
	"math/big"

	"cosmossdk.io/math"
)

const (
	// ScaleBits is the fixed-point scale of index, carry and owed: 2^128, above any
	// supply, so that one unit shared by 2^100 is not lost.
	ScaleBits = 128
	// MaxAmountBits bounds what enters: single deposits, all deposits of a stream, and
	// the eligible supply are at most 2^120. Scaled amounts then stay below 2^249 and fit
	// the 256 bits of math.Int.
	MaxAmountBits = 120
)

// MaxAmount is 2^120.
func MaxAmount() math.Int {
	return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), MaxAmountBits))
}

// PriceUnit is what prices are for: 10^18 base units of a share token.
func PriceUnit() math.Int {
	return math.NewInt(1_000_000_000_000_000_000)
}

// Scaled is x * 2^128.
func Scaled(x math.Int) *big.Int {
	return new(big.Int).Lsh(x.BigInt(), ScaleBits)
}

// nonNegative is false for an absent amount too: an unset protobuf field decodes to a nil
// integer, on which every method panics.
func nonNegative(amounts ...math.Int) bool {
	for _, x := range amounts {
		if x.IsNil() || x.IsNegative() {
			return false
		}
	}
	return true
}

// ValidAmount tells whether x is set, above 0 and at most 2^120.
func ValidAmount(x math.Int) bool {
	return nonNegative(x) && x.IsPositive() && x.LTE(MaxAmount())
}
