package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

func (k *Keeper) initMarkets(ctx context.Context, g types.GenesisState) error {
	for _, p := range g.Pools {
		if err := k.market.pools.Set(ctx, p.ModelId, p); err != nil {
			return err
		}
	}
	for _, s := range g.PoolShares {
		if err := k.market.shares.Set(ctx, s.ModelId, s); err != nil {
			return err
		}
	}
	for _, r := range g.PoolRevenues {
		if err := k.market.revenues.Set(ctx, collections.Join(r.ModelId, r.Received.Denom), r); err != nil {
			return err
		}
	}
	for _, x := range g.PoolIndexes {
		if err := k.market.indexes.Set(ctx, collections.Join3(x.ModelId, x.Epoch, x.Denom), x.Index); err != nil {
			return err
		}
	}
	for _, p := range g.Positions {
		owner, err := k.accountOf("owner", p.Owner)
		if err != nil {
			return err
		}
		if err := k.market.positions.Set(ctx, collections.Join(p.ModelId, owner), p); err != nil {
			return err
		}
	}
	for _, u := range g.Usages {
		if err := k.market.usages.Set(ctx, u.ModelId, u); err != nil {
			return err
		}
	}
	return k.initSpends(ctx, g)
}

func (k *Keeper) initSpends(ctx context.Context, g types.GenesisState) error {
	if err := k.market.spendSequence.Set(ctx, g.LastSpendId); err != nil {
		return err
	}
	for _, s := range g.Spends {
		if err := k.market.spends.Set(ctx, s.Id, s); err != nil {
			return err
		}
	}
	for _, o := range g.SpendObjections {
		holder, err := k.accountOf("holder", o.Address)
		if err != nil {
			return err
		}
		if err := k.market.spendObjections.Set(ctx, collections.Join(o.SpendId, holder), o.Weight); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) exportMarkets(ctx context.Context, g *types.GenesisState) error {
	var err error
	if g.Pools, err = values(ctx, k.market.pools); err != nil {
		return err
	}
	if g.PoolShares, err = values(ctx, k.market.shares); err != nil {
		return err
	}
	if g.PoolRevenues, err = values(ctx, k.market.revenues); err != nil {
		return err
	}
	if err := k.market.indexes.Walk(ctx, nil, func(key collections.Triple[uint64, uint64, string], index math.Int) (bool, error) {
		g.PoolIndexes = append(g.PoolIndexes, types.PoolIndex{ModelId: key.K1(), Epoch: key.K2(), Denom: key.K3(), Index: index})
		return false, nil
	}); err != nil {
		return err
	}
	if g.Positions, err = values(ctx, k.market.positions); err != nil {
		return err
	}
	if g.Usages, err = values(ctx, k.market.usages); err != nil {
		return err
	}
	if g.LastSpendId, err = k.market.spendSequence.Get(ctx); err != nil && !errors.Is(err, collections.ErrNotFound) {
		return err
	}
	if err := k.market.spends.Walk(ctx, nil, func(_ uint64, s types.Spend) (bool, error) {
		g.Spends = append(g.Spends, s)
		return false, nil
	}); err != nil {
		return err
	}
	return k.market.spendObjections.Walk(ctx, nil, func(key collections.Pair[uint64, sdk.AccAddress], weight math.Int) (bool, error) {
		text, err := k.text(key.K2())
		g.SpendObjections = append(g.SpendObjections, types.SpendObjection{SpendId: key.K1(), Address: text, Weight: weight})
		return false, err
	})
}

// values reads a whole map in the order of its keys.
func values[K, V any](ctx context.Context, m collections.Map[K, V]) ([]V, error) {
	var out []V
	err := m.Walk(ctx, nil, func(_ K, v V) (bool, error) {
		out = append(out, v)
		return false, nil
	})
	return out, err
}
