package soak

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	ports    = flag.Int("port-offset", 12000, "shift of all ports")
	model    = flag.String("model", "picture", "folder of models/ to ask, or tiny")
	rates    = flag.String("rates", "1,10,40", "requests a block, separated by commas")
	bursts   = flag.Int("bursts", 40, "how often a rate is asked")
	requests = flag.Int("requests", 10_000, "requests of the tests of faults and of lost copies")
	seed     = flag.Uint64("seed", 0, "of everything drawn; 0 draws one")
)

// random is the source of everything that a test draws. Its seed is in the log.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	t.Logf("-seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 1))
}

// pause lets some blocks pass and returns the times between them.
func (c *clock) pause(t *testing.T, blocks int64) []time.Duration {
	t.Helper()
	first, err := c.block(t.Context())
	require.NoError(t, err)
	for last := first; last < first+blocks; {
		last, err = c.block(t.Context())
		require.NoError(t, err)
	}
	return c.intervals(first, first+blocks)
}

// quantile is the smallest value that at least the part q of all does not exceed.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, int(float64(len(sorted))*q+0.999999)-1)]
}

func summary(all []time.Duration) string {
	return fmt.Sprintf("p50 %s, p95 %s", seconds(quantile(all, 0.5)), seconds(quantile(all, 0.95)))
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
