package e2e_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// contractsPortOffset keeps this network away from those of the other tests.
const contractsPortOffset = "8000"

// TestContracts runs the example contracts on a network of processes: validators that reveal a
// beacon, a model with a small output, a courier with an account of its own, an Ethereum client.
func TestContracts(t *testing.T) {
	n := startWithBeacon(t)
	n.registerTiny()
	courier := n.startCourier()
	revenue, client := make(chan error, 1), n.dial(0)
	go func() { revenue <- testRevenue(t, n.net, client, 1) }()

	node := exec.CommandContext(t.Context(), "node", "--test", "test/oracle.test.mjs")
	node.Dir = filepath.Join(root(t), "contracts")
	node.Env = append(os.Environ(), "RPC="+n.net.Nodes[0].JSONRPC, "KEY=0x"+hex.EncodeToString(n.eve.Priv.Key), "MODEL=1", "BEACON=1")
	out, err := node.CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)

	log := courier()
	require.Contains(t, log, `"msg":"delivered"`)
	for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
	}
	mock := exec.CommandContext(t.Context(), "node", "--test", "test/mock.test.mjs")
	mock.Dir, mock.Env = node.Dir, node.Env
	out, err = mock.CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)
	require.NoError(t, <-revenue)
}

// startWithBeacon starts a network whose validators have hash chains, and registers them.
func startWithBeacon(t *testing.T) *network {
	t.Helper()
	home := filepath.Join(t.TempDir(), "net")
	args := []string{"--home", home, "--config", filepath.Join(root(t), "config.yml"), "--port-offset", contractsPortOffset}
	imod(t, append([]string{"testnet", "init-files"}, args...)...)
	n := &network{t: t, temp: app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.EmptyAppOptions{})}
	var err error
	n.net, err = localnet.Open(home)
	require.NoError(t, err)
	tips := make([]string, len(n.net.Nodes))
	for i, node := range n.net.Nodes {
		tips[i] = strings.TrimSpace(imod(t, "beacon", "--home", n.net.NodeHome(node.Name)))
		require.Len(t, tips[i], 64)
	}
	imod(t, append([]string{"testnet", "start"}, args...)...)
	t.Cleanup(func() {
		out, err := exec.Command(binary(t), "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	n.net, err = localnet.Open(home)
	require.NoError(t, err)
	n.client = n.dial(0)
	n.ana, err = n.net.Key("ana")
	require.NoError(t, err)
	n.eve, err = n.net.Key("eve")
	require.NoError(t, err)
	for i := range n.net.Nodes {
		operator, err := n.net.Key(fmt.Sprintf("val%d", i+1)) // as config.yml names them
		require.NoError(t, err)
		_, err = n.client.SendTx(t.Context(), operator, []sdk.Msg{&oracletypes.MsgSetBeacon{Operator: operator.Address.String(), Tip: tips[i]}})
		require.NoError(t, err)
	}
	return n
}

// registerTiny registers a model of twelve bytes of output and waits until it is proved and a
// validator has revealed.
func (n *network) registerTiny() {
	t := n.t
	t.Helper()
	url, err := n.net.ServeModels(t.Context(), binary(t))
	require.NoError(t, err)
	tiny := models.Tiny(t, n.ana.Address, 0)
	folder := filepath.Join(n.net.ModelsDir(), bundle.FolderName(tiny.Manifest.Root()))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, tiny.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
	_, err = n.client.SendTx(t.Context(), n.ana, []sdk.Msg{&imotypes.MsgRegisterModel{
		Creator: n.ana.Address.String(), Name: "Tiny", Summary: "Paints two by two pixels.", Licence: "Apache-2.0", BundleUris: []string{url},
		Manifest: tiny.Manifest.Encode(), Price: sdk.NewInt64Coin(app.BaseDenom, 1_000_000),
		Contributors:      []imotypes.Contributor{{Address: n.ana.Address.String(), Weight: 1}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}})
	require.NoError(t, err)
	n.eventually(time.Minute, "proof of the model", func() bool {
		res, err := imotypes.NewQueryClient(n.client.Conn()).Model(t.Context(), &imotypes.QueryModelRequest{Id: 1})
		return err == nil && res.Model.Status == imotypes.MODEL_STATUS_REPRODUCED
	})
	n.eventually(time.Minute, "a reveal", func() bool {
		res, err := oracletypes.NewQueryClient(n.client.Conn()).Beacon(t.Context(), &oracletypes.QueryBeaconRequest{})
		return err == nil && res.Beacon.RevealedHeight > 0
	})
}

// startCourier runs a courier with a new key, funded by eve. The function that it returns stops it
// and gives its log.
func (n *network) startCourier() (stop func() string) {
	t := n.t
	t.Helper()
	key, err := rpc.NewKey("courier")
	require.NoError(t, err)
	_, err = n.client.SendTx(t.Context(), n.eve, []sdk.Msg{sendCoins(n.eve, key, 5_000_000_000_000_000_000)})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(key.Priv.Key)), 0o600))
	cmd := exec.CommandContext(t.Context(), binary(t), "courier", "--key-file", file, "--output", "json", "--max-loss", "1imo",
		"--grpc", n.net.Nodes[1].GRPC, "--json-rpc", n.net.Nodes[1].JSONRPC)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	text := make(chan string)
	go func() {
		raw, _ := io.ReadAll(bufio.NewReader(stderr)) // what there was, when the process is gone
		text <- string(raw)
	}()
	return func() string {
		t.Helper()
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		out := <-text
		require.NoError(t, cmd.Wait(), out)
		require.NotContains(t, out, hex.EncodeToString(key.Priv.Key))
		return out
	}
}

func sendCoins(from, to rpc.Key, amount int64) sdk.Msg {
	return banktypes.NewMsgSend(from.Address, to.Address, sdk.NewCoins(sdk.NewInt64Coin(app.BaseDenom, amount)))
}
