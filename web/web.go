// Package web serves the pages of a node: static HTML, CSS and ES modules, embedded in the binary,
// that read the chain over REST and sign through the visitor's wallet. Nothing is rendered here and
// nothing is stored; the only dynamic answer is config.json, which tells the pages and the wallets
// how to reach the network.
//
//	Handler   the pages below /web/
//	Proxy     the pages with the REST API of a remote node behind the same origin
//
// The pages trust no text of the chain: they build text nodes only, and every answer carries a
// content security policy without inline scripts or styles.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"

	"github.com/imochain/imod/clients/chaininfo"
)

// Prefix is the path below which the pages are served.
const Prefix = "/web/"

// static holds the pages; dist holds what `make wasm` built, or nothing.
//
//go:embed static
//go:embed all:dist
var embedded embed.FS

// Config says what the pages tell wallets and where they find bundles.
type Config struct {
	// Chain is what the pages and wallets are told of the chain. RPC and JSONRPC are addresses that the visitor's wallet can reach;
	// REST stays empty: the pages ask where they came from.
	Chain chaininfo.Chain
	// Bundles answers GET /<manifest root>/<file>; nil: this server has no bundles.
	Bundles http.Handler
}

// Handler answers GET and HEAD below Prefix.
func Handler(cfg Config) http.Handler {
	pages := sub("static")
	files := newFiles()
	files.add("", pages)
	files.add("dist/", sub("dist"))
	files.put("config.json", "application/json", cfg.json())

	return secure(cfg, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the pages are read-only", http.StatusMethodNotAllowed)
			return
		}
		name, below := strings.CutPrefix(r.URL.Path, Prefix)
		if !below {
			http.NotFound(w, r)
			return
		}
		if bundle, ok := strings.CutPrefix(name, "bundle/"); ok {
			serveBundle(w, r, cfg.Bundles, bundle)
			return
		}
		if name == "" {
			name = "index.html"
		}
		files.serve(w, r, name)
	}))
}

// Redirect sends the visitor of / to the pages.
func Redirect(w http.ResponseWriter, r *http.Request) {
	secure(Config{}, http.RedirectHandler(Prefix, http.StatusFound)).ServeHTTP(w, r)
}

func serveBundle(w http.ResponseWriter, r *http.Request, bundles http.Handler, path string) {
	if bundles == nil {
		http.NotFound(w, r)
		return
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = "/"+path, ""
	bundles.ServeHTTP(w, inner)
}

// secure sets the headers that every answer carries, errors included.
func secure(cfg Config, next http.Handler) http.Handler {
	policy := policy(cfg.Chain.JSONRPC)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// policy allows what the pages need: own files, compiling the runner, the JSON-RPC, pictures of our own.
func policy(jsonRPC string) string {
	connect := "'self'"
	if u, err := url.Parse(jsonRPC); err == nil && (u.Scheme == "http" || u.Scheme == "https") && validHost(u.Host) {
		connect += " " + u.Scheme + "://" + u.Host
	}
	return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src " + connect +
		"; img-src 'self' blob: data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
}

// validHost keeps a setting from adding directives to the policy.
func validHost(host string) bool {
	return host != "" && !strings.ContainsAny(host, " ;,'\"\\\t\r\n")
}

func sub(name string) fs.FS {
	f, err := fs.Sub(embedded, name)
	if err != nil {
		panic(err) // the name is a constant and embedded
	}
	return f
}
