package demo

import (
	"strings"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	baseDenom = "aimo"
	decimals  = 18
	// shown is how many decimals are printed; the rest is rounded, half up.
	shown = 4
)

// whole is n times 10^18 base units.
func whole(n int64) sdkmath.Int { return sdkmath.NewIntWithDecimal(n, decimals) }

func native(amount sdkmath.Int) sdk.Coin { return sdk.NewCoin(baseDenom, amount) }

// imo prints base units as IMO or tokens, rounded to four decimals.
func imo(amount sdkmath.Int) string {
	sign := ""
	if amount.IsNegative() {
		sign, amount = "-", amount.Neg()
	}
	unit := sdkmath.NewIntWithDecimal(1, decimals-shown)
	text := amount.Add(unit.QuoRaw(2)).Quo(unit).String()
	if len(text) <= shown {
		text = strings.Repeat("0", shown+1-len(text)) + text
	}
	point := len(text) - shown
	return sign + text[:point] + "." + text[point:]
}

// part is amount × bps / 10,000, rounded down as the chain does.
func part(amount sdkmath.Int, bps uint32) sdkmath.Int {
	return amount.MulRaw(int64(bps)).QuoRaw(10_000)
}
