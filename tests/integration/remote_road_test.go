package integration_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	clienttypesv2 "github.com/cosmos/ibc-go/v11/modules/core/02-client/v2/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	channeltypesv2 "github.com/cosmos/ibc-go/v11/modules/core/04-channel/v2/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctypes "github.com/cosmos/ibc-go/v11/modules/core/types"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	remotetypes "github.com/imochain/imod/x/remote/types"
)

// The two clients that the chain has of itself over IBC v2, where a client cannot be its own counterparty.
const (
	loopType   = "loopback"
	nearClient = "loopback-0"
	farClient  = "loopback-1"
)

// twoWays are the options of a network that can reach itself over both versions of IBC: its clients of IBC v2 read the
// store of the chain itself, as its localhost client does; everything else is what a node runs.
func twoWays() chain.Options {
	setup := func(a *app.App) {
		store := runtime.NewKVStoreService(a.StoreKey(ibcexported.StoreKey))
		a.IBCKeeper.ClientKeeper.AddRoute(loopType, localhost.NewLightClientModule(a.AppCodec(), store))
	}
	genesis := func(a *app.App, state map[string]json.RawMessage) {
		fastGenesis(a, state)
		ibc := ibctypes.DefaultGenesisState()
		for _, pair := range [][2]string{{nearClient, farClient}, {farClient, nearClient}} {
			ibc.ClientV2Genesis.CounterpartyInfos = append(ibc.ClientV2Genesis.CounterpartyInfos, clienttypesv2.GenesisCounterpartyInfo{
				ClientId: pair[0], CounterpartyInfo: clienttypesv2.NewCounterpartyInfo([][]byte{[]byte("ibc"), nil}, pair[1]),
			})
			ibc.ChannelV2Genesis.SendSequences = append(ibc.ChannelV2Genesis.SendSequences, channeltypesv2.NewPacketSequence(pair[0], 1))
		}
		state[ibcexported.ModuleName] = a.AppCodec().MustMarshalJSON(ibc)
	}
	return chain.Options{
		Accounts: []string{"ana", "bo", "chi", "dee", "eve"}, Genesis: genesis, Followers: []*chain.Follower{{Name: "main", Setup: setup}},
	}
}

// road carries packets between the two ends over one version of IBC.
type road struct {
	*job
	v2        bool
	near, far string // our end, and the one that plays another chain
	relayer   chain.Account
}

// overV1 opens the channel unless it is open, overV2 takes the clients; both take the same time.
func (j *job) overV1() *road {
	j.T.Helper()
	if _, found := j.App().IBCKeeper.ChannelKeeper.GetChannel(j.Context(), transfertypes.PortID, nearEnd); !found {
		j.openLoop(j.eve)
	}
	return &road{job: j, near: nearEnd, far: farEnd, relayer: j.eve}
}

func (j *job) overV2() *road {
	j.T.Helper()
	for range 4 {
		j.Next()
	}
	return &road{job: j, v2: true, near: nearClient, far: farClient, relayer: j.eve}
}

// voucher is the denom that stands for a coin at the far end.
func (r *road) voucher(denom string) string {
	return transfertypes.NewDenom(denom, transfertypes.NewHop(transfertypes.PortID, r.far)).IBCDenom()
}

// transfer leaves by one of the ends and times out after an hour.
func (r *road) transfer(end string, token sdk.Coin, from chain.Account, receiver, memo string) *transfertypes.MsgTransfer {
	timeout := r.Time().Add(time.Hour)
	at := uint64(timeout.UnixNano())
	if r.v2 {
		at = uint64(timeout.Unix())
	}
	return transfertypes.NewMsgTransfer(transfertypes.PortID, end, token, from.String(), receiver, clienttypes.ZeroHeight(), at, memo)
}

// parcel is a packet of one of the two versions.
type parcel struct {
	v1 channeltypes.Packet
	v2 channeltypesv2.Packet
}

// parcels are the packets that a transaction sent.
func (r *road) parcels(result *abci.ExecTxResult) []parcel {
	r.T.Helper()
	if !r.v2 {
		var out []parcel
		for _, packet := range r.packetsOf(result) {
			out = append(out, parcel{v1: packet})
		}
		return out
	}
	var out []parcel
	for _, raw := range r.hexAttributes(result, channeltypesv2.EventTypeSendPacket, channeltypesv2.AttributeKeyEncodedPacketHex) {
		var packet channeltypesv2.Packet
		require.NoError(r.T, packet.Unmarshal(raw))
		out = append(out, parcel{v2: packet})
	}
	return out
}

// parcel is the one packet that a transaction sent.
func (r *road) parcel(result *abci.ExecTxResult) parcel {
	r.T.Helper()
	parcels := r.parcels(result)
	require.Len(r.T, parcels, 1)
	return parcels[0]
}

func (r *road) hexAttributes(result *abci.ExecTxResult, event, key string) [][]byte {
	r.T.Helper()
	var out [][]byte
	for _, text := range attributes(result, event, key) {
		raw, err := hex.DecodeString(text)
		require.NoError(r.T, err)
		out = append(out, raw)
	}
	return out
}

// attributes reads a value of every event of a kind.
func attributes(result *abci.ExecTxResult, event, key string) []string {
	var out []string
	for _, e := range result.Events {
		if e.Type != event {
			continue
		}
		for _, a := range e.Attributes {
			if a.Key == key {
				out = append(out, a.Value)
			}
		}
	}
	return out
}

// arrives, expires and acknowledges report to an end what became of a packet.
func (r *road) arrives(p parcel) sdk.Msg {
	if r.v2 {
		return channeltypesv2.NewMsgRecvPacket(p.v2, localhost.SentinelProof, clienttypes.ZeroHeight(), r.relayer.String())
	}
	return arrive(p.v1, r.relayer)
}

func (r *road) expires(p parcel) sdk.Msg {
	if r.v2 {
		return channeltypesv2.NewMsgTimeout(p.v2, localhost.SentinelProof, clienttypes.ZeroHeight(), r.relayer.String())
	}
	return expire(p.v1, r.relayer)
}

func (r *road) acknowledges(p parcel, raw []byte) sdk.Msg {
	if r.v2 {
		var ack channeltypesv2.Acknowledgement
		require.NoError(r.T, ack.Unmarshal(raw))
		return channeltypesv2.NewMsgAcknowledgement(p.v2, ack, localhost.SentinelProof, clienttypes.ZeroHeight(), r.relayer.String())
	}
	return channeltypes.NewMsgAcknowledgement(p.v1, raw, localhost.SentinelProof, clienttypes.ZeroHeight(), r.relayer.String())
}

// written is the acknowledgement of a packet that arrived.
func (r *road) written(result *abci.ExecTxResult) []byte {
	r.T.Helper()
	key := channeltypes.AttributeKeyAckHex
	if r.v2 {
		key = channeltypesv2.AttributeKeyEncodedAckHex
	}
	acks := r.hexAttributes(result, channeltypes.EventTypeWriteAck, key)
	require.Len(r.T, acks, 1, result.Log)
	return acks[0]
}

// answer is what became of a packet: whether it did what it asked for, else the code of the refusal, 0 if another
// application refused.
type answer struct {
	done bool
	code int
}

// Success tells whether a packet did what it asked for.
func (a answer) Success() bool { return a.done }

// read reads an acknowledgement with the event beside it; over IBC v1 both have the code.
func (r *road) read(result *abci.ExecTxResult, raw []byte) answer {
	r.T.Helper()
	var out answer
	const discarded = ibctypes.ErrorAttributeKeyPrefix // before the names of events whose state core discards
	codes := attributes(result, discarded+remotetypes.EventRefused, discarded+remotetypes.AttributeCode)
	if len(codes) > 0 {
		code, err := strconv.Atoi(codes[0])
		require.NoError(r.T, err)
		out.code = code
	}
	if r.v2 {
		var ack channeltypesv2.Acknowledgement
		require.NoError(r.T, ack.Unmarshal(raw))
		out.done = ack.Success()
		return out
	}
	var ack channeltypes.Acknowledgement
	require.NoError(r.T, transfertypes.ModuleCdc.UnmarshalJSON(raw, &ack))
	out.done = ack.Success()
	if out.code != 0 {
		require.Equal(r.T, fmt.Sprintf("ABCI code: %d: error handling packet: see events for details", out.code), ack.GetError())
	}
	return out
}

// relay delivers a packet and its acknowledgement, and every packet that left on the way.
func (r *road) relay(p parcel) answer {
	r.T.Helper()
	arrived := ok(r.T, r.Next(r.TxWithGas(r.relayer, 0, 10_000_000, r.arrives(p))))
	raw := r.written(arrived)
	ok(r.T, r.Next(r.TxWithGas(r.relayer, 0, 10_000_000, r.acknowledges(p, raw))))
	for _, next := range r.parcels(arrived) {
		r.relay(next)
	}
	return r.read(arrived, raw)
}

// overBoth runs a test over both versions of IBC, each on a network of its own.
func overBoth(t *testing.T, test func(*testing.T, *road)) {
	t.Helper()
	overBothOn(t, twoWays, test)
}

// overBothOn is overBoth on networks with options.
func overBothOn(t *testing.T, options func() chain.Options, test func(*testing.T, *road)) {
	t.Helper()
	t.Run("v1", func(t *testing.T) { test(t, newJobFrom(t, options()).overV1()) })
	t.Run("v2", func(t *testing.T) { test(t, newJobFrom(t, options()).overV2()) })
}
