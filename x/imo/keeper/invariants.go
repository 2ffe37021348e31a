package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// CheckInvariants runs all of them. They read everything: for tests and simulation.
func (k *Keeper) CheckInvariants(ctx context.Context) error {
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	// The sums of bids, allocations and beneficiaries agree with the offerings' totals.
	if err := g.Validate(); err != nil {
		return err
	}
	for _, invariant := range []func(context.Context, *types.GenesisState) error{
		k.checkEscrows, k.checkModuleAccount, k.checkShares, k.checkQueue, k.checkMargins, k.checkMarkets,
	} {
		if err := invariant(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

// checkEscrows: every escrow holds at least what its offering owes; nothing was sold beyond the sale or paid beyond
// the proceeds.
func (k *Keeper) checkEscrows(ctx context.Context, g *types.GenesisState) error {
	for _, entry := range g.Offerings {
		o, t := entry.Offering, entry.Terms
		owed := book.Owed(o)
		held := k.bank.GetBalance(ctx, types.OfferingAddress(o.Id), t.PaymentDenom)
		switch {
		case owed.IsNegative() || held.Amount.LT(owed):
			return types.ErrInvariant.Wrapf("escrow of offering %d holds %s, owes %s", o.Id, held, owed)
		case o.Sold.GT(t.ForSale()):
			return types.ErrInvariant.Wrapf("offering %d sold %s of %s", o.Id, o.Sold, t.ForSale())
		case tranche.Unreleased(o).IsNegative() || o.PaidContributors.GT(o.ReleasedContributors):
			return types.ErrInvariant.Wrapf("offering %d paid out more than its proceeds %s", o.Id, o.Proceeds)
		}
	}
	return nil
}

// checkModuleAccount: the module account holds deposits, unpaid income and tokens that were not handed out.
func (k *Keeper) checkModuleAccount(ctx context.Context, g *types.GenesisState) error {
	owed := sdk.NewCoins()
	for _, m := range g.Models {
		owed = owed.Add(m.Deposit)
	}
	for _, income := range g.Incomes {
		owed = owed.Add(income.Total.SubAmount(income.Paid))
	}
	for _, entry := range g.Offerings {
		owed = owed.Add(entry.Terms.Tokens(entry.Offering.Minted.Sub(entry.Offering.HandedOut)))
	}
	for _, coin := range owed {
		if held := k.bank.GetBalance(ctx, k.moduleAddress(), coin.Denom); held.Amount.LT(coin.Amount) {
			return types.ErrInvariant.Wrapf("module account holds %s, owes %s", held, coin)
		}
	}
	return nil
}

// checkShares: lazy shares sum to the virtual total, and no token has more supply than was minted.
func (k *Keeper) checkShares(ctx context.Context, g *types.GenesisState) error {
	for _, m := range g.Models {
		if m.SoldOfferingId == 0 {
			continue
		}
		t, err := k.terms.Get(ctx, m.SoldOfferingId)
		if err != nil {
			return err
		}
		rounds, err := k.rounds(ctx, t)
		if err != nil {
			return err
		}
		minted, holders := rounds[0].offering.Liquidity, book.Beneficiaries(t)
		for _, r := range rounds {
			minted = minted.Add(r.offering.Minted)
			for _, a := range g.Allocations {
				if a.OfferingId == r.offering.Id && !slices.Contains(holders, a.Owner) {
					holders = append(holders, a.Owner)
				}
			}
		}
		if supply := k.bank.GetSupply(ctx, m.TokenDenom); supply.Amount.GT(minted) {
			return types.ErrInvariant.Wrapf("supply is %s, minted were %s", supply, minted)
		}
		sum := math.ZeroInt()
		for _, text := range holders {
			addr, err := k.accountOf("holder", text)
			if err != nil {
				return err
			}
			share, _, err := k.LazyShares(ctx, m.TokenDenom, addr)
			if err != nil {
				return err
			}
			sum = sum.Add(share)
		}
		total, err := k.VirtualTotal(ctx, m.TokenDenom)
		if err != nil {
			return err
		}
		if !sum.Equal(total) {
			return types.ErrInvariant.Wrapf("lazy shares of %s sum to %s, virtual total is %s", m.TokenDenom, sum, total)
		}
	}
	return nil
}

// checkQueue: every running offering is due exactly once, no other one is.
func (k *Keeper) checkQueue(ctx context.Context, g *types.GenesisState) error {
	entries, queued := 0, make(map[uint64]uint64)
	if err := k.due.Walk(ctx, nil, func(key collections.Pair[uint64, uint64]) (bool, error) {
		entries++
		queued[key.K2()] = key.K1()
		return false, nil
	}); err != nil {
		return err
	}
	running := 0
	for _, entry := range g.Offerings {
		o := entry.Offering
		if o.DueTime == nil {
			continue
		}
		running++
		if at := dueKey(*o.DueTime, o.Id).K1(); queued[o.Id] != at {
			return types.ErrInvariant.Wrapf("offering %d is due at %d, queued at %d", o.Id, at, queued[o.Id])
		}
	}
	if entries != running {
		return types.ErrInvariant.Wrapf("%d entries in the queue of due work, %d running offerings", entries, running)
	}
	return nil
}

// checkMarkets: every pool's account holds its reserves and the revenue that positions were not paid.
func (k *Keeper) checkMarkets(ctx context.Context, g *types.GenesisState) error {
	for _, p := range g.Pools {
		owed := sdk.NewCoins(p.Tokens).Add(p.Payment)
		for _, r := range g.PoolRevenues {
			if r.ModelId == p.ModelId {
				owed = owed.Add(r.Received.SubAmount(r.Paid))
			}
		}
		for _, coin := range owed {
			if held := k.bank.GetBalance(ctx, types.PoolAddress(p.ModelId), coin.Denom); held.Amount.LT(coin.Amount) {
				return types.ErrInvariant.Wrapf("pool of model %d holds %s, owes %s", p.ModelId, held, coin)
			}
		}
	}
	return nil
}

// checkMargins: each book's margin is what its ticks say, computed afresh from the top.
func (k *Keeper) checkMargins(ctx context.Context, g *types.GenesisState) error {
	for _, entry := range g.Offerings {
		o, t := entry.Offering, entry.Terms
		var ticks []types.BookTick
		for _, tick := range g.Ticks {
			if tick.OfferingId == o.Id {
				ticks = append(ticks, tick)
			}
		}
		if m := book.Margin(t, ticks); m.Tick != o.Margin.Tick || !m.Above.Equal(o.Margin.Above) {
			return types.ErrInvariant.Wrapf("margin of offering %d is %v, its ticks have %v", o.Id, o.Margin, m)
		}
	}
	return nil
}
