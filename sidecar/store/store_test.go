package store_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/fetch"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/serve"
	"github.com/imochain/imod/sidecar/store"
)

func open(t *testing.T, change func(*store.Config)) *store.Store {
	t.Helper()
	cfg := store.Config{Dir: t.TempDir(), MaxBundle: 1 << 20, MaxTotal: 1 << 20, LocalNetwork: true}
	if change != nil {
		change(&cfg)
	}
	s, err := store.Open(cfg)
	require.NoError(t, err)
	return s
}

func origin(t *testing.T, dir string) (uri string, hits *atomic.Int32) {
	t.Helper()
	hits = &atomic.Int32{}
	h := serve.Handler(serve.Config{Dirs: []string{dir}, MaxRequests: 8})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { hits.Add(1); h.ServeHTTP(w, r) }))
	t.Cleanup(srv.Close)
	return srv.URL, hits
}

func TestModelsComeFirst(t *testing.T) {
	models := t.TempDir()
	root := tiny.Write(t, models, tiny.Picture(t))
	s := open(t, func(c *store.Config) { c.Models = []string{models} })
	dir, err := s.Ensure(t.Context(), root, nil)
	require.NoError(t, err)
	require.Equal(t, models, dir)
	require.Equal(t, 1, s.Count())

	// A damaged copy is passed over, and the operator's files stay.
	require.NoError(t, s.Damaged(dir, root))
	_, err = s.Ensure(t.Context(), root, nil)
	require.ErrorIs(t, err, fetch.ErrNoSource)
	require.FileExists(t, filepath.Join(models, bundle.FolderName(root), bundle.FileWeights))
	uri, _ := origin(t, models)
	dir, err = s.Ensure(t.Context(), root, []string{uri})
	require.NoError(t, err)
	require.NotEqual(t, models, dir)

	require.NoError(t, s.Damaged(dir, root))
	require.NoDirExists(t, filepath.Join(dir, bundle.FolderName(root)))
}

func TestOneDownloadForAll(t *testing.T) {
	served := t.TempDir()
	root := tiny.Write(t, served, tiny.Picture(t))
	uri, hits := origin(t, served)
	s := open(t, func(c *store.Config) { c.Mirrors = []string{uri} })
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			_, err := s.Ensure(t.Context(), root, nil)
			require.NoError(t, err)
		})
	}
	wg.Wait()
	require.EqualValues(t, 5, hits.Load(), "five files, once each")
}

func TestEviction(t *testing.T) {
	served := t.TempDir()
	uri, _ := origin(t, served)
	var roots []bundle.Hash
	for _, name := range []string{"A", "B", "C", "D"} {
		b := tiny.Picture(t)
		b.Manifest.Name = name
		roots = append(roots, tiny.Write(t, served, b))
	}
	home := t.TempDir()
	size := int64(0)
	s := open(t, func(c *store.Config) { c.Dir, c.MaxTotal = home, 3*40_000 })
	defer s.Hold(roots[0])()
	for i, root := range roots {
		_, err := s.Ensure(t.Context(), root, []string{uri})
		require.NoError(t, err)
		past := time.Now().Add(time.Duration(i-10) * time.Hour)
		require.NoError(t, os.Chtimes(filepath.Join(home, bundle.FolderName(root)), past, past))
		info, err := os.Stat(filepath.Join(home, bundle.FolderName(root), bundle.FileWeights))
		require.NoError(t, err)
		size += info.Size()
	}
	require.Greater(t, size, int64(3*40_000), "the test needs more than fits")
	for i, here := range []bool{true, false, true, true} { // A is oldest but held
		_, ok := s.Find(roots[i])
		require.Equal(t, here, ok, "bundle %d", i)
	}
}

// TestFull: pinned bundles and those on hold are never evicted; a bundle that finds no room is refused
// before it is fetched, and nothing is removed for it.
func TestFull(t *testing.T) {
	served := t.TempDir()
	uri, hits := origin(t, served)
	var roots []bundle.Hash
	for _, name := range []string{"A", "B", "C", "D"} {
		b := tiny.Picture(t)
		b.Manifest.Name = name
		roots = append(roots, tiny.Write(t, served, b))
	}
	s := open(t, func(c *store.Config) { c.MaxTotal = 3 * 40_000 })
	get := func(i int) error {
		_, err := s.Ensure(t.Context(), roots[i], []string{uri})
		return err
	}
	here := func() (out []int) {
		for i, root := range roots {
			if _, ok := s.Find(root); ok {
				out = append(out, i)
			}
		}
		return out
	}
	s.Pin(roots[:2])
	for i := range 3 {
		require.NoError(t, get(i))
	}
	release := s.Hold(roots[2])
	before := hits.Load()
	require.ErrorIs(t, get(3), store.ErrFull)
	require.ErrorContains(t, get(3), "of 120000 bytes are pinned, in use or being fetched")
	require.LessOrEqual(t, hits.Load()-before, int32(4), "the manifest, nothing else")
	require.Equal(t, []int{0, 1, 2}, here())
	pinned, missing := s.Pins()
	require.Equal(t, [2]int{2, 0}, [2]int{pinned, missing})
	used, err := s.Used()
	require.NoError(t, err)
	require.LessOrEqual(t, used, uint64(3*40_000))

	release()
	require.NoError(t, get(3))
	require.Equal(t, []int{0, 1, 3}, here(), "what is neither pinned nor in use went")
	s.Pin(roots[2:3])
	require.NoError(t, get(2))
	require.Len(t, here(), 3)
	held, err := s.Bundles(10)
	require.NoError(t, err)
	require.Len(t, held, 3)
	for _, b := range held {
		require.Equal(t, b.Root == roots[2], b.Pinned)
		require.NotZero(t, b.Bytes)
	}
}

// TestPeers: mirrors that others named are asked when all else fails, each at most once, and what is no address
// never. On a machine that may not reach private networks they open nothing there.
func TestPeers(t *testing.T) {
	served := t.TempDir()
	root := tiny.Write(t, served, tiny.Picture(t))
	peer, hits := origin(t, served)
	empty, missed := origin(t, t.TempDir())
	s := open(t, func(c *store.Config) { c.Mirrors = []string{empty} })
	get := func() error {
		_, err := s.Ensure(t.Context(), root, []string{"http://127.0.0.1:1/gone"})
		return err
	}
	require.ErrorIs(t, get(), fetch.ErrNoSource)
	require.EqualValues(t, 1, missed.Load(), "the operator's own mirror")
	require.Equal(t, []string{"file:///etc", "http://me:secret@h"}, s.SetPeers([]string{"file:///etc", peer, "http://me:secret@h", empty, peer}))
	require.NoError(t, get())
	require.EqualValues(t, 5, hits.Load(), "five files, once each")
	require.Empty(t, s.SetPeers(nil))
	require.NoError(t, s.Damaged(mustFind(t, s, root), root))
	require.ErrorIs(t, get(), fetch.ErrNoSource, "the new list is the whole list")

	closed := open(t, func(c *store.Config) { c.LocalNetwork = false })
	before := hits.Load()
	require.Empty(t, closed.SetPeers([]string{peer}))
	_, err := closed.Ensure(t.Context(), root, nil)
	require.ErrorIs(t, err, fetch.ErrAddress)
	require.Equal(t, before, hits.Load())
}

func mustFind(t *testing.T, s *store.Store, root bundle.Hash) string {
	t.Helper()
	dir, ok := s.Find(root)
	require.True(t, ok)
	return dir
}

func TestTooLargeLeavesNothing(t *testing.T) {
	served := t.TempDir()
	root := tiny.Write(t, served, tiny.Picture(t))
	uri, _ := origin(t, served)
	home := t.TempDir()
	s := open(t, func(c *store.Config) { c.Dir, c.MaxBundle = home, 100 })
	_, err := s.Ensure(t.Context(), root, []string{uri})
	require.ErrorIs(t, err, fetch.ErrTooLarge)
	left, err := os.ReadDir(filepath.Join(home, "partial"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestOpenRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, cfg := range map[string]store.Config{
		"no folder of models":      {Dir: t.TempDir(), Models: []string{"/nonexistent"}},
		"a file instead":           {Dir: t.TempDir(), Models: []string{file}},
		"a mirror that is no http": {Dir: t.TempDir(), Mirrors: []string{"file:///etc"}},
	} {
		_, err := store.Open(cfg)
		require.Error(t, err, name)
	}
}
