package ibc_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// testHostile: the other chain's validators send what they like over their channel. They can lose what was entrusted to them, and
// nothing else: not what others own here, not what lies in other escrows, not anybody's room under a cap.
func testHostile(t *testing.T, w *world, c *simd, model uint64) {
	c.turn()
	dee, bo := w.Key("dee"), w.arrive("bo", imo(20))
	w.done(w.Client, c.near, transfer(t, w.Client, w.Key("fay"), c.near, dimes(400), c.user, "", time.Hour))
	o := w.sell(sale{model: model, price: dime, softCap: 300, minBid: 1, cap: 100, length: 150})
	theirs := bo.send(50, bo.account, bid(o, dime.Amount, "self", ""))
	bo.done(bo.peer.Client, bo.far, theirs)
	before := w.snapshot(o.Id, dee.Address.String(), bo.account)
	escrow := escrowed(t, w.Client, c.near, app.BaseDenom)

	c.forge(stolenIdentities(w, c, bo, o)...)
	require.Equal(t, before, w.snapshot(o.Id, dee.Address.String(), bo.account), "a forged sender is nobody here")

	// Bids for a victim, with a way home to the attacker: they use up the cap of third parties, and nothing of the victim's own.
	forVictim := bid(o, dime.Amount, dee.Address.String(), home(c.user, `"refund","tokens"`))
	gift := c.forge(
		forgery{name: "a bid for a victim", Amount: dime.Amount.MulRaw(100).String(), Receiver: dee.Address.String(), Memo: forVictim},
		forgery{name: "one more for the victim", Amount: dime.Amount.String(), Receiver: dee.Address.String(), Memo: forVictim, code: 12},
		forgery{name: "for somebody who is not the receiver", Amount: dime.Amount.String(), Memo: forVictim, code: 5},
	)[0]
	_, err := w.sendAs(dee, &imotypes.MsgPlaceBid{
		Bidder: dee.Address.String(), OfferingId: o.Id, Amount: dimes(100), MaxPrice: dime.Amount, TermsHash: o.TermsHash,
	})
	require.NoError(t, err, "the victim's own cap is whole")

	c.forge(garbage(o)...)
	require.Equal(t, escrow.Sub(dime.Amount.MulRaw(100)).SubRaw(1).String(), escrowed(t, w.Client, c.near, app.BaseDenom).String(),
		"out of the escrow went the bid and the unit with a long memo")
	c.replays(gift, o)

	w.ends(o.Id, imotypes.OFFERING_STATUS_FAILED)
	c.victimsGetTheirs(o, bo)
	require.Equal(t, escrow.SubRaw(1).String(), escrowed(t, w.Client, c.near, app.BaseDenom).String(), "the attacker's refund went to the attacker")
	total, err := transfertypes.NewQueryClient(w.Client.Conn()).TotalEscrowForDenom(t.Context(), &transfertypes.QueryTotalEscrowForDenomRequest{Denom: app.BaseDenom})
	require.NoError(t, err)
	require.Equal(t, total.Amount.Amount.String(),
		escrowed(t, w.Client, c.near, app.BaseDenom).Add(escrowed(t, w.Client, w.near, app.BaseDenom)).String(), "both channels")
	w.conserved()
	w.Blocks(2)
}

func dimes(n int64) sdk.Coin { return sdk.NewCoin(app.BaseDenom, dime.Amount.MulRaw(n)) }

// turn makes the chain hostile: the same chain, whose validators changed their minds.
func (c *simd) turn() {
	c.t.Helper()
	c.relay.end(c.t, syscall.SIGKILL)
	c.node.end(c.t, syscall.SIGTERM)
	c.start("--hostile")
	c.w.Eventually(time.Minute, "simd's next blocks", func() bool {
		_, err := c.client.Height(c.t.Context())
		return err == nil
	})
	c.relays()
}

// snapshot is what victims have: tokens, revenue, coins, and all bids of an offering.
func (w *world) snapshot(offering uint64, victims ...string) []string {
	w.T.Helper()
	var out []string
	for _, victim := range victims {
		out = append(out, w.here(victim, app.BaseDenom).String())
		for model := uint64(1); model <= 3; model++ {
			denom := imotypes.TokenDenom(model)
			res, err := revsharetypes.NewQueryClient(w.Client.Conn()).Claimable(w.T.Context(), &revsharetypes.QueryClaimableRequest{Denom: denom, Address: victim})
			if err == nil { // model 2 has no token: its sale failed
				out = append(out, res.Amount.String())
			}
			out = append(out, w.here(victim, denom).String())
		}
	}
	for _, b := range w.bids(offering) {
		out = append(out, b.String())
	}
	return out
}

// victimsGetTheirs: after the end everybody gets what is theirs, whoever asked the chain to do what.
func (c *simd) victimsGetTheirs(o imotypes.Offering, bo *investor) {
	c.t.Helper()
	w, dee := c.w, c.w.Key("dee")
	for _, b := range w.bids(o.Id) {
		result, err := w.sendAs(w.Key("eve"), &imotypes.MsgCollectRefund{Sender: w.Key("eve").Address.String(), OfferingId: o.Id, BidId: b.Id})
		if b.Home == nil {
			require.ErrorContains(c.t, err, imotypes.ErrHome.Error(), "nobody else may move bid %d", b.Id)
			continue
		}
		require.NoError(c.t, err)
		require.Equal(c.t, c.account(), b.Bidder, "the attacker's bid alone")
		sequences := sequencesOf(c.t, result)
		w.done(w.Client, c.near, sequences...)
		c.answersAgain(o, sequences[0])
	}
	allocation := func() sdk.Coin {
		res, err := imotypes.NewQueryClient(w.Client.Conn()).Allocation(c.t.Context(), &imotypes.QueryAllocationRequest{Id: o.Id, Address: dee.Address.String()})
		require.NoError(c.t, err)
		return res.Refundable
	}
	require.Equal(c.t, dimes(100).String(), allocation().String())
	_, err := w.sendAs(dee, &imotypes.MsgCollectRefund{Sender: dee.Address.String(), OfferingId: o.Id})
	require.NoError(c.t, err)
	require.True(c.t, allocation().IsZero())

	held, resting := bo.has(), w.here(bo.account, app.BaseDenom)
	bo.ask(`{"imo":{"collect":{"offering_id":"%d"%s}}}`, o.Id, home(bo.key.Address.String(), `"refund"`))
	w.settled(w.Client, w.near)
	require.Equal(c.t, dime.Amount.MulRaw(50).Add(resting).String(), bo.has().Sub(held).String(), "and the units that rested there")
}
