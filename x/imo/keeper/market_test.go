package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// listed runs a successful sale with a market: account 10 holds 450 tokens, account 11 holds 150, the pool 100 against
// 100,000 aimo, at 0.3 %. Two tranches: 20 % after the exit window, the rest later.
func listed(t tester) (f *fixture, id, model uint64, denom string) {
	t.Helper()
	f = newFixture(t)
	creator := account(1)
	model = f.model(creator, "sale", types.Contributor{Address: text(creator), Weight: 1})
	msg := f.goodOffering(creator, model)
	msg.ContributorsBps, msg.LiquidityBps, msg.PoolFeeBps = 2_000, 1_000, 30
	msg.OwnerCap = sdk.NewInt64Coin(aimo, 450_000)
	end := msg.EndTime
	msg.Tranches = []types.Tranche{{ReleaseTime: end.Add(exitTime), Bps: 2_000}, {ReleaseTime: end.Add(50 * exitTime), Bps: 8_000}}
	id, hash := f.offer(msg)
	f.bid(id, hash, account(10), 450_000)
	f.bid(id, hash, account(11), 150_000)
	f.endBlock(saleTime)
	require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, f.offering(id).Status)
	f.collect(id, account(10))
	f.collect(id, account(11))
	f.invariants()
	return f, id, model, types.TokenDenom(model)
}

func (f *fixture) pool(model uint64) *types.QueryPoolResponse {
	f.t.Helper()
	res, err := f.query.Pool(f.ctx, &types.QueryPoolRequest{ModelId: model})
	require.NoError(f.t, err)
	return res
}

func (f *fixture) swap(who sdk.AccAddress, model uint64, in, least sdk.Coin) (sdk.Coin, error) {
	res, err := f.msg.Swap(f.ctx, &types.MsgSwap{
		Sender: text(who), ModelId: model, AmountIn: in, MinOut: least, Deadline: f.ctx.BlockTime(),
	})
	if err != nil {
		return sdk.Coin{}, err
	}
	return res.AmountOut, nil
}

func (f *fixture) add(who sdk.AccAddress, model uint64, tokens, payment sdk.Coin) *types.MsgAddLiquidityResponse {
	f.t.Helper()
	res, err := f.msg.AddLiquidity(f.ctx, &types.MsgAddLiquidity{
		Sender: text(who), ModelId: model, MaxTokens: tokens, MaxPayment: payment, MinShares: math.OneInt(), Deadline: f.ctx.BlockTime(),
	})
	require.NoError(f.t, err)
	return res
}

// TestPoolIsSeeded: at the settlement, at what buyers paid; the price that earnings are measured with is the market's.
func TestPoolIsSeeded(t *testing.T) {
	f, id, model, denom := listed(t)
	p := f.pool(model)
	require.Equal(t, whole(100), p.Pool.Tokens.Amount)
	require.Equal(t, int64(100_000), p.Pool.Payment.Amount.Int64())
	require.Equal(t, int64(1_000), p.Price.Amount.Int64())
	require.Equal(t, int64(1_000), p.AveragePrice.Amount.Int64())
	require.Equal(t, int64(100_000), f.offering(id).Seeded.Int64())
	require.Equal(t, whole(1_000), f.bank.GetSupply(f.ctx, denom).Amount)

	f.fund(account(12), sdk.NewInt64Coin(aimo, 100_000))
	_, err := f.swap(account(12), model, sdk.NewInt64Coin(aimo, 100_000), sdk.Coin{})
	require.NoError(t, err)
	f.at(saleTime + time.Hour)
	price, err := f.keeper.LastSalePrice(f.ctx, denom)
	require.NoError(t, err)
	require.Equal(t, f.pool(model).Price, price, "a price that stood for the window is the mean")
	require.Greater(t, price.Amount.Int64(), int64(3_900))
	f.invariants()
}

// TestSwapRefusals: bad input is refused with the field and the limit, and nothing moves.
func TestSwapRefusals(t *testing.T) {
	f, _, model, denom := listed(t)
	trader := account(12)
	f.fund(trader, sdk.NewInt64Coin(aimo, 10_000), sdk.NewInt64Coin(usdc, 10_000))
	quote, err := f.query.Quote(f.ctx, &types.QueryQuoteRequest{ModelId: model, AmountIn: "10000aimo"})
	require.NoError(t, err)
	good := types.MsgSwap{Sender: text(trader), ModelId: model, AmountIn: sdk.NewInt64Coin(aimo, 10_000), MinOut: quote.AmountOut, Deadline: f.ctx.BlockTime()}
	before := f.pool(model)
	for name, c := range map[string]struct {
		change func(*types.MsgSwap)
		want   error
		says   string
	}{
		"fails: late":                     {func(m *types.MsgSwap) { m.Deadline = m.Deadline.Add(-time.Nanosecond) }, types.ErrDeadline, "deadline is"},
		"fails: no deadline":              {func(m *types.MsgSwap) { m.Deadline = time.Time{} }, types.ErrDeadline, "deadline is missing"},
		"fails: one unit too little":      {func(m *types.MsgSwap) { m.MinOut = m.MinOut.AddAmount(math.OneInt()) }, types.ErrSlippage, "min_out is"},
		"fails: limit in the wrong denom": {func(m *types.MsgSwap) { m.MinOut = sdk.NewInt64Coin(usdc, 1) }, types.ErrInvalidCoin, "min_out has denom"},
		"fails: another denom":            {func(m *types.MsgSwap) { m.AmountIn = sdk.NewInt64Coin(usdc, 1) }, types.ErrInvalidCoin, "amount_in has denom"},
		"fails: nothing":                  {func(m *types.MsgSwap) { m.AmountIn = sdk.NewInt64Coin(aimo, 0) }, types.ErrInvalidCoin, "amount_in is 0"},
		"fails: more than 2^120":          {func(m *types.MsgSwap) { m.AmountIn = sdk.NewCoin(aimo, types.MaxAmount().AddRaw(1)) }, types.ErrInvalidCoin, "amount_in is"},
		"fails: no such pool":             {func(m *types.MsgSwap) { m.ModelId = 99 }, types.ErrPoolNotFound, "model 99"},
		"fails: not an address":           {func(m *types.MsgSwap) { m.Sender = "imo1nobody" }, types.ErrInvalidAddress, "sender"},
	} {
		t.Run(name, func(t *testing.T) {
			msg := good
			c.change(&msg)
			_, err := f.msg.Swap(f.ctx, &msg)
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, c.says)
			require.Equal(t, before, f.pool(model))
			require.Equal(t, int64(10_000), f.balance(trader, aimo))
		})
	}
	res, err := f.msg.Swap(f.ctx, &good)
	require.NoError(t, err)
	require.Equal(t, quote.AmountOut, res.AmountOut, "what the query says is what a swap pays")
	require.Equal(t, res.AmountOut, f.bank.GetBalance(f.ctx, trader, denom))
	f.invariants()
}

// TestLiquidityAndItsRevenue: positions get exactly their part of what the pool's tokens earn, by who was there when the
// epoch before closed; the locked position's part is the treasury's, and nobody can take the locked position out.
func TestLiquidityAndItsRevenue(t *testing.T) {
	f, _, model, denom := listed(t)
	provider, pool := account(10), types.PoolAddress(model)
	earn := func(epoch uint64, amount int64) {
		f.fund(poolAccount, sdk.NewInt64Coin(aimo, amount))
		if f.revshare.earned[string(pool)] == nil {
			f.revshare.earned[string(pool)] = map[uint64]sdk.Coins{}
		}
		f.revshare.earned[string(pool)][epoch] = sdk.NewCoins(sdk.NewInt64Coin(aimo, amount))
	}
	f.fund(provider, sdk.NewInt64Coin(aimo, 300_000))
	f.revshare.epoch = 6
	added := f.add(provider, model, sdk.NewCoin(denom, whole(300)), sdk.NewInt64Coin(aimo, 300_000))
	require.Equal(t, int64(300_000), added.Payment.Amount.Int64())
	require.Equal(t, whole(300), added.Tokens.Amount)

	earn(6, 1_000) // belongs to who was there when epoch 5 closed: the locked position
	earn(7, 4_000) // a quarter is the locked position's
	f.revshare.epoch = 8
	view, err := f.query.Position(f.ctx, &types.QueryPositionRequest{ModelId: model, Owner: text(provider)})
	require.NoError(t, err)
	collect := func(who sdk.AccAddress, owner sdk.AccAddress) (int64, error) {
		res, err := f.msg.CollectPoolRevenue(f.ctx, &types.MsgCollectPoolRevenue{Sender: text(who), ModelId: model, Owner: text(owner)})
		if err != nil {
			return 0, err
		}
		return res.Paid.AmountOf(aimo).Int64(), nil
	}
	f.contracts[string(provider)] = true
	_, err = collect(account(11), provider)
	require.ErrorIs(t, err, types.ErrNotOwner, "a contract collects for itself")
	f.contracts[string(provider)] = false
	before := f.balance(provider, aimo)
	got, err := collect(account(11), provider)
	require.NoError(t, err, "anybody may collect for anybody else")
	require.InDelta(t, 3_000, got, 1)
	require.Equal(t, before+got, f.balance(provider, aimo))
	require.Equal(t, got, view.Revenue.AmountOf(aimo).Int64(), "what the query says is what is paid")
	treasury := f.balance(account(30), aimo)
	got, err = collect(account(40), pool)
	require.NoError(t, err)
	require.InDelta(t, 2_000, got, 1)
	require.Equal(t, treasury+got, f.balance(account(30), aimo))
	_, err = collect(provider, provider)
	require.ErrorIs(t, err, types.ErrNothingToCollect)
	f.invariants()

	remove := func(shares math.Int) error {
		_, err := f.msg.RemoveLiquidity(f.ctx, &types.MsgRemoveLiquidity{Sender: text(provider), ModelId: model, Shares: shares, Deadline: f.ctx.BlockTime()})
		return err
	}
	require.ErrorIs(t, remove(added.Shares.AddRaw(1)), types.ErrLimit)
	require.NoError(t, remove(added.Shares))
	require.InDelta(t, 303_000, f.balance(provider, aimo), 2, "everything came back but for rounding")
	earn(8, 400) // he had his shares when epoch 7 closed
	earn(9, 400)
	f.revshare.epoch = 10
	got, err = collect(provider, provider)
	require.NoError(t, err)
	require.InDelta(t, 300, got, 1)
	require.ErrorIs(t, remove(math.OneInt()), types.ErrLimit, "the rest is the locked position")
	f.invariants()

	// A position and its revenue survive an export and an import.
	g, err := f.keeper.ExportGenesis(f.ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	again := newFixtureWith(t, *g)
	out, err := again.keeper.ExportGenesis(again.ctx)
	require.NoError(t, err)
	require.JSONEq(t, string(f.enc.Codec.MustMarshalJSON(g)), string(f.enc.Codec.MustMarshalJSON(out)))
}

// TestExitWithMarket: O1, end to end. Buying out of the market to leave with it gains nothing, and the last holder leaves
// with what he paid.
func TestExitWithMarket(t *testing.T) {
	f, id, model, denom := listed(t)
	attacker := account(12)
	f.fund(attacker, sdk.NewInt64Coin(aimo, 100_000))
	bought, err := f.swap(attacker, model, sdk.NewInt64Coin(aimo, 100_000), sdk.Coin{})
	require.NoError(t, err)
	_, err = f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(attacker), Amount: bought})
	require.NoError(t, err)
	require.Less(t, f.balance(attacker, aimo), int64(50_000), "49.9 tokens at 1,000")
	f.invariants()
	for _, who := range []sdk.AccAddress{account(11), account(10)} {
		held := f.bank.GetBalance(f.ctx, who, denom)
		_, err = f.msg.Exit(f.ctx, &types.MsgExit{Holder: text(who), Amount: held})
		require.NoError(t, err)
		require.InDelta(t, held.Amount.Quo(types.OneToken()).Int64()*1_000, f.balance(who, aimo), 2)
		f.invariants()
	}
	status, err := f.query.Tranches(f.ctx, &types.QueryTranchesRequest{Id: id})
	require.NoError(t, err)
	require.Len(t, status.Tranches, 2)
	require.NotNil(t, status.Tranches[0].NotBefore)
	require.Nil(t, status.Tranches[1].NotBefore, "announced when the first is released")
}

// TestTreasurySpend: O2, treasury drain. A spend waits for its window, holders of a fifth of what can object refuse it,
// what was bought after the record date does not count, and nothing leaves before it has vested.
func TestTreasurySpend(t *testing.T) {
	f, id, model, denom := listed(t)
	treasury, thief := account(30), account(31)
	f.revshare.voters = whole(900)
	f.revshare.held = map[string]math.Int{string(treasury): whole(100), string(account(10)): whole(100), string(account(11)): whole(60)}
	propose := func(who sdk.AccAddress, amount sdk.Coin) (*types.MsgProposeSpendResponse, error) {
		return f.msg.ProposeSpend(f.ctx, &types.MsgProposeSpend{Treasury: text(who), ModelId: model, Recipient: text(thief), Amount: amount, Note: "all of it"})
	}
	object := func(who sdk.AccAddress, spend uint64) (*types.MsgObjectSpendResponse, error) {
		return f.msg.ObjectSpend(f.ctx, &types.MsgObjectSpend{Holder: text(who), SpendId: spend})
	}
	execute := func(spend uint64) error {
		_, err := f.msg.ExecuteSpend(f.ctx, &types.MsgExecuteSpend{Sender: text(thief), SpendId: spend})
		return err
	}
	all := sdk.NewCoin(denom, whole(100))
	_, err := propose(thief, all)
	require.ErrorIs(t, err, types.ErrNotOwner)
	_, err = propose(treasury, all.AddAmount(math.OneInt()))
	require.ErrorIs(t, err, types.ErrLimit)
	_, err = propose(treasury, sdk.NewInt64Coin(aimo, 1))
	require.ErrorIs(t, err, types.ErrInvalidCoin)

	first, err := propose(treasury, all)
	require.NoError(t, err)
	_, err = propose(treasury, all)
	require.ErrorIs(t, err, types.ErrSpendOpen, "one at a time")
	require.ErrorIs(t, execute(first.SpendId), types.ErrSpendWindow)
	_, err = object(account(12), first.SpendId)
	require.ErrorIs(t, err, types.ErrNoWeight, "held nothing at the record date, whatever it bought or borrowed since")
	_, err = object(treasury, first.SpendId)
	require.ErrorIs(t, err, types.ErrNoWeight)
	res, err := object(account(10), first.SpendId)
	require.NoError(t, err)
	require.False(t, res.Refused, "100 of 800 is less than a fifth")
	_, err = object(account(10), first.SpendId)
	require.ErrorIs(t, err, types.ErrObjected)
	res, err = object(account(11), first.SpendId)
	require.NoError(t, err)
	require.True(t, res.Refused, "160 of 800 is a fifth")
	f.ctx = f.ctx.WithBlockTime(first.DecideTime)
	require.ErrorIs(t, execute(first.SpendId), types.ErrSpendDecided)
	require.True(t, f.bank.GetBalance(f.ctx, thief, denom).IsZero())
	f.invariants()

	second, err := propose(treasury, all)
	require.NoError(t, err)
	f.ctx = f.ctx.WithBlockTime(second.DecideTime)
	_, err = object(account(10), second.SpendId)
	require.ErrorIs(t, err, types.ErrSpendWindow, "too late")
	require.ErrorIs(t, execute(second.SpendId), types.ErrLimit, "nothing leaves before the last release and its vesting")
	require.True(t, f.bank.GetBalance(f.ctx, thief, denom).IsZero())
	require.True(t, f.offering(id).Spent.IsZero())
	f.invariants()
}
