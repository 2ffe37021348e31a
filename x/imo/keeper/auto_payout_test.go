package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestBidAsksForAutomaticPayment: the wish of a bid is carried out once, when the tokens are collected, by whomever; it
// goes with the bid, nobody can have it for another, and a refusal keeps no tokens back.
func TestBidAsksForAutomaticPayment(t *testing.T) {
	asks := func(f *fixture, id uint64, hash string, who sdk.AccAddress, amount int64) uint64 {
		f.fund(who, sdk.NewInt64Coin(aimo, amount))
		msg := bidOf(id, hash, who, amount)
		msg.AutoPayout = true
		res, err := f.msg.PlaceBid(f.ctx, msg)
		require.NoError(t, err)
		f.invariants()
		return res.BidId
	}
	f := newFixture(t)
	id, hash := f.openSale()
	wishes, withdraws, refused, other := account(10), account(11), account(12), account(13)
	asks(f, id, hash, wishes, 200_000)
	withdrawn := asks(f, id, hash, withdraws, 100_000)
	f.bid(id, hash, withdraws, 100_000)
	asks(f, id, hash, refused, 100_000)
	f.bid(id, hash, other, 100_000)
	require.EqualValues(t, 1, allocation(f, id, wishes).Allocation.AutoBids)
	_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(withdraws), OfferingId: id, BidId: withdrawn})
	require.NoError(t, err)
	require.Zero(t, allocation(f, id, withdraws).Allocation.AutoBids)
	f.invariants()

	f.fund(other, sdk.NewInt64Coin(aimo, 1_000))
	msg := bidOf(id, hash, other, 1_000)
	msg.Owner, msg.AutoPayout = text(withdraws), true
	before := f.export()
	_, err = f.msg.PlaceBid(f.ctx, msg)
	require.ErrorIs(t, err, types.ErrNotOwner)
	require.ErrorContains(t, err, "auto_payout")
	require.Equal(t, before, f.export())

	f.endBlock(saleTime)
	require.Empty(t, f.revshare.auto, "nobody is paid what nobody collected")
	f.revshare.auto[string(refused)] = true // revshare refuses what is so already
	for _, owner := range []sdk.AccAddress{wishes, withdraws, refused, other} {
		_, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(other), OfferingId: id, Owner: text(owner)})
		require.NoError(t, err)
		f.invariants()
	}
	require.Equal(t, map[string]bool{string(wishes): true, string(refused): true}, f.revshare.auto)
	require.Zero(t, allocation(f, id, wishes).Allocation.AutoBids)
}
