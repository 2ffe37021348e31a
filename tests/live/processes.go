package live

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet"
)

// startArgs are those with which testnet start runs every node.
var startArgs = []string{
	"--log_no_color", "--sidecar.args", "--allow-local-network,--preview,--workers=1,--worker-memory=512",
}

// Kill ends a node at once, as a power cut would.
func (n *Network) Kill(i int) {
	n.T.Helper()
	require.NoError(n.T, n.Net.SignalNode(n.Net.Nodes[i].Name, syscall.SIGKILL))
}

// Restart starts a node that was killed. It does not wait.
func (n *Network) Restart(i int) {
	n.T.Helper()
	require.NoError(n.T, n.StartNode(i))
}

// StartNode is Restart for callers outside the test's goroutine.
func (n *Network) StartNode(i int) error {
	return n.Net.StartNode(localnet.Chain{StartArgs: startArgs}, n.Net.Nodes[i].Name, Binary(n.T))
}

// Stop ends the network's processes, and closes what they wrote.
func (n *Network) Stop() {
	n.T.Helper()
	Imod(n.T, "testnet", "stop", "--home", n.Net.Home())
}

// SidecarPids finds the sidecar of a node, and nothing else, by the home in its command line.
func (n *Network) SidecarPids(i int) []int {
	n.T.Helper()
	needle := "\x00sidecar\x00--supervised\x00--home\x00" + n.Net.NodeHome(n.Net.Nodes[i].Name) + "\x00"
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(n.T, err)
	var pids []int
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && strings.Contains(string(raw), needle) {
			var pid int
			require.NoError(n.T, json.Unmarshal([]byte(filepath.Base(filepath.Dir(file))), &pid))
			pids = append(pids, pid)
		}
	}
	return pids
}

// SignalSidecar sends a signal to the sidecar of a node, which must run.
func (n *Network) SignalSidecar(i int, signal syscall.Signal) {
	n.T.Helper()
	pids := n.SidecarPids(i)
	require.NotEmpty(n.T, pids, "node %d has no sidecar", i)
	for _, pid := range pids {
		require.NoError(n.T, syscall.Kill(pid, signal))
	}
}

// Bundles is the folder of the bundles that the sidecar of a node fetched.
func (n *Network) Bundles(i int) string {
	return filepath.Join(n.Net.NodeHome(n.Net.Nodes[i].Name), "sidecar", "bundles")
}

// LoseBundles takes from a node what its sidecar fetched, and kills the sidecar, which its supervisor starts again
// with nothing in memory.
func (n *Network) LoseBundles(i int) {
	n.T.Helper()
	require.NoError(n.T, os.Rename(n.Bundles(i), filepath.Join(n.T.TempDir(), "lost")))
	n.SignalSidecar(i, syscall.SIGKILL)
}

// Consensus is the consensus address of a node's validator in bech32.
func (n *Network) Consensus(i int) string {
	n.T.Helper()
	address, err := sdk.ConsAddressFromHex(n.Net.Nodes[i].Consensus)
	require.NoError(n.T, err)
	return address.String()
}
