package e2e_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// testContracts runs the example contracts on validators that reveal a beacon, a model with a small output, a courier with an account
// of its own, an Ethereum client; and, beside that, the same contracts with the mock oracle, and collections of content.
func testContracts(t *testing.T, n *live.Network, model, letters uint64) *contentTest {
	n.Eventually(time.Minute, "a reveal", func() bool {
		res, err := oracletypes.NewQueryClient(n.Client.Conn()).Beacon(t.Context(), &oracletypes.QueryBeaconRequest{})
		return err == nil && res.Beacon.RevealedHeight > 0
	})
	courier := startCourier(t, n)
	content := newContentTest(t, n, model, letters)

	var group errgroup.Group
	group.Go(func() error { return testRevenue(t, n, model) })
	group.Go(func() error { return testContent(t, n, content) })
	for _, cmd := range []*exec.Cmd{
		nodeTests(t, n.Net, "oracle.test.mjs", []string{"eve", "fay", "dev0", "dev1"}, "MODEL="+strconv.FormatUint(model, 10), "BEACON=1"),
		nodeTests(t, n.Net, "mock.test.mjs", []string{"dev2", "dev3", "dev4", "dev5", "dev6", "dev7", "dev8"}),
	} {
		group.Go(func() error {
			out, err := cmd.CombinedOutput()
			t.Log(string(out))
			return err
		})
	}
	require.NoError(t, group.Wait())

	log := courier()
	require.Contains(t, log, `"msg":"delivered"`)
	for _, line := range strings.Split(strings.TrimSpace(log), "\n") {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
	}
	return content
}

// startCourier runs a courier with a new key, funded by Dee. The function that it returns stops it
// and gives its log.
func startCourier(t *testing.T, n *live.Network) (stop func() string) {
	t.Helper()
	key, err := rpc.NewKey("courier")
	require.NoError(t, err)
	_, err = n.Client.SendTx(t.Context(), n.Key("dee"), []sdk.Msg{sendCoins(n.Key("dee"), key, 5_000_000_000_000_000_000)})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(key.Priv.Key)), 0o600))
	cmd := exec.CommandContext(t.Context(), live.Binary(t), "courier", "--key-file", file, "--output", "json", "--max-loss", "1imo",
		"--grpc", n.Net.Nodes[1].GRPC, "--json-rpc", n.Net.Nodes[1].JSONRPC)
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
