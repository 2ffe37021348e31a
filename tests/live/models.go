package live

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// ModelPrice is what a run of a registered model costs besides the network fee, in aimo.
const ModelPrice = 1_000_000

// Tiny, a model of four pixels, and Letters, which takes any 48 bytes, Register makes itself; every other name is a folder of models/.
// A number behind Tiny, as in tiny3, asks for other weights.
const Tiny, Letters = "tiny", "letters"

// Register packs models as Ana, serves their bundles, registers them in one transaction and waits until they are proved. It returns
// their ids.
func (n *Network) Register(names ...string) []uint64 {
	n.T.Helper()
	url := n.ModelsURL()
	ana := n.Key("ana")
	var msgs []sdk.Msg
	for _, name := range names {
		msgs = append(msgs, &imotypes.MsgRegisterModel{
			Creator: ana.Address.String(), Name: "Model " + name, Summary: "For tests.", Licence: "Apache-2.0", BundleUris: []string{url},
			Manifest: n.pack(name, ana), Price: sdk.NewInt64Coin(app.BaseDenom, ModelPrice),
			Contributors:      []imotypes.Contributor{{Address: ana.Address.String(), Weight: 1}},
			VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
		})
	}
	result, err := n.Client.SendTx(n.T.Context(), ana, msgs)
	require.NoError(n.T, err)
	ids := make([]uint64, len(names))
	for i, raw := range responses(n.T, result) {
		var response imotypes.MsgRegisterModelResponse
		require.NoError(n.T, proto.Unmarshal(raw, &response))
		ids[i] = response.ModelId
	}
	for i, id := range ids {
		n.Eventually(2*time.Minute, "proof of "+names[i], func() bool {
			res, err := imotypes.NewQueryClient(n.Client.Conn()).Model(n.T.Context(), &imotypes.QueryModelRequest{Id: id})
			return err == nil && res.Model.Status == imotypes.MODEL_STATUS_REPRODUCED
		})
	}
	n.Blocks(1) // what transactions are checked against moves on a moment after what queries see
	return ids
}

// ModelsURL is where the creator offers its bundles; the server is started unless it runs.
func (n *Network) ModelsURL() string {
	n.T.Helper()
	url, err := n.Net.ServeModels(n.T.Context(), Binary(n.T))
	require.NoError(n.T, err)
	return url
}

// pack puts the bundle of a model where it is served and returns its manifest.
func (n *Network) pack(name string, creator rpc.Key) []byte {
	n.T.Helper()
	if number, tiny := strings.CutPrefix(name, Tiny); tiny || name == Letters {
		made := models.Letters(n.T, creator.Address)
		if tiny {
			variant, err := strconv.Atoi("0" + number)
			require.NoError(n.T, err)
			made = models.Tiny(n.T, creator.Address, variant)
		}
		folder := filepath.Join(n.Net.ModelsDir(), bundle.FolderName(made.Manifest.Root()))
		require.NoError(n.T, os.MkdirAll(folder, 0o755))
		require.NoError(n.T, made.Write(func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }))
		return made.Manifest.Encode()
	}
	source := filepath.Join(Root(n.T), "models", name)
	out := Imod(n.T, "model", "pack", filepath.Join(source, name+".onnx"), "--spec", filepath.Join(source, "pipeline.json"),
		"--card", filepath.Join(source, "card.md"), "--creator", creator.Address.String(), "--out", n.Net.ModelsDir(), "--output", "json")
	var packed struct {
		Folder string `json:"folder"`
	}
	require.NoError(n.T, json.Unmarshal([]byte(out), &packed))
	manifest, err := os.ReadFile(filepath.Join(packed.Folder, bundle.FileManifest))
	require.NoError(n.T, err)
	return manifest
}
