package display_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/x/aigc/content"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

var (
	tokenPath      = fmt.Sprintf("/imod/aigc/v1/content/%d/%s", collection, strings.Repeat("ab", 32))
	challengesPath = fmt.Sprintf("/imod/oracle/v1/models/%d/versions/1/challenges", model)
)

// TestFlaggedToken: sensitive content says so, withdrawn content is not shown.
func TestFlaggedToken(t *testing.T) {
	w := newWorld(t)
	w.token.Flags = &aigctypes.Flags{Sensitive: true}
	got := w.get(tokenPath)
	require.Equal(t, http.StatusOK, got.Code, got.Body)
	require.Equal(t, "true", got.Header().Get("X-Content-Sensitive"))
	w.token.Flags = &aigctypes.Flags{Withdrawn: true, Note: "court order"}
	got = w.get(tokenPath)
	require.Equal(t, http.StatusUnavailableForLegalReasons, got.Code)
	require.Contains(t, got.Body.String(), "court order")
	require.Equal(t, "no-store", got.Header().Get("Cache-Control"))
}

// TestFlagLists: what the node's lists name is not shown, wherever the bytes lie; the rest is, and the lists can change.
func TestFlagLists(t *testing.T) {
	w := newWorld(t)
	var root [32]byte
	_, err := hex.Decode(root[:], []byte(w.token.OutputRoot))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, w.get(tokenPath).Code)
	challenge := w.results[len(w.results)-1].OutputRoot
	w.flags = map[[32]byte]string{root: "a court's order", challenge: ""}
	w.stored = w.outputs[root]
	got := w.get(tokenPath)
	require.Equal(t, http.StatusUnavailableForLegalReasons, got.Code)
	require.Contains(t, got.Body.String(), "a court's order")
	require.Equal(t, "no-store", got.Header().Get("Cache-Control"))
	refused, shown := 0, 0
	for n := range bundle.Challenges {
		got := w.get(fmt.Sprintf("%s/%d", challengesPath, n))
		switch got.Code {
		case http.StatusUnavailableForLegalReasons:
			require.Contains(t, got.Body.String(), "no reason is given")
			refused++
		case http.StatusOK:
			shown++
		}
	}
	require.Positive(t, refused)
	require.Equal(t, bundle.Challenges, refused+shown)
	w.flags = nil
	require.Equal(t, http.StatusOK, w.get(tokenPath).Code)
}

func TestTokenPicture(t *testing.T) {
	w := newWorld(t)
	got := w.get(tokenPath)
	require.Equal(t, http.StatusOK, got.Code, got.Body)
	h := got.Header()
	require.Equal(t, "image/png", h.Get("Content-Type"))
	require.Equal(t, "public, max-age=300, must-revalidate", h.Get("Cache-Control"), "it can be withdrawn")
	require.Equal(t, content.DigitalSourceType, h.Get("Imod-Digital-Source-Type"))
	require.Equal(t, w.token.OutputRoot, h.Get("Imod-Output-Root"))
	for _, want := range []string{
		content.DigitalSourceType + "<", "<imod:RequestId>7<", "<imod:ChainId>imo-test-1<", "<imod:Prompt>a red on &lt;blue&gt;<",
		"<imod:OutputRoot>" + w.token.OutputRoot + "<", "<imod:ManifestRoot>" + w.token.ManifestRoot + "<", "<imod:TrustClass>ATTESTED<",
	} {
		require.Contains(t, got.Body.String(), want)
	}
	img, err := png.Decode(bytes.NewReader(got.Body.Bytes()))
	require.NoError(t, err)
	var root [32]byte
	_, err = hex.Decode(root[:], []byte(w.token.OutputRoot))
	require.NoError(t, err)
	raw := w.outputs[root]
	r, g, b, _ := img.At(1, 1).RGBA()
	require.Equal(t, raw[9:12], []byte{byte(r >> 8), byte(g >> 8), byte(b >> 8)})

	body := got.Body.Bytes()
	require.Equal(t, body, w.get(tokenPath).Body.Bytes())
	again := w.get(tokenPath, "If-None-Match", h.Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.Code)
	require.Empty(t, again.Body.Bytes())

	w.stored, w.outputs = raw, nil
	require.Equal(t, body, w.get(tokenPath).Body.Bytes(), "from the token's stored content")
	w.stored, w.request.Output = nil, raw
	require.Equal(t, body, w.get(tokenPath).Body.Bytes(), "from the request's stored output")
}

func TestTokenRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(w *world)
		path   string
		status int
		words  string
	}{
		"pending": {func(w *world) {
			w.token.Status = aigctypes.TOKEN_STATUS_PENDING
			w.request.Status = oracletypes.RequestStatus_REQUEST_STATUS_PENDING
		}, tokenPath, 409, "not final yet"},
		"unsettled":   {func(w *world) { w.token.Status = aigctypes.TOKEN_STATUS_PENDING }, tokenPath, 409, "settle"},
		"burnt":       {func(w *world) { w.token.Status = aigctypes.TOKEN_STATUS_BURNT }, tokenPath, 410, "burnt"},
		"unknown":     {func(*world) {}, "/imod/aigc/v1/content/3/" + strings.Repeat("ab", 32), 404, "no such token"},
		"no number":   {func(*world) {}, "/imod/aigc/v1/content/x/ab", 400, "collection must be a number"},
		"no sidecar":  {func(w *world) { w.outputs = nil }, tokenPath, 503, "runs no sidecar"},
		"not held":    {func(w *world) { clear(w.outputs) }, tokenPath, 503, "output is not held"},
		"other bytes": {func(w *world) { w.damage(w.token.OutputRoot) }, tokenPath, 503, "do not match the root on chain"},
		"stored and damaged": {func(w *world) {
			w.stored, w.outputs = []byte("another output"), nil
		}, tokenPath, 503, "runs no sidecar"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			w.refused(c.path, c.status, c.words)
		})
	}
}

// damage changes what the sidecar answers for a root.
func (w *world) damage(root string) {
	var key [32]byte
	_, err := hex.Decode(key[:], []byte(root))
	require.NoError(w.t, err)
	w.outputs[key] = append(bytes.Clone(w.outputs[key][:len(w.outputs[key])-1]), w.outputs[key][len(w.outputs[key])-1]^1)
}

func (w *world) refused(path string, status int, words string) {
	w.t.Helper()
	got := w.get(path)
	require.Equal(w.t, status, got.Code, got.Body)
	require.Equal(w.t, "application/json", got.Header().Get("Content-Type"))
	require.Equal(w.t, "no-store", got.Header().Get("Cache-Control"))
	var body struct{ Message string }
	require.NoError(w.t, json.Unmarshal(got.Body.Bytes(), &body))
	require.Contains(w.t, body.Message, words)
}

// TestChallenges: with the list alone a reader recomputes what the validators bound themselves to, and
// each picture shows the output that the list names.
func TestChallenges(t *testing.T) {
	w := newWorld(t)
	got := w.get(challengesPath)
	require.Equal(t, http.StatusOK, got.Code, got.Body)
	var list struct {
		ManifestRoot string `json:"manifest_root"`
		Beacon       string
		ResultsRoot  string `json:"results_root"`
		Vectors      int
		Count        int
		Results      []struct {
			OutputRoot string `json:"output_root"`
			Witness    string
		}
		Challenges []struct {
			Input, Prompt, Seed, URL string
			OutputRoot               string `json:"output_root"`
		}
	}
	require.NoError(t, json.Unmarshal(got.Body.Bytes(), &list))
	require.Equal(t, w.version.ManifestRoot, list.ManifestRoot)
	var results []bundle.Result
	unhex := func(s string) (h bundle.Hash) {
		_, err := hex.Decode(h[:], []byte(s))
		require.NoError(t, err)
		return h
	}
	for _, r := range list.Results {
		results = append(results, bundle.Result{OutputRoot: unhex(r.OutputRoot), Witness: unhex(r.Witness)})
	}
	require.Equal(t, unhex(list.ResultsRoot), bundle.ResultsRoot(results))
	require.Equal(t, bundle.Challenges, list.Count)
	runner, err := pipeline.New(w.bundle)
	require.NoError(t, err)
	for n, c := range list.Challenges {
		input, seed := w.bundle.Manifest.Challenge(unhex(list.Beacon), n)
		require.Equal(t, hex.EncodeToString(input), c.Input)
		require.Equal(t, string(input), c.Prompt)
		require.Equal(t, fmt.Sprint(seed), c.Seed)
		run, err := runner.Run(t.Context(), input, seed)
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(run.OutputRoot[:]), c.OutputRoot)
		require.Equal(t, c.OutputRoot, list.Results[list.Vectors+n].OutputRoot)

		file := w.get(c.URL)
		require.Equal(t, http.StatusOK, file.Code, file.Body)
		require.Equal(t, "image/png", file.Header().Get("Content-Type"))
		require.Contains(t, file.Body.String(), content.DigitalSourceType+"<")
		require.Contains(t, file.Body.String(), fmt.Sprintf("<imod:Challenge>%d<", n))
		require.NotContains(t, file.Body.String(), "RequestId")
		plain, _, err := pipeline.EncodeDisplay(w.bundle.Manifest.Pipeline, run.Output)
		require.NoError(t, err)
		want, err := png.Decode(bytes.NewReader(plain))
		require.NoError(t, err)
		img, err := png.Decode(file.Body)
		require.NoError(t, err)
		require.Equal(t, want, img)
	}
}

func TestChallengeRefusals(t *testing.T) {
	first := challengesPath + "/0"
	for name, c := range map[string]struct {
		change func(w *world)
		path   string
		status int
		words  string
	}{
		"under proof":   {func(w *world) { w.version.Status = imotypes.MODEL_STATUS_PENDING }, first, 409, "under proof"},
		"rejected":      {func(w *world) { w.version.Status = imotypes.MODEL_STATUS_REJECTED }, first, 404, "not reproduced"},
		"unknown model": {func(*world) {}, "/imod/oracle/v1/models/9/versions/1/challenges", 404, "no such version"},
		"version 0":     {func(*world) {}, "/imod/oracle/v1/models/5/versions/0/challenges", 400, "counts from 1"},
		"too far":       {func(*world) {}, challengesPath + "/4", 404, "challenges 0 to 3"},
		"no number":     {func(*world) {}, challengesPath + "/x", 400, "n must be a number"},
		"joined later":  {func(w *world) { clear(w.outputs) }, challengesPath, 503, "output is not held"},
		"output is gone": {func(w *world) {
			delete(w.outputs, w.results[len(w.results)-bundle.Challenges].OutputRoot)
		}, first, 503, "output is not held"},
		"false results": {func(w *world) {
			root := bundle.ProofOutputRoot(bundle.ResultsRoot(w.results), bundle.Hash{})
			w.damage(hex.EncodeToString(root[:]))
		}, first, 503, "do not match the root on chain"},
		"fewer results": {func(w *world) {
			root := bundle.ResultsRoot(w.results[1:])
			w.record.ResultsRoot = root[:]
			w.outputs[bundle.ProofOutputRoot(root, bundle.Hash{})] = bundle.EncodeResults(w.results[1:])
		}, first, 503, "not those of this version"},
		"no record": {func(w *world) { w.record = nil }, first, 404, "no record of this proof"},
		"expired record": {func(w *world) {
			w.record = &oracletypes.ProofRecord{Beacon: make([]byte, 32)}
		}, first, 404, "ended without results"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.change(w)
			w.refused(c.path, c.status, c.words)
		})
	}
}
