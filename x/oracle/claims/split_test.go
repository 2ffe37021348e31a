package claims_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/claims"
)

// TestSplit: the shares of any bond add up to it, nobody gets more than his part, and what is burnt is at least 40 % of
// a claim's bond and half of a challenger's, so playing both sides always costs.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bond := math.NewIntFromUint64(rapid.Uint64().Draw(rt, "bond"))
		for _, big := range []math.Int{bond, bond.MulRaw(1 << 55)} {
			s := claims.SplitClaim(big)
			require.Equal(rt, big.String(), s.Winner.Add(s.Users).Add(s.Burnt).String())
			require.True(rt, s.Winner.MulRaw(10).LTE(big.MulRaw(4)) && s.Users.MulRaw(10).LTE(big.MulRaw(2)))
			require.True(rt, s.Burnt.MulRaw(10).GTE(big.MulRaw(4)))
			require.True(rt, big.MulRaw(4).Sub(s.Winner.MulRaw(10)).LT(math.NewInt(10)), "to the unit")
			s = claims.SplitChallenge(big)
			require.Equal(rt, big.String(), s.Winner.Add(s.Burnt).String())
			require.True(rt, s.Users.IsZero() && s.Burnt.GTE(s.Winner))
		}
	})
}

// TestSplitOfOne: a bond of one unit is burnt whole.
func TestSplitOfOne(t *testing.T) {
	s := claims.SplitClaim(math.OneInt())
	require.Equal(t, "0 0 1", s.Winner.String()+" "+s.Users.String()+" "+s.Burnt.String())
}
