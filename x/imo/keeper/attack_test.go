package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestAttacks are the scenarios of the protocol rules on offerings, from the first bid to the money, that TestAbuse and
// the tests of single rules leave: what the attacker does, and what he is left with. docs/attacks.md lists them all.
func TestAttacks(t *testing.T) {
	creator, honest := account(1), account(10)

	t.Run("locked tokens: contributors and treasury take no part of an exit", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold() // 400 sold, 400 locked
		for _, who := range []sdk.AccAddress{creator, account(2), account(30)} {
			_, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(who), OfferingId: id})
			require.ErrorIs(t, err, types.ErrNothingToCollect)
			_, err = f.branch(t).msg.Exit(f.branch(t).ctx, &types.MsgExit{Holder: text(who), Amount: sdk.NewCoin(denom, whole(1))})
			require.ErrorContains(t, err, "insufficient funds")
		}
		spend, err := f.msg.ProposeSpend(f.ctx, &types.MsgProposeSpend{
			Treasury: text(account(30)), ModelId: 1, Recipient: text(account(60)), Amount: sdk.NewCoin(denom, whole(100)), Note: "to leave with",
		})
		require.NoError(t, err)
		for _, who := range []sdk.AccAddress{honest, account(11)} {
			tokens := f.collect(id, who).AmountOf(denom)
			_, err = exit(f, who, denom, tokens)
			require.NoError(t, err)
			require.Equal(t, tokens.Quo(types.OneToken()).Int64()*1_000, f.balance(who, aimo), "all of it, as if nothing were locked")
		}
		f.ctx = f.ctx.WithBlockTime(spend.DecideTime)
		_, err = f.msg.ExecuteSpend(f.ctx, &types.MsgExecuteSpend{Sender: text(account(60)), SpendId: spend.SpendId})
		require.ErrorIs(t, err, types.ErrLimit, "nothing has vested")
		f.invariants()
	})

	t.Run("buyable fact: whoever buys his own tranche pays at least what it releases, and not a day earlier", func(t *testing.T) {
		f := newFixture(t)
		model := f.model(creator, "sale")
		msg := f.goodOffering(creator, model)
		below, fees := sdk.NewInt64Coin(aimo, 479_999), sdk.NewInt64Coin(aimo, 480_000)
		msg.Tranches = []types.Tranche{
			{ReleaseTime: msg.EndTime.Add(exitTime), Bps: 2_000},
			{ReleaseTime: msg.EndTime.Add(10 * exitTime), Bps: 8_000, MinNetworkFees: &below, MinRequests: 1_000},
		}
		_, err := f.msg.CreateOffering(f.ctx, msg)
		require.ErrorContains(t, err, "must be at least what it can release, 480000aimo")
		msg.Tranches[1].MinNetworkFees = &fees
		id, hash := f.offer(msg)
		f.bid(id, hash, honest, 300_000)
		f.bid(id, hash, account(11), 100_000)
		f.endBlock(saleTime)
		denom := types.TokenDenom(model)
		f.collect(id, honest)
		f.at(saleTime + exitTime)
		_, err = release(f, id)
		require.NoError(t, err)

		// A million requests to himself, whose price comes back to him; the network got one unit less than it asks for.
		require.NoError(t, f.keeper.RecordUsage(f.ctx, model, 1_000_000, sdk.NewInt64Coin(aimo, 479_999)))
		f.at(1_000 * saleTime)
		_, err = release(f, id)
		require.ErrorContains(t, err, "waits for its facts")
		paid, err := exit(f, honest, denom, whole(100))
		require.NoError(t, err)
		require.Equal(t, "80000aimo", paid.String(), "whoever does not want to wait leaves, for as long as it takes")

		require.NoError(t, f.keeper.RecordUsage(f.ctx, model, 0, sdk.NewInt64Coin(aimo, 1)))
		announced, err := release(f, id)
		require.NoError(t, err)
		require.True(t, announced.Released.IsZero(), "reached: the exit window opens")
		f.at(1_000*saleTime + exitTime - 1)
		_, err = release(f, id)
		require.ErrorIs(t, err, types.ErrTrancheNotDue)
		f.at(1_000*saleTime + exitTime)
		got, err := release(f, id)
		require.NoError(t, err)
		require.Equal(t, "240000aimo", got.Released.String(), "for 480,000 of fees that others got")
		f.invariants()
	})

	t.Run("release before an exit: the least payout refuses, and the tokens stay", func(t *testing.T) {
		f, id, _, denom := listed(t)
		expects := sdk.NewInt64Coin(aimo, 99_999)
		f.at(saleTime + exitTime)
		_, err := release(f, id) // in the same block, before the holder's exit
		require.NoError(t, err)
		before := f.export()
		_, err = f.branch(t).msg.Exit(f.branch(t).ctx, &types.MsgExit{Holder: text(honest), Amount: sdk.NewCoin(denom, whole(100)), MinPayout: &expects})
		require.ErrorIs(t, err, types.ErrSlippage)
		require.Equal(t, before, f.export())
	})

	t.Run("proceeds rug: before the first date the creator has nothing, and the liquidity is never his", func(t *testing.T) {
		f, id, model, denom := listed(t)
		start := f.balance(creator, aimo)
		_, err := release(f, id)
		require.ErrorIs(t, err, types.ErrTrancheNotDue)
		for _, who := range []sdk.AccAddress{creator, account(30)} {
			_, err = f.msg.RemoveLiquidity(f.ctx, &types.MsgRemoveLiquidity{Sender: text(who), ModelId: model, Shares: whole(1), Deadline: f.ctx.BlockTime()})
			require.ErrorIs(t, err, types.ErrLimit)
		}
		_, err = f.msg.CancelOffering(f.ctx, &types.MsgCancelOffering{Creator: text(creator), OfferingId: id})
		require.ErrorIs(t, err, types.ErrOfferingSettled)
		require.Equal(t, start, f.balance(creator, aimo))
		f.at(saleTime + exitTime)
		got, err := release(f, id)
		require.NoError(t, err)
		require.Equal(t, "100000aimo", got.Released.String(), "a fifth of what is left beside the market's 100,000")
		require.EqualValues(t, 400_000, f.balance(types.OfferingAddress(id), aimo))
		require.Equal(t, whole(1_000), f.bank.GetSupply(f.ctx, denom).Amount)
	})

	t.Run("deposits that buy nothing: the soft cap counts what is accepted", func(t *testing.T) {
		f := newFixture(t)
		msg := batchOf(f.goodOffering(creator, f.model(creator, "sale")))
		msg.SoftCap = sdk.NewInt64Coin(aimo, 1_000_000)
		id, hash := f.offer(msg)
		f.bidAt(id, hash, honest, 1_000_000, 1_000)
		f.bidAt(id, hash, account(60), 1_000_000, 1_000) // two millions, of which 600,000 buy
		require.False(t, f.clearing(id).SoftCapMet)
		f.endBlock(saleTime)
		require.Equal(t, types.OFFERING_STATUS_FAILED, f.offering(id).Status)
	})

	t.Run("unsold tokens: nobody has them", func(t *testing.T) {
		f := newFixture(t)
		id, denom := f.sold()
		require.Equal(t, whole(800), f.bank.GetSupply(f.ctx, denom).Amount, "400 sold and 400 locked of 1,000")
		f.at(saleTime + exitTime)
		_, err := release(f, id)
		require.NoError(t, err)
		f.at(saleTime + exitTime + 1_000*time.Second)
		held := f.spend(id, account(30)).Amount
		for _, who := range []sdk.AccAddress{honest, account(11), creator, account(2)} {
			held = held.Add(f.collect(id, who).AmountOf(denom))
		}
		require.Equal(t, whole(800).String(), held.String())
	})

	t.Run("version swap during and after the sale: it waits, and class, contributors and lineage never move", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		model := f.offering(id).ModelId
		before := f.readModel(model)
		_, err := f.publish(creator, model, draft(creator, "random weights"))
		require.NoError(t, err)
		f.prove(model, 2)
		require.EqualValues(t, 1, f.readModel(model).LatestVersion, "bidders saw version 1")
		f.bid(id, hash, honest, 300_000)
		f.endBlock(saleTime)
		f.endBlock(saleTime + types.DefaultParams().VersionDelay)
		m := f.readModel(model)
		require.EqualValues(t, 2, m.LatestVersion)
		require.Equal(t, before.VerificationClass, m.VerificationClass)
		require.Equal(t, before.Contributors, m.Contributors)
		require.Equal(t, before.Lineage, m.Lineage)
		require.Equal(t, before.IncomeProtocolBps, m.IncomeProtocolBps)
		f.invariants()
	})
}
