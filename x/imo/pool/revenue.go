package pool

import (
	"math/big"
	"slices"
	"strings"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// scaleBits are the fractional bits of index, carry and owed.
const scaleBits = 128

// scale is one unit of revenue.
func scale() math.Int { return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), scaleBits)) }

// NewRevenue is the revenue of a pool that earned nothing in a denom so far.
func NewRevenue(modelID uint64, denom string) types.PoolRevenue {
	zero := math.ZeroInt()
	return types.PoolRevenue{ModelId: modelID, Received: sdk.Coin{Denom: denom, Amount: zero}, Paid: zero, Index: zero, Carry: zero}
}

// Share gives what the pool's tokens earned to all shares alike. The remainder of the division is kept, in scaled units,
// so that it stays exact when the number of shares changes: received*2^128 = sum of shares*index growth + carry.
func Share(r types.PoolRevenue, received, shares math.Int) (types.PoolRevenue, error) {
	r.Received.Amount = r.Received.Amount.Add(received)
	if err := types.CheckCoin("revenue of the pool", r.Received); err != nil {
		return r, err
	}
	sum := received.Mul(scale()).Add(r.Carry)
	r.Index = r.Index.Add(sum.Quo(shares))
	r.Carry = sum.Mod(shares)
	return r, nil
}

// NewShares are the shares of a new pool.
func NewShares(modelID uint64, total math.Int, epoch uint64) types.PoolShares {
	return types.PoolShares{ModelId: modelID, Total: total, Recorded: math.ZeroInt(), ChangedEpoch: epoch, SettledEpoch: max(epoch, 1) - 1}
}

// Resize changes the number of all shares in an epoch. What they were before the first change in the epoch shares its
// revenue: the token's revenue of an epoch goes to what was held when the epoch before it closed, and so does the part
// that a pool earns. The pool must be settled up to the epoch before.
func Resize(s types.PoolShares, total math.Int, epoch uint64) types.PoolShares {
	if s.ChangedEpoch != epoch {
		s.Recorded, s.ChangedEpoch = s.Total, epoch
	}
	s.Total = total
	return s
}

// Step is a run of epochs whose revenue the same number of shares divides.
type Step struct {
	UpTo   uint64
	Shares math.Int
	// Boundary tells that positions need the index at the end of the step later.
	Boundary bool
}

// Steps are what settling a pool up to an epoch takes: at most two, because every change of the shares settles the epochs
// before it first.
func Steps(s types.PoolShares, upTo uint64) []Step {
	var steps []Step
	if s.SettledEpoch < s.ChangedEpoch && s.ChangedEpoch <= upTo {
		shares := s.Recorded
		if shares.IsZero() { // the pool's first epoch: it held nothing before
			shares = s.Total
		}
		steps = append(steps, Step{UpTo: s.ChangedEpoch, Shares: shares, Boundary: true})
	}
	if last := max(s.SettledEpoch, s.ChangedEpoch); last < upTo {
		steps = append(steps, Step{UpTo: upTo, Shares: s.Total})
	}
	return steps
}

// NewPosition is an account's position without shares.
func NewPosition(modelID uint64, owner string) types.Position {
	return types.Position{ModelId: modelID, Owner: owner, Shares: math.ZeroInt(), Recorded: math.ZeroInt()}
}

// Indexes says what a share earned in a denom: now, and at the close of the epoch in which the position changed last.
type Indexes struct {
	Denom string
	Now   math.Int
	// Boundary is nil while that epoch is not settled, and for a denom that came later.
	Boundary *math.Int
}

// Settle moves what the position earned since it was looked at last into what it is owed. Up to and including the epoch
// of its last change its recorded shares earned, after it the shares that it has now.
func Settle(pos types.Position, settled uint64, indexes []Indexes) types.Position {
	pos.Revenue = slices.Clone(pos.Revenue)
	crossed := settled >= pos.ChangedEpoch
	for _, x := range indexes {
		at, found := slices.BinarySearchFunc(pos.Revenue, x.Denom, func(r types.PositionRevenue, denom string) int {
			return strings.Compare(r.Denom, denom)
		})
		if !found {
			pos.Revenue = slices.Insert(pos.Revenue, at, types.PositionRevenue{Denom: x.Denom, Index: math.ZeroInt(), Owed: math.ZeroInt()})
		}
		r := &pos.Revenue[at]
		switch {
		case !crossed:
			r.Owed = r.Owed.Add(pos.Recorded.Mul(x.Now.Sub(r.Index)))
		case x.Boundary != nil && x.Boundary.GT(r.Index):
			r.Owed = r.Owed.Add(pos.Recorded.Mul(x.Boundary.Sub(r.Index))).Add(pos.Shares.Mul(x.Now.Sub(*x.Boundary)))
		default:
			r.Owed = r.Owed.Add(pos.Shares.Mul(x.Now.Sub(r.Index)))
		}
		r.Index = x.Now
	}
	if crossed {
		pos.Recorded = pos.Shares
	}
	return pos
}

// SetShares changes the shares of a settled position in an epoch.
func SetShares(pos types.Position, shares math.Int, epoch uint64) types.Position {
	if pos.ChangedEpoch != epoch {
		pos.Recorded, pos.ChangedEpoch = pos.Shares, epoch
	}
	pos.Shares = shares
	return pos
}

// Owed are the whole units that a settled position is owed of its i-th denom.
func Owed(pos types.Position, i int) math.Int { return pos.Revenue[i].Owed.Quo(scale()) }

// Pay takes whole units out of what a settled position is owed of its i-th denom; the fraction stays.
func Pay(pos types.Position, i int, units math.Int) types.Position {
	pos.Revenue = slices.Clone(pos.Revenue)
	pos.Revenue[i].Owed = pos.Revenue[i].Owed.Sub(units.Mul(scale()))
	return pos
}
