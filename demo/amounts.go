package demo

import (
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	baseDenom = "aimo"
	decimals  = 18
)

// whole is n times 10^18 base units.
func whole(n int64) sdkmath.Int { return sdkmath.NewIntWithDecimal(n, decimals) }

func native(amount sdkmath.Int) sdk.Coin { return sdk.NewCoin(baseDenom, amount) }

// imo prints base units as IMO or tokens, to four decimals.
func imo(amount sdkmath.Int) string {
	sign := ""
	if amount.IsNegative() {
		sign, amount = "-", amount.Neg()
	}
	text := amount.String()
	if len(text) <= decimals {
		text = strings.Repeat("0", decimals+1-len(text)) + text
	}
	point := len(text) - decimals
	return sign + text[:point] + "." + text[point:point+4]
}
