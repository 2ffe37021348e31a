package soak

import (
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/tests/live"
)

// TestCopiesGone makes requests after the creator's host is gone for good and after all validators but one, so less than a third of
// them, lost every bundle that they had, and their sidecars what they had in memory. Nobody names a mirror in his settings: sidecars
// learn from the chain where the others offer theirs. Every request must end FINAL.
func TestCopiesGone(t *testing.T) {
	n := live.Start(t, live.Options{PortOffset: *ports})
	id := n.Register(*model)[0]
	r := random(t)
	accounts := senders(t, n, 14)
	host := n.ModelsURL()
	folders, err := os.ReadDir(n.Net.ModelsDir())
	require.NoError(t, err)
	require.Len(t, folders, 1, "the bundle of the model")
	has := func(node int) bool {
		_, err := os.Stat(filepath.Join(n.Bundles(node), folders[0].Name()))
		return err == nil
	}
	n.Eventually(time.Minute, "all validators to hold the model", func() bool {
		return has(0) && has(1) && has(2) && has(3)
	})
	require.Len(t, n.Net.Nodes, 4)

	require.NoError(t, n.Net.SignalNode("models", syscall.SIGKILL))
	n.Eventually(10*time.Second, "the end of the creator's host", func() bool {
		at, err := url.Parse(host)
		require.NoError(t, err)
		conn, err := net.DialTimeout("tcp", at.Host, time.Second)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	kept := r.IntN(4)
	for i := range n.Net.Nodes {
		if i != kept {
			n.LoseBundles(i)
		}
	}

	began := time.Now()
	work := &work{n: n, faults: calm(n), model: id, left: *requests}
	var group sync.WaitGroup
	for _, s := range accounts {
		source := rand.New(rand.NewPCG(r.Uint64(), 0))
		group.Go(func() { work.run(t, s, source) })
	}
	group.Wait()
	n.AllEnded(2 * time.Minute)
	took := time.Since(began)
	for i := range n.Net.Nodes {
		require.True(t, has(i), "%s got the model again", n.Net.Nodes[i].Name)
	}
	n.Stop()
	n.CheckLogs()

	b := openBooks(t, n, kept)
	b.check(t)
	final, expired := work.settle(t, b, accounts)
	require.Zero(t, expired)
	require.Equal(t, *requests, final)
	t.Logf("%s: %d of %d requests FINAL in %s, with the creator's host gone and one of four copies left; %d transactions refused; height %d",
		*model, final, *requests, took.Round(time.Second), work.refused, b.LastBlockHeight())
}
