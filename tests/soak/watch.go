package soak

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/localnet/rpc"
)

// watchInterval is how exactly the time of a block is known.
const watchInterval = 10 * time.Millisecond

// clock notes when a node first showed each block as committed, which is when its results can be queried.
type clock struct {
	mu     sync.Mutex
	seen   map[int64]time.Time
	height int64
	next   chan struct{} // closed at the next block
}

// watch starts a clock that ends with the test.
func watch(t testing.TB, client *rpc.Client) *clock {
	t.Helper()
	c := &clock{seen: map[int64]time.Time{}, next: make(chan struct{})}
	first, err := client.Height(t.Context())
	require.NoError(t, err)
	c.height = first
	go func() {
		for t.Context().Err() == nil {
			if height, err := client.Height(t.Context()); err == nil {
				c.tick(height, time.Now())
			}
			time.Sleep(watchInterval)
		}
	}()
	return c
}

func (c *clock) tick(height int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if height <= c.height {
		return
	}
	for h := c.height + 1; h <= height; h++ {
		c.seen[h] = now
	}
	c.height = height
	close(c.next)
	c.next = make(chan struct{})
}

// block waits for the next block and returns its height.
func (c *clock) block(ctx context.Context) (int64, error) {
	c.mu.Lock()
	next := c.next
	c.mu.Unlock()
	select {
	case <-next:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.height, nil
}

// at is when a block was seen; zero if it was not.
func (c *clock) at(height int64) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.seen[height]
}

// intervals are the times between the blocks from one height to another.
func (c *clock) intervals(from, to int64) []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []time.Duration
	for h := from + 1; h <= to; h++ {
		if before, now := c.seen[h-1], c.seen[h]; !before.IsZero() && !now.IsZero() {
			out = append(out, now.Sub(before))
		}
	}
	return out
}
