package integration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	packetforward "github.com/cosmos/ibc-go/v11/modules/apps/packet-forward-middleware"
	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/app"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	remotetypes "github.com/imochain/imod/x/remote/types"
)

// TestIBCIdentity: one sender at the far ends of two ways is two accounts, and what the one has the other cannot touch.
func TestIBCIdentity(t *testing.T) {
	j := newJobFrom(t, twoWays())
	own := j.overV1().invest(j.bo, imo(1000))
	other := j.overV2().invest(j.bo, imo(1000))
	require.NotEqual(t, own.account(), other.account())
	offering := j.openBatch()
	require.True(t, own.ask(imo(400), bidMemo(offering.TermsHash, "self", "")).Success())
	refused := func(code int, memo string) {
		t.Helper()
		state := own.everything()
		require.Equal(t, answer{code: code}, other.ask(sdkmath.NewInt(1), memo))
		require.Equal(t, state, own.everything())
	}
	goes := home(other, "")
	refused(14, `{"imo":{"cancel":{"offering_id":"1","bid_id":"1"`+goes+`}}}`)
	j.NextAfter(200 * time.Second)
	j.Next()
	refused(16, `{"imo":{"collect":{"offering_id":"1"`+home(other, allHome)+`}}}`)
	require.True(t, own.ask(sdkmath.NewInt(1), `{"imo":{"collect":{"offering_id":"1"}}}`).Success())
	require.True(t, own.ask(imo(50), `{"imo":{"deposit":{"model_id":"1"}}}`).Success())
	for range 20 {
		j.Next()
	}
	refused(16, `{"imo":{"claim":{"model_id":"1"`+goes+`}}}`)
	refused(16, `{"imo":{"exit":{"model_id":"1","amount":"1000000000000000000"`+goes+`}}}`)
	refused(16, fmt.Sprintf(`{"imo":{"withdraw":{"denom":"%s"%s}}}`, j.denom, goes))
	require.True(t, own.ask(sdkmath.NewInt(1), `{"imo":{"claim":{"model_id":"1"}}}`).Success(), "control")
}

// hostile is the other end of a channel that says what it likes: packets reach the application as core hands them over, with
// a sender of its choice.
type hostile struct {
	*abroad
	ctx sdk.Context
}

// say delivers a packet that claims to bring coins home, and keeps what it wrote if it was accepted.
func (h *hostile) say(sender, receiver string, amount sdkmath.Int, memo string) answer {
	h.T.Helper()
	module, found := h.App().IBCKeeper.PortKeeper.Route(transfertypes.PortID)
	require.True(h.T, found)
	denom := transfertypes.NewDenom(app.BaseDenom, transfertypes.NewHop(transfertypes.PortID, h.far))
	data := transfertypes.NewFungibleTokenPacketData(denom.Path(), amount.String(), sender, receiver, memo)
	packet := channeltypes.NewPacket(data.GetBytes(), 1, transfertypes.PortID, h.far, transfertypes.PortID, h.near,
		clienttypes.ZeroHeight(), uint64(h.Time().Add(time.Hour).UnixNano()))
	branch, write := h.ctx.CacheContext()
	branch = branch.WithEventManager(sdk.NewEventManager())
	ack := module.OnRecvPacket(branch, transfertypes.V1, packet, h.relayer.Address())
	if ack.Success() {
		write()
		return answer{done: true}
	}
	var out answer
	for _, event := range branch.EventManager().Events() {
		if code, ok := event.GetAttribute(remotetypes.AttributeCode); ok && event.Type == remotetypes.EventRefused {
			_, err := fmt.Sscan(code.Value, &out.code)
			require.NoError(h.T, err)
		}
	}
	return out
}

// TestIBCHostileChannel: a chain that forges senders, names victims as owners, sets routes for them, uses up caps and sends
// memos of 32 kB harms nobody but those who trust it.
func TestIBCHostileChannel(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(4000))
	offering := j.openBatch()
	bid := func(from string, amount sdkmath.Int) *imotypes.MsgPlaceBid {
		return &imotypes.MsgPlaceBid{
			Bidder: from, OfferingId: 1, Amount: coin(amount), MaxPrice: sdkmath.NewIntWithDecimal(9, 17), TermsHash: offering.TermsHash,
		}
	}
	ok(t, j.Next(j.Tx(j.dee, bid(j.dee.String(), imo(100)))))
	h := &hostile{a, j.Context()}
	keeper := j.App().IMOKeeper
	one, cancel := sdkmath.NewInt(1), `{"imo":{"cancel":{"offering_id":"1","bid_id":"1"}}}`

	// Whatever it calls a sender is an account of this channel alone.
	for _, sender := range []string{
		j.dee.String(), j.dee.EVM().Hex(), strings.ToUpper(j.dee.String()), imotypes.OfferingAddress(1).String(),
		authtypes.NewModuleAddress("imo").String(), a.account().String(), "self", strings.Repeat("x", 2048),
	} {
		require.Equal(t, answer{code: 14}, h.say(sender, j.dee.String(), one, cancel), sender)
		require.Equal(t, answer{code: 16}, h.say(sender, j.dee.String(), one, `{"imo":{"withdraw":{"denom":"model-1","home":{"receiver":"x"}}}}`), sender)
	}
	require.Equal(t, answer{}, h.say(" ", j.dee.String(), one, cancel), "the transfer application refuses it already")
	for _, owner := range []string{ // nobody can own a bid who could not have sent it
		authtypes.NewModuleAddress("imo").String(), sdk.AccAddress(imotypes.TokenAddress(1)).String(), "0x0000000000000000000000000000000000000000",
	} {
		require.Contains(t, []answer{{code: 5}, {code: 14}}, h.say("x", owner, imo(100), bidMemo(offering.TermsHash, "", "")), owner)
	}

	// It bids for a victim, with a route of its own, until nobody may bid more for him: his own cap is whole, and his own bid has no route.
	route := `,"home":{"receiver":"attacker","what":["refund","tokens"]}`
	require.Equal(t, answer{done: true}, h.say("attacker", j.dee.String(), imo(2000), bidMemo(offering.TermsHash, "", route)))
	require.Equal(t, answer{code: 12}, h.say("attacker", j.dee.String(), imo(100), bidMemo(offering.TermsHash, "", route)))
	_, err := imokeeper.NewMsgServer(keeper).PlaceBid(h.ctx, bid(j.dee.String(), imo(1900)))
	require.NoError(t, err)
	for _, victims := range []uint64{1, 3} {
		_, err := keeper.ReturnRefund(h.ctx, 1, victims)
		require.ErrorIs(t, err, imotypes.ErrHome)
		_, err = keeper.ReturnTokens(h.ctx, 1, victims)
		require.ErrorIs(t, err, imotypes.ErrHome)
	}

	// A memo of 32 kB costs the relayer gas by its length, and nothing is decoded of it.
	long := `{"imo":` + strings.Repeat(" ", 32_000) + `}`
	before := h.ctx.GasMeter().GasConsumed()
	require.Equal(t, answer{code: 2}, h.say("x", j.dee.String(), one, long))
	require.Less(t, h.ctx.GasMeter().GasConsumed()-before, uint64(1_200_000))
	// It can bring home no more than it took.
	require.False(t, h.say("x", j.dee.String(), imo(4000), "").Success())
}

// TestIBCHop: on the last hop of packet-forward the sender is an account of the middle chain that nobody has a key of. It owns
// what it buys for itself, so a purchase names the receiver or a home; nothing ever goes to the hop by itself.
func TestIBCHop(t *testing.T) {
	j := newJob(t)
	a := j.goAbroad(j.bo, imo(1000))
	offering := j.openBatch()
	h := &hostile{a, j.Context()}
	hop, err := packetforward.GetReceiver(j.App().AccountKeeper.AddressCodec(), "channel-7", "person")
	require.NoError(t, err)
	require.Equal(t, answer{done: true}, h.say(hop, j.dee.String(), imo(100), bidMemo(offering.TermsHash, "", "")))
	require.Equal(t, answer{done: true}, h.say(hop, hop, imo(100), bidMemo(offering.TermsHash, "self", `,"home":{"receiver":"person","what":["refund"]}`)))
	bids, err := j.App().IMOKeeper.ExportGenesis(h.ctx)
	require.NoError(t, err)
	require.Equal(t, j.dee.String(), bids.Bids[0].Owner)
	require.Nil(t, bids.Bids[0].Home)
	require.Equal(t, remotetypes.Account(a.near, hop).String(), bids.Bids[1].Owner)
	require.Equal(t, "person", bids.Bids[1].Home.Receiver)
}
