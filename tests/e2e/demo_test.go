package e2e_test

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet"
)

// TestDemo runs the demo as a user does, then an Ethereum client on the network it leaves behind.
func TestDemo(t *testing.T) {
	home := filepath.Join(t.TempDir(), "net")
	t.Cleanup(func() {
		out, err := exec.Command(binary(t), "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	out := imod(t, "demo", "--home", home, "--port-offset", portOffset)
	t.Log(out)
	require.FileExists(t, filepath.Join(home, "picture.png"))

	network, err := localnet.Open(home)
	require.NoError(t, err)
	key, err := network.Key("erin")
	require.NoError(t, err)
	node := exec.CommandContext(t.Context(), "node", "--test", "test/")
	node.Dir = filepath.Join(root(t), "contracts")
	node.Env = append(os.Environ(), "RPC="+network.Nodes[0].JSONRPC, "KEY=0x"+hex.EncodeToString(key.Priv.Key))
	log, err := node.CombinedOutput()
	require.NoError(t, err, string(log))
}
