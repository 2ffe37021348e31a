package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestAbuse has one case for each row of the table of known abuses of launchpads: what the abuser does, and that it
// gains nothing.
func TestAbuse(t *testing.T) {
	creator, honest := account(1), account(10)
	denom := types.TokenDenom(1)

	t.Run("sniping at the open: the first and the last bid get the same", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_PRO_RATA)
		for i := range byte(7) {
			f.bidAt(id, hash, account(10+i), 333_333, 1_000)
			f.at(time.Duration(i) * 100 * time.Second)
		}
		f.endBlock(saleTime)
		first, last := f.allocation(id, account(10)), f.allocation(id, account(16))
		require.True(t, first.Allocation.Cost.Sub(last.Allocation.Cost).Abs().LTE(math.OneInt()))
		require.True(t, first.Allocation.Tokens.Sub(last.Allocation.Tokens).Abs().LTE(math.OneInt()))
	})

	t.Run("over-committing: whoever bids ten times what it wants pays the price it makes", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, honest, 600_000, 1_000)
		f.bidAt(id, hash, account(11), 6_000_000, 10_000)
		f.fund(account(11), sdk.NewInt64Coin(aimo, 10))
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(11), 10))
		require.ErrorIs(t, err, types.ErrOwnerCap)
		f.endBlock(saleTime)
		require.Equal(t, "10000", f.offering(id).ClearingPrice.String())
		require.Equal(t, "6000000", f.allocation(id, account(11)).Allocation.Cost.String(), "all of it is spent")
		require.Equal(t, "600000", f.allocation(id, honest).Refundable.Amount.String())
	})

	t.Run("last-second cancel: there are none after the deadline", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, account(11), 6_000_000, 10_000)
		f.at(500 * time.Second)
		_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(11)), OfferingId: id, BidId: 1})
		require.ErrorIs(t, err, types.ErrCancelDeadline)
	})

	t.Run("tiny orders: below the minimum, or too many of one owner, are refused", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.fund(account(11), sdk.NewInt64Coin(aimo, 10_000))
		_, err := f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(11), 9))
		require.ErrorIs(t, err, types.ErrBelowMinimum)
		for range 64 {
			_, err = f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(11), 10))
			require.NoError(t, err)
		}
		_, err = f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(11), 10))
		require.ErrorIs(t, err, types.ErrTooManyBids)
	})

	t.Run("one bad recipient: blocked, refusing, it delays nobody", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, account(11), 700_000, 1_100)
		f.bidAt(id, hash, honest, 700_000, 1_100)
		f.blocked[account(11).String()], f.refused[string(account(11))] = true, true
		f.endBlock(saleTime)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
		require.True(t, f.collect(id, honest).AmountOf(denom).IsPositive())
		f.blocked[account(11).String()], f.refused[string(account(11))] = false, false
		require.True(t, f.collect(id, account(11)).AmountOf(denom).IsPositive(), "and it loses nothing")
	})

	t.Run("issuer edits the terms: parameters moved in the middle change nothing", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, honest, 700_000, 1_100)
		p := testParams()
		p.PaymentDenoms, p.ProceedsProtocolBps, p.MinSaleDuration, p.LateWindow = []string{usdc}, 5_000, time.Hour, time.Hour
		_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
		require.NoError(t, err)
		_, terms, err := f.keeper.Offering(f.ctx, id)
		require.NoError(t, err)
		again, err := terms.Hash()
		require.NoError(t, err)
		require.Equal(t, hash, again)
		f.bidAt(id, hash, account(11), 700_000, 1_100)
	})

	t.Run("issuer never finalises: the chain does, and refunds of a failed sale wait for nobody", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, honest, 99_999, 10_000)
		f.endBlock(saleTime)
		require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(id).Status)
		f.pause()
		_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(honest)})
		require.NoError(t, err)
		require.EqualValues(t, 99_999, f.balance(honest, aimo))
	})

	t.Run("creator fills his soft cap: honest buyers leave with all of their money", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, honest, 40_000, 1_000)
		f.bidAt(id, hash, account(60), 60_000, 1_000) // the creator from a fresh account
		f.endBlock(saleTime)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
		tokens := f.collect(id, honest).AmountOf(denom)
		_, err := exit(f, honest, denom, tokens)
		require.NoError(t, err)
		require.EqualValues(t, 40_000, f.balance(honest, aimo))
		f.endBlock(saleTime + 2*exitTime)
		before := f.balance(creator, aimo)
		_, err = release(f, id)
		require.NoError(t, err)
		require.LessOrEqual(t, f.balance(creator, aimo)-before, int64(60_000), "he gets back at most what he put in")
	})

	t.Run("last-block shill: the price he makes is what honest buyers leave with", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		for i := range byte(10) {
			f.bidAt(id, hash, account(10+i), 60_000, 10_000)
		}
		end := f.offering(id).EndTime
		f.at(saleTime - time.Second)
		f.bidAt(id, hash, account(60), 5_000_000, 10_000)
		require.Equal(t, end.Add(30*time.Second), f.offering(id).EndTime, "everybody sees it and has time")
		f.endBlock(saleTime + 30*time.Second)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
		for i := range byte(10) {
			tokens := f.collect(id, account(10+i)).AmountOf(denom)
			_, err := exit(f, account(10+i), denom, tokens)
			require.NoError(t, err)
			require.GreaterOrEqual(t, f.balance(account(10+i), aimo), int64(59_999), "all of it, to the unit of rounding")
		}
		f.invariants()
	})

	t.Run("exit race: whoever leaves first takes nothing from whoever leaves last", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		for i := range byte(5) {
			f.bidAt(id, hash, account(10+i), 123_457, 10_000)
		}
		f.endBlock(saleTime)
		for i := range byte(5) {
			tokens := f.collect(id, account(10+i)).AmountOf(denom)
			_, err := exit(f, account(10+i), denom, tokens)
			require.NoError(t, err)
			require.InDelta(t, 123_457, f.balance(account(10+i), aimo), 1)
		}
	})

	t.Run("third-party bids: nobody uses up another's cap", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.fund(account(60), sdk.NewInt64Coin(aimo, 6_000_000))
		msg := bidOf(id, hash, account(60), 6_000_000)
		msg.Owner = text(honest)
		_, err := f.msg.PlaceBid(f.ctx, msg)
		require.NoError(t, err)
		f.bidAt(id, hash, honest, 6_000_000, 10_000)
	})

	t.Run("foreign, late and early actions change nothing", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openKind(types.OFFERING_KIND_BATCH)
		f.bidAt(id, hash, honest, 700_000, 2_000)
		f.fund(account(60), sdk.NewInt64Coin(aimo, 1_000))
		before := f.export()
		refused := func(err error, want error) {
			t.Helper()
			require.ErrorIs(t, err, want)
			require.Equal(t, before, f.export())
		}
		_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(60)), OfferingId: id, BidId: 1})
		refused(err, types.ErrNotOwner)
		_, err = f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(honest), OfferingId: id, BidId: 2})
		refused(err, types.ErrBidNotFound)
		_, err = finalize(f, id)
		refused(err, types.ErrOfferingNotEnded)
		_, err = f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(honest), OfferingId: id})
		refused(err, types.ErrOfferingNotSold)
		wrong := bidOf(id, hash[1:]+"0", account(60), 100)
		_, err = f.msg.PlaceBid(f.ctx, wrong)
		refused(err, types.ErrTermsHash)
		cheap := bidOf(id, hash, account(60), 100)
		cheap.MaxPrice = math.NewInt(999)
		_, err = f.msg.PlaceBid(f.ctx, cheap)
		refused(err, types.ErrMaxPrice)
		f.at(saleTime)
		_, err = f.msg.PlaceBid(f.ctx, bidOf(id, hash, account(60), 100))
		refused(err, types.ErrOfferingNotOpen)
	})
}
