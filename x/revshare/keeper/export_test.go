package keeper

import (
	"context"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"
)

// BreakSchedule removes the expiries of a stream, which nothing in the module does.
func (k *Keeper) BreakSchedule(t require.TestingT, ctx context.Context, poolID uint64, denom string) {
	require.NoError(t, k.expiries.Clear(ctx, collections.NewSuperPrefixedTripleRange[uint64, string, uint64](poolID, denom)))
}

// BreakBooks makes a stream owe a scaled unit that nobody deposited.
func (k *Keeper) BreakBooks(t require.TestingT, ctx context.Context, poolID uint64, denom string) {
	key := collections.Join(poolID, denom)
	s, err := k.streams.Get(ctx, key)
	require.NoError(t, err)
	s.Owed = s.Owed.AddRaw(1)
	require.NoError(t, k.streams.Set(ctx, key, s))
}

// BreakTill makes a till's books say one unit more than lies there.
func (k *Keeper) BreakTill(t require.TestingT, ctx context.Context, poolID uint64, denom string, number uint32) {
	key := collections.Join3(poolID, denom, number)
	cash, err := k.tills.Get(ctx, key)
	require.NoError(t, err)
	require.NoError(t, k.tills.Set(ctx, key, cash.Add(math.OneInt())))
}
