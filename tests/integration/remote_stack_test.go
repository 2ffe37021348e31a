package integration_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	ratelimittypes "github.com/cosmos/ibc-go/v11/modules/apps/rate-limiting/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// TestForwarding: a packet that asks for it goes on to another chain, and is answered when that one has answered.
func TestForwarding(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(100))
	memo := func(channel string) string {
		return fmt.Sprintf(`{"forward":{"receiver":"%s","port":"transfer","channel":"%s"}}`, j.dee, channel)
	}
	first := a.send(imo(40), a.who.String(), memo(nearEnd)).v1
	second := j.packetsOf(ok(t, j.Next(j.TxWithGas(j.eve, 0, 10_000_000, arrive(first, j.eve)))))
	require.Len(t, second, 1, "it goes on, and is not answered yet")
	there := ok(t, j.Next(j.TxWithGas(j.eve, 0, 10_000_000, arrive(second[0], j.eve))))
	acknowledge := func(packet channeltypes.Packet, raw []byte) *abci.ExecTxResult {
		return ok(t, j.Next(j.TxWithGas(j.eve, 0, 10_000_000, channeltypes.NewMsgAcknowledgement(
			packet, raw, localhost.SentinelProof, clienttypes.ZeroHeight(), j.eve.String()))))
	}
	acknowledge(first, a.written(acknowledge(second[0], a.written(there))))
	require.Equal(t, imo(40).String(), j.Balance(j.dee.Address(), voucher(app.BaseDenom)).String())
	require.Equal(t, imo(60).String(), a.held())

	require.False(t, a.ask(imo(10), memo("channel-77")).Success(), "no such channel")
	require.Equal(t, imo(60).String(), a.held())
	a.conserved()
}

// TestContractCallback: a packet that names an address without code as its callback is refused, and so refunded.
func TestContractCallback(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(100))
	memo := fmt.Sprintf(`{"dest_callback":{"address":"%s","gas_limit":"200000","calldata":"00"}}`, j.dee.EVM())
	require.False(t, a.ask(imo(10), memo).Success())
	require.Equal(t, imo(100).String(), a.held())
	a.conserved()
}

// TestRateLimit: a quota binds what users send and what returns home alike, and nothing is lost to it.
func TestRateLimit(t *testing.T) {
	quota := ratelimittypes.RateLimit{
		Path:  &ratelimittypes.Path{Denom: app.BaseDenom, ChannelOrClientId: nearEnd},
		Quota: &ratelimittypes.Quota{MaxPercentSend: sdkmath.NewInt(10), MaxPercentRecv: sdkmath.NewInt(10), DurationHours: 24},
		Flow:  &ratelimittypes.Flow{Inflow: sdkmath.ZeroInt(), Outflow: sdkmath.ZeroInt(), ChannelValue: imo(1500)},
	}
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, func(a *app.App, state map[string]json.RawMessage) {
		fastGenesis(a, state)
		limits := ratelimittypes.DefaultGenesis()
		limits.RateLimits = []ratelimittypes.RateLimit{quota}
		state[ratelimittypes.ModuleName] = a.AppCodec().MustMarshalJSON(limits)
	})
	a := j.goAbroad(j.bo, imo(150))
	over := j.leave(nearEnd, coin(imo(1)), j.dee, j.dee, time.Hour)
	require.Contains(t, j.broadcast(j.dee, over).Log, ratelimittypes.ErrQuotaExceeded.Error())

	// What comes back makes room for what leaves; a return above the quota waits where it is.
	offering := j.openBatch()
	require.True(t, a.ask(imo(120), bidMemo(offering.TermsHash, "self", home(a, refundHome))).Success())
	ok(t, j.Next(j.Tx(j.dee, j.leave(nearEnd, coin(imo(50)), j.dee, j.dee, time.Hour))))
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())
	require.Contains(t, j.broadcast(j.chi, refundOf(j.chi, 1)).Log, ratelimittypes.ErrQuotaExceeded.Error())
	require.Equal(t, imo(120).String(), j.Balance(imotypes.OfferingAddress(1), app.BaseDenom).String())
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
