package web_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/clients/chaininfo"
	"github.com/imochain/imod/web"
)

// maxTransfer is what all pages together may cost a visitor, compressed and without the runner, in bytes.
const maxTransfer = 300_000

func config() web.Config {
	return web.Config{Chain: chaininfo.Chain{
		ChainID: "imo-test-1", PrettyName: "IMO test", EVMChainID: 7641, RPC: "http://127.0.0.1:26657", JSONRPC: "http://127.0.0.1:8545",
		Denom: "aimo", Symbol: "IMO", Decimals: 18, Bech32Prefix: "imo", CoinType: 60, GasPrice: 1_000_000_000, TestNetwork: true,
	}}
}

func ask(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://node.example/", nil)
	r.URL.Path = path
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// pages are the names of all files that are served, as they lie in the repository.
func pages(t *testing.T) []string {
	t.Helper()
	var out []string
	require.NoError(t, fs.WalkDir(os.DirFS("static"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			out = append(out, name)
		}
		return err
	}))
	require.Greater(t, len(out), 15)
	return out
}

func TestEveryAnswerIsProtected(t *testing.T) {
	h := web.Handler(config())
	want := "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:8545; " +
		"img-src 'self' blob: data:; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	paths := []string{"/web/", "/web/nothing", "/web/config.json", "/web/bundle/x/y", "/elsewhere", "/web/../secret"}
	for _, name := range pages(t) {
		paths = append(paths, "/web/"+name)
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE"} {
			w := ask(h, method, path)
			require.Equal(t, want, w.Header().Get("Content-Security-Policy"), "%s %s", method, path)
			require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), path)
			require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"), path)
			if method == "POST" || method == "DELETE" {
				require.Equal(t, http.StatusMethodNotAllowed, w.Code, path)
				require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
			}
		}
	}
}

func TestPolicyTakesNoDirectives(t *testing.T) {
	for _, address := range []string{"http://x; script-src *", "javascript:alert(1)", "http://a b", "", "::", "http://x,'unsafe-inline'"} {
		cfg := config()
		cfg.Chain.JSONRPC = address
		policy := ask(web.Handler(cfg), "GET", "/web/").Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "connect-src 'self'; ", address)
		require.Equal(t, 1, strings.Count(policy, "script-src"), address)
	}
}

func TestUnknownPaths(t *testing.T) {
	h := web.Handler(config())
	for _, path := range []string{
		"/web/nothing.html", "/web/static/index.html", "/web/js", "/web/js/", "/web/../go.mod", "/web//index.html", "/web/dist/.gitignore", "/web/bundle/", "/", "/webx", "/web",
	} {
		require.Equal(t, http.StatusNotFound, ask(h, "GET", path).Code, path)
	}
}

func TestNothingInline(t *testing.T) {
	for _, name := range pages(t) {
		raw, err := os.ReadFile("static/" + name)
		require.NoError(t, err)
		text := string(raw)
		require.NotRegexp(t, `(?i)innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc`, text, name)
		require.NotRegexp(t, `(?i)https?://(?:[a-z0-9-]+\.)+[a-z]{2,}`, strings.ReplaceAll(text, "http://www.w3.org/2000/svg", ""), "%s must work offline", name)
		require.NotRegexp(t, `(?i)guarante`, text, "%s promises something", name)
		if strings.HasSuffix(name, ".html") {
			require.NotRegexp(t, `(?i)<style|\sstyle=|\son[a-z]+=|javascript:`, text, name)
			for _, script := range regexp.MustCompile(`(?i)<script[^>]*>`).FindAllString(text, -1) {
				require.Contains(t, script, "src=", name)
			}
		} else {
			require.NotRegexp(t, `(?i)\bstyle:\s*['"]|setAttribute\('style'`, text, name)
		}
	}
}

func TestTransfer(t *testing.T) {
	h := web.Handler(config())
	total := 0
	for _, name := range append(pages(t), "config.json") {
		w := ask(h, "GET", "/web/"+name, "Accept-Encoding", "gzip, br")
		require.Equal(t, 200, w.Code, name)
		total += w.Body.Len()
		if w.Header().Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(w.Body)
			require.NoError(t, err)
			got, err := io.ReadAll(unpacked)
			require.NoError(t, err)
			require.Equal(t, ask(h, "GET", "/web/"+name).Body.Bytes(), got, name)
		}
	}
	t.Logf("all pages: %d bytes compressed", total)
	require.Less(t, total, maxTransfer)
}

func TestETag(t *testing.T) {
	h := web.Handler(config())
	first := ask(h, "GET", "/web/js/main.js")
	require.Equal(t, "text/javascript; charset=utf-8", first.Header().Get("Content-Type"))
	require.Equal(t, 304, ask(h, "GET", "/web/js/main.js", "If-None-Match", first.Header().Get("ETag")).Code)
	packed := ask(h, "GET", "/web/js/main.js", "Accept-Encoding", "gzip")
	require.NotEqual(t, first.Header().Get("ETag"), packed.Header().Get("ETag"))
	require.Equal(t, "Accept-Encoding", packed.Header().Get("Vary"))
}

func TestConfig(t *testing.T) {
	var got struct {
		ChainID string `json:"chainId"`
		Bundles bool   `json:"bundles"`
		Keplr   struct {
			Bip44    struct{ CoinType int }
			Features []string
			Fees     []struct {
				Denom string `json:"coinMinimalDenom"`
				Steps struct{ Low, Average, High uint64 }
			} `json:"feeCurrencies"`
			Prefixes map[string]string `json:"bech32Config"`
		} `json:"keplr"`
		Ethereum struct {
			ChainID string   `json:"chainId"`
			RPC     []string `json:"rpcUrls"`
		} `json:"ethereum"`
	}
	require.NoError(t, json.Unmarshal(ask(web.Handler(config()), "GET", "/web/config.json").Body.Bytes(), &got))
	require.Equal(t, "imo-test-1", got.ChainID)
	require.False(t, got.Bundles)
	require.Equal(t, 60, got.Keplr.Bip44.CoinType)
	require.Equal(t, []string{"eth-address-gen", "eth-key-sign", "eth-secp256k1-cosmos"}, got.Keplr.Features)
	require.Len(t, got.Keplr.Prefixes, 6)
	require.Equal(t, "aimo", got.Keplr.Fees[0].Denom)
	require.Equal(t, "0x1dd9", got.Ethereum.ChainID)
	require.Equal(t, []string{"http://127.0.0.1:8545"}, got.Ethereum.RPC)
}

func TestBundles(t *testing.T) {
	cfg := config()
	cfg.Bundles = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "at "+r.URL.Path) })
	require.Equal(t, "at /root/weights", ask(web.Handler(cfg), "GET", "/web/bundle/root/weights").Body.String())
	require.Equal(t, 404, ask(web.Handler(config()), "GET", "/web/bundle/root/weights").Code)
}

func TestProxy(t *testing.T) {
	var seen *http.Request
	var body string
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		seen, body = r.Clone(r.Context()), string(raw)
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = io.WriteString(w, `{"path":"`+r.URL.Path+`"}`)
	}))
	address, err := url.Parse(node.URL)
	require.NoError(t, err)
	front := httptest.NewServer(web.Proxy(config(), address))
	defer front.Close()
	do := func(method, path, content string) (int, string, http.Header) {
		r, err := http.NewRequestWithContext(t.Context(), method, front.URL+path, strings.NewReader(content))
		require.NoError(t, err)
		r.Header.Set("Cookie", "secret=1")
		r.Header.Set("Authorization", "Bearer x")
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(r)
		require.NoError(t, err)
		defer res.Body.Close() //nolint:errcheck // read only
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(raw), res.Header
	}
	code, text, header := do("GET", "/imod/imo/v1/models?pagination.limit=1", "")
	require.Equal(t, 200, code)
	require.JSONEq(t, `{"path":"/imod/imo/v1/models"}`, text)
	require.Equal(t, "pagination.limit=1", seen.URL.RawQuery)
	require.Empty(t, seen.Header.Get("Cookie")+seen.Header.Get("Authorization"))
	require.Empty(t, header.Get("Access-Control-Allow-Origin")+header.Get("Set-Cookie"))
	require.Len(t, header.Values("Content-Security-Policy"), 1)

	code, _, _ = do("POST", "/cosmos/tx/v1beta1/txs", `{"tx_bytes":""}`)
	require.Equal(t, 200, code)
	require.Equal(t, `{"tx_bytes":""}`, body)
	code, _, _ = do("GET", "/web/bundle/root/ir", "")
	require.Equal(t, 200, code)
	require.Equal(t, "/web/bundle/root/ir", seen.URL.Path)
	for path, want := range map[string]int{"/": 302, "/web/": 200, "/swagger/": 404, "/secret": 404} {
		code, _, header := do("GET", path, "")
		require.Equal(t, want, code, path)
		require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'", path)
	}
	for _, refused := range [][2]string{{"POST", "/imod/imo/v1/models"}, {"DELETE", "/cosmos/tx/v1beta1/txs"}} {
		code, _, _ = do(refused[0], refused[1], "")
		require.Equal(t, 405, code, refused)
	}
	code, _, _ = do("POST", "/cosmos/tx/v1beta1/txs", strings.Repeat("x", 300<<10))
	require.GreaterOrEqual(t, code, 400)

	node.Close()
	code, text, _ = do("GET", "/imod/imo/v1/models", "")
	require.Equal(t, 502, code)
	require.JSONEq(t, `{"code":14,"message":"the node does not answer"}`, text)
}
