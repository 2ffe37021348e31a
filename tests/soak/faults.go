package soak

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
)

// faults kills at random one validator at a time, and the sidecar of one node at a time. Everything is killed by SIGKILL and by the
// id of a process that this network started.
type faults struct {
	n       *live.Network
	clients []*rpc.Client
	down    atomic.Int32 // the node that is down, or -1
	ended   chan struct{}
	group   sync.WaitGroup

	validators, sidecars int // how many were killed; read them after stop
}

// calm kills nothing.
func calm(n *live.Network) *faults {
	f := &faults{n: n, ended: make(chan struct{})}
	for i := range n.Net.Nodes {
		f.clients = append(f.clients, n.Dial(i))
	}
	f.down.Store(-1)
	return f
}

// startFaults begins to kill.
func startFaults(t testing.TB, n *live.Network, r *rand.Rand) *faults {
	t.Helper()
	f := calm(n)
	nodes, sidecars := rand.New(rand.NewPCG(r.Uint64(), 0)), rand.New(rand.NewPCG(r.Uint64(), 0))
	f.group.Go(func() {
		for f.wait(span(nodes, 3, 10)) {
			f.killNode(t, nodes.IntN(len(f.clients)), span(nodes, 1, 8))
		}
	})
	f.group.Go(func() {
		for f.wait(span(sidecars, 2, 8)) {
			f.killSidecar(t, sidecars.IntN(len(f.clients)))
		}
	})
	return f
}

// span draws a time between two numbers of seconds.
func span(r *rand.Rand, low, high int) time.Duration {
	return time.Duration(low)*time.Second + time.Duration(r.Int64N(int64(high-low)*int64(time.Second)))
}

// wait pauses; false says that it is over.
func (f *faults) wait(d time.Duration) bool {
	select {
	case <-f.ended:
		return false
	case <-time.After(d):
		return true
	}
}

// killNode kills a node, leaves it down, starts it and waits until it is at the tip, so that never two are away.
func (f *faults) killNode(t testing.TB, i int, away time.Duration) {
	f.down.Store(int32(i))
	defer f.down.Store(-1)
	f.validators++
	name := f.n.Net.Nodes[i].Name
	if err := f.n.Net.SignalNode(name, syscall.SIGKILL); err != nil {
		t.Errorf("kill %s: %v", name, err)
		return
	}
	time.Sleep(away)
	if err := f.n.StartNode(i); err != nil {
		t.Errorf("start %s: %v", name, err)
		return
	}
	other := f.clients[(i+1)%len(f.clients)]
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		own, err := f.clients[i].Height(t.Context())
		tip, tipErr := other.Height(t.Context())
		if err == nil && tipErr == nil && own >= tip-1 {
			return
		}
	}
	t.Errorf("%s is not back at the tip two minutes after its restart", name)
}

// killSidecar kills the sidecar of a node; its supervisor starts it again.
func (f *faults) killSidecar(t testing.TB, i int) {
	for _, pid := range f.n.SidecarPids(i) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
			t.Errorf("kill sidecar %d: %v", pid, err)
			return
		}
		f.sidecars++
	}
}

// client is a node that is not known to be down.
func (f *faults) client(r *rand.Rand) *rpc.Client {
	for {
		if i := r.IntN(len(f.clients)); int32(i) != f.down.Load() {
			return f.clients[i]
		}
	}
}

// stop ends the faults and waits until every node runs.
func (f *faults) stop() {
	close(f.ended)
	f.group.Wait()
}
