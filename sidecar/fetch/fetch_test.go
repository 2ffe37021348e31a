package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/fetch"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/serve"
)

const limit = 1 << 20

// origin serves a bundle honestly; change, if given, sees each request first and
// returns true when it answered.
func origin(t *testing.T, dir string, change func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	honest := serve.Handler(serve.Config{Dirs: []string{dir}, MaxRequests: 8})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if change == nil || !change(w, r) {
			honest.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func anyRoom(uint64) error { return nil }

func local() *fetch.Client { return fetch.NewClient(fetch.Options{LocalNetwork: true}) }

// requireWhole checks that a folder holds the bundle, byte for byte.
func requireWhole(t *testing.T, dir string, want *bundle.Bundle) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close() //nolint:errcheck // test
	got, err := bundle.OpenFolder(root.FS())
	require.NoError(t, err)
	_, err = got.Verify()
	require.NoError(t, err)
	require.Equal(t, want.Manifest.Root(), got.Manifest.Root())
}

func TestBundle(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	base := origin(t, dir, nil)
	for name, uri := range map[string]string{
		"base": base, "base with a slash": base + "/", "folder": base + "/" + bundle.FolderName(root),
	} {
		out := filepath.Join(t.TempDir(), "x")
		require.NoError(t, local().Bundle(t.Context(), []string{uri}, root, out, limit, anyRoom), name)
		requireWhole(t, out, b)
	}
}

// TestHostileSources: each of them gives wrong bytes in its own way. Alone it gets
// nowhere; with an honest source behind it the bundle arrives.
func TestHostileSources(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	at := func(r *http.Request, name string) bool { return strings.HasSuffix(r.URL.Path, "/"+name) }
	endless := func(w http.ResponseWriter) bool {
		for range 1 << 14 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return true
			}
		}
		return true
	}
	for name, change := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"another manifest": func(w http.ResponseWriter, r *http.Request) bool {
			if !at(r, bundle.FileManifest) {
				return false
			}
			other := *b.Manifest
			other.Name = "Other"
			_, _ = w.Write(other.Encode())
			return true
		},
		"endless manifest": func(w http.ResponseWriter, r *http.Request) bool { return at(r, bundle.FileManifest) && endless(w) },
		"endless graph":    func(w http.ResponseWriter, r *http.Request) bool { return at(r, bundle.FileIR) && endless(w) },
		"endless weights":  func(w http.ResponseWriter, r *http.Request) bool { return at(r, bundle.FileWeights) && endless(w) },
		"short table": func(w http.ResponseWriter, r *http.Request) bool {
			if !at(r, bundle.FileTensors) {
				return false
			}
			_, _ = w.Write(b.Table.Encode()[:100])
			return true
		},
		"wrong chunk": func(w http.ResponseWriter, r *http.Request) bool {
			if !at(r, bundle.FileWeights) {
				return false
			}
			bad := bytes.Clone(b.Weights)
			bad[20_000] ^= 1
			_, _ = w.Write(bad)
			return true
		},
		"a length that lies": func(w http.ResponseWriter, r *http.Request) bool {
			if !at(r, bundle.FileWeights) {
				return false
			}
			w.Header().Set("Content-Length", "99999999")
			_, _ = w.Write(b.Weights[:3000])
			return true
		},
		"missing card": func(w http.ResponseWriter, r *http.Request) bool {
			if at(r, bundle.FileCard) {
				http.NotFound(w, r)
				return true
			}
			return false
		},
		"redirects for ever": func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path+"?", http.StatusFound)
			return true
		},
		"redirects to a file": func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
			return true
		},
		"headers without end": func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("X-Long", strings.Repeat("a", 1<<20))
			return false
		},
		"compressed": func(w http.ResponseWriter, r *http.Request) bool {
			if !at(r, bundle.FileManifest) {
				return false
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(b.Manifest.Encode())
			return r.Header.Get("Accept-Encoding") != "" // a client that never asks takes the bytes as they are
		},
	} {
		t.Run(name, func(t *testing.T) {
			evil, honest := origin(t, dir, change), origin(t, dir, nil)
			out := filepath.Join(t.TempDir(), "x")
			if name != "compressed" {
				err := local().Bundle(t.Context(), []string{evil}, root, out, limit, anyRoom)
				require.ErrorIs(t, err, fetch.ErrNoSource)
			}
			require.NoError(t, local().Bundle(t.Context(), []string{evil, honest}, root, out, limit, anyRoom))
			requireWhole(t, out, b)
			require.NoFileExists(t, filepath.Join(out, "passwd"))
		})
	}
}

// TestResume: a second attempt asks only for what is missing, from the first bad
// chunk on, even when the file on disk was damaged in between.
func TestResume(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	out := filepath.Join(t.TempDir(), "x")
	half := origin(t, dir, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/"+bundle.FileWeights) {
			_, _ = w.Write(b.Weights[:15_000])
			return true
		}
		return false
	})
	err := local().Bundle(t.Context(), []string{half}, root, out, limit, anyRoom)
	require.ErrorContains(t, err, fmt.Sprintf("14272 of %d bytes", len(b.Weights)), "whole chunks only")

	weights := filepath.Join(out, bundle.FileWeights)
	raw, err := os.ReadFile(weights)
	require.NoError(t, err)
	require.Equal(t, b.Weights[:14272], raw)
	raw[13_000] ^= 1
	require.NoError(t, os.WriteFile(weights, raw, 0o600))
	var asked atomic.Value
	var files atomic.Int32
	rest := origin(t, dir, func(_ http.ResponseWriter, r *http.Request) bool {
		files.Add(1)
		asked.Store(r.Header.Get("Range"))
		return false
	})
	require.NoError(t, local().Bundle(t.Context(), []string{rest}, root, out, limit, anyRoom))
	requireWhole(t, out, b)
	require.Equal(t, "bytes=12224-", asked.Load())
	require.EqualValues(t, 1, files.Load(), "the other files were kept")
}

func TestServerWithoutRanges(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	out := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.MkdirAll(out, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(out, bundle.FileWeights), b.Weights[:9_000], 0o600))
	plain := origin(t, dir, func(_ http.ResponseWriter, r *http.Request) bool {
		r.Header.Del("Range")
		return false
	})
	require.NoError(t, local().Bundle(t.Context(), []string{plain}, root, out, limit, anyRoom))
	requireWhole(t, out, b)
}

func TestLimits(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	base := origin(t, dir, nil)
	out := filepath.Join(t.TempDir(), "x")
	err := local().Bundle(t.Context(), []string{base}, root, out, 1000, anyRoom)
	require.ErrorIs(t, err, fetch.ErrTooLarge)
	require.NoFileExists(t, filepath.Join(out, bundle.FileWeights))
	require.ErrorIs(t, local().Bundle(t.Context(), nil, root, out, limit, anyRoom), fetch.ErrNoSource)

	stuck := origin(t, dir, func(_ http.ResponseWriter, r *http.Request) bool {
		<-r.Context().Done()
		return true
	})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, local().Bundle(ctx, []string{stuck}, root, filepath.Join(t.TempDir(), "y"), limit, anyRoom), context.DeadlineExceeded)
}

// TestPrivateAddresses: without permission nothing on this machine is reached, by
// number, by name, or through a redirect.
func TestPrivateAddresses(t *testing.T) {
	dir := t.TempDir()
	root := tiny.Write(t, dir, tiny.Picture(t))
	var hits atomic.Int32
	base := origin(t, dir, func(http.ResponseWriter, *http.Request) bool { hits.Add(1); return false })
	port := base[strings.LastIndex(base, ":"):]
	c := fetch.NewClient(fetch.Options{})
	for _, uri := range []string{base, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port} {
		err := c.Bundle(t.Context(), []string{uri}, root, filepath.Join(t.TempDir(), "x"), limit, anyRoom)
		require.ErrorIs(t, err, fetch.ErrAddress, uri)
	}
	require.Zero(t, hits.Load())
}

func TestPublic(t *testing.T) {
	for _, a := range []string{
		"127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255",
		"198.18.0.1", "192.0.2.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
		"2001:db8::1", "::7f00:1", "fec0::1",
	} {
		require.False(t, fetch.Public(netip.MustParseAddr(a)), a)
	}
	for _, a := range []string{"1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:9.9.9.9"} {
		require.True(t, fetch.Public(netip.MustParseAddr(a)), a)
	}
}

func TestCheckURI(t *testing.T) {
	require.NoError(t, fetch.CheckURI("https://models.example.org/a"))
	for _, bad := range []string{
		"", "models.example.org", "file:///etc/passwd", "ftp://x/y", "http://", "https://user:secret@x/", "http://x/" + strings.Repeat("a", 512), "http://[", "javascript:1",
	} {
		err := fetch.CheckURI(bad)
		require.ErrorIs(t, err, fetch.ErrAddress, bad)
		require.NotContains(t, err.Error(), "secret", "no password in a log")
	}
}

// TestDeadSourceRests: a source that failed is asked after the others for a while, and a source that works is
// asked first again.
func TestDeadSourceRests(t *testing.T) {
	b, dir := tiny.Picture(t), t.TempDir()
	root := tiny.Write(t, dir, b)
	var asked atomic.Int32
	dead := origin(t, t.TempDir(), func(http.ResponseWriter, *http.Request) bool { asked.Add(1); return false })
	good := origin(t, dir, nil)
	client := local()
	get := func() {
		require.NoError(t, client.Bundle(t.Context(), []string{dead, good}, root, t.TempDir(), limit, anyRoom))
	}
	get()
	require.EqualValues(t, 1, asked.Load(), "once, not once for each of five files")
	get()
	require.EqualValues(t, 1, asked.Load(), "it rests")
	require.ErrorIs(t, client.Bundle(t.Context(), []string{dead}, root, t.TempDir(), limit, anyRoom), fetch.ErrNoSource)
	require.EqualValues(t, 2, asked.Load(), "with nobody else to ask it is asked all the same")
	full := errors.New("no room")
	var size uint64
	err := client.Bundle(t.Context(), []string{good}, root, t.TempDir(), limit, func(n uint64) error { size = n; return full })
	require.ErrorIs(t, err, full)
	require.Equal(t, b.Manifest.TotalBytes, size)
}
