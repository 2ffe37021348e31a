package soak

import (
	"context"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cometbft/cometbft/crypto/tmhash"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	// perTx is how many requests a transaction of this test carries.
	perTx = 5
	// expireAfter is short, so that faults make requests expire as well.
	expireAfter = 6
	// patience bounds the wait for a transaction that a node has taken.
	patience = 3 * time.Minute
)

// TestFaults makes requests while one validator and one sidecar at a time are killed and come back. Every request must end FINAL, or
// EXPIRED with the refund paid; every transaction that a node took must be in a block; and the money of every account, of the escrow
// and of the whole chain must be right to the unit.
func TestFaults(t *testing.T) {
	n := live.Start(t, live.Options{PortOffset: *ports, Oracle: map[string]any{"request_blocks": expireAfter}})
	id := n.Register(*model)[0]
	r := random(t)
	accounts := senders(t, n, 14) // 70 requests in a block, 140 open: the chain takes 150
	creator := n.Key("ana")
	before, err := n.Client.Balance(t.Context(), creator.Address, "aimo")
	require.NoError(t, err)

	began := time.Now()
	f := startFaults(t, n, r)
	work := &work{n: n, faults: f, model: id, left: *requests}
	var group sync.WaitGroup
	for _, s := range accounts {
		source := rand.New(rand.NewPCG(r.Uint64(), 0))
		group.Go(func() { work.run(t, s, source) })
	}
	group.Wait()
	f.stop()
	took := time.Since(began)

	n.AllEnded(2 * time.Minute)
	requireSameHashes(t, n, f.clients)
	n.Stop()
	n.CheckLogs()

	for node := range n.Net.Nodes {
		b := openBooks(t, n, node)
		b.check(t)
		final, expired := work.settle(t, b, accounts)
		require.Equal(t, *requests, final+expired)
		// What the model earned is the contributor's, less the protocol's part.
		m, err := b.IMOKeeper.Model(b.ctx, id)
		require.NoError(t, err)
		protocol := sdkmath.NewInt(live.ModelPrice).MulRaw(int64(m.IncomeProtocolBps)).QuoRaw(10_000)
		want := before.Add(sdkmath.NewInt(live.ModelPrice).Sub(protocol).MulRaw(int64(final)))
		require.Equal(t, want.String(), b.balance(creator.Address).String(), "the creator")
		if node == 0 {
			t.Logf("%s: %d requests in %s: %d FINAL, %d EXPIRED and refunded, %d transactions refused; killed %d validators and %d sidecars; height %d",
				*model, *requests, took.Round(time.Second), final, expired, work.refused, f.validators, f.sidecars, b.LastBlockHeight())
		}
	}
}

// work hands out requests to senders.
type work struct {
	n      *live.Network
	faults *faults
	model  uint64

	mu      sync.Mutex
	left    int
	refused int
	ids     map[uint64]*sender
	fees    map[*sender]sdkmath.Int
}

// take gives a sender some requests to make.
func (w *work) take() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	count := min(perTx, w.left)
	w.left -= count
	return count
}

// book notes what a transaction in a block did: it paid its fee, and made requests unless it failed.
func (w *work) book(t *testing.T, s *sender, tx signed, result rpc.Result, failed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ids == nil {
		w.ids, w.fees = map[uint64]*sender{}, map[*sender]sdkmath.Int{}
	}
	paid := tx.fee
	if old, ok := w.fees[s]; ok {
		paid = paid.Add(old)
	}
	w.fees[s] = paid
	if failed {
		w.refused++
		w.left += tx.count
		return
	}
	for _, id := range live.RequestIDs(t, result) {
		w.ids[id] = s
	}
}

// run makes requests from one account until none are left.
func (w *work) run(t *testing.T, s *sender, r *rand.Rand) {
	for !t.Failed() {
		count := w.take()
		if count == 0 {
			return
		}
		tx, err := s.sign(t.Context(), w.n, w.model, questions[*model], r, count)
		if err != nil {
			t.Error(err)
			return
		}
		result, err := w.deliver(t.Context(), tx, r)
		var failed *rpc.TxError
		if err != nil && !(errors.As(err, &failed) && failed.Height > 0) {
			t.Errorf("%s: %v", s.Name, err)
			return
		}
		s.sequence++
		w.book(t, s, tx, result, failed != nil)
		if failed != nil { // too many are open: others come first
			time.Sleep(time.Second)
		}
	}
}

// deliver hands a transaction to nodes until one of them has it in a block. The same bytes count once, however often they are sent.
func (w *work) deliver(ctx context.Context, tx signed, r *rand.Rand) (rpc.Result, error) {
	hash := strings.ToUpper(hex.EncodeToString(tmhash.Sum(tx.raw)))
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); {
		client := w.faults.client(r)
		if _, err := client.Broadcast(ctx, tx.raw); err != nil {
			last = err
		}
		look, cancel := context.WithTimeout(ctx, 5*time.Second)
		result, err := w.faults.client(r).WaitTx(look, hash)
		cancel()
		var failed *rpc.TxError
		if err == nil || errors.As(err, &failed) {
			return result, err
		}
	}
	return rpc.Result{}, errors.Join(errors.New("not in a block: "+hash), last)
}

// settle looks at every request on a node's disk and at every account, and counts how the requests ended.
func (w *work) settle(t *testing.T, b books, accounts []*sender) (final, expired int) {
	t.Helper()
	spent := map[*sender]sdkmath.Int{}
	for _, s := range accounts {
		spent[s] = w.fees[s]
		if spent[s].IsNil() {
			spent[s] = sdkmath.ZeroInt()
		}
	}
	for id, s := range w.ids {
		q, err := b.OracleKeeper.Request(b.ctx, id)
		require.NoError(t, err)
		require.Equal(t, s.Address.String(), q.Requester)
		switch q.Status {
		case oracletypes.RequestStatus_REQUEST_STATUS_FINAL:
			final++
			spent[s] = spent[s].Add(q.NetworkFee.Amount).Add(q.ModelPrice.Amount)
		case oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED:
			expired++
		default:
			require.Fail(t, "a request that did not end", "%d is %s", id, q.Status)
		}
	}
	for _, s := range accounts {
		require.Equal(t, s.start.Sub(spent[s]).String(), b.balance(s.Address).String(), "%s", s.Name)
	}
	return final, expired
}

// requireSameHashes compares the application hashes of all nodes at a height that all have.
func requireSameHashes(t *testing.T, n *live.Network, clients []*rpc.Client) {
	t.Helper()
	height, err := n.Client.Height(t.Context())
	require.NoError(t, err)
	var want string
	for i, client := range clients {
		require.NoError(t, client.WaitHeight(t.Context(), height))
		res, err := client.Comet().Commit(t.Context(), &height)
		require.NoError(t, err)
		if got := res.AppHash.String(); i == 0 {
			want = got
		} else {
			require.Equal(t, want, got, "node %d at height %d", i, height)
		}
	}
}
