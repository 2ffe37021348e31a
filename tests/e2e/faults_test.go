package e2e_test

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestFaults kills a validator and sidecars of a network that serves requests all along.
func TestFaults(t *testing.T) {
	n := start(t, "15")

	t.Run("a killed validator stops nobody, catches up and attests again", func(t *testing.T) {
		first := n.request(1)
		n.eventually(20*time.Second, "request with four validators", func() bool { return n.final(first) })

		require.NoError(t, n.net.SignalNode("node3", syscall.SIGKILL))
		n.blocks(3)
		second := n.request(2)
		n.eventually(30*time.Second, "request with three of four validators", func() bool { return n.final(second) })

		before := n.made(3)
		require.NoError(t, n.net.StartNode(localnet.Chain{StartArgs: sidecarArgs}, "node3", binary(t)))
		n.eventually(time.Minute, "the killed node is at the tip again", func() bool {
			own, err := n.dial(3).Height(t.Context())
			tip, tipErr := n.client.Height(t.Context())
			return err == nil && tipErr == nil && own >= tip-1
		})
		seed := uint64(100)
		n.eventually(time.Minute, "the killed node attests again", func() bool {
			seed++
			id := n.request(seed)
			n.eventually(30*time.Second, "request after the restart", func() bool { return n.final(id) })
			return n.made(3) > before
		})
	})

	t.Run("killed sidecars come back and no request is lost", func(t *testing.T) {
		n.signalSidecar(1, syscall.SIGKILL)
		n.signalSidecar(2, syscall.SIGKILL)
		ids := []uint64{n.request(11), n.request(12)}
		for _, id := range ids {
			n.eventually(40*time.Second, "request after two sidecars were killed", func() bool { return n.final(id) })
		}
	})

	t.Run("without two sidecars a request waits, then expires with full refund", func(t *testing.T) {
		n.signalSidecar(1, syscall.SIGSTOP)
		n.signalSidecar(2, syscall.SIGSTOP)
		defer n.signalSidecar(1, syscall.SIGCONT)
		defer n.signalSidecar(2, syscall.SIGCONT)
		id := n.request(21)
		asked := n.status(id)
		n.blocks(4)
		require.Equal(t, oracletypes.RequestStatus_REQUEST_STATUS_PENDING, n.status(id).Status)
		before, err := n.client.Balance(t.Context(), n.eve.Address, app.BaseDenom)
		require.NoError(t, err)
		n.eventually(time.Minute, "expiry", func() bool { return n.status(id).Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED })
		n.blocks(1)
		after, err := n.client.Balance(t.Context(), n.eve.Address, app.BaseDenom)
		require.NoError(t, err)
		paid := asked.Fee().AmountOf(app.BaseDenom)
		require.True(t, paid.GT(sdkmath.ZeroInt()))
		require.Equal(t, paid.String(), after.Sub(before).String(), "refund")
	})

	for _, node := range n.net.Nodes {
		raw, err := os.ReadFile(n.net.LogFile(node.Name))
		require.NoError(t, err)
		require.False(t, strings.Contains(string(raw), "CONSENSUS FAILURE"), node.Name)
	}
}

// sidecarArgs are those with which testnet start runs every node.
var sidecarArgs = []string{
	"--log_no_color", "--sidecar.args", "--allow-local-network,--preview,--workers=1,--worker-memory=512",
}
