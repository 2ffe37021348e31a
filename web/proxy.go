package web

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxPost bounds the body of what is passed on: a signed transaction.
const maxPost = 256 << 10

// posts are the two paths to which the pages send a transaction.
var posts = []string{"/cosmos/tx/v1beta1/txs", "/cosmos/tx/v1beta1/simulate"}

// Proxy serves the pages and, under the same origin, the REST API of the node at address, so that the
// pages work with a node that serves none and allows no other origin.
func Proxy(cfg Config, address *url.URL) http.Handler {
	if cfg.Bundles == nil {
		cfg.Bundles = bundlesOf(address)
	}
	api := secure(cfg, passOn(address, ""))
	pages := Handler(cfg)
	mux := http.NewServeMux()
	mux.Handle(Prefix, pages)
	mux.HandleFunc("GET /{$}", Redirect)
	mux.Handle("/", secure(cfg, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known := strings.HasPrefix(r.URL.Path, "/imod/") || strings.HasPrefix(r.URL.Path, "/cosmos/")
		if !known {
			http.NotFound(w, r)
			return
		}
		read := r.Method == http.MethodGet || r.Method == http.MethodHead
		if !read && !(r.Method == http.MethodPost && slices.Contains(posts, r.URL.Path)) {
			http.Error(w, "not allowed here", http.StatusMethodNotAllowed)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxPost)
		api.ServeHTTP(w, r)
	})))
	return mux
}

// bundlesOf asks the node's own pages for bundles. The runner checks every byte against the root.
func bundlesOf(address *url.URL) http.Handler { return passOn(address, Prefix+"bundle") }

// passOn forwards to the node and answers 502 when it is down. Cookies and credentials stay here.
func passOn(address *url.URL, prefix string) http.Handler {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 30 * time.Second
	return &httputil.ReverseProxy{
		Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Path, r.Out.URL.RawPath = prefix+r.Out.URL.Path, ""
			r.SetURL(address)
			r.Out.Header.Del("Cookie")
			r.Out.Header.Del("Authorization")
			r.Out.Header.Del("Origin")
		},
		ModifyResponse: func(r *http.Response) error {
			for _, name := range []string{
				"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
				"Access-Control-Allow-Origin", "Set-Cookie",
			} {
				r.Header.Del(name) // ours stand
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write([]byte(`{"code":14,"message":"the node does not answer"}`))
		},
	}
}
