package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// file is one answer: its plain bytes, and its compressed bytes where they are shorter.
type file struct {
	media         string
	etag          string
	plain, packed []byte
}

// files maps names to answers. It is filled once and read only from then on.
type files map[string]file

func newFiles() files { return files{} }

// add takes every file of a tree; hidden ones stay hidden. A name that ends in .gz is served under the
// name without, compressed as it is.
func (f files) add(prefix string, tree fs.FS) {
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if plain, packed := strings.CutSuffix(name, ".gz"); packed {
			f[prefix+plain] = file{media: mediaOf(plain), etag: etag(content), packed: content}
			return nil
		}
		f.put(prefix+name, mediaOf(name), content)
		return nil
	})
	if err != nil {
		panic(err) // the trees are embedded
	}
}

// put takes one file and compresses it if that helps.
func (f files) put(name, media string, content []byte) {
	entry := file{media: media, etag: etag(content), plain: content}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is a constant
	}
	if _, err := w.Write(content); err == nil && w.Close() == nil && packed.Len() < len(content) {
		entry.packed = packed.Bytes()
	}
	f[name] = entry
}

// serve answers with a file, compressed if the visitor takes that.
func (f files) serve(w http.ResponseWriter, r *http.Request, name string) {
	entry, ok := f[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", entry.media)
	h.Set("Cache-Control", "no-cache") // asked again by ETag: a new binary serves new pages
	h.Add("Vary", "Accept-Encoding")
	content, tag := entry.plain, entry.etag
	if entry.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content, tag = entry.packed, tag+"-gzip"
	}
	if content == nil {
		http.Error(w, "this file is served compressed only: send Accept-Encoding: gzip", http.StatusNotAcceptable)
		return
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func etag(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:8])
}

// mediaOf does not ask the system's table, which differs between machines.
func mediaOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".wasm":
		return "application/wasm"
	case ".json":
		return "application/json"
	default:
		return "application/octet-stream"
	}
}
