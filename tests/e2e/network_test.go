// Package e2e drives the built binary as separate processes, on ports of their own.
package e2e_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// demoPorts and faultPorts keep the tests' networks away from one that a developer runs.
const demoPorts, faultPorts = "2000", 8000

// prompt is what the tests ask the picture model for.
const prompt = "a red fish on a blue ground"

// TestNetwork runs what needs four validators on one network: contracts, then faults.
func TestNetwork(t *testing.T) {
	n := live.Start(t, live.Options{
		PortOffset: faultPorts, Beacons: true,
		// An expiry is waited for, and so is the first block in which a new hash chain counts.
		Oracle: map[string]any{"request_blocks": 12, "beacon_delay_blocks": 4},
	})
	ids := n.Register("picture", live.Tiny, live.Letters)
	var content *contentTest
	t.Run("contracts", func(t *testing.T) { content = testContracts(t, n.In(t), ids[1], ids[2]) })
	require.NotNil(t, content, "the faults go on with its collection")
	var expired string
	t.Run("faults", func(t *testing.T) { expired = testFaults(t, n, ids[0], content) })
	t.Run("logs", func(t *testing.T) { testLogs(t, n.In(t), content, expired) })
	n.CheckLogs()
}

// made returns how many attestations a validator has made.
func made(t *testing.T, n *live.Network, i int) uint64 {
	t.Helper()
	res, err := oracletypes.NewQueryClient(n.Client.Conn()).Performance(t.Context(), &oracletypes.QueryPerformanceRequest{Address: n.Consensus(i)})
	if err != nil {
		return 0
	}
	return res.Validator.Current.Made + res.Validator.Previous.Made
}

// nodeTests prepares a file of contracts/test against a network, signing with the accounts named.
func nodeTests(t *testing.T, network *localnet.Network, file string, accounts []string, env ...string) *exec.Cmd {
	t.Helper()
	keys := make([]rpc.Key, len(accounts))
	for i, name := range accounts {
		var err error
		keys[i], err = network.Key(name)
		require.NoError(t, err)
	}
	return nodeTestsBy(t, network, file, keys, env...)
}

// nodeTestsBy is nodeTests with keys.
func nodeTestsBy(t *testing.T, network *localnet.Network, file string, keys []rpc.Key, env ...string) *exec.Cmd {
	t.Helper()
	private := make([]string, len(keys))
	for i, key := range keys {
		private[i] = "0x" + hex.EncodeToString(key.Priv.Key)
	}
	cmd := exec.CommandContext(t.Context(), "node", "--test", filepath.Join("test", file))
	cmd.Dir = filepath.Join(live.Root(t), "contracts")
	cmd.Env = append(append(os.Environ(), "RPC="+network.Nodes[0].JSONRPC, "KEYS="+strings.Join(private, ",")), env...)
	return cmd
}
