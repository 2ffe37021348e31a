package chain

import (
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// CheckSupply fails when the balances of any denom do not add up to its supply, on any follower.
// Nothing else notices coins that the EVM's mirror of balances forged (SAFETY A1).
func CheckSupply(c *Chain) {
	c.T.Helper()
	for _, f := range c.Followers {
		ctx := ContextOf(f.App, c.time)
		totals := map[string]sdkmath.Int{}
		f.App.BankKeeper.IterateAllBalances(ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
			if total, ok := totals[coin.Denom]; ok {
				totals[coin.Denom] = total.Add(coin.Amount)
			} else {
				totals[coin.Denom] = coin.Amount
			}
			return false
		})
		for denom, total := range totals {
			supply := f.App.BankKeeper.GetSupply(ctx, denom).Amount
			require.True(c.T, supply.Equal(total), "%s at height %d: %s supply %s, balances %s, drift %s",
				f.Name, c.height, denom, supply, total, total.Sub(supply))
		}
	}
}
