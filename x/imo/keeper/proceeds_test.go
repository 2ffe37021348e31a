package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

func release(f *fixture, id uint64) (*types.MsgReleaseProceedsResponse, error) {
	return f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id})
}

func exit(f *fixture, holder sdk.AccAddress, denom string, amount math.Int) (sdk.Coin, error) {
	res, err := f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(holder), Amount: sdk.Coin{Denom: denom, Amount: amount}})
	if err != nil {
		return sdk.Coin{}, err
	}
	return res.Payout, nil
}

func TestReleaseProceeds(t *testing.T) {
	t.Run("ok: by weight, less the protocol's share, once", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.sold()
		f.at(saleTime + exitTime - 1)
		_, err := release(f, id)
		require.ErrorIs(t, err, types.ErrTrancheNotDue)
		require.ErrorContains(t, err, "due at 2030-01-01T00:18:20Z")
		f.at(saleTime + exitTime)
		a, b := f.balance(account(1), aimo), f.balance(account(2), aimo)
		res, err := release(f, id)
		require.NoError(t, err)
		require.Equal(t, "400000aimo", res.Released.String())
		require.Equal(t, "392000aimo", res.Paid.String())
		require.EqualValues(t, 8_000, f.balance(communityAccount, aimo))
		require.EqualValues(t, a+294_000, f.balance(account(1), aimo))
		require.EqualValues(t, b+98_000, f.balance(account(2), aimo))
		require.EqualValues(t, 0, f.balance(types.OfferingAddress(id), aimo))
		f.invariants()
		_, err = release(f, id)
		require.ErrorIs(t, err, types.ErrTrancheNotDue)
	})
	t.Run("ok: a late settlement keeps the whole exit window", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		f.bid(id, hash, account(10), 300_000)
		f.endBlock(2 * saleTime) // the chain slept past the tranche's date
		f.at(2*saleTime + exitTime - 1)
		_, err := release(f, id)
		require.ErrorIs(t, err, types.ErrTrancheNotDue)
		f.at(2*saleTime + exitTime)
		_, err = release(f, id)
		require.NoError(t, err)
	})
	t.Run("fails: not sold, no contributor, unknown", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.openSale()
		_, err := release(f, id)
		require.ErrorIs(t, err, types.ErrOfferingNotSold)
		_, err = release(f, 9)
		require.ErrorIs(t, err, types.ErrOfferingNotFound)
		f = newFixture(t)
		id, _ = f.sold()
		f.at(saleTime + exitTime)
		_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id, Recipient: text(account(40))})
		require.ErrorIs(t, err, types.ErrNothingToCollect)
	})
}

func TestExit(t *testing.T) {
	t.Run("ok: unreleased proceeds in proportion to what is unburnt", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		f.collect(id, account(10))
		f.revshare.touches = nil
		payout, err := exit(f, account(10), denom, whole(100))
		require.NoError(t, err)
		require.Equal(t, "100000aimo", payout.String())
		require.EqualValues(t, 100_000, f.balance(account(10), aimo))
		require.Equal(t, whole(700), f.bank.GetSupply(f.ctx, denom).Amount, "burnt")
		require.Equal(t, []touch{{denom: denom, account: string(account(10)), supply: whole(800), lazy: math.ZeroInt()}}, f.revshare.touches)
		f.invariants()
		f.at(saleTime + exitTime)
		res, err := release(f, id)
		require.NoError(t, err)
		require.Equal(t, "300000aimo", res.Released.String())
		_, err = exit(f, account(10), denom, whole(1))
		require.ErrorIs(t, err, types.ErrNothingToExit)
		f.invariants()
	})
	t.Run("ok: everybody leaves, the contributors get nothing", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		for _, a := range []sdk.AccAddress{account(10), account(11)} {
			f.collect(id, a)
			_, err := exit(f, a, denom, f.bank.GetBalance(f.ctx, a, denom).Amount)
			require.NoError(t, err)
		}
		f.at(saleTime + exitTime)
		res, err := release(f, id)
		require.NoError(t, err)
		require.Equal(t, "0aimo", res.Released.String())
		f.at(saleTime + exitTime + 1_000*time.Second)
		f.collect(id, account(1))
		f.invariants()
	})
	t.Run("ok: a bought token may exit whoever holds it now", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		f.collect(id, account(10))
		require.NoError(t, f.bank.SendCoins(f.ctx, account(10), account(20), sdk.NewCoins(sdk.NewCoin(denom, whole(5)))))
		payout, err := exit(f, account(20), denom, whole(5))
		require.NoError(t, err)
		require.Equal(t, "5000aimo", payout.String())
	})
	t.Run("ok: with a limit, at the limit and not above it", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		f.collect(id, account(10))
		leave := func(least sdk.Coin) error {
			_, err := f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(account(10)), Amount: sdk.NewCoin(denom, whole(100)), MinPayout: &least})
			return err
		}
		before := f.export()
		for _, tc := range []struct {
			least sdk.Coin
			want  error
			says  string
		}{
			{sdk.NewInt64Coin(aimo, 100_001), types.ErrSlippage, "min_payout is 100001aimo, there would be 100000aimo"},
			{sdk.NewInt64Coin(usdc, 1), types.ErrInvalidCoin, "min_payout has denom"},
			{sdk.Coin{Denom: aimo}, types.ErrInvalidCoin, "min_payout is missing"},
			{sdk.Coin{Denom: aimo, Amount: math.NewInt(-1)}, types.ErrInvalidCoin, "min_payout is -1"},
			{sdk.Coin{Amount: math.OneInt()}, types.ErrInvalidCoin, "min_payout has denom"},
		} {
			err := leave(tc.least)
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, before, f.export())
		}
		for _, none := range []sdk.Coin{{}, {Amount: math.ZeroInt()}} {
			_, err := f.branch(t).msg.Exit(f.branch(t).ctx, &types.MsgExit{Holder: text(account(10)), Amount: sdk.NewCoin(denom, whole(1)), MinPayout: &none})
			require.NoError(t, err, "no limit")
		}
		require.NoError(t, leave(sdk.NewInt64Coin(aimo, 100_000)))
		require.EqualValues(t, 100_000, f.balance(account(10), aimo))
	})
	t.Run("fails: not collected, dust, no token, wrong denom", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		_, err := f.branch(t).msg.Exit(f.branch(t).ctx, &types.MsgExit{Holder: text(account(10)), Amount: sdk.NewCoin(denom, whole(1))})
		require.ErrorContains(t, err, "insufficient funds")
		f.collect(id, account(10))
		_, err = exit(f, account(10), denom, math.NewInt(999_999_999_999_999))
		require.ErrorIs(t, err, types.ErrInvalidCoin, "worth less than 1aimo")
		_, err = exit(f, account(10), denom, math.ZeroInt())
		require.ErrorIs(t, err, types.ErrInvalidCoin)
		_, err = exit(f, account(10), denom, whole(10_000))
		require.ErrorIs(t, err, types.ErrLimit)
		_, err = exit(f, account(10), aimo, math.NewInt(1))
		require.ErrorIs(t, err, types.ErrModelNotFound)
		other := f.model(account(1), "unsold")
		_, err = exit(f, account(10), types.TokenDenom(other), math.NewInt(1))
		require.ErrorIs(t, err, types.ErrNothingToExit)
	})
}

// TestRoundTrip: buying and then leaving by any way never yields more than was paid, however many buyers lost by
// rounding before.
func TestRoundTrip(t *testing.T) {
	f := newFixture(t)
	creator := account(1)
	msg := f.goodOffering(creator, f.model(creator, "round"))
	msg.Price = math.NewInt(777)
	msg.SoftCap = sdk.NewInt64Coin(aimo, 1_000)
	id, hash := f.offer(msg)
	paid := map[byte]int64{}
	for i := range byte(20) {
		amount := int64(10 + 977*int64(i))
		f.bid(id, hash, account(10+i), amount)
		paid[10+i] = amount
	}
	f.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	denom := types.TokenDenom(f.offering(id).ModelId)
	total := int64(0)
	for i := byte(29); i >= 10; i-- {
		f.collect(id, account(i))
		_, err := exit(f, account(i), denom, f.bank.GetBalance(f.ctx, account(i), denom).Amount)
		require.NoError(t, err)
		if allocation(f, id, account(i)).Refundable.IsPositive() {
			_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(i)), OfferingId: id})
			require.NoError(t, err)
		}
		back := f.balance(account(i), aimo)
		require.LessOrEqual(t, back, paid[i])
		require.GreaterOrEqual(t, back, paid[i]-2, "rounding costs at most one unit each way")
		total += back
	}
	f.invariants()
	left := f.balance(types.OfferingAddress(id), aimo)
	sum := int64(0)
	for _, p := range paid {
		sum += p
	}
	require.Equal(t, sum, total+left)
	require.LessOrEqual(t, left, int64(40))
}

// TestGifts: coins sent to any of our accounts, before and during a sale, change nobody's amounts.
func TestGifts(t *testing.T) {
	type outcome struct{ refund, exit, released, paid, income string }
	run := func(gifts bool) (o outcome) {
		f := newFixture(t)
		gift := func() {
			if !gifts {
				return
			}
			f.fund(types.OfferingAddress(1), sdk.NewInt64Coin(aimo, 12_345), sdk.NewInt64Coin(usdc, 7))
			f.fund(f.auth.GetModuleAddress(types.ModuleName), sdk.NewInt64Coin(aimo, 54_321), sdk.NewInt64Coin("junk", 1))
		}
		gift()
		id, hash := f.openSale()
		gift()
		f.bid(id, hash, account(10), 400_000)
		f.bid(id, hash, account(11), 200_500)
		f.fund(account(9), sdk.NewInt64Coin(aimo, 1_000))
		require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), f.offering(id).ModelId, sdk.NewInt64Coin(aimo, 1_000), 1))
		creator := f.balance(account(1), aimo)
		gift()
		f.endBlock(saleTime)
		o.income = sdk.NewInt64Coin(aimo, f.balance(account(1), aimo)-creator).String()
		refund, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(11)), OfferingId: id})
		require.NoError(t, err)
		o.refund = refund.Refund.String()
		denom := f.collect(id, account(10))[0].Denom
		if gifts { // tokens given to the module account are the giver's loss
			require.NoError(t, f.bank.SendCoins(f.ctx, account(10), f.auth.GetModuleAddress(types.ModuleName), sdk.NewCoins(sdk.NewCoin(denom, whole(1)))))
		}
		gift()
		payout, err := exit(f, account(10), denom, whole(100))
		require.NoError(t, err)
		o.exit = payout.String()
		f.endBlock(saleTime + exitTime)
		res, err := release(f, id)
		require.NoError(t, err)
		o.released, o.paid = res.Released.String(), res.Paid.String()
		f.invariants()
		return o
	}
	require.Equal(t, run(false), run(true))
}
