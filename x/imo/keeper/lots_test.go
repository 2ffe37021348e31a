package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// lotSale is a private round of 100 tokens at 500 for the first 200 seconds and a public BATCH of 500 tokens from 1,000.
func (f *fixture) lotSale() (main uint64, mainHash string, lot uint64, lotHash string) {
	f.t.Helper()
	msg := batchOf(f.goodOffering(account(1), f.model(account(1), "sale")))
	now := f.ctx.BlockTime()
	msg.StartTime = now.Add(300 * time.Second)
	hardCap := sdk.NewInt64Coin(aimo, 5_000_000)
	msg.HardCap = &hardCap
	msg.Lots = []types.Lot{{
		Kind: types.OFFERING_KIND_PRO_RATA, SaleBps: 1_000, Price: math.NewInt(500), MinBid: sdk.NewInt64Coin(aimo, 10),
		OwnerCap: sdk.NewInt64Coin(aimo, 100_000), StartTime: now, EndTime: now.Add(200 * time.Second), CancelDeadline: now.Add(50 * time.Second),
	}}
	main, mainHash = f.offer(msg)
	lot = main + 1
	require.Equal(f.t, types.OFFERING_STATUS_OPEN, f.offering(lot).Status)
	return main, mainHash, lot, f.offering(lot).TermsHash
}

// TestLots: a private round and a public one under one set of terms: one soft cap, one mint, two pots.
func TestLots(t *testing.T) {
	f := newFixture(t)
	main, mainHash, lot, lotHash := f.lotSale()
	require.NotEqual(t, mainHash, lotHash)
	f.fund(account(10), sdk.NewInt64Coin(aimo, 100))
	_, err := f.msg.PlaceBid(f.ctx, bidOf(lot, mainHash, account(10), 100))
	require.ErrorIs(t, err, types.ErrTermsHash, "each round has its own terms")
	_, err = f.msg.PlaceBid(f.ctx, bidOf(main, mainHash, account(10), 100))
	require.ErrorIs(t, err, types.ErrOfferingNotOpen, "the public round has not begun")

	f.bidAt(lot, lotHash, account(10), 50_000, 500)
	f.bidAt(lot, lotHash, account(11), 50_000, 500) // 100,000 for tokens of 50,000: half of each is taken
	f.endBlock(200 * time.Second)
	require.Equal(t, types.OFFERING_STATUS_CLEARING, f.offering(lot).Status, "its bids have their tokens, the public round decides")
	require.Nil(t, f.offering(lot).DueTime)
	_, err = finalize(f, lot)
	require.ErrorIs(t, err, types.ErrOfferingNotEnded)
	f.invariants()

	f.endBlock(300 * time.Second)
	f.bidAt(main, mainHash, account(12), 500_000, 2_000)
	require.True(t, f.clearing(main).SoftCapMet)
	f.endBlock(saleTime)
	o, l, denom := f.offering(main), f.offering(lot), types.TokenDenom(1)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, o.Status)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, l.Status)
	require.Equal(t, whole(100).String(), l.Minted.String())
	require.Equal(t, "50000", l.Proceeds.String())
	require.Equal(t, whole(1_000).String(), f.bank.GetSupply(f.ctx, denom).Amount.String(), "500 + 100 sold, 400 locked")
	f.invariants()

	require.Equal(t, whole(50).String(), f.lazyShare(denom, account(10)).String(), "locked tokens earn")
	_, err = f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(account(10)), OfferingId: lot})
	require.ErrorIs(t, err, types.ErrLocked)
	require.Equal(t, whole(50).String(), f.allocation(lot, account(10)).Locked.Amount.String())

	exitLot := func(holder sdk.AccAddress, amount math.Int) (sdk.Coin, error) {
		res, err := f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(holder), Amount: sdk.NewCoin(denom, amount), OfferingId: lot})
		if err != nil {
			return sdk.Coin{}, err
		}
		return res.Payout, nil
	}
	_, err = exitLot(account(12), whole(1))
	require.ErrorIs(t, err, types.ErrLocked, "no tokens of the lot")
	_, err = exitLot(account(10), whole(51))
	require.ErrorIs(t, err, types.ErrLocked)
	above := sdk.NewInt64Coin(aimo, 10_001)
	_, err = f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(account(10)), Amount: sdk.NewCoin(denom, whole(20)), OfferingId: lot, MinPayout: &above})
	require.ErrorIs(t, err, types.ErrSlippage)
	paid, err := exitLot(account(10), whole(20))
	require.NoError(t, err)
	require.Equal(t, "10000", paid.Amount.String(), "what the lot's tokens cost, not a part of what the public paid")
	f.collect(main, account(12))
	out, err := exit(f, account(12), denom, whole(500))
	require.NoError(t, err)
	require.Equal(t, "500000", out.Amount.String(), "the public gets its whole money back, the cheap round took none of it")
	f.invariants()

	// After both releases the lot's tokens are free.
	f.endBlock(saleTime + 2*exitTime)
	_, err = release(f, lot)
	require.NoError(t, err)
	_, err = f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(account(10)), OfferingId: lot})
	require.ErrorIs(t, err, types.ErrLocked, "the public proceeds are still there")
	_, err = release(f, main)
	require.NoError(t, err)
	require.Equal(t, whole(30).String(), f.collect(lot, account(10)).AmountOf(denom).String())
	require.Equal(t, whole(50).String(), f.collect(lot, account(11)).AmountOf(denom).String())
	for _, owner := range []byte{10, 11} {
		_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(owner)), OfferingId: lot})
		require.NoError(t, err)
	}
	require.EqualValues(t, 25_000+10_000+100, f.balance(account(10), aimo))
	f.invariants()
}

// TestLotsFail: below the common soft cap every round is refunded in full, also after the lot's bids had their tokens,
// also while paused, years later.
func TestLotsFail(t *testing.T) {
	f := newFixture(t)
	main, mainHash, lot, lotHash := f.lotSale()
	f.bidAt(lot, lotHash, account(10), 60_000, 500)
	f.endBlock(200 * time.Second)
	f.endBlock(300 * time.Second)
	f.bidAt(main, mainHash, account(11), 49_999, 2_000) // 50,000 + 49,999 of 100,000
	f.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(main).Status)
	require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(lot).Status)
	f.pause()
	f.endBlock(100_000 * time.Hour)
	for id, owner := range map[uint64]byte{main: 11, lot: 10} {
		_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(account(owner))})
		require.NoError(t, err)
	}
	require.EqualValues(t, 60_000, f.balance(account(10), aimo))
	require.EqualValues(t, 49_999, f.balance(account(11), aimo))
	f.invariants()
}

func TestLotsCancelled(t *testing.T) {
	f := newFixture(t)
	main, _, lot, lotHash := f.lotSale()
	cancel := func(id uint64) error {
		_, err := f.msg.CancelOffering(f.ctx, &types.MsgCancelOffering{Creator: text(account(1)), OfferingId: id})
		return err
	}
	require.ErrorIs(t, cancel(lot), types.ErrInvalidTerms, "a lot goes with its sale")
	f.bidAt(lot, lotHash, account(10), 60_000, 500)
	require.ErrorIs(t, cancel(main), types.ErrHasBids)
	_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(10)), OfferingId: lot, BidId: 1})
	require.NoError(t, err)
	require.NoError(t, cancel(main))
	require.Equal(t, types.OFFERING_STATUS_CANCELLED, f.offering(lot).Status)
	f.endBlock(saleTime)
	f.invariants()
}

// TestBookTerms: impossible terms are refused with their field.
func TestBookTerms(t *testing.T) {
	coin := func(n int64) *sdk.Coin { c := sdk.NewInt64Coin(aimo, n); return &c }
	for name, tc := range map[string]struct {
		change func(m *types.MsgCreateOffering)
		says   string
	}{
		"no hard cap":              {func(m *types.MsgCreateOffering) { m.HardCap = nil }, "hard_cap"},
		"hard cap below the floor": {func(m *types.MsgCreateOffering) { m.HardCap = coin(599_999) }, "hard_cap"},
		"hard cap in another coin": {func(m *types.MsgCreateOffering) { m.HardCap = &sdk.Coin{Denom: usdc, Amount: math.NewInt(6_000_000)} }, "hard_cap"},
		"hard cap without amount":  {func(m *types.MsgCreateOffering) { m.HardCap = &sdk.Coin{Denom: aimo} }, "hard_cap"},
		"ticks too far apart":      {func(m *types.MsgCreateOffering) { m.TickBps = 10_001 }, "tick_bps"},
		"too many ticks": {func(m *types.MsgCreateOffering) {
			m.Price, m.HardCap, m.TickBps = math.NewInt(1_000_000), coin(1<<62), 1
		}, "4096 ticks"},
		"ticks of a single price":        {func(m *types.MsgCreateOffering) { m.Kind = types.OFFERING_KIND_PRO_RATA }, "hard_cap"},
		"tick distance of one price":     {func(m *types.MsgCreateOffering) { m.Kind, m.HardCap = types.OFFERING_KIND_FIXED, nil }, "tick_bps"},
		"no kind":                        {func(m *types.MsgCreateOffering) { m.Kind, m.HardCap, m.TickBps = 0, nil, 0 }, "kind"},
		"soft cap that cannot be met":    {func(m *types.MsgCreateOffering) { m.SoftCap.Amount = math.NewInt(6_000_001) }, "soft_cap"},
		"allow list that is no hash":     {func(m *types.MsgCreateOffering) { m.AllowRoot, m.ExpectedId = "ff", 1 }, "allow_root"},
		"supply beyond 2^120":            {func(m *types.MsgCreateOffering) { m.TotalSupply.Amount = types.MaxAmount().AddRaw(1) }, "total_supply"},
		"allocation of 99.99 %":          {func(m *types.MsgCreateOffering) { m.SaleBps-- }, "sale_bps"},
		"end before start":               {func(m *types.MsgCreateOffering) { m.EndTime = m.StartTime }, "end_time"},
		"zero price":                     {func(m *types.MsgCreateOffering) { m.Price = math.ZeroInt() }, "price"},
		"owner cap below the minimum":    {func(m *types.MsgCreateOffering) { m.OwnerCap.Amount = math.NewInt(9) }, "owner_cap"},
		"lots that sell everything":      {lot(func(l *types.Lot) { l.SaleBps = 6_000 }), "sale_bps"},
		"lots that sell more":            {lot(func(l *types.Lot) { l.SaleBps = 1 << 31 }), "sale_bps"},
		"a lot that finds a price":       {lot(func(l *types.Lot) { l.Kind = types.OFFERING_KIND_BATCH }), "OFFERING_KIND_BATCH"},
		"a lot for nothing":              {lot(func(l *types.Lot) { l.Price = math.ZeroInt() }), "price"},
		"a lot into the public round":    {lot(func(l *types.Lot) { l.EndTime = l.EndTime.Add(time.Second) }), "lot 0 ends"},
		"a lot of the past":              {lot(func(l *types.Lot) { l.StartTime = l.StartTime.Add(-time.Hour) }), "start_time"},
		"a lot without minimum":          {lot(func(l *types.Lot) { l.MinBid.Amount = math.ZeroInt() }), "min_bid"},
		"a lot in another coin":          {lot(func(l *types.Lot) { l.OwnerCap.Denom = usdc }), "owner_cap"},
		"cancels after the end of a lot": {lot(func(l *types.Lot) { l.CancelDeadline = l.EndTime.Add(1) }), "cancel_deadline"},
		"four lots": {func(m *types.MsgCreateOffering) {
			lot(func(*types.Lot) {})(m)
			m.Lots = append(m.Lots, m.Lots[0], m.Lots[0], m.Lots[0])
		}, "lots"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			msg := batchOf(f.goodOffering(account(1), f.model(account(1), "sale")))
			tc.change(msg)
			_, err := f.msg.CreateOffering(f.ctx, msg)
			require.ErrorContains(t, err, tc.says)
			_, _, err = f.keeper.Offering(f.ctx, 1)
			require.ErrorIs(t, err, types.ErrOfferingNotFound)
		})
	}
}

// lot adds an early round, changed, to a message whose public round starts later.
func lot(change func(l *types.Lot)) func(m *types.MsgCreateOffering) {
	return func(m *types.MsgCreateOffering) {
		l := types.Lot{
			Kind: types.OFFERING_KIND_FIXED, SaleBps: 1_000, Price: math.NewInt(500), MinBid: sdk.NewInt64Coin(aimo, 10),
			OwnerCap: sdk.NewInt64Coin(aimo, 100_000), StartTime: m.StartTime, EndTime: m.StartTime.Add(200 * time.Second), CancelDeadline: m.StartTime,
		}
		m.StartTime = l.EndTime
		change(&l)
		m.Lots = []types.Lot{l}
	}
}
