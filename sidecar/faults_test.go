package sidecar_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/policy"
	"github.com/imochain/imod/sidecar/serve"
	"github.com/imochain/imod/x/oracle/types"
)

// TestHostileModels: a model that lies is refused with its reason, one that is too
// large, dies or never ends gets no answer, and everybody else is served.
func TestHostileModels(t *testing.T) {
	models := t.TempDir()
	good := tiny.Write(t, models, tiny.Picture(t))
	liar := tiny.Picture(t)
	liar.Manifest.Vectors[0].Witness[0] ^= 1
	lies := tiny.Write(t, models, liar)
	slow, hungry := tiny.Write(t, models, tiny.Slow(t)), tiny.Write(t, models, tiny.Hungry(t))
	cfg := config(t, t.TempDir(), models)
	cfg.Workers, cfg.RunTime = 1, 300*time.Millisecond
	r := start(t, cfg)
	hungryItem, slowItem := item(request, 1, hungry, strings.Repeat("\x00", 16)), item(request, 2, slow, strings.Repeat("\x00", 16))
	items := []*types.WorkItem{hungryItem, slowItem, item(proof, 3, lies, ""), item(request, 4, good, "green on red"), item(request, 5, good, "red on red")}
	r.submit(t, items...)
	got := map[uint64]*types.WorkResult{}
	for _, x := range r.take(t, 4) {
		got[x.Id] = x
	}
	zero := make([]byte, 32)
	refused := bundle.ProofOutputRoot(bundle.RefusedRoot(bundle.ReasonVector), bundle.Hash{})
	require.EqualValues(t, bundle.ReasonVector, got[3].Refused)
	require.Equal(t, refused[:], got[3].OutputRoot)
	require.Equal(t, zero, got[3].Witness)
	require.EqualValues(t, bundle.ReasonInput, got[4].Refused)
	require.Zero(t, got[5].Refused)
	require.Equal(t, types.DeclineReason_DECLINE_REASON_MACHINE, got[1].Declined, "too large for a worker")
	require.Nil(t, got[2], "ran too long: tried again later")
	require.Contains(t, r.log.String(), "model ran too long")
}

// TestDyingWorker: somebody kills the worker while it runs; the item is run again.
func TestDyingWorker(t *testing.T) {
	models, marks := t.TempDir(), t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	cfg := config(t, t.TempDir(), models)
	cfg.Workers = 1
	// The first worker takes its first job and dies; the next is a real one.
	script := `mark="$1"; shift
if [ -e "$mark" ]; then exec "$@"; fi
: >"$mark"
printf '\000\000\000\020{"self_test":""}'
dd bs=1 count=1 2>/dev/null >/dev/null
kill -9 $$`
	cfg.WorkerEnv = []string{"PATH=" + os.Getenv("PATH")}
	cfg.WorkerCommand = append([]string{"/bin/sh", "-c", script, "sh", filepath.Join(marks, "died")}, tiny.WorkerCommand()...)
	r := start(t, cfg)
	r.submit(t, item(request, 1, root, "red on red"))
	require.Zero(t, r.take(t, 1)[0].Refused)
	require.Contains(t, r.log.String(), "worker died: signal: killed")
}

// TestDamagedBundle: a copy whose bytes are wrong is passed over and fetched anew.
func TestDamagedBundle(t *testing.T) {
	models, served := t.TempDir(), t.TempDir()
	b := tiny.Picture(t)
	root := tiny.Write(t, served, b)
	tiny.Write(t, models, b)
	weights := filepath.Join(models, bundle.FolderName(root), bundle.FileWeights)
	raw, err := os.ReadFile(weights)
	require.NoError(t, err)
	raw[0] ^= 1
	require.NoError(t, os.WriteFile(weights, raw, 0o600))
	srv := httptest.NewServer(serve.Handler(serve.Config{Dirs: []string{served}, MaxRequests: 8}))
	defer srv.Close()
	cfg := config(t, t.TempDir(), models)
	cfg.LocalNetwork = true
	r := start(t, cfg)
	w := item(request, 1, root, "red on red")
	w.Uris = []string{srv.URL}
	r.submit(t, w)
	require.Zero(t, r.take(t, 1)[0].Refused)
	require.Contains(t, r.log.String(), "bundle on disk is damaged")
}

// TestSelfTestFails: a machine that computes wrongly says so and answers nothing.
func TestSelfTestFails(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	cfg := config(t, t.TempDir(), models)
	cfg.WorkerEnv = []string{"PATH=" + os.Getenv("PATH")}
	cfg.WorkerCommand = []string{"/bin/sh", "-c", `printf '\000\000\000\023{"self_test":"exp"}'; exec sleep 60`}
	r := start(t, cfg)
	r.submit(t, item(request, 1, root, "red on red"))
	require.Eventually(t, func() bool { return strings.Contains(r.log.String(), "computes wrongly") }, patient, 10*time.Millisecond)
	s, err := r.Status(t.Context(), &types.StatusRequest{})
	require.NoError(t, err)
	require.False(t, s.SelfTest)
	stream, err := r.Results(t.Context(), &types.ResultsRequest{})
	require.NoError(t, err)
	quiet := make(chan struct{})
	go func() {
		defer close(quiet)
		if _, err := stream.Recv(); err == nil {
			t.Error("a result from a machine that computes wrongly")
		}
	}()
	select {
	case <-quiet:
		t.Fatal("the stream ended")
	case <-time.After(300 * time.Millisecond):
	}
	r.stop()
	<-quiet
}

// TestPolicy: what the operator does not want is declined at once when the chain tells enough, and else when
// the manifest is read; it is not fetched, and everybody else is served.
func TestPolicy(t *testing.T) {
	models := t.TempDir()
	wanted := tiny.Write(t, models, tiny.Picture(t))
	unfree := tiny.Picture(t)
	unfree.Manifest.Licence = "CC-BY-NC-4.0"
	notFree := tiny.Write(t, models, unfree)
	cfg := config(t, t.TempDir(), models)
	cfg.Policy = policy.Policy{DenyModels: []uint64{66}, DenyLicences: []string{"CC-BY-NC*"}, MaxBytes: 1 << 20}
	r := start(t, cfg)
	denied, large, unknown := item(request, 1, bundle.Hash{1}, "x"), item(request, 2, bundle.Hash{2}, "x"), item(request, 3, notFree, "red on red")
	denied.ModelId, denied.Uris = 66, []string{"http://127.0.0.1:1/never-asked"}
	large.TotalBytes, large.Licence, large.Uris = 1<<20+1, "MIT", denied.Uris
	held := item(types.SubjectKind_SUBJECT_KIND_CUSTODY, 66, notFree, "")
	held.Input, held.Draw = nil, make([]byte, 32)
	r.submit(t, denied, large, unknown, held, item(request, 5, wanted, "red on red"))
	got := map[uint64]types.DeclineReason{}
	for _, x := range r.take(t, 5) {
		got[x.Id] = x.Declined
	}
	require.Equal(t, map[uint64]types.DeclineReason{
		1: types.DeclineReason_DECLINE_REASON_DENIED, 2: types.DeclineReason_DECLINE_REASON_SIZE,
		3: types.DeclineReason_DECLINE_REASON_LICENCE, 66: types.DeclineReason_DECLINE_REASON_LICENCE, 5: 0,
	}, got)
	require.NotContains(t, r.log.String(), "never-asked")
	left, err := os.ReadDir(filepath.Join(cfg.Home, "results"))
	require.NoError(t, err)
	require.Len(t, left, 1, "a policy may change: what is declined is not written down")
}
