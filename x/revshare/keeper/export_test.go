package keeper

import (
	"context"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
)

// BreakSchedule removes the expiries of a stream, which nothing in the module does.
func (k *Keeper) BreakSchedule(t require.TestingT, ctx context.Context, poolID uint64, denom string) {
	require.NoError(t, k.expiries.Clear(ctx, collections.NewSuperPrefixedTripleRange[uint64, string, uint64](poolID, denom)))
}
