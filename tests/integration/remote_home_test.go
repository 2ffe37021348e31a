package integration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// broadcast runs one transaction and returns its result, whatever it is.
func (j *job) broadcast(from chain.Account, msg sdk.Msg) *abci.ExecTxResult {
	j.T.Helper()
	results := j.Next(j.TxWithGas(from, 0, 5_000_000, msg))
	return results[len(results)-1]
}

func refundOf(who chain.Account, bid uint64) *imotypes.MsgCollectRefund {
	return &imotypes.MsgCollectRefund{Sender: who.String(), OfferingId: 1, BidId: bid}
}

// refundHomeAgain: the refund of a failed sale goes where the bidder said, whoever asks for it and however often the
// way fails; it pays once, and the owner of the bid, another person, gets none of it.
func refundHomeAgain(t *testing.T, a *abroad) {
	j := a.job
	offering := j.openBatch()
	require.True(t, a.relay(a.send(imo(100), j.dee.String(), bidMemo(offering.TermsHash, j.dee.String(), home(a, refundHome)))).Success())
	escrow := imotypes.OfferingAddress(1)

	early := j.broadcast(j.chi, refundOf(j.chi, 1))
	require.Contains(t, early.Log, imotypes.ErrNothingToCollect.Error(), "before the end")
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())
	owners := j.broadcast(j.dee, &imotypes.MsgCollectRefund{Sender: j.dee.String(), OfferingId: 1})
	require.Contains(t, owners.Log, imotypes.ErrNothingToCollect.Error(), "the refund is not the owner's")
	keep := refundOf(j.dee, 1)
	keep.Keep = true
	require.Contains(t, j.broadcast(j.dee, keep).Log, imotypes.ErrNotOwner.Error(), "nor may the owner keep it")

	// The first return times out, and a second report of that changes nothing.
	lost := a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, refundOf(j.chi, 1)))))
	require.Equal(t, "0", j.Balance(escrow, app.BaseDenom).String())
	require.Contains(t, j.broadcast(j.chi, refundOf(j.chi, 1)).Log, imotypes.ErrNothingToCollect.Error(), "while it travels")
	j.NextAfter(7 * time.Hour)
	for range 2 {
		ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, a.expires(lost))))
		require.Equal(t, imo(100).String(), j.Balance(escrow, app.BaseDenom).String())
	}
	// The second one arrives.
	require.True(t, a.relay(a.parcel(ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, refundOf(j.eve, 1)))))).Success())
	require.Equal(t, imo(5000).String(), a.held())
	require.Contains(t, j.broadcast(j.chi, refundOf(j.chi, 1)).Log, imotypes.ErrNothingToCollect.Error(), "it pays once")
	require.Equal(t, "0", j.Balance(escrow, app.BaseDenom).String())
	a.conserved()
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}

// tokensHome: of two bids of one owner only the one that asks for it sends its tokens and its refund home.
func tokensHome(t *testing.T, a *abroad) {
	j := a.job
	offering := j.openBatch()
	require.True(t, a.ask(imo(300), bidMemo(offering.TermsHash, j.bo.String(), home(a, allHome))).Success())
	require.True(t, a.ask(imo(200), bidMemo(offering.TermsHash, j.bo.String(), "")).Success())
	j.NextAfter(200 * time.Second)
	j.Next()
	require.Equal(t, imotypes.OFFERING_STATUS_SUCCEEDED, j.offeringStatus())
	away, stays := j.imoGenesis().Bids[0], j.imoGenesis().Bids[1]

	crank := func(bid uint64) *imotypes.MsgCollectAllocation {
		return &imotypes.MsgCollectAllocation{Sender: j.chi.String(), OfferingId: 1, BidId: bid}
	}
	require.Contains(t, j.broadcast(j.chi, crank(2)).Log, imotypes.ErrHome.Error(), "nobody asked for it")
	require.True(t, a.relay(a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, crank(1)))))).Success())
	require.Equal(t, away.Tokens.String(), a.heldOf(j.denom).String())
	require.Contains(t, j.broadcast(j.chi, crank(1)).Log, imotypes.ErrNothingToCollect.Error(), "it goes once")
	ok(t, j.Next(j.collects(j.bo)))
	require.Equal(t, stays.Tokens.String(), j.Balance(j.bo.Address(), j.denom).String())

	if refund := away.Amount.Amount.Sub(away.Cost); refund.IsPositive() {
		packet := a.parcel(ok(t, j.Next(j.TxWithGas(j.chi, 0, 5_000_000, refundOf(j.chi, 1)))))
		require.True(t, a.relay(packet).Success())
	}
	a.conserved(j.denom)
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
