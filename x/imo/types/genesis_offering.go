package types

import (
	"cosmossdk.io/math"
)

// bookSums are what the bids or allocations of an offering add up to.
type bookSums struct {
	bids                                uint64
	auto                                uint32
	deposited, refunded, proceeds, sold math.Int
	handedOut, proceedsPaid             math.Int

	offering Offering // of an offering's sums
	away     awaySums // of an owner's sums
}

func newBookSums() *bookSums {
	zero := math.ZeroInt()
	return &bookSums{deposited: zero, refunded: zero, proceeds: zero, sold: zero, handedOut: zero, proceedsPaid: zero, away: newAwaySums()}
}

func (g GenesisState) checkOfferings() error {
	models := make(map[uint64]bool, len(g.Models))
	for _, m := range g.Models {
		models[m.Id] = true
	}
	sums := make(map[uint64]*bookSums, len(g.Offerings))
	last := uint64(0)
	for _, entry := range g.Offerings {
		o, t := entry.Offering, entry.Terms
		if o.Id <= last || o.Id > g.LastOfferingId || o.Id != t.OfferingId || o.ModelId != t.ModelId || !models[o.ModelId] {
			return ErrInvalidGenesis.Wrapf("offering %d of model %d after %d, with terms of %d", o.Id, o.ModelId, last, t.OfferingId)
		}
		if err := entry.check(); err != nil {
			return err
		}
		sums[o.Id], last = newBookSums(), o.Id
		sums[o.Id].offering = o
	}
	if err := g.sumBids(sums); err != nil {
		return err
	}
	if err := g.checkTicks(); err != nil {
		return err
	}
	if err := g.checkReturns(); err != nil {
		return err
	}
	for _, entry := range g.Offerings {
		o, s := entry.Offering, sums[entry.Offering.Id]
		if s.bids != o.StandingBids || !s.deposited.Equal(o.Deposited) || !s.refunded.Equal(o.Refunded) || !s.proceeds.Equal(o.Proceeds) ||
			!s.sold.Equal(o.Sold) || !s.handedOut.Add(o.Spent).Equal(o.HandedOut) || !s.proceedsPaid.Equal(o.PaidContributors) {
			return ErrInvalidGenesis.Wrapf("bids, allocations and beneficiaries of offering %d do not sum to its totals", o.Id)
		}
	}
	return nil
}

// check checks one offering with its terms.
func (e GenesisOffering) check() error {
	o, t := e.Offering, e.Terms
	if err := t.Validate(); err != nil {
		return err
	}
	hash, err := t.Hash()
	if err != nil {
		return err
	}
	if hash != o.TermsHash {
		return ErrInvalidGenesis.Wrapf("offering %d has terms hash %s, its terms have %s", o.Id, o.TermsHash, hash)
	}
	if waits := o.Running() && o.Walk.Done && !t.Public(); (o.Running() && !waits) != (o.DueTime != nil) {
		return ErrInvalidGenesis.Wrapf("offering %d is %s, and is or is not in the queue of due work", o.Id, o.Status)
	}
	for _, a := range []struct {
		name   string
		amount math.Int
	}{
		{"deposited", o.Deposited}, {"refunded", o.Refunded}, {"proceeds", o.Proceeds}, {"sold", o.Sold},
		{"clearing_price", o.ClearingPrice}, {"minted", o.Minted}, {"handed_out", o.HandedOut}, {"exited", o.Exited},
		{"released_protocol", o.ReleasedProtocol}, {"released_contributors", o.ReleasedContributors},
		{"paid_contributors", o.PaidContributors}, {"margin.above", o.Margin.Above}, {"walk.above", o.Walk.Above}, {"walk.at", o.Walk.At},
		{"liquidity", o.Liquidity}, {"seeded", o.Seeded}, {"burnt", o.Burnt}, {"spent", o.Spent},
	} {
		if err := CheckAmount(a.name, a.amount); err != nil {
			return err
		}
	}
	if o.MainId != t.MainId {
		return ErrInvalidGenesis.Wrapf("offering %d belongs to sale %d, its terms to %d", o.Id, o.MainId, t.MainId)
	}
	if o.Status == OFFERING_STATUS_SUCCEEDED && len(o.Tranches) != len(t.Tranches) {
		return ErrInvalidGenesis.Wrapf("offering %d has %d tranches, its terms have %d", o.Id, len(o.Tranches), len(t.Tranches))
	}
	return nil
}

// sumBids adds up bids, allocations and beneficiaries, and checks that each allocation is the sum of its bids.
func (g GenesisState) sumBids(sums map[uint64]*bookSums) error {
	type key struct {
		offering uint64
		address  string
	}
	owners := make(map[key]*bookSums, len(g.Allocations))
	for _, b := range g.Bids {
		s, ok := sums[b.OfferingId]
		if !ok {
			return ErrInvalidGenesis.Wrapf("bid %d has no offering %d", b.Id, b.OfferingId)
		}
		s.bids++
		at := key{b.OfferingId, b.Owner}
		if owners[at] == nil {
			owners[at] = newBookSums()
		}
		o := owners[at]
		if b.AutoPayout {
			o.auto++
		}
		o.deposited, o.proceeds, o.sold = o.deposited.Add(b.Amount.Amount), o.proceeds.Add(b.Cost), o.sold.Add(b.Tokens)
		if err := o.away.add(s.offering, b); err != nil {
			return err
		}
	}
	for _, a := range g.Allocations {
		at := key{a.OfferingId, a.Owner}
		o := owners[at]
		if o == nil || !o.deposited.Equal(a.Deposited) || !o.proceeds.Equal(a.Cost) || !o.sold.Equal(a.Tokens) {
			return ErrInvalidGenesis.Wrapf("allocation of %s in offering %d is given twice or is not the sum of its bids", a.Owner, a.OfferingId)
		}
		if !o.away.agrees(a) {
			return ErrInvalidGenesis.Wrapf("allocation of %s in offering %d differs from its bids in what goes to other chains", a.Owner, a.OfferingId)
		}
		if carriedOut := a.AutoBids == 0 && a.Collected.IsPositive(); a.AutoBids != o.auto && !carriedOut {
			return ErrInvalidGenesis.Wrapf("allocation of %s in offering %d has %d auto_bids, its bids are %d", a.Owner, a.OfferingId, a.AutoBids, o.auto)
		}
		delete(owners, at)
		s := sums[a.OfferingId]
		s.deposited, s.refunded = s.deposited.Add(a.Deposited), s.refunded.Add(a.Refunded).Add(a.AwayRefunded)
		s.proceeds, s.sold = s.proceeds.Add(a.Cost), s.sold.Add(a.Tokens)
		s.handedOut = s.handedOut.Add(a.Collected)
	}
	if len(owners) != 0 {
		return ErrInvalidGenesis.Wrapf("%d owners of bids have no allocation", len(owners))
	}
	seen := make(map[key]bool, len(g.Beneficiaries))
	for _, b := range g.Beneficiaries {
		at := key{b.OfferingId, b.Address}
		s, ok := sums[b.OfferingId]
		if !ok || seen[at] {
			return ErrInvalidGenesis.Wrapf("beneficiary %s is given twice or has no offering %d", b.Address, b.OfferingId)
		}
		seen[at] = true
		s.handedOut, s.proceedsPaid = s.handedOut.Add(b.Collected), s.proceedsPaid.Add(b.Proceeds)
	}
	return nil
}

// checkTicks checks that each tick is the sum of the bids on it. Bids of FIXED need no ticks.
func (g GenesisState) checkTicks() error {
	type key struct {
		offering uint64
		number   uint32
	}
	fixed := make(map[uint64]bool, len(g.Offerings))
	for _, entry := range g.Offerings {
		fixed[entry.Offering.Id] = entry.Terms.Kind == OFFERING_KIND_FIXED
	}
	sums := make(map[key]BookTick)
	for _, b := range g.Bids {
		if fixed[b.OfferingId] {
			continue
		}
		at := key{b.OfferingId, b.Tick}
		tick, ok := sums[at]
		if !ok {
			tick.Deposited = math.ZeroInt()
		}
		tick.Deposited, tick.Bids = tick.Deposited.Add(b.Amount.Amount), tick.Bids+1
		sums[at] = tick
	}
	for _, tick := range g.Ticks {
		at := key{tick.OfferingId, tick.Number}
		sum, ok := sums[at]
		if !ok || sum.Bids != tick.Bids || !sum.Deposited.Equal(tick.Deposited) {
			return ErrInvalidGenesis.Wrapf("tick %d of offering %d is given twice or is not the sum of its bids", tick.Number, tick.OfferingId)
		}
		if err := CheckAmount("price", tick.Price); err != nil {
			return err
		}
		delete(sums, at)
	}
	if len(sums) != 0 {
		return ErrInvalidGenesis.Wrapf("%d ticks with bids are missing", len(sums))
	}
	return nil
}
