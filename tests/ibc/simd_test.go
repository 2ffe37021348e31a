package ibc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet/relayer"
	"github.com/imochain/imod/localnet/rpc"
)

const (
	simdID   = "sim-1"
	userName = "user"
	// simdBlock is the pause between simd's blocks.
	simdBlock = `timeout_commit = "750ms"`
)

// simd is a chain of ibc-go's test application with one validator, and a relayer of its own to the selling chain.
type simd struct {
	t             *testing.T
	w             *world
	program, home string
	user          string // address of the account that buys
	node          *process
	relay         *process
	rly           relayer.Relayer
	client        *rpc.Client
	// near and far are the ends of the channel, here and there.
	near, far string
}

func (c *simd) in(t *testing.T) *simd {
	same := *c
	same.t, same.w = t, c.w.in(t)
	return &same
}

// startSimd makes the chain, starts it and links it.
func startSimd(t *testing.T, w *world) *simd {
	t.Helper()
	began := time.Now()
	c := &simd{t: t, w: w, program: tool(t, "simd"), home: filepath.Join(t.TempDir(), "simd")}
	c.make()
	c.node = &process{log: filepath.Join(t.TempDir(), "simd.log")}
	c.relay = &process{log: filepath.Join(t.TempDir(), "rly.log")}
	t.Cleanup(func() { c.relay.end(t, syscall.SIGKILL); c.node.end(t, syscall.SIGTERM) })
	c.start()
	var err error
	c.client, err = rpc.Dial(rpc.Config{ChainID: simdID, Comet: c.url(26657), GRPC: c.address(9090), Codec: w.Codec(), TxConfig: w.TxConfig()})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.client.Close() })
	w.Eventually(time.Minute, "simd's first blocks", func() bool {
		height, err := c.client.Height(t.Context())
		return err == nil && height > 2
	})
	c.link()
	t.Logf("simd started and linked after %s", time.Since(began).Round(100*time.Millisecond))
	return c
}

func (c *simd) address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port+simdPorts) }
func (c *simd) url(port int) string     { return "http://" + c.address(port) }

// run is a command of simd.
func (c *simd) run(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.program, append(args, "--home", c.home)...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	require.NoError(c.t, cmd.Run(), "simd %s: %s%s", strings.Join(args, " "), out.String(), problems.String())
	return out.String()
}

// make writes genesis and configuration: a validator, a user and a relayer, notes long enough to hold packets.
func (c *simd) make() {
	c.t.Helper()
	c.run("init", "sim", "--chain-id", simdID, "--default-denom", stake)
	for _, name := range []string{"val", userName, "relayer"} {
		c.run("keys", "add", name, "--keyring-backend", "test")
		address := strings.TrimSpace(c.run("keys", "show", name, "-a", "--keyring-backend", "test"))
		c.run("genesis", "add-genesis-account", address, "1000000000000"+stake)
		if name == userName {
			c.user = address
		}
	}
	c.run("genesis", "gentx", "val", "1000000000"+stake, "--chain-id", simdID, "--keyring-backend", "test")
	c.run("genesis", "collect-gentxs")
	c.edit("config/genesis.json", `"max_memo_characters": *"\d+"`, `"max_memo_characters": "200000"`)
	c.edit("config/config.toml", `timeout_commit = "\w+"`, simdBlock)
	c.edit("config/config.toml", `pprof_laddr = ".*"`, `pprof_laddr = ""`)
	c.edit("config/client.toml", `node = ".*"`, `node = "tcp://`+c.address(26657)+`"`)
}

func (c *simd) edit(name, pattern, text string) {
	c.t.Helper()
	path := filepath.Join(c.home, name)
	raw, err := os.ReadFile(path)
	require.NoError(c.t, err)
	changed := regexp.MustCompile(pattern).ReplaceAll(raw, []byte(text))
	require.NotEqual(c.t, string(raw), string(changed), "%s has no %s", name, pattern)
	require.NoError(c.t, os.WriteFile(path, changed, 0o600))
}

// start starts the node.
func (c *simd) start(more ...string) {
	c.t.Helper()
	c.node.start(c.t, c.program, append([]string{
		"start", "--home", c.home, "--minimum-gas-prices", "0" + stake, "--rpc.laddr", "tcp://" + c.address(26657), "--p2p.laddr", "tcp://" + c.address(26656),
		"--grpc.address", c.address(9090), "--log_no_color",
	}, more...)...)
}

// link links the chain with the selling one, and relays.
func (c *simd) link() {
	c.t.Helper()
	c.rly = relayer.Relayer{
		Home: filepath.Join(c.t.TempDir(), "rly"), Executable: c.w.rly,
		Chains: [2]relayer.Chain{
			{ID: c.w.Net.ChainID, RPC: c.w.Net.Nodes[0].RPC, Prefix: "imo", Key: "dev0", CoinType: 60, GasPrices: "2000000000aimo"},
			{ID: simdID, RPC: c.url(26657), Prefix: "cosmos", Key: "relayer", CoinType: 118, GasPrices: "0" + stake},
		},
	}
	require.NoError(c.t, c.rly.Write())
	copyKeys(c.t, c.w.Net.NodeHome("node0"), c.rly.Keys(c.w.Net.ChainID))
	copyKeys(c.t, c.home, c.rly.Keys(simdID))
	log, err := os.Create(c.relay.log)
	require.NoError(c.t, err)
	err = c.rly.Link(c.t.Context(), log, log)
	require.NoError(c.t, log.Close())
	require.NoError(c.t, err, "%s", c.relay.tail())
	ends, err := c.rly.Ends(c.t.Context(), c.w.Client.Conn())
	require.NoError(c.t, err)
	c.near, c.far = ends[0].Channel, ends[1].Channel
	require.Equal(c.t, simdChannel, c.near, "the genesis names it")
	c.relays()
}

// relays starts the relayer.
func (c *simd) relays() {
	c.t.Helper()
	c.relay.start(c.t, c.rly.Executable, c.rly.StartArgs()...)
}

// copyKeys puts the test keyring of one folder into another.
func copyKeys(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(to, 0o755))
	require.NoError(t, os.CopyFS(filepath.Join(to, "keyring-test"), os.DirFS(filepath.Join(from, "keyring-test"))))
}

// tx signs as the user, pays no fee, waits for the block, and returns the result.
func (c *simd) tx(args ...string) rpc.Result {
	c.t.Helper()
	var sent struct {
		Hash string `json:"txhash"`
		Code uint32
		Log  string `json:"raw_log"`
	}
	out := c.run(append(append([]string{"tx"}, args...), "--from", userName, "--keyring-backend", "test", "--chain-id", simdID, "--gas", "5000000", "--yes",
		"--output", "json")...)
	require.NoError(c.t, json.Unmarshal([]byte(out), &sent), out)
	require.Zero(c.t, sent.Code, sent.Log)
	result, err := c.client.WaitTx(c.t.Context(), sent.Hash)
	require.NoError(c.t, err)
	return result
}

// process is a program that runs beside the test.
type process struct {
	log string
	cmd *exec.Cmd
}

func (p *process) start(t *testing.T, program string, args ...string) {
	t.Helper()
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	p.cmd = exec.Command(program, args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	require.NoError(t, p.cmd.Start())
	require.NoError(t, log.Close())
}

// end sends a signal and waits for the end.
func (p *process) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	_ = p.cmd.Wait()
	p.cmd = nil
}

func (p *process) tail() string {
	raw, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(raw[max(0, len(raw)-4000):])
}
