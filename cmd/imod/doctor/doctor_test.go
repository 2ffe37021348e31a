package doctor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/cmd/imod/doctor"
	oraclenode "github.com/imochain/imod/x/oracle/node"
	"github.com/imochain/imod/x/oracle/node/link"
	"github.com/imochain/imod/x/oracle/types"
)

// healthy are the servers of an installation without a fault; each test breaks one thing.
type healthy struct {
	network     string
	block       time.Time
	power       string
	peers       string
	sidecar     types.StatusResponse
	chain       *types.BeaconChain
	performance *types.QueryPerformanceResponse
}

// sidecarServer and queryServer answer with what it holds.
type (
	sidecarServer struct {
		types.UnimplementedSidecarServer
		*healthy
	}
	queryServer struct {
		types.UnimplementedQueryServer
		*healthy
	}
)

func (h sidecarServer) Status(context.Context, *types.StatusRequest) (*types.StatusResponse, error) {
	return &h.healthy.sidecar, nil
}

func (h queryServer) BeaconChain(context.Context, *types.QueryBeaconChainRequest) (*types.QueryBeaconChainResponse, error) {
	if h.chain == nil {
		return nil, status.Error(codes.NotFound, "none")
	}
	return &types.QueryBeaconChainResponse{Chain: *h.chain}, nil
}

func (h queryServer) Performance(context.Context, *types.QueryPerformanceRequest) (*types.QueryPerformanceResponse, error) {
	return h.performance, nil
}

func (h *healthy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/net_info" {
		_, _ = fmt.Fprintf(w, `{"result":{"n_peers":%q}}`, h.peers)
		return
	}
	_, _ = fmt.Fprintf(w, `{"result":{"node_info":{"network":%q},"sync_info":{"latest_block_height":"7","latest_block_time":%q,"catching_up":false},
		"validator_info":{"voting_power":%q}}}`, h.network, h.block.Format(time.RFC3339Nano), h.power)
}

func installation(t *testing.T) (*healthy, doctor.Installation) {
	t.Helper()
	home, err := os.MkdirTemp("", "doc") // a socket's path must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(home)) })
	for _, name := range []string{"config/config.toml", "config/app.toml", "config/genesis.json", "config/key.json", "data/x"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(home, name)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte("{}"), 0o600))
	}
	h := &healthy{
		network: "imo-test-1", block: time.Now(), power: "10", peers: "3",
		sidecar: types.StatusResponse{
			Version: "v1", SelfTest: true, Models: 2, Pinned: 2, CacheLimit: 100,
			Confinement: &types.SidecarConfinement{Landlock: 7, Calls: true, Memory: 1 << 30, OpenFiles: 64, Full: true},
		},
		chain:       &types.BeaconChain{Tip: make([]byte, 32)},
		performance: &types.QueryPerformanceResponse{Validator: types.Validator{Current: types.Counters{Made: 5, Declined: 1}}},
	}
	rpc := httptest.NewServer(h)
	t.Cleanup(rpc.Close)
	serve := func(network, address string) string {
		l, err := net.Listen(network, address)
		require.NoError(t, err)
		s := grpc.NewServer()
		types.RegisterSidecarServer(s, &sidecarServer{healthy: h})
		types.RegisterQueryServer(s, &queryServer{healthy: h})
		go s.Serve(l) //nolint:errcheck // ends with the test
		t.Cleanup(s.Stop)
		return l.Addr().String()
	}
	api := serve("tcp", "127.0.0.1:0")
	return h, doctor.Installation{
		Home: home, ChainID: "imo-test-1", RPC: rpc.URL, GRPC: api, Ports: map[string]string{"grpc": api},
		Sidecar: &oraclenode.Config{Address: "unix://" + serve("unix", filepath.Join(home, "s.sock"))},
		Version: "v1", Validator: make([]byte, 20), Beacon: func([32]byte) bool { return true },
		Secrets: []string{filepath.Join(home, "config", "key.json"), filepath.Join(home, "none")}, Now: time.Now,
	}
}

func find(t *testing.T, r doctor.Report, name string) doctor.Finding {
	t.Helper()
	for _, f := range r.Findings {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no finding %q in %+v", name, r.Findings)
	return doctor.Finding{}
}

// TestHealthy: nothing fails, and both forms say the same.
func TestHealthy(t *testing.T) {
	_, in := installation(t)
	r := doctor.Run(t.Context(), in)
	for _, f := range r.Findings {
		require.NotEqual(t, doctor.Fail, f.Level, "%+v", f)
	}
	require.True(t, r.OK)
	var text, raw bytes.Buffer
	require.NoError(t, r.Table(&text))
	require.Contains(t, text.String(), "imo-test-1 at height 7")
	require.NoError(t, r.JSON(&raw))
	var again doctor.Report
	require.NoError(t, json.Unmarshal(raw.Bytes(), &again))
	require.Equal(t, r, again)
}

// TestEachFault: every check sees its fault, and names it.
func TestEachFault(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  func(t *testing.T, h *healthy, in *doctor.Installation)
		check  string
		level  doctor.Level
		detail string
	}{
		"no genesis": {func(t *testing.T, _ *healthy, in *doctor.Installation) {
			require.NoError(t, os.Remove(filepath.Join(in.Home, "config/genesis.json")))
		}, "home", doctor.Fail, "genesis.json"},
		"readable key": {func(t *testing.T, _ *healthy, in *doctor.Installation) {
			require.NoError(t, os.Chmod(in.Secrets[0], 0o644))
		}, "secret", doctor.Fail, "mode 644"},
		"crash point": {func(_ *testing.T, _ *healthy, in *doctor.Installation) { in.Environ = []string{"FAIL_TEST_INDEX=3"} }, "environment", doctor.Fail, "on purpose"},
		"no data": {func(t *testing.T, _ *healthy, in *doctor.Installation) {
			require.NoError(t, os.RemoveAll(filepath.Join(in.Home, "data")))
		}, "disk", doctor.Fail, "no such file"},
		"node down":   {func(_ *testing.T, _ *healthy, in *doctor.Installation) { in.RPC = "http://127.0.0.1:1" }, "node", doctor.Fail, "refused"},
		"other chain": {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.network = "elsewhere-1" }, "node", doctor.Fail, "elsewhere-1"},
		"old block":   {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.block = h.block.Add(-time.Minute) }, "clock", doctor.Fail, "1m0s old"},
		"late clock":  {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.block = h.block.Add(time.Minute) }, "clock", doctor.Fail, "in the future"},
		"no power":    {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.power = "0" }, "validator", doctor.Warn, "no voting power"},
		"no peers":    {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.peers = "0" }, "peers", doctor.Warn, "0"},
		"closed port": {func(_ *testing.T, _ *healthy, in *doctor.Installation) { in.Ports["rest"] = "127.0.0.1:1" }, "port rest", doctor.Fail, "refused"},
		"no sidecar": {func(_ *testing.T, _ *healthy, in *doctor.Installation) {
			in.Sidecar = &oraclenode.Config{Address: "unix:///nonexistent.sock"}
		}, "sidecar", doctor.Fail, "no such file"},
		"far sidecar without TLS": {func(_ *testing.T, _ *healthy, in *doctor.Installation) {
			in.Sidecar = &oraclenode.Config{Address: "192.0.2.1:7"}
		}, "sidecar", doctor.Fail, "needs TLS"},
		"expired certificate": {func(t *testing.T, _ *healthy, in *doctor.Installation) {
			dir := t.TempDir()
			require.NoError(t, link.Make(dir, []string{"127.0.0.1"}, time.Now().Add(-2*time.Hour), time.Hour))
			at := func(name string) string { return filepath.Join(dir, name) }
			in.Sidecar = &oraclenode.Config{Address: "127.0.0.1:1", TLS: link.Files{CA: at(link.FileCA), Cert: at(link.FileNode), Key: at(link.FileNodeKey)}}
		}, "certificate", doctor.Fail, "expired on"},
		"other version":    {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.sidecar.Version = "v2" }, "versions", doctor.Fail, `sidecar "v2"`},
		"wrong arithmetic": {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.sidecar.SelfTest = false }, "self-test", doctor.Fail, "false"},
		"unconfined":       {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.sidecar.Confinement = nil }, "confinement", doctor.Warn, "landlock 0"},
		"missing model":    {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.sidecar.PinnedMissing = 1 }, "models", doctor.Warn, "1 of these missing"},
		"full cache":       {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.sidecar.CacheBytes = 99 }, "cache", doctor.Warn, "MiB"},
		"last error": {func(_ *testing.T, h *healthy, _ *doctor.Installation) {
			h.sidecar.LastErrors = []types.SidecarError{{What: "bundle x", Error: "no"}}
		}, "last error", doctor.Warn, "bundle x"},
		"no hash chain": {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.chain = nil }, "beacon", doctor.Warn, "no hash chain"},
		"other hash chain": {func(_ *testing.T, _ *healthy, in *doctor.Installation) {
			in.Beacon = func([32]byte) bool { return false }
		}, "beacon", doctor.Fail, "not this node's"},
		"lost secret": {func(_ *testing.T, _ *healthy, in *doctor.Installation) { in.Beacon = nil }, "beacon", doctor.Fail, "no secret"},
		"differing":   {func(_ *testing.T, h *healthy, _ *doctor.Installation) { h.performance.Validator.Previous.Differing = 1 }, "answers", doctor.Warn, "1 differed"},
	} {
		t.Run(name, func(t *testing.T) {
			h, in := installation(t)
			tc.fault(t, h, &in)
			r := doctor.Run(t.Context(), in)
			f := find(t, r, tc.check)
			require.Equal(t, tc.level, f.Level, "%+v", f)
			require.Contains(t, f.Detail, tc.detail)
			require.Equal(t, tc.level != doctor.Fail, r.OK)
		})
	}
}
