package node_test

import (
	"context"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/log/v2"

	"github.com/imochain/imod/x/oracle/node"
	"github.com/imochain/imod/x/oracle/types"
)

// sidecar is a sidecar that answers every submitted item at once.
type sidecar struct {
	types.UnimplementedSidecarServer
	mu        sync.Mutex
	submitted []*types.SubmitRequest
	streams   int
	pinned    []int
	mirrors   []string
	results   chan *types.WorkResult
}

func (s *sidecar) Submit(_ context.Context, req *types.SubmitRequest) (*types.SubmitResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.submitted = append(s.submitted, req)
	return &types.SubmitResponse{}, nil
}

func (s *sidecar) Results(_ *types.ResultsRequest, stream types.Sidecar_ResultsServer) error {
	s.mu.Lock()
	s.streams++
	s.mu.Unlock()
	for {
		select {
		case r := <-s.results:
			if err := stream.Send(r); err != nil {
				return err
			}
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

func (s *sidecar) Pin(_ context.Context, req *types.PinRequest) (*types.PinResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pinned, s.mirrors = append(s.pinned, len(req.Bundles)), req.Mirrors
	return &types.PinResponse{}, nil
}

func (s *sidecar) pins() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pinned)
}

func (s *sidecar) Output(_ context.Context, req *types.OutputRequest) (*types.OutputResponse, error) {
	if req.OutputRoot[0] != 1 {
		return nil, status.Error(codes.NotFound, "not here")
	}
	return &types.OutputResponse{Output: []byte("bytes"), MediaType: "text/plain"}, nil
}

func (s *sidecar) last() *types.SubmitRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.submitted) == 0 {
		return nil
	}
	return s.submitted[len(s.submitted)-1]
}

func (s *sidecar) sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams
}

// serve runs a sidecar on a socket and returns how to stop it.
func serve(t *testing.T, socket string) (*sidecar, func()) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	server := grpc.NewServer(grpc.MaxRecvMsgSize(types.MaxSidecarMessage))
	s := &sidecar{results: make(chan *types.WorkResult, 10)}
	types.RegisterSidecarServer(server, s)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	return s, func() {
		server.Stop()
		require.NoError(t, <-done)
	}
}

// start runs a client until the test ends.
func start(t *testing.T, address string) *node.Client {
	t.Helper()
	client, err := node.New(node.Config{Address: address, Logger: log.NewNopLogger()})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- client.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return client
}

func work(id uint64, root byte) types.WorkItem {
	return types.WorkItem{Kind: types.SubjectKind_SUBJECT_KIND_REQUEST, Id: id, ManifestRoot: hash(root)}
}

func hash(b byte) []byte { return append([]byte{b}, make([]byte, 31)...) }

func result(id uint64, root byte) *types.WorkResult {
	return &types.WorkResult{
		Kind: types.SubjectKind_SUBJECT_KIND_REQUEST, Id: id,
		ManifestRoot: hash(root), InputRoot: hash(2), OutputRoot: hash(3), Witness: hash(4),
	}
}

const soon, tick = 20 * time.Second, 10 * time.Millisecond

func ready(client *node.Client, n int) func() bool {
	return func() bool { return len(client.Ready()) == n }
}

func TestResultsComeIntoMemory(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	s, stop := serve(t, socket)
	defer stop()
	client := start(t, socket)
	client.Update(5, []types.WorkItem{work(1, 9), work(2, 9)})
	require.Eventually(t, func() bool { r := s.last(); return r != nil && r.Height == 5 && len(r.Items) == 2 }, soon, tick)

	s.results <- result(1, 9)
	s.results <- result(3, 9) // never listed
	s.results <- result(2, 8) // of another manifest
	s.results <- result(2, 9)
	require.Eventually(t, ready(client, 2), soon, tick)

	client.Update(6, []types.WorkItem{work(2, 9), work(4, 9)})
	require.Len(t, client.Ready(), 1, "what is closed is forgotten at once")
	client.Update(7, []types.WorkItem{work(2, 7)})
	require.Empty(t, client.Ready(), "another version under the same id")
	require.Eventually(t, func() bool { return s.last().Height == 7 }, soon, tick)

	output, media, err := client.Output(t.Context(), [32]byte{1})
	require.NoError(t, err)
	require.Equal(t, "bytes", string(output))
	require.Equal(t, "text/plain", media)
	_, _, err = client.Output(t.Context(), [32]byte{2})
	require.Equal(t, codes.NotFound, status.Code(err))
}

// TestSidecarComesAndGoes: the node runs without it, keeps what it has, and finds it again.
func TestSidecarComesAndGoes(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	client := start(t, "unix://"+socket)
	began := time.Now()
	client.Update(5, []types.WorkItem{work(1, 9), work(2, 9)})
	require.Empty(t, client.Ready())
	require.Less(t, time.Since(began), time.Second, "nothing waits for it")

	s, stop := serve(t, socket)
	require.Eventually(t, func() bool { return s.last() != nil }, soon, tick)
	s.results <- result(1, 9)
	require.Eventually(t, ready(client, 1), soon, tick)
	stop()
	client.Update(6, []types.WorkItem{work(1, 9), work(2, 9)})
	require.Len(t, client.Ready(), 1, "what it gave stays")

	again, stop := serve(t, socket)
	defer stop()
	require.Eventually(t, func() bool { return again.last() != nil && again.last().Height == 6 }, soon, tick)
	again.results <- result(2, 9)
	require.Eventually(t, ready(client, 2), soon, tick)
}

// TestMalformedResultEndsTheSession: a sidecar that sends nonsense is left and tried again.
func TestMalformedResultEndsTheSession(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	s, stop := serve(t, socket)
	defer stop()
	client := start(t, socket)
	client.Update(5, []types.WorkItem{work(1, 9)})
	require.Eventually(t, func() bool { return s.last() != nil }, soon, tick)
	bad := result(1, 9)
	bad.Witness = nil
	require.Eventually(t, func() bool { return s.sessions() == 1 }, soon, tick)
	before := s.sessions()
	s.results <- bad
	require.Eventually(t, func() bool { return s.sessions() > before }, soon, tick)
	require.Empty(t, client.Ready())
	s.results <- result(1, 9)
	require.Eventually(t, ready(client, 1), soon, tick)
}

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"/run/imod.sock":        "",
		"unix:///run/imod.sock": "",
		"127.0.0.1:7000":        "",
		"localhost:7000":        "",
		"[::1]:7000":            "",
		"10.0.0.1:7000":         "another machine needs TLS",
		"example.com:7000":      "another machine needs TLS",
		"sidecar.sock":          "want unix:///path or host:port",
		"":                      "want unix:///path or host:port",
	} {
		_, err := node.New(node.Config{Address: address})
		if want == "" {
			require.NoError(t, err, address)
			continue
		}
		require.ErrorContains(t, err, want, address)
	}
}

// TestPins: a list is told once, again when it changed, and to every sidecar that comes anew.
func TestPins(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s.sock")
	s, stop := serve(t, socket)
	client := start(t, socket)
	require.Eventually(t, func() bool { return slices.Equal(s.pins(), []int{0}) }, soon, tick)
	one, mirrors := types.PinnedBundle{ModelId: 1, ManifestRoot: hash(1)}, []string{"http://a", "http://b"}
	client.Pin([]types.PinnedBundle{one}, nil)
	require.Eventually(t, func() bool { return slices.Equal(s.pins(), []int{0, 1}) }, soon, tick)
	client.Pin([]types.PinnedBundle{one}, nil)
	client.Pin([]types.PinnedBundle{one, {ModelId: 2, ManifestRoot: hash(2)}}, nil)
	require.Eventually(t, func() bool { return slices.Equal(s.pins(), []int{0, 1, 2}) }, soon, tick, "unchanged is not told")
	client.Pin([]types.PinnedBundle{one, {ModelId: 2, ManifestRoot: hash(2)}}, mirrors)
	require.Eventually(t, func() bool { return slices.Equal(s.pins(), []int{0, 1, 2, 2}) }, soon, tick, "other mirrors are told")
	stop()
	again, stop := serve(t, socket)
	defer stop()
	require.Eventually(t, func() bool { return slices.Equal(again.pins(), []int{2}) }, soon, tick)
	again.mu.Lock()
	defer again.mu.Unlock()
	require.Equal(t, mirrors, again.mirrors)
}

// TestMetrics: the names that dashboards rely on.
func TestMetrics(t *testing.T) {
	client, err := node.New(node.Config{Address: "unix:///nowhere"})
	require.NoError(t, err)
	client.Update(9, []types.WorkItem{work(1, 9)})
	client.Performances([]types.QueryPerformanceResponse{{Validator: types.Validator{
		Address: "imovalcons1x", Current: types.Counters{Made: 3, Missed: 1, Declined: 2}, Previous: types.Counters{Differing: 4, Made: 1},
	}, Score: 4444}})
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(client))
	families, err := registry.Gather()
	require.NoError(t, err)
	seen := map[string]float64{}
	for _, family := range families {
		for _, m := range family.Metric {
			name := strings.TrimPrefix(family.GetName(), "imod_oracle_")
			for _, label := range m.Label {
				name += " " + label.GetValue()
			}
			seen[name] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	require.Equal(t, map[string]float64{
		"sidecar_up": 0, "sidecar_sessions_total": 0, "open_items": 1, "ready_results": 0, "declined_items": 0,
		"results_total": 0, "list_height": 9,
		"validator_answers made imovalcons1x": 4, "validator_answers missed imovalcons1x": 1,
		"validator_answers differing imovalcons1x": 4, "validator_answers equivocated imovalcons1x": 0,
		"validator_answers declined imovalcons1x": 2,
		"validator_score_bps imovalcons1x":        4444, "validator_no_oracle imovalcons1x": 0,
	}, seen)
}
