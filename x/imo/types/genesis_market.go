package types

import (
	"cosmossdk.io/math"
)

// checkMarkets checks pools, their shares and revenue, positions and spends against each other.
func (g GenesisState) checkMarkets() error {
	offerings := make(map[uint64]GenesisOffering, len(g.Offerings))
	for _, entry := range g.Offerings {
		offerings[entry.Offering.Id] = entry
	}
	if len(g.Pools) != len(g.PoolShares) {
		return ErrInvalidGenesis.Wrapf("%d pools, %d records of shares", len(g.Pools), len(g.PoolShares))
	}
	shares := make(map[uint64]math.Int, len(g.Pools))
	last := uint64(0)
	for i, p := range g.Pools {
		o, ok := offerings[p.OfferingId]
		if !ok || p.ModelId <= last || o.Offering.ModelId != p.ModelId || g.PoolShares[i].ModelId != p.ModelId || !o.Offering.Liquidity.IsPositive() {
			return ErrInvalidGenesis.Wrapf("pool of model %d after %d, of offering %d, with shares of %d", p.ModelId, last, p.OfferingId, g.PoolShares[i].ModelId)
		}
		if err := p.check(o.Terms); err != nil {
			return err
		}
		if err := CheckAmount("total shares", g.PoolShares[i].Total); err != nil {
			return err
		}
		shares[p.ModelId], last = g.PoolShares[i].Total, p.ModelId
	}
	if err := g.checkPositions(shares); err != nil {
		return err
	}
	return g.checkSpends(offerings)
}

// check checks one pool with the terms that it was seeded under.
func (p Pool) check(t Terms) error {
	if err := CheckPositive("tokens", p.Tokens, t.TotalSupply.Denom); err != nil {
		return err
	}
	if err := CheckPositive("payment", p.Payment, t.PaymentDenom); err != nil {
		return err
	}
	if p.FeeBps != t.PoolFeeBps || p.Average.Window <= 0 {
		return ErrInvalidGenesis.Wrapf("pool of model %d has fee_bps %d and window %s", p.ModelId, p.FeeBps, p.Average.Window)
	}
	for _, m := range []PriceMark{p.Average.Older, p.Average.Newer, p.Average.Last} {
		if m.Sum.IsNil() || m.Sum.IsNegative() {
			return ErrInvalidGenesis.Wrapf("pool of model %d has a sum of prices %s", p.ModelId, m.Sum)
		}
	}
	return nil
}

// checkPositions: positions sum to the shares of their pools, and what positions are owed and were paid is covered.
func (g GenesisState) checkPositions(shares map[uint64]math.Int) error {
	type key struct {
		model uint64
		name  string
	}
	left := make(map[uint64]math.Int, len(shares))
	for _, p := range g.Pools {
		left[p.ModelId] = shares[p.ModelId]
	}
	seen := make(map[key]bool, len(g.Positions))
	for _, p := range g.Positions {
		rest, ok := left[p.ModelId]
		at := key{p.ModelId, p.Owner}
		if !ok || seen[at] {
			return ErrInvalidGenesis.Wrapf("position of %s is given twice or has no pool of model %d", p.Owner, p.ModelId)
		}
		if err := CheckAmount("shares", p.Shares); err != nil {
			return err
		}
		seen[at], left[p.ModelId] = true, rest.Sub(p.Shares)
	}
	for _, p := range g.Pools {
		if !left[p.ModelId].IsZero() {
			return ErrInvalidGenesis.Wrapf("positions of the pool of model %d miss its shares by %s", p.ModelId, left[p.ModelId])
		}
	}
	earned := make(map[key]bool, len(g.PoolRevenues))
	for _, r := range g.PoolRevenues {
		at := key{r.ModelId, r.Received.Denom}
		if _, ok := shares[r.ModelId]; !ok || earned[at] || r.Paid.IsNil() || r.Paid.IsNegative() || r.Paid.GT(r.Received.Amount) {
			return ErrInvalidGenesis.Wrapf("revenue of the pool of model %d in %s: received %s, paid %s", r.ModelId, r.Received.Denom, r.Received, r.Paid)
		}
		earned[at] = true
	}
	return nil
}

// checkSpends: executed spends sum to what offerings spent, objections to what spends count.
func (g GenesisState) checkSpends(offerings map[uint64]GenesisOffering) error {
	sold := make(map[uint64]uint64, len(g.Models))
	for _, m := range g.Models {
		sold[m.Id] = m.SoldOfferingId
	}
	spent := make(map[uint64]math.Int, len(g.Spends))
	weights := make(map[uint64]math.Int, len(g.Spends))
	last := uint64(0)
	for _, s := range g.Spends {
		if s.Id <= last || s.Id > g.LastSpendId || sold[s.ModelId] == 0 {
			return ErrInvalidGenesis.Wrapf("spend %d of model %d after %d", s.Id, s.ModelId, last)
		}
		last, weights[s.Id] = s.Id, s.Objections.Weight
		if s.Status != SPEND_STATUS_EXECUTED {
			continue
		}
		if before, ok := spent[sold[s.ModelId]]; ok {
			spent[sold[s.ModelId]] = before.Add(s.Amount.Amount)
		} else {
			spent[sold[s.ModelId]] = s.Amount.Amount
		}
	}
	for _, entry := range g.Offerings {
		o, sum := entry.Offering, math.ZeroInt()
		if amount, ok := spent[o.Id]; ok {
			sum = amount
		}
		if !sum.Equal(o.Spent) {
			return ErrInvalidGenesis.Wrapf("executed spends of offering %d sum to %s, it spent %s", o.Id, sum, o.Spent)
		}
	}
	for _, o := range g.SpendObjections {
		rest, ok := weights[o.SpendId]
		if !ok || o.Weight.IsNil() || !o.Weight.IsPositive() {
			return ErrInvalidGenesis.Wrapf("objection of %s to spend %d weighs %s", o.Address, o.SpendId, o.Weight)
		}
		weights[o.SpendId] = rest.Sub(o.Weight)
	}
	for _, s := range g.Spends {
		if !weights[s.Id].IsZero() {
			return ErrInvalidGenesis.Wrapf("objections to spend %d miss its count by %s", s.Id, weights[s.Id])
		}
	}
	return nil
}
