package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/imo/types"
)

func TestNetworkKind(t *testing.T) {
	require.Equal(t, []string{"LOCAL", "TEST", "MAIN"}, types.NetworkKinds())
	for _, text := range []string{"MAIN", "main", "NETWORK_KIND_MAIN"} {
		kind, err := types.ParseNetworkKind(text)
		require.NoError(t, err, text)
		require.Equal(t, types.NETWORK_KIND_MAIN, kind)
		require.NoError(t, kind.Validate())
	}
	for _, text := range []string{"", "UNSPECIFIED", "NETWORK_KIND_UNSPECIFIED", "mainnet", "1", "LOCAL, TEST"} {
		_, err := types.ParseNetworkKind(text)
		require.ErrorIs(t, err, types.ErrInvalidGenesis, text)
	}
	for _, kind := range []types.NetworkKind{types.NETWORK_KIND_UNSPECIFIED, 4, -1} {
		require.ErrorContains(t, kind.Validate(), "LOCAL, TEST, MAIN")
		g := types.DefaultGenesis()
		g.NetworkKind = kind
		require.ErrorIs(t, g.Validate(), types.ErrInvalidGenesis)
	}
	require.Equal(t, types.NETWORK_KIND_TEST, types.DefaultGenesis().NetworkKind)
}
