package localnet_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet"
)

// ledger is a sender that remembers what it paid.
type ledger struct {
	mu    sync.Mutex
	paid  map[string]sdk.Coins
	fails error
}

func (l *ledger) Send(_ context.Context, to sdk.AccAddress, coins sdk.Coins) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails != nil {
		return "", l.fails
	}
	l.paid[to.String()] = l.paid[to.String()].Add(coins...)
	return "ABCD", nil
}

func newFaucet(t *testing.T) (http.Handler, *ledger, *time.Time) {
	t.Helper()
	bank := &ledger{paid: make(map[string]sdk.Coins)}
	now := time.Unix(1_000_000, 0)
	handler, err := localnet.NewFaucet(localnet.FaucetInfo{
		Coins: []string{"100aimo"}, CoinsMax: []string{"250aimo"}, Window: "24h",
	}, "imo-local-1", bank, func() time.Time { return now })
	require.NoError(t, err)
	return handler, bank, &now
}

func ask(t *testing.T, handler http.Handler, method, path, body string) (int, map[string]any) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	var out map[string]any
	require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &out), recorder.Body.String())
	return recorder.Code, out
}

const (
	hexAddress = "0xC6Fe5D33615a1C52c08018c47E8Bc53646A0E101"
	byHex      = `{"address":"` + hexAddress + `"}`
)

func TestFaucet(t *testing.T) {
	bech := sdk.AccAddress([]byte{0xC6, 0xFe, 0x5D, 0x33, 0x61, 0x5a, 0x1C, 0x52, 0xc0, 0x80, 0x18, 0xc4, 0x7E, 0x8B, 0xc5, 0x36, 0x46, 0xA0, 0xE1, 0x01}).String()
	module := sdk.AccAddress(make([]byte, 32)).String()
	cases := []struct {
		name, method, path, body string
		status                   int
		answer                   map[string]any
		fails                    string
		paid                     string
	}{
		{name: "ok: info", method: "GET", path: "/info", status: 200, answer: map[string]any{"is_a_faucet": true, "chain_id": "imo-local-1"}},
		{name: "ok: bech32", method: "POST", path: "/", body: `{"address":"` + bech + `"}`, status: 200, answer: map[string]any{"hash": "ABCD"}, paid: "100aimo"},
		{name: "ok: 0x", method: "POST", path: "/", body: byHex, status: 200, answer: map[string]any{"hash": "ABCD"}, paid: "100aimo"},
		{name: "ok: own amount", method: "POST", path: "/", body: `{"address":"` + bech + `","coins":["250aimo"]}`, status: 200, answer: map[string]any{"hash": "ABCD"}, paid: "250aimo"},
		{name: "fails: above the limit", method: "POST", path: "/", body: `{"address":"` + bech + `","coins":["251aimo"]}`, status: 429, fails: "the limit is 250aimo"},
		{name: "fails: another denom", method: "POST", path: "/", body: `{"address":"` + bech + `","coins":["1atom"]}`, status: 429, fails: "limit"},
		{name: "fails: negative", method: "POST", path: "/", body: `{"address":"` + bech + `","coins":["-1aimo"]}`, status: 400, fails: "-1aimo"},
		{name: "fails: not an address", method: "POST", path: "/", body: `{"address":"bob"}`, status: 400, fails: `"bob"`},
		{name: "fails: 32 bytes", method: "POST", path: "/", body: `{"address":"` + module + `"}`, status: 400, fails: "20 bytes"},
		{name: "fails: not JSON", method: "POST", path: "/", body: `address=bob`, status: 400, fails: "address"},
		{name: "fails: too long", method: "POST", path: "/", body: strings.Repeat("x", 5000), status: 413, fails: "4096"},
		{name: "fails: other path", method: "GET", path: "/metrics", status: 404, fails: "POST /"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			handler, bank, _ := newFaucet(t)
			status, out := ask(t, handler, tc.method, tc.path, tc.body)
			require.Equal(t, tc.status, status, out)
			if tc.fails != "" {
				require.Contains(t, out["error"], tc.fails)
				require.Empty(t, bank.paid)
				return
			}
			require.Equal(t, tc.answer, out)
			require.Equal(t, tc.paid, bank.paid[bech].String())
		})
	}
}

func TestFaucetLimit(t *testing.T) {
	handler, bank, now := newFaucet(t)
	for range 2 {
		status, _ := ask(t, handler, "POST", "/", byHex)
		require.Equal(t, 200, status)
	}
	status, out := ask(t, handler, "POST", "/", byHex)
	require.Equal(t, 429, status)
	require.Contains(t, out["error"], "300aimo")

	*now = now.Add(24 * time.Hour)
	status, _ = ask(t, handler, "POST", "/", byHex)
	require.Equal(t, 200, status, "the window has passed")

	// A payment that fails does not count.
	bank.fails = errors.New("no blocks")
	status, out = ask(t, handler, "POST", "/", byHex)
	require.Equal(t, 500, status)
	require.Contains(t, out["error"], "no blocks")
	bank.fails = nil
	status, _ = ask(t, handler, "POST", "/", `{"address":"`+hexAddress+`","coins":["150aimo"]}`)
	require.Equal(t, 200, status)
}

// Parallel requests cannot pass the limit together.
func TestFaucetLimitHoldsInParallel(t *testing.T) {
	handler, bank, _ := newFaucet(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, httptest.NewRequestWithContext(context.Background(), "POST", "/", strings.NewReader(byHex)))
		})
	}
	group.Wait()
	require.Len(t, bank.paid, 1)
	for _, coins := range bank.paid {
		require.Equal(t, "200aimo", coins.String())
	}
}
