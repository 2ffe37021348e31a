// Package live runs networks of the built binary as separate processes, on ports of their own, for tests that need them: one
// [Start] gives a [Network] with a client; models are packed and registered by [Network.Register], requests made by
// [Network.Request], nodes and sidecars killed by their own process ids.
package live

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// pollInterval is how often a wait looks again.
const pollInterval = 100 * time.Millisecond

// Options say how a network differs from that of config.yml.
type Options struct {
	// PortOffset keeps the network away from others.
	PortOffset int
	// Oracle are parameters of x/oracle in the genesis.
	Oracle map[string]any
	// Genesis is YAML that goes below genesis.app_state, indented by four blanks.
	Genesis string
	// Beacons gives every validator a hash chain and registers it.
	Beacons bool
	// Validators is how many of config.yml's validators run; 0 is all.
	Validators int
	// Relayer is the program of the IBC relayer; with it a second chain is linked to the first, see [Network.Peer].
	Relayer string
	// Replace exchanges texts in config.yml.
	Replace *strings.Replacer
}

// Network is a running network.
type Network struct {
	T   testing.TB
	Net *localnet.Network
	// Client talks to the first node.
	Client *rpc.Client

	application *app.App // for codecs
}

// In is the network with failures reported to another test: a subtest must not fail its parent's.
func (n *Network) In(t testing.TB) *Network {
	same := *n
	same.T = t
	return &same
}

// Peer is the second chain of a network with a relayer.
func (n *Network) Peer() *Network {
	n.T.Helper()
	require.NotNil(n.T, n.Net.IBC, "the network is not linked")
	peer, err := localnet.Open(n.Net.IBC.Home)
	require.NoError(n.T, err)
	second := &Network{T: n.T, Net: peer, application: n.application}
	second.Client = second.Dial(0)
	return second
}

// Codec is the application's, for clients of other chains.
func (n *Network) Codec() codec.Codec { return n.application.AppCodec() }

// TxConfig is the application's, for clients of other chains.
func (n *Network) TxConfig() client.TxConfig { return n.application.TxConfig() }

// Root is the folder of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return dir
}

// Binary is build/imod, which the make targets build first.
func Binary(t testing.TB) string {
	t.Helper()
	path := filepath.Join(Root(t), "build", "imod")
	_, err := os.Stat(path)
	require.NoError(t, err, "run `make build` first")
	return path
}

// Imod runs a command of the binary in the repository's folder and returns what it prints.
func Imod(t testing.TB, args ...string) string {
	t.Helper()
	out, err := command(t, args...).CombinedOutput()
	require.NoError(t, err, "imod %s: %s", strings.Join(args, " "), out)
	return string(out)
}

func command(t testing.TB, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), Binary(t), args...)
	cmd.Dir = Root(t)
	return cmd
}

// Start starts a network and stops it when the test ends.
func Start(t testing.TB, o Options) *Network {
	t.Helper()
	home := filepath.Join(t.TempDir(), "net")
	args := []string{
		"--home", home, "--config", o.config(t), "--port-offset", strconv.Itoa(o.PortOffset), "--validators", strconv.Itoa(o.Validators),
	}
	n := &Network{T: t, application: app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.EmptyAppOptions{})}
	var tips []string
	if o.Beacons { // a node reads its chain when it starts
		Imod(t, append([]string{"testnet", "init-files"}, args...)...)
		tips = n.beacons(home)
	}
	t.Cleanup(func() {
		out, err := exec.Command(Binary(t), "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	if o.Relayer != "" {
		args = append(args, "--ibc", "--relayer", o.Relayer)
	}
	Imod(t, append([]string{"testnet", "start"}, args...)...)
	var err error
	n.Net, err = localnet.Open(home)
	require.NoError(t, err)
	n.Client = n.Dial(0)
	n.setBeacons(tips)
	return n
}

// config is config.yml with what the options add.
func (o Options) config(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(Root(t), "config.yml"))
	require.NoError(t, err)
	text := string(raw)
	if o.Replace != nil {
		text = o.Replace.Replace(text)
		require.NotEqual(t, string(raw), text, "config.yml has none of the texts")
	}
	text += o.Genesis // the file ends within genesis.app_state
	if len(o.Oracle) > 0 {
		text += "    oracle:\n      params:\n"
		for key, value := range o.Oracle {
			text += fmt.Sprintf("        %s: %v\n", key, value)
		}
	}
	path := filepath.Join(t.TempDir(), "config.yml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// beacons makes a hash chain for every node and returns their tips.
func (n *Network) beacons(home string) []string {
	n.T.Helper()
	made, err := localnet.Open(home)
	require.NoError(n.T, err)
	tips := make([]string, len(made.Nodes))
	var group errgroup.Group
	for i, node := range made.Nodes {
		group.Go(func() error {
			out, err := command(n.T, "beacon", "--home", made.NodeHome(node.Name)).Output()
			tips[i] = strings.TrimSpace(string(out))
			return err
		})
	}
	require.NoError(n.T, group.Wait())
	return tips
}

// setBeacons registers the chains, all in one go.
func (n *Network) setBeacons(tips []string) {
	n.T.Helper()
	var group errgroup.Group
	for i, tip := range tips {
		group.Go(func() error {
			operator, err := n.Net.Key(n.Net.Nodes[i].Moniker)
			if err != nil {
				return err
			}
			_, err = n.Client.SendTx(n.T.Context(), operator, []sdk.Msg{&oracletypes.MsgSetBeacon{Operator: operator.Address.String(), Tip: tip}})
			return err
		})
	}
	require.NoError(n.T, group.Wait())
}

// Dial connects to a node.
func (n *Network) Dial(i int) *rpc.Client {
	n.T.Helper()
	client, err := n.Net.Client(localnet.Chain{Codec: n.application.AppCodec(), TxConfig: n.application.TxConfig()}, i)
	require.NoError(n.T, err)
	n.T.Cleanup(func() { _ = client.Close() })
	return client
}

// Key is the key of an account of config.yml.
func (n *Network) Key(name string) rpc.Key {
	n.T.Helper()
	key, err := n.Net.Key(name)
	require.NoError(n.T, err)
	return key
}

// Eventually asks until the answer is yes, and fails when the limit is over.
func (n *Network) Eventually(limit time.Duration, what string, ask func() bool) {
	n.T.Helper()
	for end := time.Now().Add(limit); !ask(); time.Sleep(pollInterval) {
		require.True(n.T, time.Now().Before(end), "%s: not within %s", what, limit)
	}
}

// Blocks waits until the chain has made some more blocks.
func (n *Network) Blocks(count int64) {
	n.T.Helper()
	ctx, cancel := context.WithTimeout(n.T.Context(), time.Minute)
	defer cancel()
	height, err := n.Client.Height(ctx)
	require.NoError(n.T, err)
	require.NoError(n.T, n.Client.WaitHeight(ctx, height+count))
}

// CheckLogs fails when a node's log tells of a halted consensus or a panic.
func (n *Network) CheckLogs() {
	n.T.Helper()
	for _, node := range n.Net.Nodes {
		raw, err := os.ReadFile(n.Net.LogFile(node.Name))
		require.NoError(n.T, err)
		for _, bad := range []string{"CONSENSUS FAILURE", "panic:"} {
			require.NotContains(n.T, string(raw), bad, node.Name)
		}
	}
}
