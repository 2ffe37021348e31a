package serve_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/serve"
)

func TestHandler(t *testing.T) {
	dir := t.TempDir()
	b := tiny.Picture(t)
	folder := "/" + bundle.FolderName(tiny.Write(t, dir, b))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret"), []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, folder, "secret"), []byte("secret"), 0o600))
	h := serve.Handler(serve.Config{Dirs: []string{t.TempDir(), dir}, MaxRequests: 2})
	ask := func(method, path, ranges string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://x/", nil)
		r.URL.Path = path
		if ranges != "" {
			r.Header.Set("Range", ranges)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("GET", folder+"/weights", "")
	require.Equal(t, 200, w.Code)
	require.Equal(t, b.Weights, w.Body.Bytes())
	require.Contains(t, w.Header().Get("Cache-Control"), "immutable")

	w = ask("GET", folder+"/weights", "bytes=1000-1999")
	require.Equal(t, 206, w.Code)
	require.Equal(t, b.Weights[1000:2000], w.Body.Bytes())
	require.Equal(t, 416, ask("GET", folder+"/weights", "bytes=99999999-").Code)

	w = ask("HEAD", folder+"/card.md", "")
	require.Equal(t, 200, w.Code)
	require.Empty(t, w.Body.Bytes())

	for _, path := range []string{
		"/", "", folder, folder + "/", folder + "/secret", "/secret", folder + "/../secret", folder + "/manifest/", folder + "/./manifest",
		"/" + strings.ToUpper(folder[1:]) + "/manifest", "/" + strings.Repeat("0", 64) + "/manifest", "//" + folder[1:] + "/manifest", folder + "//manifest",
		"/../" + folder + "/manifest", folder + "/manifest\x00", "/etc/passwd",
	} {
		w := ask("GET", path, "")
		require.Equal(t, 404, w.Code, path)
		require.NotContains(t, w.Body.String(), "secret", path)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		require.Equal(t, 405, ask(method, folder+"/manifest", "").Code, method)
	}

	// A link is not served, wherever it leads.
	require.NoError(t, os.Remove(filepath.Join(dir, folder, "card.md")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "secret"), filepath.Join(dir, folder, "card.md")))
	require.Equal(t, 404, ask("GET", folder+"/card.md", "").Code)
}

func TestBusy(t *testing.T) {
	dir := t.TempDir()
	folder := bundle.FolderName(tiny.Write(t, dir, tiny.Picture(t)))
	h := serve.Handler(serve.Config{Dirs: []string{dir}, MaxRequests: 1})
	inside, leave := make(chan struct{}), make(chan struct{})
	go h.ServeHTTP(&slowWriter{inside: inside, leave: leave, header: http.Header{}}, httptest.NewRequest("GET", "http://x/"+folder+"/weights", nil))
	<-inside
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "http://x/"+folder+"/manifest", nil))
	require.Equal(t, 503, w.Code)
	close(leave)
}

// slowWriter is a client that does not read.
type slowWriter struct {
	inside, leave chan struct{}
	header        http.Header
	begun         bool
}

func (s *slowWriter) Header() http.Header { return s.header }
func (s *slowWriter) WriteHeader(int)     {}
func (s *slowWriter) Write(p []byte) (int, error) {
	if !s.begun {
		s.begun = true
		close(s.inside)
		<-s.leave
	}
	return len(p), nil
}

func TestRunStops(t *testing.T) {
	dir := t.TempDir()
	folder := bundle.FolderName(tiny.Write(t, dir, tiny.Picture(t)))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve.Run(ctx, l, serve.Config{Dirs: []string{dir}, MaxRequests: 4}) }()
	resp, err := http.Get("http://" + l.Addr().String() + "/" + folder + "/card.md")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "# Tiny\n", string(body))
	cancel()
	require.NoError(t, <-ended)
}
