package integration_test

import (
	"encoding/hex"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	remotetypes "github.com/imochain/imod/x/remote/types"
)

// The far end of the loop plays another chain: who holds vouchers there is an investor abroad, whose transfers with a memo
// arrive at the near end.

// abroad is an investor on the other chain.
type abroad struct {
	*job
	who, relayer chain.Account
}

// goAbroad opens the loop and gives who some IMO on the other chain.
func (j *job) goAbroad(who chain.Account, amount sdkmath.Int) *abroad {
	j.T.Helper()
	if _, found := j.App().IBCKeeper.ChannelKeeper.GetChannel(j.Context(), transfertypes.PortID, nearEnd); !found {
		j.openLoop(j.eve)
	}
	a := &abroad{job: j, who: who, relayer: j.eve}
	packet := j.packetOf(ok(j.T, j.Next(j.Tx(who, j.leave(nearEnd, coin(amount), who, who, time.Hour)))))
	require.True(j.T, a.relay(packet).Success())
	require.Equal(j.T, amount.String(), a.held())
	return a
}

// held is what the investor has on the other chain.
func (a *abroad) held() string {
	return a.Balance(a.who.Address(), voucher(app.BaseDenom)).String()
}

// account is the one on this chain that acts for the investor.
func (a *abroad) account() sdk.AccAddress { return remotetypes.Account(nearEnd, a.who.String()) }

// send is a transfer with a memo; the packet has left when it returns.
func (a *abroad) send(amount sdkmath.Int, receiver, memo string) channeltypes.Packet {
	a.T.Helper()
	msg := a.leave(farEnd, coin(amount), a.who, a.who, time.Hour)
	msg.Token.Denom, msg.Receiver, msg.Memo = voucher(app.BaseDenom), receiver, memo
	return a.packetOf(ok(a.T, a.Next(a.Tx(a.who, msg))))
}

// ask sends some coins with a memo and brings the answer back.
func (a *abroad) ask(amount sdkmath.Int, memo string) channeltypes.Acknowledgement {
	a.T.Helper()
	return a.relay(a.send(amount, a.who.String(), memo))
}

// relay delivers a packet and its acknowledgement, and every packet that left on the way.
func (a *abroad) relay(packet channeltypes.Packet) channeltypes.Acknowledgement {
	a.T.Helper()
	arrived := ok(a.T, a.Next(a.TxWithGas(a.relayer, 0, 10_000_000, arrive(packet, a.relayer))))
	raw := writtenAck(a, arrived)
	ok(a.T, a.Next(a.Tx(a.relayer, channeltypes.NewMsgAcknowledgement(packet, raw, localhost.SentinelProof, clienttypes.ZeroHeight(), a.relayer.String()))))
	for _, next := range a.packetsOf(arrived) {
		a.relay(next)
	}
	var ack channeltypes.Acknowledgement
	require.NoError(a.T, transfertypes.ModuleCdc.UnmarshalJSON(raw, &ack))
	return ack
}

// writtenAck reads the acknowledgement of a packet that arrived.
func writtenAck(a *abroad, result *abci.ExecTxResult) []byte {
	a.T.Helper()
	for _, event := range result.Events {
		if event.Type != channeltypes.EventTypeWriteAck {
			continue
		}
		for _, attribute := range event.Attributes {
			if attribute.Key == channeltypes.AttributeKeyAckHex {
				raw, err := hex.DecodeString(attribute.Value)
				require.NoError(a.T, err)
				return raw
			}
		}
	}
	require.Fail(a.T, "no acknowledgement was written", result.Log)
	return nil
}
