package ibc_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/localnet/rpc"
)

// relayLimit is the most that a packet and its answer may take with the relayer up: seconds, unless the machine is busy.
const relayLimit = 2 * time.Minute

// transfer sends coins from an imod with a memo and returns the packet's sequence.
func transfer(t testing.TB, c *rpc.Client, from rpc.Key, channel string, coin sdk.Coin, receiver, memo string, life time.Duration) uint64 {
	t.Helper()
	result, err := c.SendTx(t.Context(), from, []sdk.Msg{transfertypes.NewMsgTransfer(
		transfertypes.PortID, channel, coin, from.Address.String(), receiver, clienttypes.ZeroHeight(), uint64(time.Now().Add(life).UnixNano()), memo,
	)})
	require.NoError(t, err)
	return sentSequence(t, result)
}

// sentSequence is the sequence of the packet that a transaction sent.
func sentSequence(t testing.TB, result rpc.Result) uint64 {
	t.Helper()
	event, ok := result.Event(channeltypes.EventTypeSendPacket)
	require.True(t, ok, "no packet left")
	sequence, err := strconv.ParseUint(event[channeltypes.AttributeKeySequence], 10, 64)
	require.NoError(t, err)
	return sequence
}

// packets asks a chain for its packets.
func packets(c *rpc.Client) channeltypes.QueryClient { return channeltypes.NewQueryClient(c.Conn()) }

// inFlight tells whether a packet that a chain sent is neither answered nor timed out.
func inFlight(t testing.TB, c *rpc.Client, channel string, sequence uint64) bool {
	t.Helper()
	_, err := packets(c).PacketCommitment(t.Context(), &channeltypes.QueryPacketCommitmentRequest{
		PortId: transfertypes.PortID, ChannelId: channel, Sequence: sequence,
	})
	if status.Code(err) == codes.NotFound {
		return false
	}
	require.NoError(t, err)
	return true
}

// received tells whether a packet has arrived at a chain.
func received(t testing.TB, c *rpc.Client, channel string, sequence uint64) bool {
	t.Helper()
	res, err := packets(c).PacketReceipt(t.Context(), &channeltypes.QueryPacketReceiptRequest{
		PortId: transfertypes.PortID, ChannelId: channel, Sequence: sequence,
	})
	require.NoError(t, err)
	return res.Received
}

// done waits until packets are answered or timed out.
func (w *world) done(from *rpc.Client, channel string, sequences ...uint64) {
	w.T.Helper()
	for _, sequence := range sequences {
		w.Eventually(relayLimit, fmt.Sprintf("packet %d of %s", sequence, channel), func() bool {
			return !inFlight(w.T, from, channel, sequence)
		})
	}
}

// settled waits until no packet of a channel is in flight.
func (w *world) settled(from *rpc.Client, channel string) {
	w.T.Helper()
	w.Eventually(relayLimit, "answers to all packets of "+channel, func() bool {
		res, err := packets(from).PacketCommitments(w.T.Context(), &channeltypes.QueryPacketCommitmentsRequest{PortId: transfertypes.PortID, ChannelId: channel})
		return err == nil && len(res.Commitments) == 0
	})
}

// refused is the code of any error.
const refused = -1

// answered requires the acknowledgement that a chain wrote for a packet: success for 0, else an error with this code.
func answered(t testing.TB, c *rpc.Client, channel string, sequence uint64, code int) {
	t.Helper()
	ack := acknowledgement(t, c, channel, sequence)
	if code == refused {
		require.NotEqual(t, commitment(0), ack, "packet %d", sequence)
		return
	}
	for wrote := range 100 {
		if bytes.Equal(commitment(wrote), ack) {
			require.Equal(t, code, wrote, "packet %d", sequence)
			return
		}
	}
	require.Fail(t, "the acknowledgement has no known code", "packet %d", sequence)
}

// acknowledgement is the hash that a chain keeps of its answer to a packet.
func acknowledgement(t testing.TB, c *rpc.Client, channel string, sequence uint64) []byte {
	t.Helper()
	res, err := packets(c).PacketAcknowledgement(t.Context(), &channeltypes.QueryPacketAcknowledgementRequest{
		PortId: transfertypes.PortID, ChannelId: channel, Sequence: sequence,
	})
	require.NoError(t, err)
	return res.Acknowledgement
}

// commitment is that of the answer with a code, success for 0.
func commitment(code int) []byte {
	ack := channeltypes.NewResultAcknowledgement([]byte{1})
	if code != 0 {
		ack = channeltypes.Acknowledgement{Response: &channeltypes.Acknowledgement_Error{
			Error: fmt.Sprintf("ABCI code: %d: error handling packet: see events for details", code),
		}}
	}
	hash := sha256.Sum256(ack.Acknowledgement())
	return hash[:]
}

// transactions finds those of a chain with an event.
func transactions(t testing.TB, c *rpc.Client, query string) []rpc.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	page, size := 1, 100
	res, err := c.Comet().TxSearch(ctx, query, false, &page, &size, "asc")
	require.NoError(t, err)
	var out []rpc.Result
	for _, tx := range res.Txs {
		out = append(out, rpc.Result{
			Hash: tx.Hash.String(), Height: tx.Height, GasWanted: tx.TxResult.GasWanted, GasUsed: tx.TxResult.GasUsed,
			Events: tx.TxResult.Events, Data: tx.Tx,
		})
	}
	return out
}

// arrivals are the transactions that brought a packet to a chain.
func arrivals(t testing.TB, c *rpc.Client, channel string, sequence uint64) []rpc.Result {
	t.Helper()
	return transactions(t, c, fmt.Sprintf("recv_packet.packet_sequence='%d' AND recv_packet.packet_dst_channel='%s'", sequence, channel))
}
