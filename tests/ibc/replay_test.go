package ibc_test

import (
	"bytes"
	"fmt"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// replays delivers a packet once more, as it was and changed: nothing happens twice.
func (c *simd) replays(sequence uint64, o imotypes.Offering) {
	c.t.Helper()
	again := c.w.Key("dev1")
	replayed := 0
	c.nothingMoves(o, func() {
		for _, msg := range c.messages(arrivals(c.t, c.w.Client, c.near, sequence)) {
			arrival, ok := msg.(*channeltypes.MsgRecvPacket)
			if !ok {
				continue
			}
			same := *arrival
			same.Signer = again.Address.String()
			_, _ = c.w.sendAs(again, &same) // refused, or admitted and without effect
			changed := same
			changed.Packet.Sequence += 1000
			_, err := c.w.sendAs(again, &changed)
			require.Error(c.t, err, "no proof of another packet")
			changed = same
			changed.Packet.Sequence += 1001
			changed.Packet.Data = bytes.Replace(same.Packet.Data, []byte(dime.Amount.String()), []byte(dime.Amount.MulRaw(3).String()), 1)
			_, err = c.w.sendAs(again, &changed)
			require.Error(c.t, err, "no proof of other data")
			replayed++
		}
	})
	require.Positive(c.t, replayed)
}

// answersAgain delivers the answer to a packet of ours once more, then says that the packet timed out.
func (c *simd) answersAgain(o imotypes.Offering, sequence uint64) {
	c.t.Helper()
	again := c.w.Key("dev1")
	replayed := 0
	c.nothingMoves(o, func() {
		for _, msg := range c.messages(transactions(c.t, c.w.Client, fmt.Sprintf(
			"acknowledge_packet.packet_sequence='%d' AND acknowledge_packet.packet_src_channel='%s'", sequence, c.near))) {
			answer, ok := msg.(*channeltypes.MsgAcknowledgement)
			if !ok {
				continue
			}
			same := *answer
			same.Signer = again.Address.String()
			_, _ = c.w.sendAs(again, &same) // refused, or admitted and without effect
			_, _ = c.w.sendAs(again, channeltypes.NewMsgTimeout(same.Packet, 1, same.ProofAcked, same.ProofHeight, same.Signer))
			replayed++
		}
	})
	require.Positive(c.t, replayed)
}

// nothingMoves does something after which everybody has what they had, and so has the escrow of the channel.
func (c *simd) nothingMoves(o imotypes.Offering, do func()) {
	c.t.Helper()
	victim := c.w.Key("dee").Address.String()
	before, escrow := c.w.snapshot(o.Id, victim), escrowed(c.t, c.w.Client, c.near, app.BaseDenom)
	do()
	require.Equal(c.t, before, c.w.snapshot(o.Id, victim))
	require.Equal(c.t, escrow.String(), escrowed(c.t, c.w.Client, c.near, app.BaseDenom).String())
}

// messages are those of transactions of the selling chain.
func (c *simd) messages(results []rpc.Result) []sdk.Msg {
	c.t.Helper()
	var out []sdk.Msg
	for _, result := range results {
		tx, err := c.w.TxConfig().TxDecoder()(result.Data)
		require.NoError(c.t, err)
		out = append(out, tx.GetMsgs()...)
	}
	return out
}
