package sidecar_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
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

func get(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // test
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return string(b)
}

// TestStatusAndMetrics: what happened shows in both, under names that do not change, and no result does.
func TestStatusAndMetrics(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	slow := tiny.Write(t, models, tiny.Slow(t))
	cfg := config(t, t.TempDir(), models)
	cfg.Status, cfg.RunTime = freePort(t), 300*time.Millisecond
	r := start(t, cfg)
	r.submit(t, item(request, 1, root, "red on red"), item(request, 2, slow, strings.Repeat("\x00", 16)))
	output := r.take(t, 1)[0]
	var s types.StatusResponse
	require.Eventually(t, func() bool {
		require.NoError(t, json.Unmarshal([]byte(get(t, "http://"+cfg.Status+"/status")), &s))
		return len(s.LastErrors) > 0
	}, patient, 50*time.Millisecond)
	require.Equal(t, "SUBJECT_KIND_REQUEST 2 of model 1", s.LastErrors[0].What)
	require.EqualValues(t, 1, s.Done)
	require.EqualValues(t, 5, s.Height)
	require.True(t, s.SelfTest)
	require.NotZero(t, s.Confinement.Memory)
	require.EqualValues(t, 300, s.Limits.RunMilliseconds)
	require.Len(t, s.Bundles, 2)
	require.NotContains(t, get(t, "http://"+cfg.Status+"/status"), string(output.Output))

	metrics := get(t, "http://"+cfg.Status+"/metrics")
	for _, line := range []string{
		`imod_sidecar_items{state="done"} 1`, `imod_sidecar_items{state="declined"} 0`, `imod_sidecar_items{state="queued"} `,
		`imod_sidecar_items{state="running"} `, `imod_sidecar_items{state="failed"} `,
		`imod_sidecar_runs_total{kind="request",outcome="done"} 1`, `imod_sidecar_runs_total{kind="request",outcome="too_long"} `,
		`imod_sidecar_run_seconds_count{kind="request"} `, `imod_sidecar_fetches_total{outcome="failed"} 0`,
		`imod_sidecar_fetches_total{outcome="ok"} 0`, `imod_sidecar_cache_bytes 0`, `imod_sidecar_cache_limit_bytes `,
		`imod_sidecar_bundles 2`, `imod_sidecar_pinned 0`, `imod_sidecar_pinned_missing 0`, `imod_sidecar_worker_restarts_total `,
		`imod_sidecar_self_test 1`, `imod_sidecar_confined `, `imod_sidecar_list_height 5`,
	} {
		require.Contains(t, metrics, "\n"+line)
	}
}

// TestPins: bundles to be kept are fetched without being asked for, unless the policy forbids, outlive a
// change of work, and are let go with the list.
func TestPins(t *testing.T) {
	served := t.TempDir()
	srv := httptest.NewServer(serve.Handler(serve.Config{Dirs: []string{served}, MaxRequests: 8}))
	defer srv.Close()
	var pins []*types.PinnedBundle
	for i, name := range []string{"A", "B", "C"} {
		b := tiny.Picture(t)
		b.Manifest.Name = name
		root := tiny.Write(t, served, b)
		pins = append(pins, &types.PinnedBundle{ModelId: uint64(i + 1), ManifestRoot: root[:], Uris: []string{srv.URL}})
	}
	cfg := config(t, t.TempDir())
	cfg.LocalNetwork, cfg.Policy = true, policy.Policy{DenyModels: []uint64{3}}
	r := start(t, cfg)
	resp, err := r.Pin(t.Context(), &types.PinRequest{Bundles: pins})
	require.NoError(t, err)
	require.Zero(t, resp.Held)
	at := func(i int) string {
		return filepath.Join(cfg.Home, "bundles", bundle.FolderName(bundle.Hash(pins[i].ManifestRoot)))
	}
	status := func() *types.StatusResponse {
		s, err := r.Status(t.Context(), &types.StatusRequest{})
		require.NoError(t, err)
		return s
	}
	require.Eventually(t, func() bool { return status().PinnedMissing == 0 && status().Models == 2 }, patient, 20*time.Millisecond)
	require.DirExists(t, at(0))
	require.DirExists(t, at(1))
	require.NoDirExists(t, at(2), "the policy denies it")
	require.EqualValues(t, 2, status().Pinned)
	require.NotZero(t, status().CacheBytes)
	r.submit(t)
	require.EqualValues(t, 2, status().Pinned)
	resp, err = r.Pin(t.Context(), &types.PinRequest{Bundles: pins[:1]})
	require.NoError(t, err)
	require.EqualValues(t, 1, resp.Held)
	require.EqualValues(t, 1, status().Pinned)
	_, err = r.Pin(t.Context(), &types.PinRequest{Bundles: []*types.PinnedBundle{{ManifestRoot: []byte{1}}}})
	require.Error(t, err)
	_, err = r.Pin(t.Context(), &types.PinRequest{Mirrors: make([]string, types.MaxMirrors+1)})
	require.Error(t, err)
}

// TestMirrorsOfValidators: a sidecar whose copy is gone, like the creator's host, gets it from another sidecar that
// the node named.
func TestMirrorsOfValidators(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	holder := config(t, t.TempDir(), models)
	holder.Serve = freePort(t)
	start(t, holder)
	cfg := config(t, t.TempDir())
	cfg.LocalNetwork = true
	r := start(t, cfg)
	work := item(request, 1, root, "red on red")
	work.Uris = []string{"http://127.0.0.1:1/gone"}
	r.submit(t, work)
	_, err := r.Pin(t.Context(), &types.PinRequest{Mirrors: []string{"not an address", "http://" + holder.Serve}})
	require.NoError(t, err)
	require.Zero(t, r.take(t, 1)[0].Refused)
	require.DirExists(t, filepath.Join(cfg.Home, "bundles", bundle.FolderName(root)))
}
