package keeper_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

func finalize(f *fixture, id uint64) (*types.MsgFinalizeOfferingResponse, error) {
	return f.msg.FinalizeOffering(f.ctx, &types.MsgFinalizeOffering{Sender: text(account(40)), OfferingId: id})
}

func TestFinalizeOffering(t *testing.T) {
	t.Run("ok: succeeds at the soft cap and mints what was sold and locked", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 100_000)
		f.at(saleTime)
		f.revshare.touches = nil
		res, err := finalize(f, id)
		require.NoError(t, err)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, res.Status)
		o := f.offering(id)
		require.Equal(t, whole(100), o.Sold)
		require.Equal(t, whole(500), o.Minted, "100 sold, 300 for contributors, 100 for the treasury; 500 unsold never exist")
		require.Equal(t, math.NewInt(1_000), o.ClearingPrice)
		require.EqualValues(t, 5, o.SettledEpoch)
		denom := types.TokenDenom(o.ModelId)
		require.Equal(t, whole(500), f.bank.GetSupply(f.ctx, denom).Amount)
		require.Equal(t, []touch{{denom: denom, supply: math.ZeroInt(), lazy: math.ZeroInt()}}, f.revshare.touches, "touched once, before the mint")
		total, err := f.keeper.VirtualTotal(f.ctx, denom)
		require.NoError(t, err)
		require.Equal(t, whole(500), total)
		f.invariants()
	})
	t.Run("ok: one unit below the soft cap fails and mints nothing", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 99_999)
		f.at(saleTime)
		res, err := finalize(f, id)
		require.NoError(t, err)
		require.Equal(t, types.OFFERING_STATUS_FAILED, res.Status)
		require.True(t, f.bank.GetSupply(f.ctx, types.TokenDenom(1)).IsZero())
		f.invariants()
	})
	t.Run("ok: sold out settles after the cancel deadline, by itself", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 400_000)
		f.bid(id, hash, account(11), 200_000)
		f.at(499 * time.Second)
		_, err := finalize(f, id)
		require.ErrorIs(t, err, types.ErrOfferingNotEnded)
		f.endBlock(499 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_OPEN, f.offering(id).Status)
		f.endBlock(500 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
		f.invariants()
	})
	t.Run("ok: a cancelled bid puts the settlement back to the end", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 400_000)
		b := f.bid(id, hash, account(11), 200_000)
		require.True(t, begin.Add(500*time.Second).Equal(*f.offering(id).DueTime))
		_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(11)), OfferingId: id, BidId: b.BidId})
		require.NoError(t, err)
		require.True(t, begin.Add(saleTime).Equal(*f.offering(id).DueTime))
		f.invariants()
		f.endBlock(500 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_OPEN, f.offering(id).Status)
	})
	t.Run("ok: opens at its start by itself", func(t *testing.T) {
		f := newFixture(t)
		creator := account(1)
		msg := f.goodOffering(creator, f.model(creator, "later"))
		msg.StartTime = begin.Add(50 * time.Second)
		id, _ := f.offer(msg)
		f.endBlock(49 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_SCHEDULED, f.offering(id).Status)
		f.endBlock(50 * time.Second)
		require.Equal(t, types.OFFERING_STATUS_OPEN, f.offering(id).Status)
		f.invariants()
	})
	t.Run("ok: a chain that slept through the sale settles it at once", func(t *testing.T) {
		f := newFixture(t)
		creator := account(1)
		msg := f.goodOffering(creator, f.model(creator, "slept"))
		msg.StartTime = begin.Add(50 * time.Second)
		id, _ := f.offer(msg)
		f.endBlock(saleTime + time.Hour)
		require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(id).Status)
		f.invariants()
	})
	t.Run("fails: not ended, settled, unknown", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.openSale()
		_, err := finalize(f, id)
		require.ErrorIs(t, err, types.ErrOfferingNotEnded)
		require.ErrorContains(t, err, "2030-01-01T00:16:40Z")
		_, err = finalize(f, 99)
		require.ErrorIs(t, err, types.ErrOfferingNotFound)
		f.endBlock(saleTime)
		_, err = finalize(f, id)
		require.ErrorIs(t, err, types.ErrOfferingSettled)
	})
}

// TestPoisonedItems: an item that errors or panics in block code is undone and put off; its neighbours are served and
// the block never fails.
func TestPoisonedItems(t *testing.T) {
	for name, poison := range map[string]func(f *fixture){
		"error": func(f *fixture) { f.revshare.broken = errors.New("broken") },
		"panic": func(f *fixture) { f.revshare.panics = true },
	} {
		t.Run("settlement: "+name, func(t *testing.T) {
			f := newFixture(t)
			id, hash := f.openSale()
			f.bid(id, hash, account(10), 100_000)
			other := f.register(account(3), goodModel(account(3), "deposit"))
			require.NoError(t, f.keeper.RecordProof(f.ctx, other, 1, types.ProofOutcome_PROOF_OUTCOME_EXPIRED))
			poison(f)
			f.endBlock(saleTime)
			o := f.offering(id)
			require.Equal(t, types.OFFERING_STATUS_OPEN, o.Status, "undone")
			require.True(t, begin.Add(saleTime+time.Minute).Equal(*o.DueTime), "put off")
			require.True(t, f.bank.GetSupply(f.ctx, types.TokenDenom(o.ModelId)).IsZero())
			require.EqualValues(t, sampleDeposit, f.balance(account(3), aimo), "the neighbour was served")
			f.invariants()

			f.revshare.broken, f.revshare.panics = nil, false
			f.endBlock(saleTime + time.Minute)
			require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
			f.invariants()
		})
	}
	t.Run("payouts: a recipient that refuses", func(t *testing.T) {
		f := newFixture(t)
		creator, good, bad := account(1), account(2), account(3)
		id := f.register(creator, func() *types.MsgRegisterModel {
			msg := goodModel(creator, "income")
			msg.Contributors = []types.Contributor{{Address: text(bad), Weight: 1}, {Address: text(good), Weight: 1}}
			return msg
		}())
		f.refused[string(bad)] = true
		f.refused[string(creator)] = true
		require.NoError(t, f.keeper.RecordProof(f.ctx, id, 1, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED))
		f.fund(account(9), sdk.NewInt64Coin(aimo, 1_000))
		require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), id, sdk.NewInt64Coin(aimo, 1_000), 1))
		f.endBlock(time.Second)
		require.EqualValues(t, 475, f.balance(good, aimo))
		require.EqualValues(t, 0, f.balance(bad, aimo))
		f.invariants()

		clear(f.refused)
		res, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(good), ModelId: id, Owner: text(bad)})
		require.NoError(t, err)
		require.Equal(t, "475aimo", res.Collected.String())
		refund, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(good), ModelId: id})
		require.NoError(t, err)
		require.Equal(t, "1000aimo", refund.Refund.String())
		require.EqualValues(t, sampleDeposit, f.balance(creator, aimo), "paid to the creator, whoever asked")
		f.invariants()
	})
}

// TestBacklogDrains: more due work than a block takes is done in order over the next blocks.
func TestBacklogDrains(t *testing.T) {
	const n = 250
	f := newFixture(t)
	creator := account(1)
	for i := range n {
		id := f.model(creator, "backlog"+string(rune('a'+i%26))+string(rune('a'+i/26)))
		f.offer(f.goodOffering(creator, id))
	}
	settled := func() int {
		count := 0
		for id := uint64(1); id <= n; id++ {
			if f.offering(id).Status == types.OFFERING_STATUS_FAILED {
				count++
			}
		}
		return count
	}
	paid := f.balance(creator, aimo) // deposits come back in turns too
	f.endBlock(saleTime)
	require.Equal(t, 100, settled())
	require.EqualValues(t, paid+100*sampleDeposit, f.balance(creator, aimo))
	require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(100).Status, "in order")
	f.endBlock(saleTime + time.Second)
	require.Equal(t, 200, settled())
	f.endBlock(saleTime + 2*time.Second)
	require.Equal(t, n, settled())
	require.EqualValues(t, paid+n*sampleDeposit, f.balance(creator, aimo))
	f.invariants()
}
