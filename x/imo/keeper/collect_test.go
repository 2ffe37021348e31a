package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/imo/types"
)

func (f *fixture) lazyShare(denom string, addr sdk.AccAddress) math.Int {
	f.t.Helper()
	share, since, err := f.keeper.LazyShares(f.ctx, denom, addr)
	require.NoError(f.t, err)
	if share.IsPositive() {
		require.EqualValues(f.t, 5, since)
	}
	return share
}

func TestCollectAllocation(t *testing.T) {
	t.Run("ok: buyers collect by anyone's hand, revshare is told before", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		require.Equal(t, whole(300), f.lazyShare(denom, account(10)))
		f.revshare.touches = nil
		require.Equal(t, whole(300), f.collect(id, account(10)).AmountOf(denom))
		require.Equal(t, whole(300), f.bank.GetBalance(f.ctx, account(10), denom).Amount)
		require.Equal(t, []touch{{denom: denom, account: string(account(10)), supply: whole(800), lazy: whole(300)}}, f.revshare.touches)
		require.True(t, f.lazyShare(denom, account(10)).IsZero())
		total, err := f.keeper.VirtualTotal(f.ctx, denom)
		require.NoError(t, err)
		require.Equal(t, whole(500), total)
		f.invariants()
		_, err = f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(account(10)), OfferingId: id})
		require.ErrorIs(t, err, types.ErrNothingToCollect)
	})
	t.Run("ok: contributors and treasury are locked until the last release, then vest behind a cliff", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		require.Equal(t, whole(225), f.lazyShare(denom, account(1)), "3/4 of 300: earns from the settlement on")
		require.Equal(t, whole(75), f.lazyShare(denom, account(2)))
		require.Equal(t, whole(100), f.lazyShare(denom, account(30)))
		locked := func(addr sdk.AccAddress) {
			t.Helper()
			_, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(addr), OfferingId: id})
			require.ErrorIs(t, err, types.ErrNothingToCollect)
		}
		f.at(100 * saleTime)
		locked(account(1)) // time alone unlocks nothing
		release := 100 * saleTime
		_, err := f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
		require.NoError(t, err)
		f.at(release + 100*time.Second - 1)
		locked(account(1))
		f.at(release + 100*time.Second)
		require.Equal(t, whole(225).QuoRaw(10), f.collect(id, account(1)).AmountOf(denom))
		require.Equal(t, whole(225).MulRaw(9).QuoRaw(10), f.lazyShare(denom, account(1)), "the rest still earns")
		locked(account(1))
		f.invariants()
		f.at(release + 1_000*time.Second)
		require.Equal(t, whole(225).MulRaw(9).QuoRaw(10), f.collect(id, account(1)).AmountOf(denom))
		f.collect(id, account(2))
		require.Equal(t, whole(100), f.spend(id, account(31)).Amount, "by a spend only")
		f.invariants()

		res, err := f.query.Vesting(f.ctx, &types.QueryVestingRequest{Id: f.offering(id).ModelId})
		require.NoError(t, err)
		require.Len(t, res.Entries, 3)
		for _, e := range res.Entries {
			require.Equal(t, e.Allocated, e.Vested)
			require.Equal(t, e.Allocated, e.Collected)
		}
	})
	t.Run("ok: a contributor who also bought collects both", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		denom := types.TokenDenom(f.offering(id).ModelId)
		f.bid(id, hash, account(2), 100_000)
		f.endBlock(saleTime)
		require.Equal(t, whole(175), f.lazyShare(denom, account(2)))
		require.Equal(t, whole(100), f.collect(id, account(2)).AmountOf(denom))
		require.Equal(t, whole(75), f.lazyShare(denom, account(2)))
		f.invariants()
	})
	t.Run("fails: not sold, nothing, wrong targets", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 1_000)
		collect := func(msg types.MsgCollectAllocation) error {
			msg.Sender = text(account(10))
			_, err := f.msg.CollectAllocation(f.ctx, &msg)
			return err
		}
		require.ErrorIs(t, collect(types.MsgCollectAllocation{OfferingId: id}), types.ErrOfferingNotSold)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{OfferingId: 9}), types.ErrOfferingNotFound)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{}), types.ErrTarget)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{OfferingId: id, ModelId: 1}), types.ErrTarget)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{ModelId: 1}), types.ErrNothingToCollect)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{ModelId: 9}), types.ErrModelNotFound)
		require.ErrorIs(t, collect(types.MsgCollectAllocation{OfferingId: id, Owner: "x"}), types.ErrInvalidAddress)
	})
	t.Run("ok: other denoms and accounts have no lazy share", func(t *testing.T) {
		f := newFixture(t)
		_, denom := f.sold()
		require.True(t, f.lazyShare(denom, account(20)).IsZero())
		for _, d := range []string{aimo, "model-9", "model-01", "model-"} {
			require.True(t, f.lazyShare(d, account(10)).IsZero())
			total, err := f.keeper.VirtualTotal(f.ctx, d)
			require.NoError(t, err)
			require.True(t, total.IsZero())
		}
	})
}

func TestCollectRefund(t *testing.T) {
	refund := func(f *fixture, id uint64, owner sdk.AccAddress) (sdk.Coin, error) {
		res, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(owner)})
		if err != nil {
			return sdk.Coin{}, err
		}
		return res.Refund, nil
	}
	t.Run("ok: a failed offering refunds in full, even paused", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 50_000)
		f.bid(id, hash, account(11), 49_999)
		f.endBlock(saleTime)
		f.pause()
		back, err := refund(f, id, account(10))
		require.NoError(t, err)
		require.Equal(t, "50000aimo", back.String())
		require.EqualValues(t, 50_000, f.balance(account(10), aimo))
		_, err = refund(f, id, account(10))
		require.ErrorIs(t, err, types.ErrNothingToCollect)
		f.invariants()
		_, err = refund(f, id, account(11))
		require.NoError(t, err)
		require.EqualValues(t, 0, f.balance(types.OfferingAddress(id), aimo))
		f.invariants()
	})
	t.Run("fails: nothing to refund", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 50_000)
		_, err := refund(f, id, account(10))
		require.ErrorIs(t, err, types.ErrNothingToCollect, "the bid stands and buys for all of it")
		_, err = refund(f, 9, account(10))
		require.ErrorIs(t, err, types.ErrOfferingNotFound)
		_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(1)), ModelId: 9})
		require.ErrorIs(t, err, types.ErrModelNotFound)
		f.endBlock(time.Second)
		_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(1)), ModelId: 1})
		require.ErrorIs(t, err, types.ErrNothingToCollect, "the chain paid it")
	})
}

// TestPausedStopsNoExit: everything that hands money or tokens back works while paused.
func TestPausedStopsNoExit(t *testing.T) {
	f := newFixture(t)
	id, hash := f.openSale()
	b := f.bid(id, hash, account(12), 1_000)
	f.bid(id, hash, account(10), 300_000)
	f.pause()
	_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(12)), OfferingId: id, BidId: b.BidId})
	require.NoError(t, err)
	f.at(saleTime)
	_, err = finalize(f, id)
	require.NoError(t, err)
	coins := f.collect(id, account(10))
	_, err = f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(account(10)), Amount: sdk.NewCoin(coins[0].Denom, whole(1))})
	require.NoError(t, err)
	f.at(saleTime + exitTime)
	_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
	require.NoError(t, err)
	f.at(saleTime + exitTime + 1_000*time.Second)
	f.collect(id, account(1))
	f.invariants()
}

// TestHostileRecipient: an owner, contributor or creator who cannot be paid delays nobody, and is paid when that ends.
func TestHostileRecipient(t *testing.T) {
	for name, hostile := range map[string]func(f *fixture, addr sdk.AccAddress){
		"blocked":  func(f *fixture, addr sdk.AccAddress) { f.blocked[addr.String()] = true },
		"refusing": func(f *fixture, addr sdk.AccAddress) { f.refused[string(addr)] = true },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			id, hash := f.openSale()
			f.bid(id, hash, account(10), 300_000)
			f.bid(id, hash, account(11), 100_000)
			hostile(f, account(10))
			hostile(f, account(1)) // creator and first contributor
			f.endBlock(saleTime)
			require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
			_, err := f.branch(t).msg.CollectAllocation(f.branch(t).ctx, &types.MsgCollectAllocation{Sender: text(account(40)), OfferingId: id, Owner: text(account(10))})
			require.Error(t, err)
			f.collect(id, account(11))

			f.at(saleTime + exitTime)
			b := f.branch(t)
			_, err = b.msg.ReleaseProceeds(b.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id, Recipient: text(account(1))})
			require.Error(t, err, "by name the one who cannot be paid is an error")
			res, err := f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id, Recipient: text(account(2))})
			require.NoError(t, err)
			require.Equal(t, "400000aimo", res.Released.String())
			require.Equal(t, "98000aimo", res.Paid.String(), "1/4 of 98 %")
			f.invariants()

			clear(f.blocked)
			clear(f.refused)
			res, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
			require.NoError(t, err)
			require.Equal(t, "294000aimo", res.Paid.String())
			f.collect(id, account(10))
			require.EqualValues(t, 0, f.balance(types.OfferingAddress(id), aimo))
			f.invariants()
		})
	}
	t.Run("ok: releasing to all passes by one that is blocked", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.sold()
		f.blocked[account(1).String()] = true
		f.at(saleTime + exitTime)
		res, err := f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
		require.NoError(t, err)
		require.Equal(t, "98000aimo", res.Paid.String())
		f.invariants()
	})
}

// TestRecipients: nobody who cannot hold or be paid gets in by name, and one who became such is not paid.
func TestRecipients(t *testing.T) {
	collection := append(sdk.AccAddress{0x25, 0x18, 0xe0, 0x38, 0xb9, 0x77, 0x60, 0x57, 0xbb, 0xa6, 0xdf, 0x4f}, 0, 0, 0, 0, 0, 0, 0, 1)
	precompile := append(make(sdk.AccAddress, 18), 0x0a, 0x01)
	for name, addr := range map[string]sdk.AccAddress{
		"module": authtypes.NewModuleAddress(types.ModuleName), "token": types.TokenAddress(3), "collection": collection,
		"precompile": precompile, "zero": make(sdk.AccAddress, 20), "32 bytes": make(sdk.AccAddress, 32), "empty": {0x01},
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			f := newFixture(t)
			id, hash := f.openSale()
			f.fund(account(10), sdk.NewInt64Coin(aimo, 20_000))
			bid := bidOf(id, hash, account(10), 1_000)
			bid.Owner = text(addr)
			_, err := f.msg.PlaceBid(f.ctx, bid)
			require.Error(t, err)

			model := goodModel(account(10), "b")
			model.Contributors = []types.Contributor{{Address: text(addr), Weight: 1}}
			_, err = f.msg.RegisterModel(f.ctx, model)
			require.Error(t, err)

			offering := f.goodOffering(account(1), f.model(account(1), "c"))
			offering.Treasury = text(addr)
			_, err = f.msg.CreateOffering(f.ctx, offering)
			require.Error(t, err)
			require.EqualValues(t, 20_000, f.balance(account(10), aimo))
		})
	}
	t.Run("fails: blocked since the bid, at every payout", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		b := f.bid(id, hash, account(10), 1_000)
		f.blocked[account(10).String()] = true
		_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(10)), OfferingId: id, BidId: b.BidId})
		require.ErrorIs(t, err, types.ErrRecipient)
		f.endBlock(saleTime)
		_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(account(10))})
		require.ErrorIs(t, err, types.ErrRecipient)
		f.invariants()
	})
}

// TestAccountLengths: no path pays or registers an account that is not 20 bytes long.
func TestAccountLengths(t *testing.T) {
	f := newFixture(t)
	long := make(sdk.AccAddress, 32)
	id, _ := f.sold()
	_, err := f.keeper.CollectAllocation(f.ctx, id, long)
	require.Error(t, err)
	_, err = f.keeper.CollectRefund(f.ctx, id, long)
	require.Error(t, err)
	_, err = f.keeper.Exit(f.ctx, long, sdk.NewInt64Coin(types.TokenDenom(1), 1), sdk.Coin{})
	require.ErrorIs(t, err, types.ErrRecipient)
	require.Len(t, types.OfferingAddress(id), 20)
	require.Len(t, types.TokenAddress(1), 20)
}
