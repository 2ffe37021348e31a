// Package serve offers bundles over HTTP: read-only, content-addressed, with
// ranges, and within limits that a slow or greedy client cannot stretch.
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/imochain/imod/inference/bundle"
)

const (
	headerTime = 5 * time.Second
	// writeTime bounds one answer; a client that needs longer asks for ranges.
	writeTime = 10 * time.Minute
	maxHeader = 8 << 10
	stopTime  = 5 * time.Second
)

// Config of a server.
type Config struct {
	// Dirs are folders of bundles, asked in order.
	Dirs []string
	// MaxRequests bounds the answers in progress; more are told to come back.
	MaxRequests int64
	Logger      *slog.Logger
}

// Run serves on l until ctx ends.
func Run(ctx context.Context, l net.Listener, cfg Config) error {
	srv := &http.Server{
		Handler:           Handler(cfg),
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       headerTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       headerTime * 6,
		MaxHeaderBytes:    maxHeader,
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		err := srv.Shutdown(stop)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		stopped <- err
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// files are the names that are served, each with its media type.
var files = map[string]string{
	bundle.FileManifest: "application/octet-stream",
	bundle.FileIR:       "application/octet-stream",
	bundle.FileTensors:  "application/octet-stream",
	bundle.FileWeights:  "application/octet-stream",
	bundle.FileCard:     "text/markdown; charset=utf-8",
}

// Handler answers GET and HEAD of /<manifest root>/<file> and nothing else. The
// path is taken apart and put together again from a checked root and a fixed name,
// so no request reaches another file.
func Handler(cfg Config) http.Handler {
	slots := semaphore.NewWeighted(max(cfg.MaxRequests, 1))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "read-only", http.StatusMethodNotAllowed)
			return
		}
		if !slots.TryAcquire(1) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		defer slots.Release(1)
		folder, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		media, known := files[name]
		root, err := bundle.ParseFolderName(folder)
		if err != nil || !known {
			http.NotFound(w, r)
			return
		}
		f := open(cfg.Dirs, bundle.FolderName(root), name)
		if f == nil {
			http.NotFound(w, r)
			return
		}
		defer f.Close() //nolint:errcheck // opened for reading
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", `"`+folder+"-"+name+`"`) // the root fixes the content
		http.ServeContent(w, r, "", time.Time{}, f)
		if cfg.Logger != nil {
			cfg.Logger.Debug("served", "root", folder, "file", name, "range", r.Header.Get("Range") != "")
		}
	})
}

// open returns the first regular file of that name in a folder with a manifest.
func open(dirs []string, folder, name string) *os.File {
	for _, dir := range dirs {
		path := filepath.Join(dir, folder, name)
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if f, err := os.Open(path); err == nil {
			return f
		}
	}
	return nil
}
