package tranche

import (
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

// Liquidity is what opens the market of a token that was just sold: the liquidity tokens, in the proportion in which the
// sale was filled, and their worth at what buyers paid. Both are 0 if that is too little for a market. The tokens are
// never more than those sold, hence the payment is never more than the proceeds.
func Liquidity(t types.Terms, sold, proceeds math.Int) (tokens, payment math.Int) {
	none := math.ZeroInt()
	if t.LiquidityBps == 0 || !sold.IsPositive() {
		return none, none
	}
	tokens = t.Part(t.LiquidityBps).Mul(sold).Quo(t.ForSale())
	payment = tokens.Mul(proceeds).Quo(sold)
	if _, ok := pool.Seed(tokens, payment); !ok {
		return none, none
	}
	return tokens, payment
}
