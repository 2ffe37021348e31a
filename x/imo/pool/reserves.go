package pool

import (
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// MinShares are the fewest shares of a pool, for ever: the first position cannot go below them. So a share is always worth
// next to nothing and nobody can price later ones out by inflating the first.
const MinShares = 1_000

// Seed returns the shares of a pool's first liquidity: the root of the product, rounded down. It is false if the
// amounts are too small for a market.
func Seed(token, payment math.Int) (shares math.Int, ok bool) {
	product := new(big.Int).Mul(token.BigInt(), payment.BigInt())
	shares = math.NewIntFromBigInt(product.Sqrt(product))
	return shares, token.IsPositive() && payment.IsPositive() && shares.GT(math.NewInt(MinShares))
}

// Side is what a swap pays in.
type Side bool

const (
	// Buy pays in the payment denom and takes tokens out.
	Buy Side = false
	// Sell pays in tokens and takes the payment denom out.
	Sell Side = true
)

// reserves returns what the side pays into and takes out of.
func (s Side) reserves(p types.Pool) (in, out math.Int) {
	if s == Sell {
		return p.Tokens.Amount, p.Payment.Amount
	}
	return p.Payment.Amount, p.Tokens.Amount
}

// Trade is a swap carried out on the reserves.
type Trade struct {
	// Out is what the trader gets; Fee is the part of what was paid in that moved no price.
	Out, Fee math.Int
	Pool     types.Pool
}

// Swap trades an exact amount in. With fee f in basis points and in' = in*(10000-f)/10000:
//
//	out = floor(reserveOut * in' / (reserveIn + in'))
//
// The whole of in stays in the pool, and out is always less than the reserve.
func Swap(p types.Pool, side Side, in math.Int) (Trade, error) {
	reserveIn, reserveOut := side.reserves(p)
	if err := types.CheckAmount("amount", in); err != nil {
		return Trade{}, err
	}
	after := reserveIn.Add(in)
	if after.GT(types.MaxAmount()) {
		return Trade{}, types.ErrLimit.Wrapf("reserve would be %s, allowed are at most 2^120", after)
	}
	kept := in.MulRaw(types.BasisPoints - int64(p.FeeBps))
	out := reserveOut.Mul(kept).Quo(reserveIn.MulRaw(types.BasisPoints).Add(kept))
	if !out.IsPositive() {
		return Trade{}, types.ErrInvalidCoin.Wrapf("amount is %s, too little to get anything for it", in)
	}
	fee := in.Sub(kept.QuoRaw(types.BasisPoints))
	return Trade{Out: out, Fee: fee, Pool: with(p, side, after, reserveOut.Sub(out))}, nil
}

func with(p types.Pool, side Side, in, out math.Int) types.Pool {
	if side == Sell {
		p.Tokens.Amount, p.Payment.Amount = in, out
	} else {
		p.Payment.Amount, p.Tokens.Amount = in, out
	}
	return p
}

// Liquidity is liquidity that was added or taken out.
type Liquidity struct {
	// Shares were issued or destroyed for Tokens and Payment.
	Shares, Tokens, Payment math.Int
	Pool                    types.Pool
}

// Add issues the most shares that both amounts can pay for, in the ratio of the reserves; what is not needed of one of
// them is not taken. Shares are rounded down, then both amounts are rounded up.
func Add(p types.Pool, total, maxToken, maxPayment math.Int) (Liquidity, error) {
	if err := types.CheckAmount("token", maxToken); err != nil {
		return Liquidity{}, err
	}
	if err := types.CheckAmount("payment", maxPayment); err != nil {
		return Liquidity{}, err
	}
	shares := math.MinInt(maxToken.Mul(total).Quo(p.Tokens.Amount), maxPayment.Mul(total).Quo(p.Payment.Amount))
	if !shares.IsPositive() {
		return Liquidity{}, types.ErrInvalidCoin.Wrapf("token %s and payment %s are too little for a share", maxToken, maxPayment)
	}
	l := Liquidity{Shares: shares, Tokens: partRoundedUp(p.Tokens.Amount, shares, total), Payment: partRoundedUp(p.Payment.Amount, shares, total)}
	p.Tokens.Amount, p.Payment.Amount = p.Tokens.Amount.Add(l.Tokens), p.Payment.Amount.Add(l.Payment)
	for _, reserve := range []math.Int{p.Tokens.Amount, p.Payment.Amount} {
		if reserve.GT(types.MaxAmount()) {
			return Liquidity{}, types.ErrLimit.Wrapf("reserve would be %s, allowed are at most 2^120", reserve)
		}
	}
	l.Pool = p
	return l, nil
}

// Remove destroys shares for their part of both reserves, rounded down. MinShares must stay.
func Remove(p types.Pool, total, shares math.Int) (Liquidity, error) {
	if !shares.IsPositive() || total.Sub(shares).LT(math.NewInt(MinShares)) {
		return Liquidity{}, types.ErrLimit.Wrapf("shares is %s, allowed are 1 to %s", shares, total.SubRaw(MinShares))
	}
	l := Liquidity{Shares: shares}
	l.Tokens, l.Payment = Worth(p, total, shares)
	p.Tokens.Amount, p.Payment.Amount = p.Tokens.Amount.Sub(l.Tokens), p.Payment.Amount.Sub(l.Payment)
	l.Pool = p
	return l, nil
}

// Worth is the part of both reserves that shares own, rounded down.
func Worth(p types.Pool, total, shares math.Int) (token, payment math.Int) {
	return p.Tokens.Amount.Mul(shares).Quo(total), p.Payment.Amount.Mul(shares).Quo(total)
}

func partRoundedUp(reserve, shares, total math.Int) math.Int {
	return reserve.Mul(shares).Add(total).SubRaw(1).Quo(total)
}
