// Package web_test walks the pages of a live network in a real browser.
package web_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"

	"cosmossdk.io/log/v2"
	sdkmath "cosmossdk.io/math"

	simtestutil "github.com/cosmos/cosmos-sdk/testutil/sims"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
)

var screenshots = flag.Bool("screenshots", false, "write the screenshots of docs/screenshots")

// portOffset keeps the network away from those of other tests; PORT_OFFSET names another.
func portOffset() string {
	if named := os.Getenv("PORT_OFFSET"); named != "" {
		return named
	}
	return "4600"
}

// saleTime is longer than all tests of the pages take.
const saleTime = 20 * time.Minute

func TestPages(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	binary := filepath.Join(root, "build", "imod")
	if named := os.Getenv("IMOD"); named != "" {
		binary = named
	}
	require.FileExists(t, binary, "run `make build` first")

	home := filepath.Join(t.TempDir(), "net")
	t.Cleanup(func() {
		out, err := exec.Command(binary, "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	run := func(args ...string) []byte {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), binary, args...)
		cmd.Dir = root
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "imod %v: %s%s", args, out, stderr.Bytes())
		return out
	}
	// The demo leaves a model that is proved, sold, used and minted from: every page has something to show.
	run("demo", "--home", home, "--port-offset", portOffset())
	n := openNetwork(t, home)
	offering := n.openOffering(run, root)

	shots := t.TempDir()
	if *screenshots {
		shots = filepath.Join(root, "docs", "screenshots")
		require.NoError(t, os.MkdirAll(shots, 0o755))
	}
	keplr, ethereum := n.key("bo"), n.key("chi")
	node := exec.CommandContext(t.Context(), "node", "--test", "--test-concurrency=1", "--test-timeout=120000", "pages.test.mjs", "wallets.test.mjs", "trouble.test.mjs")
	node.Env = append(os.Environ(),
		"PAGES="+n.net.Nodes[0].REST+"/web/", "JSONRPC="+n.net.Nodes[0].JSONRPC, "CHAIN_ID="+n.net.ChainID, "SCREENSHOTS="+shots,
		"OFFERING="+strconv.FormatUint(offering, 10),
		"KEPLR_KEY=0x"+hex.EncodeToString(keplr.Priv.Key), "KEPLR_ADDRESS="+keplr.Address.String(),
		"ETHEREUM_KEY=0x"+hex.EncodeToString(ethereum.Priv.Key), "ETHEREUM_ADDRESS="+ethereum.Address.String(), "ETHEREUM_HEX="+ethereum.Eth().Hex(),
	)
	out, err := node.CombinedOutput()
	t.Log(string(out))
	require.NoError(t, err)
}

// network is the demo's network, still running.
type network struct {
	t      *testing.T
	net    *localnet.Network
	client *rpc.Client
}

func openNetwork(t *testing.T, home string) *network {
	t.Helper()
	net, err := localnet.Open(home)
	require.NoError(t, err)
	temporary := app.New(log.NewNopLogger(), dbm.NewMemDB(), true, simtestutil.EmptyAppOptions{})
	client, err := net.Client(localnet.Chain{Codec: temporary.AppCodec(), TxConfig: temporary.TxConfig()}, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	return &network{t: t, net: net, client: client}
}

func (n *network) key(name string) rpc.Key {
	n.t.Helper()
	key, err := n.net.Key(name)
	require.NoError(n.t, err)
	return key
}

// ask sends a message and decodes its answer.
func (n *network) ask(key rpc.Key, msg sdk.Msg, answer proto.Message) {
	n.t.Helper()
	result, err := n.client.SendTx(n.t.Context(), key, []sdk.Msg{msg})
	require.NoError(n.t, err)
	var data sdk.TxMsgData
	require.NoError(n.t, proto.Unmarshal(result.Data, &data))
	require.NoError(n.t, proto.Unmarshal(data.MsgResponses[0].Value, answer))
}

// openOffering registers a second model, the picture model with one bit of its weights changed, and
// offers its token, with some bids.
func (n *network) openOffering(run func(...string) []byte, root string) uint64 {
	t := n.t
	t.Helper()
	ctx, models, dir := t.Context(), filepath.Join(root, "models", "picture"), t.TempDir()
	file, err := os.ReadFile(filepath.Join(models, "picture.onnx"))
	require.NoError(t, err)
	file[len(file)/2] ^= 1
	changed := filepath.Join(dir, "sketch.onnx")
	require.NoError(t, os.WriteFile(changed, file, 0o600))

	builder := n.key("dee")
	url, err := n.net.ServeModels(ctx, "")
	require.NoError(t, err)
	var packed struct{ Folder, Root string }
	require.NoError(t, json.Unmarshal(run("model", "pack", changed, "--spec", filepath.Join(models, "pipeline.json"), "--card", filepath.Join(models, "card.md"),
		"--creator", builder.Address.String(), "--out", n.net.ModelsDir(), "--output", "json"), &packed))
	manifest, err := os.ReadFile(filepath.Join(packed.Folder, bundle.FileManifest))
	require.NoError(t, err)
	coins := func(tenths int64) sdk.Coin {
		return sdk.NewCoin(app.BaseDenom, sdkmath.NewIntWithDecimal(tenths, app.Decimals-1))
	}
	var registered imotypes.MsgRegisterModelResponse
	n.ask(builder, &imotypes.MsgRegisterModel{
		Creator: builder.Address.String(), Name: "Sketch", Summary: "Paints in a hand of its own, from the same sentences.", Licence: "Apache-2.0",
		BundleUris: []string{url}, Manifest: manifest, Price: coins(2),
		Contributors: []imotypes.Contributor{{Address: builder.Address.String(), Weight: 1}}, VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}, &registered)
	queries := imotypes.NewQueryClient(n.client.Conn())
	require.Eventually(t, func() bool {
		res, err := queries.Model(ctx, &imotypes.QueryModelRequest{Id: registered.ModelId})
		return err == nil && res.Model.Status == imotypes.MODEL_STATUS_REPRODUCED
	}, time.Minute, 250*time.Millisecond, "proof of the second model")
	height, err := n.client.Height(ctx)
	require.NoError(t, err)
	require.NoError(t, n.client.WaitHeight(ctx, height+1))

	status, err := n.client.Comet().Status(ctx)
	require.NoError(t, err)
	end := status.SyncInfo.LatestBlockTime.Add(saleTime)
	denom := imotypes.TokenDenom(registered.ModelId)
	var created imotypes.MsgCreateOfferingResponse
	n.ask(builder, &imotypes.MsgCreateOffering{
		Creator: builder.Address.String(), ModelId: registered.ModelId, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Sketch", TokenSymbol: "SKETCH",
		TotalSupply: sdk.NewCoin(denom, sdkmath.NewIntWithDecimal(1000, app.Decimals)), SaleBps: 6000, ContributorsBps: 3000, TreasuryBps: 1000,
		PaymentDenom: app.BaseDenom, Price: coins(1).Amount, SoftCap: coins(300), MinBid: coins(10), OwnerCap: coins(500),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: end.Add(-time.Minute),
		Tranches: []imotypes.Tranche{{ReleaseTime: end.Add(time.Hour), Bps: 10_000}}, ExitWindow: 30 * time.Minute, VestingDuration: 24 * time.Hour,
		DisclosureHash: packed.Root, MinRequestPrice: coins(0), MaxRequestPrice: coins(100),
	}, &created)
	for i, tenths := range []int64{60, 45, 110, 70, 35} {
		bidder := n.key([]string{"ana", "eve", "fay"}[i%3])
		var answer imotypes.MsgPlaceBidResponse
		n.ask(bidder, &imotypes.MsgPlaceBid{
			Bidder: bidder.Address.String(), OfferingId: created.OfferingId, Amount: coins(tenths), MaxPrice: coins(1).Amount, TermsHash: created.TermsHash,
		}, &answer)
	}
	return created.OfferingId
}
