package types

import "cosmossdk.io/math"

// awaySums are an owner's sums over bids whose refunds go to other chains.
type awaySums struct{ deposited, cost, refunded math.Int }

func newAwaySums() awaySums {
	return awaySums{deposited: math.ZeroInt(), cost: math.ZeroInt(), refunded: math.ZeroInt()}
}

func (s *awaySums) add(o Offering, b Bid) error {
	if err := b.Home.Validate(); err != nil {
		return ErrInvalidGenesis.Wrapf("bid %d of offering %d: %s", b.Id, b.OfferingId, err)
	}
	if b.RefundReturned && !(b.Home.TakesRefund() && o.Unspent(b).IsPositive()) || b.TokensReturned && (b.Home == nil || !b.Home.Tokens) {
		return ErrInvalidGenesis.Wrapf("bid %d of offering %d returned what it has not", b.Id, b.OfferingId)
	}
	if b.Home.TakesRefund() {
		s.deposited, s.cost = s.deposited.Add(b.Amount.Amount), s.cost.Add(b.Cost)
	}
	if b.RefundReturned {
		s.refunded = s.refunded.Add(o.Unspent(b))
	}
	return nil
}

func (s awaySums) agrees(a Allocation) bool {
	for _, n := range []math.Int{a.Away, a.AwayCost, a.AwayRefunded} {
		if n.IsNil() {
			return false
		}
	}
	return s.deposited.Equal(a.Away) && s.cost.Equal(a.AwayCost) && s.refunded.Equal(a.AwayRefunded)
}

// checkReturns checks that every refund that travels belongs to a bid whose refund left, at most one to a bid.
func (g GenesisState) checkReturns() error {
	type key struct{ offering, bid uint64 }
	left := make(map[key]bool)
	for _, b := range g.Bids {
		if b.RefundReturned {
			left[key{b.OfferingId, b.Id}] = true
		}
	}
	type packet struct {
		channel  string
		sequence uint64
	}
	seen := make(map[packet]bool)
	for _, r := range g.Returns {
		at := packet{r.Channel, r.Sequence}
		if seen[at] || !left[key{r.OfferingId, r.BidId}] {
			return ErrInvalidGenesis.Wrapf("return %d of %s is given twice or belongs to no bid whose refund left", r.Sequence, r.Channel)
		}
		seen[at] = true
		delete(left, key{r.OfferingId, r.BidId})
	}
	return nil
}
