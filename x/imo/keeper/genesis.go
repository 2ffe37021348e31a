package keeper

import (
	"context"
	"encoding/hex"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// InitGenesis writes the whole state. The due queue, the index of weights and the other indexes are rebuilt.
func (k *Keeper) InitGenesis(ctx context.Context, g types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	// Made here as a module account, before a coin sent to its address could make an ordinary one.
	k.account.GetModuleAccount(ctx, types.ModuleName)
	if err := k.setParams(ctx, g.Params); err != nil {
		return err
	}
	// The only write: no message changes what a network is for.
	if err := k.networkKind.Set(ctx, uint32(g.NetworkKind)); err != nil {
		return err
	}
	for _, sequence := range []struct {
		item  collections.Item[uint64]
		value uint64
	}{
		{k.modelSequence, g.LastModelId}, {k.offeringSequence, g.LastOfferingId}, {k.payoutCursor, g.PayoutCursor},
	} {
		if err := sequence.item.Set(ctx, sequence.value); err != nil {
			return err
		}
	}
	if err := k.initModels(ctx, g); err != nil {
		return err
	}
	if err := k.initOfferings(ctx, g); err != nil {
		return err
	}
	return k.initMarkets(ctx, g)
}

// setParams stores the parameters and tells wallets and contracts of the foreign coins among them.
func (k *Keeper) setParams(ctx context.Context, p types.Params) error {
	for _, f := range p.ForeignDenoms {
		k.bank.SetDenomMetaData(ctx, f.Metadata())
	}
	return k.params.Set(ctx, p)
}

func (k *Keeper) initModels(ctx context.Context, g types.GenesisState) error {
	for _, m := range g.Models {
		if err := k.models.Set(ctx, m.Id, m); err != nil {
			return err
		}
	}
	for _, entry := range g.Versions {
		if err := k.storeVersion(ctx, entry.Version, entry.Manifest); err != nil {
			return err
		}
	}
	if err := k.rebuildWeights(ctx, g); err != nil {
		return err
	}
	if err := k.initVotes(ctx, g); err != nil {
		return err
	}
	for _, income := range g.Incomes {
		if err := k.incomes.Set(ctx, collections.Join(income.ModelId, income.Total.Denom), income); err != nil {
			return err
		}
	}
	for _, p := range g.IncomePayments {
		addr, err := k.accountOf("contributor", p.Address)
		if err != nil {
			return err
		}
		if err := k.incomePayments.Set(ctx, collections.Join3(p.ModelId, p.Paid.Denom, addr), p.Paid.Amount); err != nil {
			return err
		}
	}
	for _, id := range g.PayoutsDue {
		if err := k.payoutsDue.Set(ctx, id); err != nil {
			return err
		}
	}
	for _, w := range g.SharedWeights {
		if err := k.shared.Set(ctx, sharedKey(w), w); err != nil {
			return err
		}
	}
	return nil
}

// rebuildWeights indexes the weights of versions that are neither rejected nor expired.
func (k *Keeper) rebuildWeights(ctx context.Context, g types.GenesisState) error {
	for _, entry := range g.Versions {
		v := entry.Version
		if v.Status == types.MODEL_STATUS_REJECTED || v.Status == types.MODEL_STATUS_EXPIRED {
			continue
		}
		root, err := hex.DecodeString(v.WeightsRoot)
		if err != nil {
			return err
		}
		m, err := k.Model(ctx, v.ModelId)
		if err != nil {
			return err
		}
		if err := k.claimWeights(ctx, m, root); err != nil {
			return err
		}
	}
	return nil
}

// initVotes writes objections and rebuilds the queue of versions that wait.
func (k *Keeper) initVotes(ctx context.Context, g types.GenesisState) error {
	for _, o := range g.VersionObjections {
		addr, err := k.accountOf("holder", o.Address)
		if err != nil {
			return err
		}
		if err := k.versionVotes.Set(ctx, collections.Join3(o.ModelId, o.Version, addr), o.Weight); err != nil {
			return err
		}
	}
	for _, entry := range g.Versions {
		m, err := k.Model(ctx, entry.Version.ModelId)
		if err != nil {
			return err
		}
		at, waits := waitsUntil(m, entry.Version)
		if !waits {
			continue
		}
		if err := k.pendingVersions.Set(ctx, dueKey(at, m.Id)); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) initOfferings(ctx context.Context, g types.GenesisState) error {
	fixed := make(map[uint64]bool, len(g.Offerings))
	for _, entry := range g.Offerings {
		o := entry.Offering
		fixed[o.Id] = book.FilledAtOnce(entry.Terms)
		if err := k.terms.Set(ctx, o.Id, entry.Terms); err != nil {
			return err
		}
		if err := k.offerings.Set(ctx, o.Id, o); err != nil {
			return err
		}
		if o.DueTime == nil {
			continue
		}
		if err := k.due.Set(ctx, dueKey(*o.DueTime, o.Id)); err != nil {
			return err
		}
	}
	for _, tick := range g.Ticks {
		if err := k.ticks.Set(ctx, collections.Join(tick.OfferingId, tick.Number), tick); err != nil {
			return err
		}
	}
	for _, b := range g.Bids {
		if err := k.bids.Set(ctx, collections.Join(b.OfferingId, b.Id), b); err != nil {
			return err
		}
	}
	for _, r := range g.Returns {
		if err := k.returns.Set(ctx, collections.Join(r.Channel, r.Sequence), r); err != nil {
			return err
		}
	}
	for _, a := range g.Allocations {
		owner, err := k.accountOf("owner", a.Owner)
		if err != nil {
			return err
		}
		if !fixed[a.OfferingId] { // added up when somebody asks; a clearing may still be at it
			a.Cost, a.Tokens, a.AwayCost = math.ZeroInt(), math.ZeroInt(), math.ZeroInt()
		}
		if err := k.allocations.Set(ctx, collections.Join(a.OfferingId, owner), a); err != nil {
			return err
		}
	}
	for _, b := range g.Beneficiaries {
		addr, err := k.accountOf("beneficiary", b.Address)
		if err != nil {
			return err
		}
		if err := k.beneficiaries.Set(ctx, collections.Join(b.OfferingId, addr), b); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state, every list in the order of its keys.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	var err error
	if g.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	kind, err := k.networkKind.Get(ctx)
	if err != nil {
		return nil, err
	}
	g.NetworkKind = types.NetworkKind(kind)
	for _, sequence := range []struct {
		item collections.Item[uint64]
		to   *uint64
	}{
		{k.modelSequence, &g.LastModelId}, {k.offeringSequence, &g.LastOfferingId}, {k.payoutCursor, &g.PayoutCursor},
	} {
		value, err := sequence.item.Get(ctx)
		if err != nil && !errors.Is(err, collections.ErrNotFound) {
			return nil, err
		}
		*sequence.to = value
	}
	if err := k.exportModels(ctx, g); err != nil {
		return nil, err
	}
	if err := k.exportOfferings(ctx, g); err != nil {
		return nil, err
	}
	return g, k.exportMarkets(ctx, g)
}

func (k *Keeper) exportModels(ctx context.Context, g *types.GenesisState) error {
	if err := k.models.Walk(ctx, nil, func(_ uint64, m types.Model) (bool, error) {
		g.Models = append(g.Models, m)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.versions.Walk(ctx, nil, func(key collections.Pair[uint64, uint32], v types.Version) (bool, error) {
		manifest, err := k.manifests.Get(ctx, key)
		g.Versions = append(g.Versions, types.GenesisVersion{Version: v, Manifest: manifest})
		return false, err
	}); err != nil {
		return err
	}
	if err := k.versionVotes.Walk(ctx, nil, func(key collections.Triple[uint64, uint32, sdk.AccAddress], weight math.Int) (bool, error) {
		text, err := k.text(key.K3())
		g.VersionObjections = append(g.VersionObjections, types.VersionObjection{
			ModelId: key.K1(), Version: key.K2(), Address: text, Weight: weight,
		})
		return false, err
	}); err != nil {
		return err
	}
	if err := k.incomes.Walk(ctx, nil, func(_ collections.Pair[uint64, string], income types.Income) (bool, error) {
		g.Incomes = append(g.Incomes, income)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.incomePayments.Walk(ctx, nil, func(key collections.Triple[uint64, string, sdk.AccAddress], paid math.Int) (bool, error) {
		text, err := k.text(key.K3())
		g.IncomePayments = append(g.IncomePayments, types.IncomePayment{
			ModelId: key.K1(), Address: text, Paid: sdk.NewCoin(key.K2(), paid),
		})
		return false, err
	}); err != nil {
		return err
	}
	if err := k.payoutsDue.Walk(ctx, nil, func(id uint64) (bool, error) {
		g.PayoutsDue = append(g.PayoutsDue, id)
		return false, nil
	}); err != nil {
		return err
	}
	return k.shared.Walk(ctx, nil, func(_ collections.Triple[uint64, uint32, uint64], w types.SharedWeights) (bool, error) {
		g.SharedWeights = append(g.SharedWeights, w)
		return false, nil
	})
}

func (k *Keeper) exportOfferings(ctx context.Context, g *types.GenesisState) error {
	if err := k.offerings.Walk(ctx, nil, func(id uint64, o types.Offering) (bool, error) {
		t, err := k.terms.Get(ctx, id)
		g.Offerings = append(g.Offerings, types.GenesisOffering{Offering: o, Terms: t})
		return false, err
	}); err != nil {
		return err
	}
	if err := k.ticks.Walk(ctx, nil, func(_ collections.Pair[uint64, uint32], tick types.BookTick) (bool, error) {
		g.Ticks = append(g.Ticks, tick)
		return false, nil
	}); err != nil {
		return err
	}
	type owned struct {
		offering uint64
		owner    string
	}
	bought := make(map[owned]types.Allocation)
	if err := k.bids.Walk(ctx, nil, func(_ collections.Pair[uint64, uint64], b types.Bid) (bool, error) {
		g.Bids = append(g.Bids, b)
		sum, ok := bought[owned{b.OfferingId, b.Owner}]
		if !ok {
			sum = types.NewAllocation(b.OfferingId, b.Owner)
		}
		bought[owned{b.OfferingId, b.Owner}] = book.Bought(sum, b)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.returns.Walk(ctx, nil, func(_ collections.Pair[string, uint64], r types.Return) (bool, error) {
		g.Returns = append(g.Returns, r)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.allocations.Walk(ctx, nil, func(_ collections.Pair[uint64, sdk.AccAddress], a types.Allocation) (bool, error) {
		if sum, ok := bought[owned{a.OfferingId, a.Owner}]; ok && a.Cost.IsZero() && a.Tokens.IsZero() {
			a.Cost, a.Tokens, a.AwayCost = sum.Cost, sum.Tokens, sum.AwayCost
		}
		g.Allocations = append(g.Allocations, a)
		return false, nil
	}); err != nil {
		return err
	}
	return k.beneficiaries.Walk(ctx, nil, func(_ collections.Pair[uint64, sdk.AccAddress], b types.Beneficiary) (bool, error) {
		g.Beneficiaries = append(g.Beneficiaries, b)
		return false, nil
	})
}
