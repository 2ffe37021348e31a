package localnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet/rpc"
)

const (
	maxFaucetBody = 4 << 10
	sendTimeout   = 30 * time.Second
)

// Sender pays coins out and returns the hash of the included transaction.
type Sender interface {
	Send(ctx context.Context, to sdk.AccAddress, coins sdk.Coins) (string, error)
}

// faucetServer gives coins of a local network to anyone who asks, up to a limit for each address. Its HTTP shape is Ignite's:
// POST / {"address","coins"?} answers {"hash"} or {"error"}, GET /info answers {"is_a_faucet","chain_id"}.
type faucetServer struct {
	sender  Sender
	chainID string
	coins   sdk.Coins // given when the request names none
	limit   sdk.Coins // most for an address within the window
	window  time.Duration
	now     func() time.Time

	sending sync.Mutex // one transaction at a time: the next one needs the sequence after it
	mu      sync.Mutex // guards given
	given   map[string][]grant
}

// grant is one payment, counted until it leaves the window.
type grant struct {
	at    time.Time
	coins sdk.Coins
}

type transferRequest struct {
	Address string   `json:"address"`
	Coins   []string `json:"coins"`
}

type transferResponse struct {
	Hash  string `json:"hash,omitempty"`
	Error string `json:"error,omitempty"`
}

type infoResponse struct {
	IsAFaucet bool   `json:"is_a_faucet"`
	ChainID   string `json:"chain_id"`
}

// newFaucet makes the handler from the network's description.
func newFaucet(info FaucetInfo, chainID string, sender Sender) (*faucetServer, error) {
	coins, err := parseCoins("faucet.coins", info.Coins)
	if err != nil {
		return nil, err
	}
	limit, err := parseCoins("faucet.coins_max", info.CoinsMax)
	if err != nil {
		return nil, err
	}
	window, err := time.ParseDuration(info.Window)
	if err != nil {
		return nil, err
	}
	return &faucetServer{
		sender: sender, chainID: chainID, coins: coins, limit: limit, window: window, now: time.Now, given: make(map[string][]grant),
	}, nil
}

// ServeHTTP answers the two requests. Pages of any origin may ask: the coins have no value.
func (f *faucetServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet && r.URL.Path == "/info":
		answer(w, http.StatusOK, infoResponse{IsAFaucet: true, ChainID: f.chainID})
	case r.Method == http.MethodPost && r.URL.Path == "/":
		hash, status, err := f.transfer(r)
		if err != nil {
			answer(w, status, transferResponse{Error: err.Error()})
			return
		}
		answer(w, http.StatusOK, transferResponse{Hash: hash})
	default:
		answer(w, http.StatusNotFound, transferResponse{Error: "use POST / or GET /info"})
	}
}

func (f *faucetServer) transfer(r *http.Request) (string, int, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxFaucetBody+1))
	if err != nil {
		return "", http.StatusBadRequest, err
	}
	if len(raw) > maxFaucetBody {
		return "", http.StatusRequestEntityTooLarge, fmt.Errorf("the request is above %d bytes", maxFaucetBody)
	}
	var req transferRequest
	if err := json.Unmarshal(raw, &req); err != nil {
		return "", http.StatusBadRequest, fmt.Errorf(`the request is not {"address":…,"coins":[…]}: %w`, err)
	}
	to, err := rpc.ParseAddress(req.Address)
	if err != nil {
		return "", http.StatusBadRequest, fmt.Errorf("address: %w", err)
	}
	coins := f.coins
	if len(req.Coins) > 0 {
		if coins, err = parseCoins("coins", req.Coins); err != nil {
			return "", http.StatusBadRequest, err
		}
	}
	at, err := f.reserve(to, coins)
	if err != nil {
		return "", http.StatusTooManyRequests, err
	}
	f.sending.Lock()
	defer f.sending.Unlock()
	// a client that goes away must not leave a reservation without a payment
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), sendTimeout)
	defer cancel()
	hash, err := f.sender.Send(ctx, to, coins)
	if err != nil {
		f.release(to, at)
		return "", http.StatusInternalServerError, err
	}
	return hash, http.StatusOK, nil
}

// reserve counts a payment against the limit before it is made, so that parallel requests cannot pass it together.
func (f *faucetServer) reserve(to sdk.AccAddress, coins sdk.Coins) (time.Time, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	used := sdk.NewCoins()
	var recent []grant
	for _, g := range f.given[to.String()] {
		if now.Sub(g.at) < f.window {
			recent, used = append(recent, g), used.Add(g.coins...)
		}
	}
	if total := used.Add(coins...); !total.IsAllLTE(f.limit) {
		return now, fmt.Errorf("%s would have got %s within %s, the limit is %s", to, total, f.window, f.limit)
	}
	f.given[to.String()] = append(recent, grant{at: now, coins: coins})
	return now, nil
}

// release takes a reservation back.
func (f *faucetServer) release(to sdk.AccAddress, at time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.given[to.String()]
	for i, g := range list {
		if g.at.Equal(at) {
			f.given[to.String()] = append(list[:i:i], list[i+1:]...)
			return
		}
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away; there is nobody to tell
}

// serve runs the handler on the address until the context ends.
func (f *faucetServer) serve(ctx context.Context, listen string) error {
	server := &http.Server{Addr: listen, Handler: f, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return nil
	}
}
