// Package settlement splits a price. It is plain arithmetic: what goes in comes
// out, to the unit, whatever the price and the shares.
//
// Royalties are shares of the price, rounded down, so that they equal what an
// ERC-2981 query answers. The protocol fee is a share of the price too, but it is
// taken from what the royalties leave, and never more than that: a royalty was
// promised to others, the fee was not. The seller has the rest, so the remainders
// of the roundings stay with the party that bears all the parts.
package settlement

import (
	"errors"
	"fmt"

	"cosmossdk.io/math"
)

// Whole is 100 % in basis points.
const Whole = 10_000

// MaxPriceBits bounds a price: amounts are at most 2^120.
const MaxPriceBits = 120

// Reasons for which a price cannot be split.
var (
	ErrPrice   = errors.New("price must be between 0 and 2^120")
	ErrRoyalty = errors.New("royalties exceed the price")
	ErrFee     = errors.New("fee exceeds the price")
)

// Terms are the shares of a price, in basis points.
type Terms struct {
	// PoolBps goes to the model's revenue.
	PoolBps uint32
	// CreatorBps goes to the creator of the collection.
	CreatorBps uint32
	// FeeBps goes to the community pool, as far as the royalties leave it.
	FeeBps uint32
}

// Validate checks that the shares can be taken from one price.
func (t Terms) Validate() error {
	if uint64(t.PoolBps)+uint64(t.CreatorBps) > Whole {
		return fmt.Errorf("%w: %d and %d of %d basis points", ErrRoyalty, t.PoolBps, t.CreatorBps, Whole)
	}
	if t.FeeBps > Whole {
		return fmt.Errorf("%w: %d of %d basis points", ErrFee, t.FeeBps, Whole)
	}
	return nil
}

// Parts are the amounts a price is split into. None is negative and their sum
// is the price.
type Parts struct {
	Seller  math.Int
	Pool    math.Int
	Creator math.Int
	Fee     math.Int
}

// Sum adds the parts up again.
func (p Parts) Sum() math.Int {
	return p.Seller.Add(p.Pool).Add(p.Creator).Add(p.Fee)
}

// Split divides price by the terms.
func Split(price math.Int, t Terms) (Parts, error) {
	if err := t.Validate(); err != nil {
		return Parts{}, err
	}
	if err := CheckPrice(price); err != nil {
		return Parts{}, err
	}
	pool := shareRoundedDown(price, t.PoolBps)
	creator := shareRoundedDown(price, t.CreatorBps)
	rest := price.Sub(pool).Sub(creator)
	fee := math.MinInt(shareRoundedDown(price, t.FeeBps), rest)
	return Parts{Seller: rest.Sub(fee), Pool: pool, Creator: creator, Fee: fee}, nil
}

// CheckPrice refuses what is not an amount: nil, negative, above 2^120.
func CheckPrice(price math.Int) error {
	if price.IsNil() || price.IsNegative() || price.GT(MaxPrice()) {
		return ErrPrice
	}
	return nil
}

// MaxPrice is 2^120.
func MaxPrice() math.Int {
	one := math.OneInt().BigInt()
	return math.NewIntFromBigInt(one.Lsh(one, MaxPriceBits))
}

// shareRoundedDown multiplies first: 2^120 times 10^4 is far from the 256 bits of an Int.
func shareRoundedDown(price math.Int, bps uint32) math.Int {
	return price.MulRaw(int64(bps)).QuoRaw(Whole)
}

// Royalty is what Split takes as royalty from a price, for any price: ERC-2981
// asks with numbers up to 2^256, so division comes first here, with equal result.
func Royalty(price math.Int, t Terms) math.Int {
	return shareOfAny(price, t.PoolBps).Add(shareOfAny(price, t.CreatorBps))
}

// shareOfAny is floor(price × bps / 10^4) without an intermediate above price:
// price = 10^4 q + r, hence the share is q × bps + floor(r × bps / 10^4).
func shareOfAny(price math.Int, bps uint32) math.Int {
	quotient := price.QuoRaw(Whole)
	remainder := price.Sub(quotient.MulRaw(Whole))
	return quotient.MulRaw(int64(bps)).Add(shareRoundedDown(remainder, bps))
}
