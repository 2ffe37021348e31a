package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/imo/types"
)

// TestNetwork: what the network is for comes from the genesis, is read by anyone, and survives export and import.
func TestNetwork(t *testing.T) {
	for _, kind := range []types.NetworkKind{types.NETWORK_KIND_LOCAL, types.NETWORK_KIND_TEST, types.NETWORK_KIND_MAIN} {
		g := types.DefaultGenesis()
		g.NetworkKind = kind
		f := newFixtureWith(t, *g)
		res, err := f.query.Network(f.ctx.WithChainID("chain-1"), &types.QueryNetworkRequest{})
		require.NoError(t, err)
		require.Equal(t, kind, res.Kind)
		require.Equal(t, "chain-1", res.ChainId)
		exported, err := f.keeper.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.Equal(t, kind, exported.NetworkKind)
		require.Contains(t, f.export(), `"network_kind":"NETWORK_KIND_`+kind.Word()+`"`)
	}
	f := newFixture(t)
	require.ErrorContains(t, f.keeper.InitGenesis(f.ctx, types.GenesisState{Params: types.DefaultParams()}), "network_kind")
}
