package e2e_test

import (
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/tests/live"
)

// get fetches a page of the running network.
func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", url, body)
	return string(body)
}

// TestDemo runs the demo as a user does, then an Ethereum client on the network it leaves behind.
func TestDemo(t *testing.T) {
	home := filepath.Join(t.TempDir(), "net")
	t.Cleanup(func() {
		out, err := exec.Command(live.Binary(t), "testnet", "stop", "--home", home).CombinedOutput()
		require.NoError(t, err, string(out))
	})
	tour := filepath.Join(t.TempDir(), "tour.md")
	out := live.Imod(t, "demo", "--home", home, "--port-offset", demoPorts, "--tour", tour)
	t.Log(out)
	requireSameTour(t, tour)
	require.NotContains(t, out, "\x1b", "no escape codes in a pipe")
	require.NotContains(t, out, "\r")
	require.FileExists(t, filepath.Join(home, "picture.png"))

	network, err := localnet.Open(home)
	require.NoError(t, err)
	for url, want := range map[string]string{
		network.Nodes[0].REST + "/web/":                             "<title>",
		network.Nodes[0].REST + "/swagger/":                         "swagger",
		network.Nodes[0].REST + "/swagger/swagger.yaml":             "/imod/imo/v1/models",
		network.Nodes[0].REST + "/imod/revshare/v1/solvency":        `"solvent":true`,
		network.Nodes[0].REST + "/imod/oracle/v1/requests/1":        "REQUEST_STATUS_FINAL",
		network.Nodes[0].Metrics:                                    "cometbft_consensus_height",
		network.Nodes[0].REST + "/imod/imo/v1/offerings/1/clearing": "soft_cap_met",
	} {
		require.Contains(t, get(t, url), want, url)
	}
	log, err := nodeTests(t, network, "network.test.mjs", []string{"fay"}).CombinedOutput()
	require.NoError(t, err, string(log))
}
