package localnet_test

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/imochain/imod/localnet"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestGenesisRegistersHashChains: the tip that a node makes in its home stands in the genesis under its
// validator, so that seeds can be assigned from the first blocks on.
func TestGenesisRegistersHashChains(t *testing.T) {
	chain := testChain(t)
	chain.Beacon = func(home string) ([]byte, error) {
		tip := sha256.Sum256([]byte(filepath.Base(home)))
		return tip[:], os.WriteFile(filepath.Join(home, "config", "beacon_secret"), []byte("secret"), 0o600)
	}
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t)}
	n, _, err := localnet.Init(t.Context(), chain, parse(t, smallConfig), opts)
	require.NoError(t, err)
	for _, node := range n.Nodes {
		home := filepath.Join(opts.Home, node.Name)
		require.FileExists(t, filepath.Join(home, "config", "beacon_secret"))
		doc, err := genutiltypes.AppGenesisFromFile(filepath.Join(home, "config", "genesis.json"))
		require.NoError(t, err)
		var state map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(doc.AppState, &state))
		var oracle oracletypes.GenesisState
		chain.Codec.MustUnmarshalJSON(state[oracletypes.ModuleName], &oracle)
		require.NoError(t, oracle.Validate())
		require.Len(t, oracle.BeaconChains, len(n.Nodes))
		for i, other := range n.Nodes {
			address, err := sdk.ConsAddressFromHex(other.Consensus)
			require.NoError(t, err)
			tip := sha256.Sum256([]byte(other.Name))
			require.Equal(t, oracletypes.BeaconChain{Validator: address.String(), Tip: tip[:]}, oracle.BeaconChains[i])
		}
	}
}
