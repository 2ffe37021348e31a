package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/tests/live"
)

const (
	// targetMedian and targetTail are what p50 and p95 should stay below.
	targetMedian, targetTail = 2500 * time.Millisecond, 4 * time.Second
	// maxOpen is the chain's cap of pending requests: a request is pending in its own block and in the next.
	maxOpen = 150
	// bundled is how many transactions a burst has at most; each carries its part of the requests.
	bundled = 50
)

// TestLatency measures requests at a given number per block, from the moment when a transaction is handed to a node's RPC until the
// block is committed that made the request final. The moments are uniformly distributed over the time between two blocks, as users'
// are. Everything must become final.
func TestLatency(t *testing.T) {
	n := live.Start(t, live.Options{PortOffset: *ports})
	id := n.Register(*model)[0]
	r := random(t)
	accounts := senders(t, n, 3*bundled)
	c := watch(t, n.Dial(0))
	idle := c.pause(t, 20)
	t.Logf("%s, block time without requests %s", *model, summary(idle))
	t.Log("| model | requests a block | made | final in H+2 | p50 | p95 | slowest | p50, p95 from the request's block | block time p50, p95 |")
	for _, text := range strings.Split(*rates, ",") {
		rate, err := strconv.Atoi(text)
		require.NoError(t, err)
		m := measure{n: n, clock: c, accounts: accounts, model: id, rate: rate, rand: r}
		t.Log(m.run(t))
	}
	n.CheckLogs()
}

// measure is one row.
type measure struct {
	n        *live.Network
	clock    *clock
	accounts []*sender
	model    uint64
	rate     int
	rand     *rand.Rand

	mu   sync.Mutex
	made []made
}

// made is one request.
type made struct {
	id      uint64
	asked   time.Time
	created int64
}

// run makes bursts and returns the table's row.
func (m *measure) run(t *testing.T) string {
	t.Helper()
	every := 1 // blocks from burst to burst; late and early ones meet in a block
	switch {
	case 2*m.rate > maxOpen: // all of a burst must be final before the next
		every = 5
	case 4*m.rate > maxOpen:
		every = 2
	}
	first, err := m.clock.block(t.Context())
	require.NoError(t, err)
	var group sync.WaitGroup
	free := make(chan *sender, len(m.accounts))
	for _, s := range m.accounts {
		free <- s
	}
	for range *bursts {
		for range every {
			_, err := m.clock.block(t.Context())
			require.NoError(t, err)
		}
		time.Sleep(time.Duration(m.rand.Int64N(int64(time.Second)))) // where in the interval users ask
		txs := min(m.rate, bundled)
		for i := range txs {
			count := m.rate*(i+1)/txs - m.rate*i/txs
			s, seed := <-free, m.rand.Uint64()
			group.Go(func() {
				defer func() { free <- s }()
				if err := m.ask(t.Context(), s, count, rand.New(rand.NewPCG(seed, 0))); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
	return m.row(t, first)
}

// ask sends one transaction, notes when, and waits until it is in a block.
func (m *measure) ask(ctx context.Context, s *sender, count int, r *rand.Rand) error {
	tx, err := s.sign(ctx, m.n, m.model, questions[*model], r, count)
	if err != nil {
		return err
	}
	asked := time.Now()
	hash, err := m.n.Client.Broadcast(ctx, tx.raw)
	if err != nil {
		return err
	}
	if _, err := m.clock.block(ctx); err != nil { // asking before would only load the node
		return err
	}
	result, err := m.n.Client.WaitTx(ctx, hash)
	s.sequence++
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range live.RequestIDs(m.n.T, result) {
		m.made = append(m.made, made{id: id, asked: asked, created: result.Height})
	}
	return nil
}

// row waits for every result and sums up.
func (m *measure) row(t *testing.T, first int64) string {
	t.Helper()
	var whole, chain []time.Duration
	var last int64
	quick := 0
	for _, q := range m.made {
		m.n.Eventually(time.Minute, fmt.Sprintf("result of request %d", q.id), func() bool { return m.n.Final(q.id) })
		final := m.n.Status(q.id).FinalHeight
		if final == q.created+2 {
			quick++
		}
		last = max(last, final)
		whole = append(whole, m.clock.at(final).Sub(q.asked))
		chain = append(chain, m.clock.at(final).Sub(m.clock.at(q.created)))
	}
	require.Equal(t, m.rate**bursts, len(m.made))
	if quantile(whole, 0.5) > targetMedian || quantile(whole, 0.95) > targetTail {
		t.Logf("MISSED at %d requests a block: p50 is to be at most %s, p95 %s", m.rate, targetMedian, targetTail)
	}
	blocks := m.clock.intervals(first, last)
	return fmt.Sprintf("| %s | %d | %d | %d (%.1f %%) | %s | %s | %s | %s, %s | %s, %s |", *model, m.rate, len(whole), quick,
		100*float64(quick)/float64(len(whole)), seconds(quantile(whole, 0.5)), seconds(quantile(whole, 0.95)), seconds(quantile(whole, 1)),
		seconds(quantile(chain, 0.5)), seconds(quantile(chain, 0.95)), seconds(quantile(blocks, 0.5)), seconds(quantile(blocks, 0.95)))
}
