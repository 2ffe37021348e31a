package simulation_test

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// The chain has a channel with itself, whose far end plays another chain.
const (
	nearEnd = "channel-0"
	farEnd  = "channel-1"
)

var packetOperations = []operation{
	{"PacketAway", packetAway},
	{"PacketPurchase", packetPurchase},
	{"PacketArrives", packetArrives},
	{"PacketAnswered", packetAnswered},
	{"PacketExpires", packetExpires},
}

// loop knows the packets on their way and the answers to those that arrived.
type loop struct {
	flying   []channeltypes.Packet
	answered []channeltypes.Packet
	answers  [][]byte
}

func (w *world) openLoop() {
	w.T.Helper()
	from := w.Accounts[0]
	port, hops, signer := transfertypes.PortID, []string{ibcexported.LocalhostConnectionID}, from.String()
	proof, at := localhost.SentinelProof, clienttypes.ZeroHeight()
	for _, msg := range []sdk.Msg{
		channeltypes.NewMsgChannelOpenInit(port, transfertypes.V1, channeltypes.UNORDERED, hops, port, signer),
		channeltypes.NewMsgChannelOpenTry(port, transfertypes.V1, channeltypes.UNORDERED, hops, port, nearEnd, transfertypes.V1, proof, at, signer),
		channeltypes.NewMsgChannelOpenAck(port, nearEnd, farEnd, transfertypes.V1, proof, at, signer),
		channeltypes.NewMsgChannelOpenConfirm(port, farEnd, proof, at, signer),
	} {
		results := w.Next(w.Tx(from, msg))
		require.Zero(w.T, results[len(results)-1].Code, results[len(results)-1].Log)
	}
}

// watch notes the packets that a transaction sent and the answers that it wrote.
func (l *loop) watch(t *testing.T, result *abci.ExecTxResult) {
	t.Helper()
	for _, event := range result.Events {
		if event.Type != channeltypes.EventTypeSendPacket && event.Type != channeltypes.EventTypeWriteAck {
			continue
		}
		value := map[string]string{}
		for _, a := range event.Attributes {
			value[a.Key] = a.Value
		}
		number := func(key string) uint64 {
			n, err := strconv.ParseUint(value[key], 10, 64)
			require.NoError(t, err)
			return n
		}
		data, err := hex.DecodeString(value[channeltypes.AttributeKeyDataHex])
		require.NoError(t, err)
		packet := channeltypes.NewPacket(data, number(channeltypes.AttributeKeySequence),
			value[channeltypes.AttributeKeySrcPort], value[channeltypes.AttributeKeySrcChannel],
			value[channeltypes.AttributeKeyDstPort], value[channeltypes.AttributeKeyDstChannel],
			clienttypes.ZeroHeight(), number(channeltypes.AttributeKeyTimeoutTimestamp))
		if event.Type == channeltypes.EventTypeSendPacket {
			l.flying = append(l.flying, packet)
			continue
		}
		answer, err := hex.DecodeString(value[channeltypes.AttributeKeyAckHex])
		require.NoError(t, err)
		l.answered, l.answers = append(l.answered, packet), append(l.answers, answer)
	}
}

func voucher(denom string) string {
	return transfertypes.NewDenom(denom, transfertypes.NewHop(transfertypes.PortID, farEnd)).IBCDenom()
}

// leave sends coins off; every other packet has little time to arrive.
func (w *world) leave(end string, from chain.Account, token sdk.Coin, memo string) sdk.Msg {
	life := time.Hour
	if w.rng.IntN(2) == 0 {
		life = time.Duration(4+w.rng.IntN(20)) * time.Second
	}
	return transfertypes.NewMsgTransfer(transfertypes.PortID, end, token, from.String(), from.String(), clienttypes.ZeroHeight(),
		uint64(w.Time().Add(life).UnixNano()), memo)
}

// packetAway sends IMO, or a token, to the other chain.
func packetAway(w *world) (chain.Account, sdk.Msg) {
	from, denom := w.account(), imotypes.TokenDenom(w.id(creators))
	if held := w.Balance(from.Address(), denom); w.rng.IntN(3) == 0 && held.GT(sdkmath.NewInt(100)) {
		return from, w.leave(nearEnd, from, sdk.NewCoin(denom, held.QuoRaw(10)), "")
	}
	return from, w.leave(nearEnd, from, amount(1000+w.rng.Int64N(5000)), "")
}

// packetPurchase sends IMO back with a memo, sensible or not.
func packetPurchase(w *world) (chain.Account, sdk.Msg) {
	from, id := w.account(), w.id(creators)
	held := w.Balance(from.Address(), voucher(app.BaseDenom))
	if !held.IsPositive() {
		return from, nil
	}
	part := held.QuoRaw(1 + w.rng.Int64N(8)).AddRaw(1)
	if part.GT(held) {
		part = held
	}
	home := fmt.Sprintf(`,"home":{"receiver":"%s"`, from)
	memo := ""
	switch w.rng.IntN(8) {
	case 0:
		memo = fmt.Sprintf(`{"imo":{"deposit":{"model_id":"%d"}}}`, id)
	case 1:
		memo = fmt.Sprintf(`{"imo":{"collect":{"offering_id":"%d"%s,"what":["refund","tokens"]}}}}`, id, home)
	case 2:
		memo = fmt.Sprintf(`{"imo":{"claim":{"model_id":"%d"%s}}}}`, id, home)
	case 3:
		memo = fmt.Sprintf(`{"imo":{"withdraw":{"denom":"aimo"%s}}}}`, home)
	default:
		offering, _, err := w.App().IMOKeeper.Offering(w.Context(), id)
		if err != nil {
			return from, nil
		}
		owner := []string{"self", from.String()}[w.rng.IntN(2)]
		memo = fmt.Sprintf(`{"imo":{"bid":{"offering_id":"%d","max_price":"%d00000000000000000","terms_hash":"%s","owner":"%s"%s,"what":["refund"]}}}}`,
			id, 1+w.rng.Int64N(5), offering.TermsHash, owner, home)
	}
	return from, w.leave(farEnd, from, sdk.NewCoin(voucher(app.BaseDenom), part), memo)
}

// packetArrives delivers one of the packets on their way, again perhaps.
func packetArrives(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	if len(w.loop.flying) == 0 {
		return from, nil
	}
	packet := w.loop.flying[len(w.loop.flying)-1-w.rng.IntN(min(20, len(w.loop.flying)))]
	return from, channeltypes.NewMsgRecvPacket(packet, localhost.SentinelProof, clienttypes.ZeroHeight(), from.String())
}

// packetAnswered reports one of the answers, again perhaps.
func packetAnswered(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	if len(w.loop.answered) == 0 {
		return from, nil
	}
	i := len(w.loop.answered) - 1 - w.rng.IntN(min(20, len(w.loop.answered)))
	return from, channeltypes.NewMsgAcknowledgement(w.loop.answered[i], w.loop.answers[i], localhost.SentinelProof, clienttypes.ZeroHeight(), from.String())
}

// packetExpires reports that a packet did not arrive in time, true or not.
func packetExpires(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	if len(w.loop.flying) == 0 {
		return from, nil
	}
	packet := w.loop.flying[w.rng.IntN(len(w.loop.flying))]
	return from, channeltypes.NewMsgTimeout(packet, 1, localhost.SentinelProof, clienttypes.ZeroHeight(), from.String())
}

// checkEscrows: what the transfer application says is in escrow lies there.
func (w *world) checkEscrows(ctx sdk.Context) {
	w.T.Helper()
	for _, total := range w.App().TransferKeeper.GetAllTotalEscrowed(ctx) {
		held := sdkmath.ZeroInt()
		for _, end := range []string{nearEnd, farEnd} {
			held = held.Add(w.Balance(transfertypes.GetEscrowAddress(transfertypes.PortID, end), total.Denom))
		}
		require.Equal(w.T, total.Amount.String(), held.String(), "%s at height %d", total.Denom, w.Height())
	}
}
