package integration_test

import (
	"encoding/hex"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/imochain/imod/testutil/chain"
)

// The two ends of an ICS-20 channel that the chain has with itself, over its localhost client: what
// leaves by one end lies in escrow as on any channel, and a voucher for it arrives at the other.
const (
	nearEnd = "channel-0"
	farEnd  = "channel-1"
)

// openLoop opens the channel, by the messages that a relayer sends.
func (j *job) openLoop(relayer chain.Account) {
	j.T.Helper()
	port, hops, signer := transfertypes.PortID, []string{ibcexported.LocalhostConnectionID}, relayer.String()
	proof, at := localhost.SentinelProof, clienttypes.ZeroHeight()
	for _, msg := range []sdk.Msg{
		channeltypes.NewMsgChannelOpenInit(port, transfertypes.V1, channeltypes.UNORDERED, hops, port, signer),
		channeltypes.NewMsgChannelOpenTry(port, transfertypes.V1, channeltypes.UNORDERED, hops, port, nearEnd, transfertypes.V1, proof, at, signer),
		channeltypes.NewMsgChannelOpenAck(port, nearEnd, farEnd, transfertypes.V1, proof, at, signer),
		channeltypes.NewMsgChannelOpenConfirm(port, farEnd, proof, at, signer),
	} {
		ok(j.T, j.Next(j.Tx(relayer, msg)))
	}
}

// voucher is the denom that stands for a coin at the far end.
func voucher(denom string) string {
	return transfertypes.NewDenom(denom, transfertypes.NewHop(transfertypes.PortID, farEnd)).IBCDenom()
}

// leave is a transfer out of one of the two ends, which times out after a while.
func (j *job) leave(end string, coin sdk.Coin, from, to chain.Account, life time.Duration) *transfertypes.MsgTransfer {
	return transfertypes.NewMsgTransfer(transfertypes.PortID, end, coin, from.String(), to.String(), clienttypes.ZeroHeight(),
		uint64(j.Time().Add(life).UnixNano()), "")
}

// packetOf reads the packet that a transaction sent.
func (j *job) packetOf(result *abci.ExecTxResult) channeltypes.Packet {
	j.T.Helper()
	packets := j.packetsOf(result)
	require.Len(j.T, packets, 1)
	return packets[0]
}

// packetsOf reads the packets that a transaction sent from its events.
func (j *job) packetsOf(result *abci.ExecTxResult) []channeltypes.Packet {
	j.T.Helper()
	var packets []channeltypes.Packet
	for _, event := range result.Events {
		if event.Type != channeltypes.EventTypeSendPacket {
			continue
		}
		value := map[string]string{}
		for _, attribute := range event.Attributes {
			value[attribute.Key] = attribute.Value
		}
		number := func(key string) uint64 {
			n, err := strconv.ParseUint(value[key], 10, 64)
			require.NoError(j.T, err, key)
			return n
		}
		data, err := hex.DecodeString(value[channeltypes.AttributeKeyDataHex])
		require.NoError(j.T, err)
		packets = append(packets, channeltypes.NewPacket(data, number(channeltypes.AttributeKeySequence),
			value[channeltypes.AttributeKeySrcPort], value[channeltypes.AttributeKeySrcChannel],
			value[channeltypes.AttributeKeyDstPort], value[channeltypes.AttributeKeyDstChannel],
			clienttypes.ZeroHeight(), number(channeltypes.AttributeKeyTimeoutTimestamp)))
	}
	return packets
}

// arrive relays a packet to its destination, expire reports to its source that it never came.
func arrive(packet channeltypes.Packet, relayer chain.Account) sdk.Msg {
	return channeltypes.NewMsgRecvPacket(packet, localhost.SentinelProof, clienttypes.ZeroHeight(), relayer.String())
}

func expire(packet channeltypes.Packet, relayer chain.Account) sdk.Msg {
	return channeltypes.NewMsgTimeout(packet, 1, localhost.SentinelProof, clienttypes.ZeroHeight(), relayer.String())
}
