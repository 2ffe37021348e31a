package localnet_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet"
)

func startFake(t *testing.T, mode string, opts localnet.Options) (*localnet.Network, *bytes.Buffer, error) {
	t.Helper()
	t.Setenv(envFake, mode)
	var progress bytes.Buffer
	opts.Progress = &progress
	t.Cleanup(func() {
		if _, err := localnet.Stop(opts.Home); err != nil {
			t.Error(err)
		}
	})
	n, err := localnet.Start(t.Context(), testChain(t), parse(t, smallConfig), opts)
	return n, &progress, err
}

func TestStartAndStop(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t)}
	n, progress, err := startFake(t, "node", opts)
	require.NoError(t, err)
	require.Contains(t, progress.String(), "making a new chain imo-local-1 with 2 validators")
	require.Contains(t, progress.String(), "blocks ")
	for _, name := range []string{"node0", "node1", "faucet"} {
		require.True(t, n.Running(name), name)
		require.FileExists(t, n.LogFile(name))
	}
	genesis := filepath.Join(n.NodeHome("node0"), "config", "genesis.json")
	before, err := os.ReadFile(genesis)
	require.NoError(t, err)

	// A second start stops the first and goes on with its data.
	pid := readPid(t, n, "node0")
	n, progress, err = startFake(t, "node", opts)
	require.NoError(t, err)
	require.Contains(t, progress.String(), "stopped the network")
	require.Contains(t, progress.String(), "going on with chain imo-local-1")
	require.NotEqual(t, pid, readPid(t, n, "node0"))
	after, err := os.ReadFile(genesis)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))

	// With Reset the chain is another one.
	opts.Reset = true
	n, _, err = startFake(t, "node", opts)
	require.NoError(t, err)
	after, err = os.ReadFile(genesis)
	require.NoError(t, err)
	require.NotEqual(t, string(before), string(after))

	// One node can be killed and revived.
	require.NoError(t, n.SignalNode("node1", syscall.SIGKILL))
	require.Eventually(t, func() bool { return !n.Running("node1") }, 5*time.Second, 20*time.Millisecond)
	require.ErrorContains(t, n.SignalNode("node1", syscall.SIGTERM), "node1 does not run")
	require.NoError(t, n.StartNode(testChain(t), "node1", ""))
	require.True(t, n.Running("node1"))
	require.ErrorContains(t, n.StartNode(testChain(t), "node1", ""), "runs already")

	stopped, err := localnet.Stop(opts.Home)
	require.NoError(t, err)
	require.Len(t, stopped, 3)
	for _, s := range stopped {
		require.False(t, s.Killed, s.Name)
		require.False(t, n.Running(s.Name))
	}
	stopped, err = localnet.Stop(opts.Home)
	require.NoError(t, err)
	require.Empty(t, stopped)
}

func readPid(t *testing.T, n *localnet.Network, name string) int {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(n.Home(), "pids", name+".pid"))
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	require.NoError(t, err)
	return pid
}

// A node that ends at once gives an error with the end of its log, and nothing stays behind.
func TestStartReportsBrokenNode(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t)}
	_, _, err := startFake(t, "dies", opts)
	require.ErrorContains(t, err, "panic: the fake node is broken")
	require.ErrorContains(t, err, "ended; the end of")
	n, err := localnet.Open(opts.Home)
	require.NoError(t, err)
	require.False(t, n.Running("node0"))
	require.False(t, n.Running("node1"))
}

// Stop never touches a process that only has the number of one of ours.
func TestStopSparesStrangers(t *testing.T) {
	home := t.TempDir()
	stranger := exec.Command("sleep", "60")
	require.NoError(t, stranger.Start())
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	require.NoError(t, os.MkdirAll(filepath.Join(home, "pids"), 0o755))
	file := filepath.Join(home, "pids", "node0.pid")
	require.NoError(t, os.WriteFile(file, []byte(strconv.Itoa(stranger.Process.Pid)), 0o600))
	stopped, err := localnet.Stop(home)
	require.NoError(t, err)
	require.Empty(t, stopped)
	require.NoError(t, stranger.Process.Signal(syscall.Signal(0)), "the stranger must live")
	require.NoFileExists(t, file)
}

// What a killed node leaves in its session, its sidecar, ends with the network.
func TestStopEndsOrphans(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t), Validators: 1}
	n, _, err := startFake(t, "parent", opts)
	require.NoError(t, err)
	log, err := os.ReadFile(n.LogFile("node0"))
	require.NoError(t, err)
	match := regexp.MustCompile(`child (\d+)`).FindSubmatch(log)
	require.NotNil(t, match)
	child, err := strconv.Atoi(string(match[1]))
	require.NoError(t, err)
	require.NoError(t, n.SignalNode("node0", syscall.SIGKILL))
	require.Eventually(t, func() bool { return !n.Running("node0") }, 5*time.Second, 20*time.Millisecond)
	require.True(t, alive(child), "the child outlives its parent, or this test shows nothing")
	_, err = localnet.Stop(opts.Home)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return !alive(child) }, 5*time.Second, 20*time.Millisecond)
}

// alive says whether a process exists and has not ended.
func alive(pid int) bool {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	return fields[0] != "Z"
}

// A process that does not listen is killed, and the answer says so.
func TestStopKillsTheDeaf(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t), Validators: 1}
	n, _, err := startFake(t, "deaf", opts)
	require.NoError(t, err)
	stopped, err := localnet.StopWithin(n, 300*time.Millisecond)
	require.NoError(t, err)
	killed := make(map[string]bool)
	for _, s := range stopped {
		killed[s.Name] = s.Killed
	}
	require.Equal(t, map[string]bool{"node0": true, "faucet": false}, killed)
	require.False(t, n.Running("node0"))
}

// A wrong config.yml is refused before the running network is touched.
func TestWrongConfigLeavesNetworkRunning(t *testing.T) {
	opts := localnet.Options{Home: filepath.Join(t.TempDir(), "net"), PortOffset: freeOffset(t), Validators: 1}
	n, _, err := startFake(t, "node", opts)
	require.NoError(t, err)
	for _, change := range [][3]string{
		{"{bond_denom: aimo}", "{bond_denmo: aimo}", "bond_denmo"},
		{"bonded: 1000000000000000000000000aimo\n", "bonded: 3000000000000000000000000aimo\n", "validators[0].bonded"},
		{"timeout_commit: 900ms", "timeout_commit: soon", "soon"},
	} {
		require.Contains(t, smallConfig, change[0])
		cfg := parse(t, strings.Replace(smallConfig, change[0], change[1], 1))
		_, err = localnet.Start(t.Context(), testChain(t), cfg, opts)
		require.ErrorContains(t, err, change[2])
		require.True(t, n.Running("node0"))
	}

	_, _, err = localnet.Init(t.Context(), testChain(t), parse(t, smallConfig), opts)
	require.ErrorContains(t, err, "still runs")
	require.True(t, n.Running("node0"))
}
