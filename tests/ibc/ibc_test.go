// Package ibc buys from other chains on live networks: an imod with one validator, a second imod linked to it by the relayer,
// ibc-go's test application, and the same in the hands of somebody who forges packets. `make test-ibc` builds what it needs.
package ibc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/tests/live"
)

const (
	// ports keeps these networks away from others; the second chain lies 500 above, simd 700.
	ports, simdPorts = 3000, 3700
	// stake is the coin of ibc-go's test application.
	stake = "stake"
	// simdChannel is the second transfer channel of the first chain.
	simdChannel = "channel-1"
)

// world is the chain that sells, and those that buy.
type world struct {
	*live.Network
	// peer is the second imod; near and far are the ends of the channel between the two.
	peer      *live.Network
	near, far string
	rly       string
}

// in is the same world with failures reported to another test.
func (w *world) in(t *testing.T) *world {
	same := *w
	same.Network, same.peer = w.In(t), w.peer.In(t)
	return &same
}

// tool is a program that make builds for these tests.
func tool(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(live.Root(t), "build", name)
	_, err := os.Stat(path)
	require.NoError(t, err, "run `make test-ibc`, which builds it")
	return path
}

// TestIBC runs everything on one set of networks, because they take longer to start than most cases to run.
func TestIBC(t *testing.T) {
	paid := voucher(stake, simdChannel)
	began := time.Now()
	w := &world{rly: tool(t, "rly")}
	w.Network = live.Start(t, live.Options{
		PortOffset: ports, Validators: 1, Relayer: w.rly,
		// What simd's coin is called here is known before the channel exists, and sales may ask for it.
		Replace: strings.NewReplacer(
			"min_sale_duration: 10s\n", "min_sale_duration: 10s\n        payment_denoms: [aimo, "+paid+"]\n",
			`epoch_blocks: "5"`+"\n", `epoch_blocks: "5"`+"\n        revenue_denoms:\n"+
				`          - {denom: aimo, min_drip: "1", min_payout: "1", closed: false}`+"\n"+
				`          - {denom: `+paid+`, min_drip: "1", min_payout: "1", closed: false}`+"\n",
		),
	})
	t.Logf("two chains started and linked: %s", time.Since(began).Round(100*time.Millisecond))
	w.peer, w.near, w.far = w.Peer(), w.Net.IBC.Ends[0].Channel, w.Net.IBC.Ends[1].Channel
	models := w.Register("tiny1", "tiny2", "tiny3", "tiny4")

	t.Run("imod", func(t *testing.T) { testPeer(t, w.in(t), models[0], models[1]) })
	c := startSimd(t, w)
	t.Run("simapp", func(t *testing.T) { testSimapp(t, w.in(t), c.in(t), models[2]) })
	t.Run("hostile", func(t *testing.T) { testHostile(t, w.in(t), c.in(t), models[3]) })
	w.CheckLogs()
}

// voucher is what a coin of another chain is called here when it came over one of our channels.
func voucher(denom, channel string) string {
	return transfertypes.NewDenom(denom, transfertypes.NewHop(transfertypes.PortID, channel)).IBCDenom()
}

func imo(n int64) sdk.Coin { return sdk.NewCoin(app.BaseDenom, sdkmath.NewIntWithDecimal(n, 18)) }

// timed logs what something took.
func timed(t *testing.T, what string, do func()) {
	t.Helper()
	began := time.Now()
	do()
	t.Logf("%s: %s", what, time.Since(began).Round(100*time.Millisecond))
}
