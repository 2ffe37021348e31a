package e2e_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/tests/live"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// testFaults kills a validator and sidecars of a network that serves requests all along. It returns a token whose request expired.
func testFaults(t *testing.T, n *live.Network, model uint64, content *contentTest) (expired string) {
	eve := n.Key("eve")
	request := func(n *live.Network, seed uint64) uint64 { return n.Request(eve, model, prompt, seed) }

	t.Run("a killed validator stops nobody, catches up and attests again", func(t *testing.T) {
		n := n.In(t)
		first := request(n, 1)
		n.Eventually(20*time.Second, "request with four validators", func() bool { return n.Final(first) })

		n.Kill(3)
		n.Blocks(3)
		second := request(n, 2)
		n.Eventually(30*time.Second, "request with three of four validators", func() bool { return n.Final(second) })

		before := made(t, n, 3)
		n.Restart(3)
		node3 := n.Dial(3)
		n.Eventually(time.Minute, "the killed node is at the tip again", func() bool {
			own, err := node3.Height(t.Context())
			tip, tipErr := n.Client.Height(t.Context())
			return err == nil && tipErr == nil && own >= tip-1
		})
		seed := uint64(100)
		n.Eventually(time.Minute, "the killed node attests again", func() bool {
			seed++
			id := request(n, seed)
			n.Eventually(30*time.Second, "request after the restart", func() bool { return n.Final(id) })
			return made(t, n, 3) > before
		})
	})

	t.Run("killed sidecars come back and no request is lost", func(t *testing.T) {
		n := n.In(t)
		n.SignalSidecar(1, syscall.SIGKILL)
		n.SignalSidecar(2, syscall.SIGKILL)
		ids := []uint64{request(n, 11), request(n, 12)}
		for _, id := range ids {
			n.Eventually(40*time.Second, "request after two sidecars were killed", func() bool { return n.Final(id) })
		}
	})

	t.Run("without two sidecars a request waits, then expires with full refund", func(t *testing.T) {
		n := n.In(t)
		n.SignalSidecar(1, syscall.SIGSTOP)
		n.SignalSidecar(2, syscall.SIGSTOP)
		defer n.SignalSidecar(1, syscall.SIGCONT)
		defer n.SignalSidecar(2, syscall.SIGCONT)
		expired = content.mint(n, content.accounts[0], 21)
		id := request(n, 21)
		asked := n.Status(id)
		n.Blocks(4)
		require.Equal(t, oracletypes.RequestStatus_REQUEST_STATUS_PENDING, n.Status(id).Status)
		before, err := n.Client.Balance(t.Context(), eve.Address, app.BaseDenom)
		require.NoError(t, err)
		n.Eventually(time.Minute, "expiry", func() bool { return n.Status(id).Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED })
		n.Blocks(1)
		after, err := n.Client.Balance(t.Context(), eve.Address, app.BaseDenom)
		require.NoError(t, err)
		paid := asked.Fee().AmountOf(app.BaseDenom)
		require.True(t, paid.GT(sdkmath.ZeroInt()))
		require.Equal(t, paid.String(), after.Sub(before).String(), "refund")
	})
	return expired
}
