package sidecar_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/sidecar"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/serve"
	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/types"
)

func TestMain(m *testing.M) {
	tiny.MaybeWorker()
	os.Exit(m.Run())
}

const (
	request = types.SubjectKind_SUBJECT_KIND_REQUEST
	proof   = types.SubjectKind_SUBJECT_KIND_PROOF
	patient = 30 * time.Second
)

// running is a sidecar in this process with a connection to it.
type running struct {
	types.SidecarClient
	home string
	log  *safeBuffer
	stop func()
}

func config(t *testing.T, home string, models ...string) sidecar.Config {
	t.Helper()
	cfg := sidecar.DefaultConfig(home)
	// Socket paths are short; test folders are not.
	short, err := os.MkdirTemp("", "sc")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(short)) })
	cfg.Listen = "unix://" + filepath.Join(short, "s")
	cfg.Models = models
	cfg.Worker = worker.Limits{Memory: sidecar.MinWorkerMemory, Threads: 1}
	cfg.WorkerCommand = tiny.WorkerCommand()
	cfg.Version = "test"
	return cfg
}

func start(t *testing.T, cfg sidecar.Config) *running {
	t.Helper()
	r := &running{home: cfg.Home, log: &safeBuffer{}}
	cfg.Logger = slog.New(slog.NewTextHandler(r.log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sidecar.Run(ctx, cfg) }()
	target := cfg.Listen
	if !strings.HasPrefix(target, "unix:") {
		target = "passthrough:///" + target
	}
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	r.SidecarClient = types.NewSidecarClient(conn)
	r.stop = sync.OnceFunc(func() {
		require.NoError(t, conn.Close())
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(r.stop)
	require.Eventually(t, func() bool {
		_, err := r.Status(t.Context(), &types.StatusRequest{})
		return err == nil || status.Code(err) == codes.Unauthenticated
	}, patient, 10*time.Millisecond)
	return r
}

func (r *running) submit(t *testing.T, items ...*types.WorkItem) uint32 {
	t.Helper()
	resp, err := r.Submit(t.Context(), &types.SubmitRequest{Height: 5, Items: items})
	require.NoError(t, err)
	return resp.Done
}

// take reads n results of a fresh stream.
func (r *running) take(t *testing.T, n int) []*types.WorkResult {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	stream, err := r.Results(ctx, &types.ResultsRequest{})
	require.NoError(t, err)
	var out []*types.WorkResult
	for len(out) < n {
		x, err := stream.Recv()
		require.NoError(t, err, "after %d of %d results; log:\n%s", len(out), n, r.log.String())
		require.NoError(t, x.Validate())
		out = append(out, x)
	}
	return out
}

func item(kind types.SubjectKind, id uint64, root bundle.Hash, input string) *types.WorkItem {
	w := &types.WorkItem{Kind: kind, Id: id, ModelId: 1, Version: 1, ManifestRoot: root[:], Deadline: 100, Seed: id * 1000}
	if kind == proof {
		w.Beacon, w.Seed = make([]byte, 32), 0
		w.Beacon[0] = byte(id)
		w.Draw = bytes.Repeat([]byte{byte(id)}, 32)
	} else {
		w.Input = []byte(input)
	}
	return w
}

// TestEndToEnd: requests and a proof, from a folder of models, are answered with
// what the pipeline gives in this process.
func TestEndToEnd(t *testing.T) {
	models := t.TempDir()
	b := tiny.Picture(t)
	root := tiny.Write(t, models, b)
	cfg := config(t, t.TempDir(), models)
	r := start(t, cfg)

	info, err := os.Stat(strings.TrimPrefix(cfg.Listen, "unix://"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	items := []*types.WorkItem{item(request, 1, root, "a red on blue"), item(request, 2, root, "blue on blue"), item(proof, 7, root, "")}
	require.Zero(t, r.submit(t, items...))
	got := map[uint64]*types.WorkResult{}
	for _, x := range r.take(t, 3) {
		got[x.Id] = x
	}
	p, err := pipeline.New(b)
	require.NoError(t, err)
	for _, w := range items[:2] {
		want, err := p.Run(t.Context(), w.Input, w.Seed)
		require.NoError(t, err)
		x := got[w.Id]
		require.Equal(t, &types.WorkResult{
			Kind: request, Id: w.Id, ManifestRoot: root[:], InputRoot: want.InputRoot[:], Seed: w.Seed,
			OutputRoot: want.OutputRoot[:], Witness: want.Witness[:], Output: want.Output,
		}, x)
		out, err := r.Output(t.Context(), &types.OutputRequest{OutputRoot: x.OutputRoot})
		require.NoError(t, err)
		require.Equal(t, want.Output, out.Output)
		require.Equal(t, "image/x-rgb; width=2; height=2", out.MediaType)
	}
	results, challenges, err := p.ProveAndKeep(t.Context(), [32]byte{7})
	require.NoError(t, err)
	output, witness := bundle.ProofOutputRoot(bundle.ResultsRoot(results), bundle.Hash{}), bundle.ProofWitness(results)
	empty, resultsRoot := merkle.BytesRoot(nil), bundle.ResultsRoot(results)
	require.Equal(t, &types.WorkResult{
		Kind: proof, Id: 7, ManifestRoot: root[:], InputRoot: empty[:], OutputRoot: output[:], Witness: witness[:],
		ResultsRoot: resultsRoot[:], Draw: items[2].Draw,
	}, got[7])

	list, err := r.Output(t.Context(), &types.OutputRequest{OutputRoot: output[:]})
	require.NoError(t, err)
	require.Equal(t, bundle.EncodeResults(results), list.Output, "the results behind the root of a proof")
	for i, want := range challenges {
		root := results[len(results)-bundle.Challenges+i].OutputRoot
		out, err := r.Output(t.Context(), &types.OutputRequest{OutputRoot: root[:]})
		require.NoError(t, err)
		require.Equal(t, want, out.Output)
		require.Equal(t, "image/x-rgb; width=2; height=2", out.MediaType)
	}

	require.EqualValues(t, 3, r.submit(t, items...), "done, not run again")
	s, err := r.Status(t.Context(), &types.StatusRequest{})
	require.NoError(t, err)
	require.Equal(t, "test", s.Version)
	require.True(t, s.SelfTest)
	require.EqualValues(t, 1, s.Models)
	require.EqualValues(t, 3, s.Done)
	require.Zero(t, s.Queued+s.Running+s.Failed+s.Declined)

	_, err = r.Output(t.Context(), &types.OutputRequest{OutputRoot: make([]byte, 32)})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = r.Output(t.Context(), &types.OutputRequest{OutputRoot: []byte{1}})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = r.Preview(t.Context(), &types.PreviewRequest{ManifestRoot: root[:], Input: []byte("red on red")})
	require.Equal(t, codes.Unavailable, status.Code(err), "off by default")
}

// TestStreamPushes: results reach an open stream as they finish, and a second
// stream gets all of them.
func TestStreamPushes(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	r := start(t, config(t, t.TempDir(), models))
	stream, err := r.Results(t.Context(), &types.ResultsRequest{})
	require.NoError(t, err)
	var items []*types.WorkItem
	for id := range uint64(5) {
		items = append(items, item(request, id+1, root, "red on red"))
		r.submit(t, items...)
		x, err := stream.Recv()
		require.NoError(t, err)
		require.Equal(t, id+1, x.Id, "each result once")
	}
	var ids []uint64
	for _, x := range r.take(t, 5) {
		ids = append(ids, x.Id)
	}
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, ids)
}

// TestRestart: results outlive the process and are not computed again; what is no
// longer listed goes, and a node without a list closes nothing.
func TestRestart(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	home := t.TempDir()
	items := []*types.WorkItem{item(request, 1, root, "red on red"), item(proof, 1, root, "")}
	first := start(t, config(t, home, models))
	first.submit(t, items...)
	want := first.take(t, 2) // as they finish
	slices.SortFunc(want, func(a, b *types.WorkResult) int { return int(a.Kind) - int(b.Kind) })
	first.stop()

	noWorkers := config(t, home, models)
	noWorkers.WorkerCommand = []string{"/bin/false"}
	second := start(t, noWorkers)
	resp, err := second.Submit(t.Context(), &types.SubmitRequest{Height: 0})
	require.NoError(t, err)
	require.Zero(t, resp.Done)
	require.EqualValues(t, 2, second.submit(t, items...))
	require.Equal(t, want, second.take(t, 2))
	out, err := second.Output(t.Context(), &types.OutputRequest{OutputRoot: want[0].OutputRoot})
	require.NoError(t, err)
	require.Equal(t, want[0].Output, out.Output)

	require.EqualValues(t, 1, second.submit(t, items[1]))
	require.Zero(t, second.submit(t, items[0]), "closed means forgotten")
	second.stop()

	// Another version of the program computes again.
	other := config(t, home, models)
	other.Version = "next"
	third := start(t, other)
	require.Zero(t, third.submit(t, items[1]))
	require.Equal(t, want[1:], third.take(t, 1))
}

// TestFetch: the bundle comes over HTTP from the item's address; without permission
// for this machine it does not.
func TestFetch(t *testing.T) {
	served := t.TempDir()
	root := tiny.Write(t, served, tiny.Picture(t))
	srv := httptest.NewServer(serve.Handler(serve.Config{Dirs: []string{served}, MaxRequests: 8}))
	defer srv.Close()
	w := item(request, 1, root, "red on red")
	w.Uris = []string{"http://127.0.0.1:1/nobody", srv.URL}

	strict := start(t, config(t, t.TempDir()))
	strict.submit(t, w)
	require.Eventually(t, func() bool { return strings.Contains(strict.log.String(), "is not a public address") }, patient, 10*time.Millisecond)

	cfg := config(t, t.TempDir())
	cfg.LocalNetwork = true
	cfg.Serve = freePort(t)
	r := start(t, cfg)
	r.submit(t, w)
	require.Zero(t, r.take(t, 1)[0].Refused)

	// What it fetched it offers to others.
	mirrored := config(t, t.TempDir())
	mirrored.LocalNetwork, mirrored.Mirrors = true, []string{"http://" + cfg.Serve}
	third := start(t, mirrored)
	w.Uris = nil
	third.submit(t, w)
	require.Zero(t, third.take(t, 1)[0].Refused)
}

func TestToken(t *testing.T) {
	models := t.TempDir()
	tiny.Write(t, models, tiny.Picture(t))
	cfg := config(t, t.TempDir(), models)
	cfg.Listen, cfg.Token = freePort(t), "0123456789abcdef-canary"
	r := start(t, cfg)
	for _, header := range []string{"", "Bearer wrong", cfg.Token, "Bearer " + cfg.Token + "x"} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", header)
		_, err := r.Status(ctx, &types.StatusRequest{})
		require.Equal(t, codes.Unauthenticated, status.Code(err), header)
		stream, err := r.Results(ctx, &types.ResultsRequest{})
		require.NoError(t, err)
		_, err = stream.Recv()
		require.Equal(t, codes.Unauthenticated, status.Code(err), header)
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+cfg.Token)
	_, err := r.Status(ctx, &types.StatusRequest{})
	require.NoError(t, err)
	require.NotContains(t, r.log.String(), "canary", "no secret in the log")
}

func TestPreview(t *testing.T) {
	models := t.TempDir()
	b := tiny.Picture(t)
	root := tiny.Write(t, models, b)
	cfg := config(t, t.TempDir(), models)
	cfg.Preview = true
	r := start(t, cfg)
	p, err := pipeline.New(b)
	require.NoError(t, err)
	want, err := p.Run(t.Context(), []byte("red on blue"), 3)
	require.NoError(t, err)
	got, err := r.Preview(t.Context(), &types.PreviewRequest{ManifestRoot: root[:], Input: []byte("red on blue"), Seed: 3})
	require.NoError(t, err)
	require.Equal(t, want.Output, got.Output)
	require.Equal(t, want.OutputRoot[:], got.OutputRoot)
	_, err = r.Preview(t.Context(), &types.PreviewRequest{ManifestRoot: root[:], Input: []byte("green")})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = r.Output(t.Context(), &types.OutputRequest{OutputRoot: got.OutputRoot})
	require.Equal(t, codes.NotFound, status.Code(err), "a preview marks nothing")
}

func TestSubmitRefuses(t *testing.T) {
	r := start(t, config(t, t.TempDir()))
	for name, w := range map[string]*types.WorkItem{
		"no id":    {Kind: request, ManifestRoot: make([]byte, 32)},
		"root":     {Kind: request, Id: 1, ManifestRoot: make([]byte, 31)},
		"beacon":   {Kind: proof, Id: 1, ManifestRoot: make([]byte, 32)},
		"all fine": {Kind: types.SubjectKind_SUBJECT_KIND_AUDIT, Id: 1, ManifestRoot: make([]byte, 32)},
	} {
		_, err := r.Submit(t.Context(), &types.SubmitRequest{Height: 1, Items: []*types.WorkItem{w}})
		if name == "all fine" { // a kind of a later version is passed over
			require.NoError(t, err)
			continue
		}
		require.Equal(t, codes.InvalidArgument, status.Code(err), name)
	}
	many := slices.Repeat([]*types.WorkItem{item(request, 1, bundle.Hash{1}, "")}, 5000)
	_, err := r.Submit(t.Context(), &types.SubmitRequest{Height: 1, Items: many})
	require.ErrorContains(t, err, "5000 items, allowed are 4096")
	s, err := r.Status(t.Context(), &types.StatusRequest{})
	require.NoError(t, err)
	require.Zero(t, s.Queued)
}

func TestRunRefuses(t *testing.T) {
	home := t.TempDir()
	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, []byte("keep me"), 0o600))
	busy := config(t, t.TempDir())
	start(t, busy)
	for name, tc := range map[string]struct {
		change func(*sidecar.Config)
		err    string
	}{
		"relative home":       {func(c *sidecar.Config) { c.Home = "x" }, `home "x" is not an absolute path`},
		"relative socket":     {func(c *sidecar.Config) { c.Listen = "unix://x" }, `socket "x" is not an absolute path`},
		"long socket":         {func(c *sidecar.Config) { c.Listen = "unix:///" + strings.Repeat("a", 101) }, "has 102 bytes, allowed are 100"},
		"no address":          {func(c *sidecar.Config) { c.Listen = "nowhere" }, "neither unix:///path nor host:port"},
		"tcp without a token": {func(c *sidecar.Config) { c.Listen = "127.0.0.1:0" }, "needs a token of at least 16 characters"},
		"little memory":       {func(c *sidecar.Config) { c.Worker.Memory = 1 << 20 }, "worker memory is 1048576 bytes"},
		"no worker":           {func(c *sidecar.Config) { c.WorkerCommand = nil }, "no command to start a worker"},
		"a file in the way":   {func(c *sidecar.Config) { c.Listen = "unix://" + occupied }, "is in the way: it is not a socket"},
		"socket in use":       {func(c *sidecar.Config) { c.Listen = busy.Listen }, "another program listens on"},
		"home in use":         {func(c *sidecar.Config) { c.Home = busy.Home }, "is in use by another sidecar"},
		"no models":           {func(c *sidecar.Config) { c.Models = []string{"/nonexistent"} }, "folder of models"},
		"bad mirror":          {func(c *sidecar.Config) { c.Mirrors = []string{"ftp://x"} }, `mirror "ftp://x"`},
	} {
		cfg := config(t, home)
		cfg.Logger = slog.New(slog.DiscardHandler)
		tc.change(&cfg)
		require.ErrorContains(t, sidecar.Run(t.Context(), cfg), tc.err, name)
	}
	kept, err := os.ReadFile(occupied)
	require.NoError(t, err)
	require.Equal(t, "keep me", string(kept))
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // test
	return l.Addr().String()
}

// safeBuffer is a log that a test reads while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
