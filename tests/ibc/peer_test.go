package ibc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
	remotetypes "github.com/imochain/imod/x/remote/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// dime is a tenth of an IMO, the price of a token.
var dime = sdk.NewCoin(app.BaseDenom, sdkmath.NewIntWithDecimal(1, 17))

// investor is somebody on the second imod who has IMO of the first one there, and neither key nor coins here.
type investor struct {
	*world
	key rpc.Key
	// denom is IMO of the selling chain, as the second one calls it.
	denom string
	// account acts for the investor on the selling chain.
	account string
}

// investor is an account of the second imod.
func (w *world) investor(name, denom string) *investor {
	w.T.Helper()
	key := w.peer.Key(name)
	return &investor{world: w, key: key, denom: voucher(denom, w.far), account: remotetypes.Account(w.near, key.Address.String()).String()}
}

// arrive gives an investor IMO by a plain transfer.
func (w *world) arrive(name string, amount sdk.Coin) *investor {
	w.T.Helper()
	i := w.investor(name, amount.Denom)
	before := i.has()
	sequence := transfer(w.T, w.Client, w.Key("fay"), w.near, amount, i.key.Address.String(), "", time.Hour)
	w.done(w.Client, w.near, sequence)
	require.Equal(w.T, amount.Amount.String(), i.has().Sub(before).String())
	return i
}

// has is what the investor holds of the selling chain's IMO.
func (i *investor) has() sdkmath.Int {
	return balance(i.T, i.peer.Client, i.key.Address.String(), i.denom)
}

// send transfers dimes with a memo.
func (i *investor) send(dimes int64, receiver, memo string) uint64 {
	i.T.Helper()
	return i.sendCoin(sdk.NewCoin(i.denom, dime.Amount.MulRaw(dimes)), receiver, memo, time.Hour)
}

func (i *investor) sendCoin(coin sdk.Coin, receiver, memo string, life time.Duration) uint64 {
	i.T.Helper()
	return transfer(i.T, i.peer.Client, i.key, i.far, coin, receiver, memo, life)
}

// ask sends one unit with a memo and waits for the answer, which must be success.
func (i *investor) ask(format string, args ...any) {
	i.T.Helper()
	sequence := i.sendCoin(sdk.NewInt64Coin(i.denom, 1), i.account, fmt.Sprintf(format, args...), time.Hour)
	i.done(i.peer.Client, i.far, sequence)
	answered(i.T, i.Client, i.near, sequence, 0)
}

// here is a balance on the selling chain.
func (w *world) here(address, denom string) sdkmath.Int {
	return balance(w.T, w.Client, address, denom)
}

func (w *world) conserved() {
	w.T.Helper()
	w.settled(w.Client, w.near)
	w.settled(w.peer.Client, w.far)
	conserved(w.T, w.Client, w.near, w.peer.Client, w.far)
	w.solvent()
}

// testPeer buys from the second imod into a sale that succeeds and one that fails. In the middle of each case the relayer is
// killed and started again.
func testPeer(t *testing.T, w *world, sold, unsold uint64) {
	bo := w.arrive("bo", imo(100))
	success := w.sell(sale{model: sold, price: dime, softCap: 100, minBid: 1, cap: 200, length: 75})
	failure := w.sell(sale{model: unsold, price: dime, softCap: 300, minBid: 1, cap: 200, length: 75})
	purchases(t, bo, success, failure)
	refusals(t, bo, success)
	w.ends(success.Id, imotypes.OFFERING_STATUS_SUCCEEDED)
	w.ends(failure.Id, imotypes.OFFERING_STATUS_FAILED)
	t.Run("success", func(t *testing.T) { succeeds(t, bo.in(t), success, sold) })
	t.Run("failure", func(t *testing.T) { fails(t, bo.in(t), failure) })
}

func (i *investor) in(t *testing.T) *investor {
	same := *i
	same.world = i.world.in(t)
	return &same
}

// purchases buys with single transfers: for the investor's own account and for an address here, relayed at once or after the
// relayer came back; one packet's relayer dies between delivery and answer.
func purchases(t *testing.T, bo *investor, success, failure imotypes.Offering) {
	t.Helper()
	before, chi := bo.has(), bo.Key("chi").Address.String()
	timed(t, "purchase: transfer on the other chain to its acknowledgement there", func() {
		sequence := bo.send(100, bo.account, bid(success, dime.Amount, "self", ""))
		bo.done(bo.peer.Client, bo.far, sequence)
		answered(t, bo.Client, bo.near, sequence, 0)
		for _, result := range arrivals(t, bo.Client, bo.near, sequence) {
			t.Logf("gas of the transaction that brought the purchase, client update included: %d of %d", result.GasUsed, result.GasWanted)
		}
	})
	var other, back, astray uint64
	bo.withoutRelayer(func() {
		other = bo.send(50, chi, bid(success, dime.Amount, chi, ""))
		back = bo.send(70, bo.account, bid(failure, dime.Amount, "self", home(bo.key.Address.String(), `"refund"`)))
		astray = bo.send(20, bo.account, bid(failure, dime.Amount, "self", home("nobody", `"refund"`)))
		require.Len(t, bo.bids(success.Id), 1, "nothing arrives without a relayer")
	})
	bo.Eventually(relayLimit, "arrival", func() bool { return received(t, bo.Client, bo.near, back) })
	bo.withoutRelayer(func() {}) // between arrival and answer, as far as it can be hit
	bo.done(bo.peer.Client, bo.far, other, back, astray)
	for _, sequence := range []uint64{other, back, astray} {
		answered(t, bo.Client, bo.near, sequence, 0)
	}

	require.Equal(t, dime.Amount.MulRaw(240).String(), before.Sub(bo.has()).String())
	owners := map[string]string{}
	for _, b := range bo.bids(success.Id) {
		owners[b.Owner] = b.Amount.Amount.String()
	}
	require.Equal(t, map[string]string{bo.account: dime.Amount.MulRaw(100).String(), chi: dime.Amount.MulRaw(50).String()}, owners)
	require.Len(t, bo.bids(failure.Id), 2)
	bo.conserved()
}

// refusals are packets that come back to the unit while the sale is open: over the cap, another denom, memos that are not
// understood, too late. All are sent while the relayer is down, and it dies once more on the way back.
func refusals(t *testing.T, bo *investor, open imotypes.Offering) {
	t.Helper()
	before, bids := bo.has(), len(bo.bids(open.Id))
	own := balance(t, bo.peer.Client, bo.key.Address.String(), app.BaseDenom)
	valid := bid(open, dime.Amount, "self", "")
	codes := map[uint64]int{}
	var late uint64
	bo.withoutRelayer(func() {
		late = bo.sendCoin(sdk.NewCoin(bo.denom, dime.Amount), bo.account, valid, 3*time.Second)
		codes[bo.send(101, bo.account, valid)] = 12
		codes[bo.send(1, bo.account, strings.Replace(valid, `"owner"`, `"boss"`, 1))] = 2
		codes[bo.send(1, bo.account, valid[:len(valid)-1])] = 2
		codes[bo.send(1, bo.account, strings.Replace(valid, `{"imo"`, `{"forward":{},"imo"`, 1))] = refused
		codes[bo.send(1, bo.account, strings.Replace(valid, open.TermsHash, strings.Repeat("0", 64), 1))] = 9
		codes[bo.sendCoin(sdk.NewCoin(app.BaseDenom, dime.Amount), bo.account, valid, time.Hour)] = 10
		time.Sleep(4 * time.Second) // the life of the late one, in blocks as well
	})
	for sequence := range codes {
		bo.Eventually(relayLimit, "arrival", func() bool { return received(t, bo.Client, bo.near, sequence) })
	}
	bo.withoutRelayer(func() {})
	bo.done(bo.peer.Client, bo.far, late)
	require.False(t, received(t, bo.Client, bo.near, late), "what timed out never arrived")
	for sequence, code := range codes {
		bo.done(bo.peer.Client, bo.far, sequence)
		answered(t, bo.Client, bo.near, sequence, code)
	}
	require.Equal(t, before.String(), bo.has().String(), "refunded to the unit")
	fees := own.Sub(balance(t, bo.peer.Client, bo.key.Address.String(), app.BaseDenom))
	require.True(t, fees.LT(dime.Amount), "only fees of the own coin are gone: %s", fees)
	require.Len(t, bo.bids(open.Id), bids)
	require.Equal(t, "0", bo.here(bo.account, app.BaseDenom).String())
	bo.conserved()
}

// succeeds collects, earns, claims and takes everything home by memos.
func succeeds(t *testing.T, bo *investor, o imotypes.Offering, model uint64) {
	denom := imotypes.TokenDenom(model)
	bo.ask(`{"imo":{"collect":{"offering_id":"%d"}}}`, o.Id)
	bought := sdkmath.NewIntWithDecimal(100, 18)
	require.Equal(t, bought.String(), bo.here(bo.account, denom).String(), "tokens stay and earn")

	_, err := bo.sendAs(bo.Key("ana"), &revsharetypes.MsgDeposit{
		Depositor: bo.Key("ana").Address.String(), ShareDenom: denom, Amount: imo(30),
	})
	require.NoError(t, err)
	claimable := func() sdkmath.Int {
		res, err := revsharetypes.NewQueryClient(bo.Client.Conn()).Claimable(t.Context(), &revsharetypes.QueryClaimableRequest{Denom: denom, Address: bo.account})
		require.NoError(t, err)
		return res.Amount.AmountOf(app.BaseDenom)
	}
	// Two thirds of the tokens: 20 IMO, three epochs after the deposit.
	bo.Eventually(2*time.Minute, "revenue", func() bool { return claimable().GTE(imo(20).Amount.SubRaw(3)) })
	due, before := claimable(), bo.has()
	receiver := bo.key.Address.String()
	var claim uint64
	bo.withoutRelayer(func() {
		claim = bo.sendCoin(sdk.NewInt64Coin(bo.denom, 1), bo.account, fmt.Sprintf(`{"imo":{"claim":{"model_id":"%d"%s}}}`, model, home(receiver, "")), time.Hour)
	})
	bo.Eventually(relayLimit, "arrival", func() bool { return received(t, bo.Client, bo.near, claim) })
	bo.withoutRelayer(func() {}) // with the revenue on its way
	bo.done(bo.peer.Client, bo.far, claim)
	answered(t, bo.Client, bo.near, claim, 0)
	// The unit of the claim and that of the collection before come home as well.
	bo.Eventually(relayLimit, "the revenue at home", func() bool { return bo.has().GT(before) })
	require.Equal(t, due.AddRaw(1).String(), bo.has().Sub(before).String())

	bo.ask(`{"imo":{"withdraw":{"denom":"%s"%s}}}`, denom, home(receiver, ""))
	abroad := voucher(denom, bo.far)
	bo.Eventually(relayLimit, "the tokens at home", func() bool { return balance(t, bo.peer.Client, receiver, abroad).Equal(bought) })
	bo.conserved()
	// Tokens that return belong to whom they are sent, and earn for them.
	dee := bo.Key("dee").Address.String()
	bo.done(bo.peer.Client, bo.far, bo.sendCoin(sdk.NewCoin(abroad, bought.QuoRaw(2)), dee, "", time.Hour))
	require.Equal(t, bought.QuoRaw(2).String(), bo.here(dee, denom).String())
	bo.conserved()
}

// fails sends a refund home: a stranger asks for it, the relayer dies with the refund on its way. That of another bid goes astray,
// as often as somebody tries, and lies in the escrow again each time, until its bidder calls it elsewhere.
func fails(t *testing.T, bo *investor, o imotypes.Offering) {
	crank := &imotypes.MsgCollectRefund{Sender: bo.Key("eve").Address.String(), OfferingId: o.Id}
	astray := *crank
	for _, b := range bo.bids(o.Id) {
		if b.Home.Receiver == "nobody" {
			astray.BidId = b.Id
		} else {
			crank.BidId = b.Id
		}
	}
	before := bo.has()
	closed := bo.send(1, bo.account, bid(o, dime.Amount, "self", ""))
	bo.done(bo.peer.Client, bo.far, closed)
	answered(t, bo.Client, bo.near, closed, 8)
	require.Equal(t, before.String(), bo.has().String())

	var sequence uint64
	bo.withoutRelayer(func() {
		result, err := bo.sendAs(bo.Key("eve"), crank)
		require.NoError(t, err)
		sequence = sentSequence(t, result)
		_, err = bo.sendAs(bo.Key("eve"), crank)
		require.ErrorContains(t, err, imotypes.ErrNothingToCollect.Error(), "it travels once")
	})
	bo.done(bo.Client, bo.near, sequence)
	require.Equal(t, dime.Amount.MulRaw(70).String(), bo.has().Sub(before).String())
	_, err := bo.sendAs(bo.Key("eve"), crank)
	require.ErrorContains(t, err, imotypes.ErrNothingToCollect.Error(), "it pays once")

	escrow, receiver := imotypes.OfferingAddress(o.Id).String(), bo.key.Address.String()
	for range 2 {
		result, err := bo.sendAs(bo.Key("eve"), &astray)
		require.NoError(t, err)
		require.Equal(t, "0", bo.here(escrow, app.BaseDenom).String(), "it travels")
		bo.done(bo.Client, bo.near, sentSequence(t, result))
		answered(t, bo.peer.Client, bo.far, sentSequence(t, result), refused)
		require.Equal(t, dime.Amount.MulRaw(20).String(), bo.here(escrow, app.BaseDenom).String(), "and is back")
	}
	before, resting := bo.has(), bo.here(bo.account, app.BaseDenom)
	bo.ask(`{"imo":{"collect":{"offering_id":"%d","bid_id":"%d"%s}}}`, o.Id, astray.BidId, home(receiver, `"refund"`))
	bo.settled(bo.Client, bo.near)
	require.Equal(t, dime.Amount.MulRaw(20).Add(resting).String(), bo.has().Sub(before).String())
	require.Equal(t, "0", bo.here(escrow, app.BaseDenom).String())
	bo.conserved()
}
