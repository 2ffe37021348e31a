package chain

import (
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
)

// Drift returns the sum of all balances of a denom less its supply: 0 unless coins were forged or lost.
func Drift(a *app.App, ctx sdk.Context, denom string) sdkmath.Int {
	sum := sdkmath.ZeroInt()
	a.BankKeeper.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		if coin.Denom == denom {
			sum = sum.Add(coin.Amount)
		}
		return false
	})
	return sum.Sub(a.BankKeeper.GetSupply(ctx, denom).Amount)
}

// CheckSupply fails when the balances of any denom do not add up to its supply, on any follower.
// Nothing else notices coins that the EVM's mirror of balances forged (SAFETY A1).
func CheckSupply(c *Chain) {
	c.T.Helper()
	for _, f := range c.Followers {
		ctx := ContextOf(f.App, c.time)
		sums := map[string]sdkmath.Int{}
		f.App.BankKeeper.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
			sum, ok := sums[coin.Denom]
			if !ok {
				sum = sdkmath.ZeroInt()
			}
			sums[coin.Denom] = sum.Add(coin.Amount)
			return false
		})
		f.App.BankKeeper.IterateTotalSupply(ctx, func(supply sdk.Coin) bool {
			sum, ok := sums[supply.Denom]
			if !ok {
				sum = sdkmath.ZeroInt()
			}
			require.True(c.T, supply.Amount.Equal(sum), "%s at height %d: supply %s, balances %s", f.Name, c.height, supply, sum)
			delete(sums, supply.Denom)
			return false
		})
		require.Empty(c.T, sums, "%s at height %d: balances of denoms without supply", f.Name, c.height)
	}
}
