package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/tests/live"
)

const (
	dev0 = "imo17w0adeg64ky0daxwd2ugyuneellmjgnx4sjgds"
	dev1 = "imo1wzvhjux9rqfdcwspp37srdgwp5tac7wgamkhek"
)

// TestSingleNode: outside the repository, without a file, one command gives a running node with known accounts, and the command line
// needs neither node nor chain id nor key nor fee. A network that is not local gets none of that.
func TestSingleNode(t *testing.T) {
	dir := t.TempDir()
	below := filepath.Join(dir, "a", "b")
	require.NoError(t, os.MkdirAll(below, 0o755))
	run := func(in string, args ...string) (stdout, stderr string, err error) {
		t.Helper()
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), live.Binary(t), args...) // the stop runs when the test's context is over
		cmd.Dir = in
		cmd.Env = append(os.Environ(), "HOME="+dir)
		var out, problems bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &problems
		err = cmd.Run()
		return out.String(), problems.String(), err
	}
	began := time.Now()
	out, problems, err := run(dir, "testnet", "start", "--validators", "1", "--port-offset", "4000")
	require.NoError(t, err, problems)
	t.Cleanup(func() {
		_, problems, err := run(dir, "testnet", "stop")
		require.NoError(t, err, problems)
	})
	t.Logf("ready after %s", time.Since(began).Round(100*time.Millisecond))
	for _, want := range []string{
		"imo-local-1 (LOCAL network)", "7641", "http://127.0.0.1:30657", "http://127.0.0.1:12545", "/web/", "EVERYBODY has these keys", dev0, dev1,
		"0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
	} {
		require.Contains(t, out, want)
	}

	out, problems, err = run(below, "tx", "bank", "send", "dev0", dev1, "0.01imo", "--wait")
	require.NoError(t, err, problems)
	require.Contains(t, out, "done in block")
	require.Contains(t, out, "amount 0.01imo")
	require.Contains(t, problems, "LOCAL network imo-local-1")

	out, problems, err = run(below, "tx", "bank", "send", "dev0", dev1, "1.5imo", "--wait", "--output", "json")
	require.NoError(t, err, problems)
	var result struct {
		Code   uint32
		Height string
	}
	require.NoError(t, json.Unmarshal([]byte(out), &result), out)
	require.Zero(t, result.Code)
	require.NotEqual(t, "0", result.Height)
	require.NotContains(t, problems, "LOCAL network", "no banner beside JSON")

	out, _, err = run(below, "query", "bank", "balance", dev1, "aimo", "--output", "json")
	require.NoError(t, err)
	require.Contains(t, out, `"10001510000000000000000"`, "10,000 + 0.01 + 1.5 IMO")

	// What fails says why and exits with an error.
	out, problems, err = run(below, "tx", "bank", "send", "dev0", dev1, "99999999imo", "--wait", "--gas", "200000")
	require.Error(t, err)
	require.Contains(t, out, "FAILED in block")
	require.Contains(t, problems, "insufficient funds")
	for amount, want := range map[string]string{"2 imo": "without the space", "0.5aimo": "cannot be divided", "0.0000000000000000001imo": "19 decimals"} {
		_, problems, err = run(below, "tx", "bank", "send", "dev0", dev1, amount)
		require.Error(t, err, amount)
		require.Contains(t, problems, want)
	}
	_, problems, err = run(below, "tx", "bank", "send", "dev0", dev1, "1imo", "--chain-id", "imo-1")
	require.Error(t, err, "another chain gets no key of this one")
	require.Contains(t, problems, "key not found")

	out, problems, err = run(below, "status")
	require.NoError(t, err, problems)
	require.Contains(t, out, `"network_kind":"LOCAL"`)

	_, problems, err = run(dir, "init", "me", "--home", filepath.Join(dir, "main"), "--chain-id", "imo-1", "--network-kind", "MAIN")
	require.NoError(t, err, problems)
	genesis, err := os.ReadFile(filepath.Join(dir, "main", "config", "genesis.json"))
	require.NoError(t, err)
	require.Equal(t, 1, strings.Count(strings.ReplaceAll(string(genesis), " ", ""), `"network_kind":"NETWORK_KIND_MAIN"`))
	_, problems, err = run(dir, "init", "me", "--home", filepath.Join(dir, "other"), "--network-kind", "mainnet")
	require.Error(t, err)
	require.Contains(t, problems, "LOCAL, TEST, MAIN")
}
