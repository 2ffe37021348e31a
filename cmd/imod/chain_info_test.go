package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/clients/chaininfo"
)

var updateInfo = flag.Bool("update-chain-info", false, "write the descriptions of the local network below clients/chaininfo")

func chainInfo(t *testing.T, args ...string) string {
	t.Helper()
	cmd := chainInfoCmd()
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SetArgs(args)
	require.NoError(t, cmd.ExecuteContext(t.Context()), out.String())
	return out.String()
}

// TestChainInfo: the published descriptions of the local network are those that this program writes, from its own constants.
func TestChainInfo(t *testing.T) {
	folder := filepath.Join("..", "..", "clients", "chaininfo", "imo-local-1")
	for _, format := range chaininfo.Formats() {
		text := chainInfo(t, format)
		path := filepath.Join(folder, format)
		if *updateInfo {
			require.NoError(t, os.MkdirAll(folder, 0o755))
			require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		}
		published, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(published), text, "%s: write it anew with -update-chain-info", path)
	}
	out := t.TempDir()
	chainInfo(t, "--out", out)
	files, err := os.ReadDir(out)
	require.NoError(t, err)
	require.Len(t, files, len(chaininfo.Formats()))

	chain := networkInfo("imo-1")
	require.Equal(t, uint64(7641), chain.EVMChainID)
	require.Equal(t, uint32(60), chain.CoinType)
	require.Equal(t, []any{"imo", "aimo", 18}, []any{chain.Bech32Prefix, chain.Denom, chain.Decimals})
	require.False(t, chain.TestNetwork)
	native := app.NativeMetadata()
	require.Equal(t, native.Display, chain.Display)
	require.Equal(t, native.Symbol, chain.Symbol)
}

// TestChainInfoTokens: coins that a node knows are listed, page by page, with their decimals.
func TestChainInfoTokens(t *testing.T) {
	pages := map[string]string{
		"": `{"metadatas":[{"base":"aimo","display":"imo","denom_units":[{"denom":"aimo"},{"denom":"imo","exponent":18}]}],"pagination":{"next_key":"a+b="}}`,
		"a+b=": `{"metadatas":[{"base":"model-1","display":"MODEL-1","name":"Tiny","symbol":"TINY","denom_units":[{"denom":"model-1"},{"denom":"MODEL-1","exponent":18}]},
			{"base":"ibc/1","display":"usdc","name":"USD Coin","symbol":"USDC","denom_units":[{"denom":"ibc/1"},{"denom":"usdc","exponent":6}]},{"base":"x"}],"pagination":{"next_key":null}}`,
	}
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := w.Write([]byte(pages[r.URL.Query().Get("pagination.key")]))
		require.NoError(t, err)
	}))
	defer node.Close()
	var list chaininfo.AssetList
	require.NoError(t, json.Unmarshal([]byte(chainInfo(t, "assetlist.json", "--tokens", "--rest", node.URL)), &list))
	require.Len(t, list.Assets, 3)
	require.Equal(t, "model-1", list.Assets[1].Base)
	require.Equal(t, chaininfo.DenomUnit{Denom: "usdc", Exponent: 6}, list.Assets[2].DenomUnits[1])
}
