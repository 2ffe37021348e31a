package keeper_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// TestRefusedDenomStaysOwed: a refused coin neither is paid nor stops the others, and is paid to
// the unit once it is wanted again.
func TestRefusedDenomStaysOwed(t *testing.T) {
	f := pooled(t)
	alice := account(1) // 128 of 512
	_, err := f.msg.SetRefusals(f.ctx, &types.MsgSetRefusals{Holder: f.text(alice), Denoms: []string{usdc}})
	require.NoError(t, err)
	require.Error(t, f.keeper.SetRefusals(f.ctx, alice, []string{weth, aimo}), "out of order")
	f.deposit(coin(aimo, 512*parts))
	f.deposit(coin(usdc, 512*parts))
	f.epoch(20)
	paid, err := f.keeper.Claim(f.ctx, alice, share, 99)
	require.NoError(t, err)
	require.Equal(t, "512aimo", paid.String())
	f.check()
	_, err = f.keeper.Claim(f.ctx, alice, share, 99)
	require.ErrorIs(t, err, types.ErrNothingToClaim)
	left, err := f.keeper.CheckHolders(f.ctx, share, []sdk.AccAddress{alice, account(2)})
	require.NoError(t, err)
	require.Zero(t, left[0].Scaled.Sign()+left[1].Scaled.Sign())

	// Half of the rest later, then everything.
	f.deposit(coin(usdc, 512*parts))
	f.epoch(22)
	_, err = f.keeper.Claim(f.ctx, alice, share, 99)
	require.ErrorIs(t, err, types.ErrNothingToClaim)
	require.NoError(t, f.keeper.SetRefusals(f.ctx, alice, nil))
	view, err := f.keeper.ClaimableRevenue(f.ctx, share, alice, 99)
	require.NoError(t, err)
	require.Equal(t, "768ibc/USDC", view.String())
	paid, err = f.keeper.Claim(f.ctx, alice, share, 99)
	require.NoError(t, err)
	require.Equal(t, view, paid)
	f.check()
}

// TestCompact: a hundred epochs of dust leave a hundred checkpoints; anybody settles and removes
// them, the holder loses nothing, single epochs behind are no longer known, and a well-kept
// account is left alone.
func TestCompact(t *testing.T) {
	f, twin := pooled(t), pooled(t)
	alice, mallory := account(1), account(2)
	for n := uint64(3); n < 103; n++ {
		for _, x := range []*fixture{f, twin} {
			x.epoch(n)
			x.send(mallory, alice, 1)
			x.deposit(coin(aimo, 1000))
		}
	}
	f.epoch(103)
	twin.epoch(103)
	before, err := f.query.Holder(f.ctx, &types.QueryHolderRequest{Denom: share, Address: f.text(alice)})
	require.NoError(t, err)
	require.EqualValues(t, 101, before.Open)
	owed, err := f.keeper.HolderTotals(f.ctx, share, alice)
	require.NoError(t, err)

	compact := func(caller sdk.AccAddress) error {
		_, err := f.msg.Compact(f.ctx, &types.MsgCompact{Caller: f.text(caller), Holder: f.text(alice), ShareDenom: share})
		f.check()
		return err
	}
	require.NoError(t, compact(account(9)), "a stranger, while there is a backlog")
	require.ErrorIs(t, compact(account(9)), types.ErrNotToCompact)
	require.NoError(t, compact(alice), "the holder always")
	require.ErrorIs(t, compact(alice), types.ErrNotToCompact)
	after, err := f.query.Holder(f.ctx, &types.QueryHolderRequest{Denom: share, Address: f.text(alice)})
	require.NoError(t, err)
	require.LessOrEqual(t, after.Open, uint64(1))
	require.EqualValues(t, 102, after.Settled)
	same, err := f.keeper.HolderTotals(f.ctx, share, alice)
	require.NoError(t, err)
	require.Equal(t, owed[0].Scaled, same[0].Scaled, "nothing is lost to the last scaled unit")
	_, err = f.keeper.RevenueOf(f.ctx, share, alice, after.Compacted)
	require.ErrorIs(t, err, types.ErrCompacted)
	_, err = f.keeper.RevenueOf(f.ctx, share, alice, after.Compacted+1)
	require.NoError(t, err)

	paid, err := f.keeper.Claim(f.ctx, alice, share, 102)
	require.NoError(t, err)
	total := sdk.NewCoins()
	for range 2 { // 101 checkpoints take two calls without compaction
		part, err := twin.keeper.Claim(twin.ctx, alice, share, 102)
		require.NoError(t, err)
		total = total.Add(part...)
	}
	require.Equal(t, total, paid)
	f.check()
}

// autoParams pay automatically from 100 units on.
func (f *fixture) autoFrom(units int64) {
	params := testParams()
	for i := range params.RevenueDenoms {
		params.RevenueDenoms[i].MinPayout = math.NewInt(units)
	}
	require.NoError(f.t, f.keeper.UpdateParams(f.ctx, params))
}

func (f *fixture) holderState(who sdk.AccAddress) *types.QueryHolderResponse {
	f.t.Helper()
	res, err := f.query.Holder(f.ctx, &types.QueryHolderRequest{Denom: share, Address: f.text(who)})
	require.NoError(f.t, err)
	return res
}

// TestAutoPayout: who asked is paid by the end of a block, once per drip, from the minimum on;
// less waits for longer and longer; nothing is lost.
func TestAutoPayout(t *testing.T) {
	f := pooled(t)
	f.autoFrom(100)
	alice, bob := account(1), account(2)
	require.NoError(t, f.keeper.SetAutoPayout(f.ctx, alice, share, true))
	require.ErrorIs(t, f.keeper.SetAutoPayout(f.ctx, alice, share, true), types.ErrAutoRefused)
	require.ErrorIs(t, f.keeper.SetAutoPayout(f.ctx, account(9), share, true), types.ErrAutoRefused, "holds nothing")
	f.deposit(coin(aimo, 512*parts))
	f.deposit(coin(usdc, 8*parts))
	f.epoch(5)
	require.NoError(t, f.module.EndBlock(f.ctx))
	require.True(t, f.balance(alice, aimo).IsZero(), "not due yet")
	f.epoch(6)
	require.NoError(t, f.module.EndBlock(f.ctx))
	require.Equal(t, "512", f.balance(alice, aimo).String())
	require.True(t, f.balance(alice, usdc).IsZero(), "8 units are too few")
	require.True(t, f.balance(bob, aimo).IsZero(), "bob did not ask")
	f.check()

	due := f.holderState(alice).Auto.Due
	require.Equal(t, uint64(6+parts), due)
	for idle := range 8 {
		f.epoch(due)
		require.NoError(t, f.module.EndBlock(f.ctx))
		next := f.holderState(alice).Auto
		require.Equal(t, due+parts<<min(idle+1, types.MaxAutoBackoff), next.Due)
		due = next.Due
	}
	paid, err := f.keeper.Claim(f.ctx, alice, share, due)
	require.NoError(t, err)
	require.Equal(t, "8ibc/USDC", paid.String())
	require.NoError(t, f.keeper.SetAutoPayout(f.ctx, alice, share, false))
	require.Nil(t, f.holderState(alice).Auto)
	f.check()
}

// TestAutoPayoutFailures: three failures drop the wish, code drops it at once, the revenue stays
// owed, and others are paid all the same.
func TestAutoPayoutFailures(t *testing.T) {
	f := pooled(t)
	f.autoFrom(1)
	alice, bob, late := account(1), account(2), account(3)
	f.send(bob, late, 128)
	for _, who := range []sdk.AccAddress{alice, bob, late} {
		require.NoError(t, f.keeper.SetAutoPayout(f.ctx, who, share, true))
	}
	f.code[string(account(5))] = true
	require.ErrorIs(t, f.keeper.SetAutoPayout(f.ctx, account(5), share, true), types.ErrAutoRefused, "a contract")
	f.epoch(3)
	f.deposit(coin(aimo, 512*parts))
	f.block(alice)
	f.code[string(late)] = true // it became a contract since
	for n := range uint64(types.MaxAutoFailures) {
		f.epoch(2 + (n+1)*parts)
		require.NoError(t, f.module.EndBlock(f.ctx))
		f.check()
	}
	require.Nil(t, f.holderState(alice).Auto)
	require.Nil(t, f.holderState(late).Auto)
	require.NotNil(t, f.holderState(bob).Auto)
	require.Equal(t, "1024", f.balance(bob, aimo).String())
	require.True(t, f.balance(alice, aimo).IsZero())
	require.True(t, f.balance(late, aimo).IsZero())
	paid, err := f.keeper.Claim(f.ctx, late, share, 99)
	require.NoError(t, err)
	require.Equal(t, "512aimo", paid.String())
}

// TestAutoPayoutBounded: of a crowd that is due at once, eight are paid in a block, and all in turn.
func TestAutoPayoutBounded(t *testing.T) {
	const crowdSize = 50
	f := crowd(t, crowdSize)
	f.autoFrom(1)
	f.epoch(2)
	for i := range crowdSize {
		require.NoError(t, f.keeper.SetAutoPayout(f.ctx, holder(i), share, true))
	}
	f.deposit(coin(aimo, 8_000_000_000*parts))
	f.epoch(2 + parts)
	for blocks := 1; ; blocks++ {
		require.NoError(t, f.module.EndBlock(f.ctx))
		paid := 0
		for i := range crowdSize {
			if f.balance(holder(i), aimo).IsPositive() {
				paid++
			}
		}
		require.Equal(t, min(blocks*types.MaxAutoPerBlock, crowdSize), paid)
		if paid == crowdSize {
			break
		}
	}
	f.check()
}

// sold says that the share was sold for a coin per 10^18 base units.
type sold sdk.Coin

func (s sold) LastSalePrice(context.Context, string) (sdk.Coin, error) { return sdk.Coin(s), nil }

// TestPriceToEarnings: all tokens at the last sale price over a year's earnings, in the denom of
// the sale only.
func TestPriceToEarnings(t *testing.T) {
	f := newFixture(t)
	f.keeper.SetPrices(sold(coin(aimo, 700)))
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewIntWithDecimal(3, 18))
	f.deposit(coin(aimo, 400))
	f.deposit(coin(usdc, 400))
	res, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	require.Equal(t, "2100", res.Earnings[0].MarketValue.String())
	require.Equal(t, "5250", res.Earnings[0].PriceToEarningsMilli.String())
	require.True(t, res.Earnings[1].MarketValue.IsZero())
	require.True(t, res.Earnings[1].PriceToEarningsMilli.IsZero())
}

// TestEarnings: trailing sums by source forget what is older, the largest payers are bounded and
// never missing, and everything survives an export.
func TestEarnings(t *testing.T) {
	f := pooled(t)
	day := func(n int) { f.ctx = f.ctx.WithBlockTime(time.Unix(int64(n)*types.SecondsPerDay+5, 0)) }
	pay := func(who sdk.AccAddress, amount int64, kind types.SourceKind) {
		f.fund(who, coin(aimo, amount))
		require.NoError(t, f.keeper.Deposit(f.ctx, who, share, coin(aimo, amount), kind))
	}
	whale := account(30)
	for n := range 800 {
		day(1000 + n)
		pay(account(byte(100+n%60)), 1, types.SourceKind_SOURCE_KIND_INFERENCE)
		if n%10 == 0 {
			pay(whale, 5, types.SourceKind_SOURCE_KIND_ROYALTY)
		}
	}
	res, err := f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	e := res.Earnings[0]
	require.Equal(t, "1200", e.Total.String())
	var totals []string
	for _, w := range e.Windows {
		totals = append(totals, w.Total.String())
		require.Equal(t, types.SourceKind_SOURCE_KIND_INFERENCE, w.BySource[0].Kind)
		require.Equal(t, int64(w.Days), w.BySource[0].Amount.Int64(), "one a day")
	}
	require.Equal(t, []string{"7", "45", "545"}, totals)
	require.Len(t, e.LargestPayers, types.MaxPayers)
	require.Equal(t, f.text(whale), e.LargestPayers[0].Address, "a third of everything")
	require.True(t, e.LargestPayers[0].AtLeast.LTE(math.NewInt(400)) && e.LargestPayers[0].AtMost.GTE(math.NewInt(400)))
	for _, p := range e.LargestPayers {
		require.LessOrEqual(t, p.ShareBps, uint32(3334))
	}
	days := 0
	for _, d := range f.genesis().Pools[0].Streams[0].Days {
		require.Positive(t, d.Total.Day)
		days++
	}
	require.LessOrEqual(t, days, 2*types.EarningDays, "a ring, whatever the age")
	day(3000)
	res, err = f.query.Earnings(f.ctx, &types.QueryEarningsRequest{Denom: share})
	require.NoError(t, err)
	require.True(t, res.Earnings[0].Windows[2].Total.IsZero())
	require.True(t, res.Earnings[0].PriceToEarningsMilli.IsZero())
	f.check()
}

func (f *fixture) genesis() *types.GenesisState {
	f.t.Helper()
	gs, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(f.t, err)
	return gs
}
