package types

import "cosmossdk.io/math"

// OneToken is 10^18, the base units of one whole token.
func OneToken() math.Int { return math.NewInt(1_000_000_000_000_000_000) }

// TokensFor is how many base units of the token an amount buys at a price, rounded down: against the buyer.
func TokensFor(amount, price math.Int) math.Int { return amount.Mul(OneToken()).Quo(price) }

// CostRoundedUp is what base units of the token cost at a price, rounded up: against the buyer.
func CostRoundedUp(tokens, price math.Int) math.Int {
	return tokens.Mul(price).Add(OneToken()).SubRaw(1).Quo(OneToken())
}

// ValueRoundedDown is what base units of the token are worth at a price, rounded down: against the seller.
func ValueRoundedDown(tokens, price math.Int) math.Int { return tokens.Mul(price).Quo(OneToken()) }
