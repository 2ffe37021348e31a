// Package e2e drives the built binary as separate processes, on ports of their own.
package e2e_test

import (
	"context"
	"encoding/json"
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

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// portOffset keeps the tests' networks away from one that a developer runs.
const portOffset = "2000"

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return dir
}

// binary is build/imod, which make test-e2e builds first.
func binary(t *testing.T) string {
	t.Helper()
	path := filepath.Join(root(t), "build", "imod")
	_, err := os.Stat(path)
	require.NoError(t, err, "run `make build` first")
	return path
}

// imod runs a command of the binary in the repository's folder.
func imod(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary(t), args...)
	cmd.Dir = root(t)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "imod %s: %s", strings.Join(args, " "), out)
	return string(out)
}

// network is a running four-validator network with a proved picture model.
type network struct {
	t      *testing.T
	net    *localnet.Network
	client *rpc.Client
	temp   *app.App
	ana    rpc.Key
	eve    rpc.Key
}

// start runs a network whose requests expire after some blocks.
func start(t *testing.T, requestBlocks string) *network {
	t.Helper()
	home := filepath.Join(t.TempDir(), "net")
	config := filepath.Join(t.TempDir(), "config.yml")
	raw, err := os.ReadFile(filepath.Join(root(t), "config.yml"))
	require.NoError(t, err)
	raw = append(raw, []byte("    oracle:\n      params:\n        request_blocks: "+requestBlocks+"\n")...)
	require.NoError(t, os.WriteFile(config, raw, 0o600))
	imod(t, "testnet", "start", "--home", home, "--config", config, "--port-offset", portOffset)
	t.Cleanup(func() {
		out, err := exec.Command(binary(t), "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})

	n := &network{t: t, temp: app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.EmptyAppOptions{})}
	n.net, err = localnet.Open(home)
	require.NoError(t, err)
	n.client = n.dial(0)
	n.ana, err = n.net.Key("ana")
	require.NoError(t, err)
	n.eve, err = n.net.Key("eve")
	require.NoError(t, err)
	n.registerPicture()
	return n
}

func (n *network) dial(i int) *rpc.Client {
	n.t.Helper()
	price, err := sdk.ParseDecCoin(n.net.GasPrice)
	require.NoError(n.t, err)
	node := n.net.Nodes[i]
	client, err := rpc.Dial(rpc.Config{
		ChainID: n.net.ChainID, Comet: node.RPC, GRPC: node.GRPC, Codec: n.temp.AppCodec(), TxConfig: n.temp.TxConfig(), GasPrice: price,
	})
	require.NoError(n.t, err)
	n.t.Cleanup(func() { _ = client.Close() })
	return client
}

// registerPicture packs and registers the picture model and waits until it is proved.
func (n *network) registerPicture() {
	t := n.t
	t.Helper()
	url, err := n.net.ServeModels(t.Context(), binary(t))
	require.NoError(t, err)
	models := filepath.Join(root(t), "models", "picture")
	out := imod(t, "model", "pack", filepath.Join(models, "picture.onnx"), "--spec", filepath.Join(models, "pipeline.json"),
		"--card", filepath.Join(models, "card.md"), "--creator", n.ana.Address.String(), "--out", n.net.ModelsDir(), "--output", "json")
	var packed struct {
		Folder string `json:"folder"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &packed))
	manifest, err := os.ReadFile(filepath.Join(packed.Folder, bundle.FileManifest))
	require.NoError(t, err)
	_, err = n.client.SendTx(t.Context(), n.ana, []sdk.Msg{&imotypes.MsgRegisterModel{
		Creator: n.ana.Address.String(), Name: "Picture", Summary: "Paints.", Licence: "Apache-2.0", BundleUris: []string{url},
		Manifest: manifest, Price: sdk.NewInt64Coin(app.BaseDenom, 1_000_000),
		Contributors:      []imotypes.Contributor{{Address: n.ana.Address.String(), Weight: 1}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}})
	require.NoError(t, err)
	n.eventually(time.Minute, "proof of the model", func() bool {
		res, err := imotypes.NewQueryClient(n.client.Conn()).Model(t.Context(), &imotypes.QueryModelRequest{Id: 1})
		return err == nil && res.Model.Status == imotypes.MODEL_STATUS_REPRODUCED
	})
	n.blocks(1)
}

func (n *network) eventually(limit time.Duration, what string, ask func() bool) {
	n.t.Helper()
	require.Eventually(n.t, ask, limit, 250*time.Millisecond, what)
}

// blocks waits until the chain has made some more blocks.
func (n *network) blocks(count int64) {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), time.Minute)
	defer cancel()
	height, err := n.client.Height(ctx)
	require.NoError(n.t, err)
	require.NoError(n.t, n.client.WaitHeight(ctx, height+count))
}

// request asks for a picture and returns the request's id.
func (n *network) request(seed uint64) uint64 {
	n.t.Helper()
	result, err := n.client.SendTx(n.t.Context(), n.eve, []sdk.Msg{&oracletypes.MsgRequestInference{
		Requester: n.eve.Address.String(), ModelId: 1, Input: []byte("a red fish on a blue ground"), Seed: seed,
		MaxFee: sdk.NewCoins(sdk.NewInt64Coin(app.BaseDenom, 1_000_000_000_000_000_000)),
	}}, rpc.WithGas(300_000))
	require.NoError(n.t, err)
	var data sdk.TxMsgData
	require.NoError(n.t, proto.Unmarshal(result.Data, &data))
	var response oracletypes.MsgRequestInferenceResponse
	require.NoError(n.t, proto.Unmarshal(data.MsgResponses[0].Value, &response))
	return response.RequestId
}

func (n *network) status(id uint64) oracletypes.Request {
	n.t.Helper()
	res, err := oracletypes.NewQueryClient(n.client.Conn()).Request(n.t.Context(), &oracletypes.QueryRequestRequest{Id: id})
	require.NoError(n.t, err)
	return res.Request
}

func (n *network) final(id uint64) bool { return n.status(id).Final() }

// made returns how many attestations a validator has made.
func (n *network) made(i int) uint64 {
	n.t.Helper()
	res, err := oracletypes.NewQueryClient(n.client.Conn()).Performance(n.t.Context(), &oracletypes.QueryPerformanceRequest{Address: n.consensus(i)})
	if err != nil {
		return 0
	}
	return res.Validator.Current.Made + res.Validator.Previous.Made
}

func (n *network) consensus(i int) string {
	n.t.Helper()
	address, err := sdk.ConsAddressFromHex(n.net.Nodes[i].Consensus)
	require.NoError(n.t, err)
	return address.String()
}

// sidecarPids finds the sidecar of a node, and its workers, by the home in their command line.
func (n *network) sidecarPids(i int) []int {
	n.t.Helper()
	needle := "\x00sidecar\x00--supervised\x00--home\x00" + n.net.NodeHome(n.net.Nodes[i].Name) + "\x00"
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(n.t, err)
	var pids []int
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && strings.Contains(string(raw), needle) {
			var pid int
			require.NoError(n.t, json.Unmarshal([]byte(filepath.Base(filepath.Dir(file))), &pid))
			pids = append(pids, pid)
		}
	}
	return pids
}

// signalSidecar sends a signal to the sidecar of a node.
func (n *network) signalSidecar(i int, signal syscall.Signal) {
	n.t.Helper()
	pids := n.sidecarPids(i)
	require.NotEmpty(n.t, pids, "node %d has no sidecar", i)
	for _, pid := range pids {
		require.NoError(n.t, syscall.Kill(pid, signal))
	}
}
