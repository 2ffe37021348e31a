package types

import (
	"cosmossdk.io/math"
)

// DefaultGenesis returns the state of a new chain, a test network unless its genesis says otherwise.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams(), NetworkKind: NETWORK_KIND_TEST}
}

// Validate checks that the state is whole: ordered without duplicates, no dangling ids, sums that agree.
func (g GenesisState) Validate() error {
	if err := g.Params.Validate(); err != nil {
		return err
	}
	if err := g.NetworkKind.Validate(); err != nil {
		return err
	}
	if err := g.checkModels(); err != nil {
		return err
	}
	if err := g.checkIncomes(); err != nil {
		return err
	}
	if err := g.checkVotes(); err != nil {
		return err
	}
	if err := g.checkShared(); err != nil {
		return err
	}
	if err := g.checkOfferings(); err != nil {
		return err
	}
	return g.checkMarkets()
}

// checkShared checks that what was shown of shared weights is of versions that are, in order.
func (g GenesisState) checkShared() error {
	type key struct {
		model   uint64
		version uint32
	}
	versions := make(map[key]bool, len(g.Versions))
	for _, entry := range g.Versions {
		versions[key{entry.Version.ModelId, entry.Version.Version}] = true
	}
	var last SharedWeights
	for _, w := range g.SharedWeights {
		ordered := last.ModelId < w.ModelId || last.ModelId == w.ModelId &&
			(last.Version < w.Version || last.Version == w.Version && last.EarlierModelId < w.EarlierModelId)
		if !ordered || w.Tensors == 0 || w.Bytes == 0 || w.EarlierModelId == w.ModelId ||
			!versions[key{w.ModelId, w.Version}] || !versions[key{w.EarlierModelId, w.EarlierVersion}] {
			return ErrInvalidGenesis.Wrapf("shared weights of version %d of model %d with version %d of model %d are out of order, empty, or of no such version",
				w.Version, w.ModelId, w.EarlierVersion, w.EarlierModelId)
		}
		last = w
	}
	return nil
}

// checkVotes checks that a version's objections sum to their weight, and that whatever waits has a time to wait for.
func (g GenesisState) checkVotes() error {
	type key struct {
		model   uint64
		version uint32
	}
	sums := make(map[key]math.Int)
	seen := make(map[VersionObjection]bool)
	for _, o := range g.VersionObjections {
		id := VersionObjection{ModelId: o.ModelId, Version: o.Version, Address: o.Address}
		if err := CheckAmount("weight", o.Weight); err != nil || seen[id] {
			return ErrInvalidGenesis.Wrapf("objection of %s to version %d of model %d has no weight or is given twice", o.Address, o.Version, o.ModelId)
		}
		seen[id] = true
		at := key{o.ModelId, o.Version}
		if sum, ok := sums[at]; ok {
			sums[at] = sum.Add(o.Weight)
		} else {
			sums[at] = o.Weight
		}
	}
	pending := make(map[uint64]uint32, len(g.Models))
	for _, m := range g.Models {
		if m.PendingVersion > m.VersionCount {
			return ErrInvalidGenesis.Wrapf("version %d of model %d waits, it has %d", m.PendingVersion, m.Id, m.VersionCount)
		}
		pending[m.Id] = m.PendingVersion
	}
	for _, entry := range g.Versions {
		v := entry.Version
		at := key{v.ModelId, v.Version}
		sum, ok := sums[at]
		if !ok {
			sum = math.ZeroInt()
		}
		delete(sums, at)
		if v.Objections == nil && ok || v.Objections != nil && !v.Objections.Weight.Equal(sum) {
			return ErrInvalidGenesis.Wrapf("objections to version %d of model %d do not sum to their weight", v.Version, v.ModelId)
		}
		if pending[v.ModelId] == v.Version && (v.LatestTime == nil || v.Objections == nil) {
			return ErrInvalidGenesis.Wrapf("version %d of model %d waits for no time", v.Version, v.ModelId)
		}
	}
	if len(sums) != 0 {
		return ErrInvalidGenesis.Wrapf("objections to %d versions that are not", len(sums))
	}
	return nil
}

func (g GenesisState) checkModels() error {
	models := make(map[uint64]Model, len(g.Models))
	last := uint64(0)
	for _, m := range g.Models {
		if m.Id <= last || m.Id > g.LastModelId {
			return ErrInvalidGenesis.Wrapf("model %d after %d, last_model_id is %d", m.Id, last, g.LastModelId)
		}
		if err := CheckContributors(m.Contributors); err != nil {
			return err
		}
		if err := CheckCoin("price", m.Price); err != nil {
			return err
		}
		if err := CheckCoinOf("deposit", m.Deposit, BaseDenom); err != nil {
			return err
		}
		if m.OfferingId > g.LastOfferingId || m.SoldOfferingId > g.LastOfferingId {
			return ErrInvalidGenesis.Wrapf("model %d has offerings %d and %d, last_offering_id is %d", m.Id, m.OfferingId, m.SoldOfferingId, g.LastOfferingId)
		}
		models[m.Id], last = m, m.Id
	}
	counts := make(map[uint64]uint32, len(models))
	for _, v := range g.Versions {
		m, ok := models[v.Version.ModelId]
		counts[m.Id]++
		if !ok || v.Version.Version != counts[m.Id] || len(v.Manifest) == 0 {
			return ErrInvalidGenesis.Wrapf("version %d of model %d is out of order or has no model or manifest", v.Version.Version, v.Version.ModelId)
		}
		if err := CheckHash("manifest_root", v.Version.ManifestRoot); err != nil {
			return err
		}
		if err := CheckHash("weights_root", v.Version.WeightsRoot); err != nil {
			return err
		}
	}
	for _, m := range g.Models {
		if counts[m.Id] != m.VersionCount || m.LatestVersion > m.VersionCount || m.ProofVersion > m.VersionCount {
			return ErrInvalidGenesis.Wrapf("model %d has %d versions, %d are given", m.Id, m.VersionCount, counts[m.Id])
		}
	}
	last = 0
	for _, id := range g.PayoutsDue {
		if _, ok := models[id]; !ok || id <= last {
			return ErrInvalidGenesis.Wrapf("payouts_due has model %d after %d", id, last)
		}
		last = id
	}
	return nil
}

func (g GenesisState) checkIncomes() error {
	type key struct {
		model uint64
		denom string
	}
	models := make(map[uint64]Model, len(g.Models))
	for _, m := range g.Models {
		models[m.Id] = m
	}
	unpaid := make(map[key]math.Int, len(g.Incomes))
	for _, income := range g.Incomes {
		at := key{income.ModelId, income.Total.Denom}
		_, known := models[income.ModelId]
		if _, twice := unpaid[at]; twice || !known {
			return ErrInvalidGenesis.Wrapf("income of model %d in %s is given twice or has no model", at.model, at.denom)
		}
		if err := CheckCoin("total", income.Total); err != nil {
			return err
		}
		if err := CheckAmount("paid", income.Paid); err != nil {
			return err
		}
		unpaid[at] = income.Paid
	}
	seen := make(map[IncomePayment]bool, len(g.IncomePayments))
	for _, p := range g.IncomePayments {
		at := key{p.ModelId, p.Paid.Denom}
		id := IncomePayment{ModelId: p.ModelId, Address: p.Address}
		id.Paid.Denom = p.Paid.Denom
		left, ok := unpaid[at]
		if !ok || seen[id] || ContributorIndex(models[p.ModelId].Contributors, p.Address) < 0 {
			return ErrInvalidGenesis.Wrapf("payment to %s by model %d in %s is given twice or has no income", p.Address, at.model, at.denom)
		}
		if err := CheckCoin("paid", p.Paid); err != nil {
			return err
		}
		seen[id], unpaid[at] = true, left.Sub(p.Paid.Amount)
	}
	for _, income := range g.Incomes {
		if left := unpaid[key{income.ModelId, income.Total.Denom}]; !left.IsZero() || income.Paid.GT(income.Total.Amount) {
			return ErrInvalidGenesis.Wrapf("payments by model %d do not sum to %s%s", income.ModelId, income.Paid, income.Total.Denom)
		}
	}
	return nil
}
