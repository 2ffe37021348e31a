package keeper_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// lived is a chain with something of everything: models pending, rejected and proved, a sale that is open, one that
// failed and one that succeeded with tokens collected, exited and vesting, income partly paid, a deposit not paid.
func lived(t *testing.T) (f *fixture, open, failed, succeeded uint64) {
	f = newFixture(t)
	creator := account(1)
	f.register(creator, goodModel(creator, "pending"))
	rejected := f.register(creator, goodModel(creator, "again"))
	require.NoError(t, f.keeper.RecordProof(f.ctx, rejected, 1, types.ProofOutcome_PROOF_OUTCOME_REJECTED))
	f.register(creator, goodModel(creator, "again"))

	failed, hash := f.offer(f.goodOffering(creator, f.model(creator, "failed")))
	f.bid(failed, hash, account(10), 50_000)
	f.bid(failed, hash, account(11), 20_000)
	succeeded, hash = f.openSale()
	f.bid(succeeded, hash, account(10), 300_000)
	f.bid(succeeded, hash, account(11), 200_000)
	f.bid(succeeded, hash, account(12), 100_500) // 500 of it buys nothing
	f.endBlock(saleTime)
	denom := f.collect(succeeded, account(10))[0].Denom
	_, err := exit(f, account(10), denom, whole(10))
	require.NoError(t, err)
	_, err = f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(10)), OfferingId: failed})
	require.NoError(t, err)
	f.at(saleTime + exitTime)
	_, err = f.msg.ReleaseProceeds(f.ctx, &types.MsgReleaseProceeds{Sender: text(creator), OfferingId: succeeded, Recipient: text(account(2))})
	require.NoError(t, err)
	f.at(saleTime + exitTime + 500*time.Second)
	f.collect(succeeded, creator)

	late := f.goodOffering(creator, f.model(creator, "open"))
	shift(late, time.Hour)
	open, hash = f.offer(late)
	f.endBlock(saleTime + 2*time.Hour)
	late2 := f.goodOffering(creator, f.model(creator, "income"))
	open, hash = f.offer(late2)
	b := f.bid(open, hash, account(13), 70_000)
	f.bid(open, hash, account(13), 40_000)
	_, err = f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(account(13)), OfferingId: open, BidId: b.BidId})
	require.NoError(t, err)
	model := f.offering(open).ModelId
	f.fund(account(9), sdk.NewInt64Coin(aimo, 3_001), sdk.NewInt64Coin(usdc, 77))
	require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), model, sdk.NewInt64Coin(aimo, 1_000), 1))
	_, err = f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(creator), ModelId: model})
	require.NoError(t, err)
	require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), model, sdk.NewInt64Coin(usdc, 77), 1))
	_, err = f.msg.SetPrice(f.ctx, &types.MsgSetPrice{Creator: text(creator), ModelId: model, Price: sdk.NewInt64Coin(aimo, 150)})
	require.NoError(t, err)
	f.invariants()
	return f, open, failed, succeeded
}

func TestExportImportExport(t *testing.T) {
	f, open, failed, succeeded := lived(t)
	raw := f.module.ExportGenesis(f.ctx, f.enc.Codec)
	require.NoError(t, f.module.ValidateGenesis(f.enc.Codec, nil, raw))
	var g types.GenesisState
	f.enc.Codec.MustUnmarshalJSON(raw, &g)

	again := newFixtureWith(t, g)
	again.bank.InitGenesis(again.ctx, f.bank.ExportGenesis(f.ctx))
	again.ctx = again.ctx.WithBlockTime(f.ctx.BlockTime()).WithBlockHeight(f.ctx.BlockHeight())
	again.revshare.pools = f.revshare.pools
	require.Equal(t, string(raw), again.export())
	again.invariants()

	// Money goes on flowing, and to the same state as without the import.
	for _, x := range []*fixture{f, again} {
		now := x.ctx.BlockTime().Sub(begin)
		_, err := x.msg.CollectRefund(x.ctx, &types.MsgCollectRefund{Sender: text(account(11)), OfferingId: failed})
		require.NoError(t, err)
		_, err = x.msg.CollectRefund(x.ctx, &types.MsgCollectRefund{Sender: text(account(12)), OfferingId: succeeded})
		require.NoError(t, err)
		x.collect(succeeded, account(11))
		_, err = release(x, succeeded)
		require.NoError(t, err, "the creator's share was not paid yet")
		_, err = x.msg.RegisterModel(x.ctx, func() *types.MsgRegisterModel {
			x.fund(account(5), sdk.NewInt64Coin(aimo, 10_000))
			return goodModel(account(5), "again")
		}())
		require.ErrorIs(t, err, types.ErrDuplicateWeights, "the index was rebuilt")
		x.bid(open, x.offering(open).TermsHash, account(13), 100_000)
		x.endBlock(now + saleTime)
		require.Equal(t, types.OFFERING_STATUS_SUCCEEDED, x.offering(open).Status)
		x.collect(open, account(13))
		x.invariants()
	}
	require.Equal(t, f.export(), again.export())
}

// TestGenesisBadInput: a state that is not whole is refused.
func TestGenesisBadInput(t *testing.T) {
	f, _, _, _ := lived(t)
	raw := f.module.ExportGenesis(f.ctx, f.enc.Codec)
	for name, change := range map[string]func(g *types.GenesisState){
		"model twice":            func(g *types.GenesisState) { g.Models = append(g.Models, g.Models[0]) },
		"model beyond the last":  func(g *types.GenesisState) { g.LastModelId-- },
		"offering beyond":        func(g *types.GenesisState) { g.LastOfferingId-- },
		"version missing":        func(g *types.GenesisState) { g.Versions = g.Versions[1:] },
		"version of no model":    func(g *types.GenesisState) { g.Versions[0].Version.ModelId = 99 },
		"no manifest":            func(g *types.GenesisState) { g.Versions[0].Manifest = nil },
		"contributors":           func(g *types.GenesisState) { g.Models[0].Contributors = nil },
		"income twice":           func(g *types.GenesisState) { g.Incomes = append(g.Incomes, g.Incomes[0]) },
		"income paid too much":   func(g *types.GenesisState) { g.Incomes[0].Paid = g.Incomes[0].Paid.AddRaw(1) },
		"payment to a stranger":  func(g *types.GenesisState) { g.IncomePayments[0].Address = text(account(50)) },
		"payout of no model":     func(g *types.GenesisState) { g.PayoutsDue = []uint64{99} },
		"offering twice":         func(g *types.GenesisState) { g.Offerings = append(g.Offerings, g.Offerings[0]) },
		"terms changed":          func(g *types.GenesisState) { g.Offerings[0].Terms.Price = math.NewInt(1_001) },
		"terms invalid":          func(g *types.GenesisState) { g.Offerings[0].Terms.SaleBps = 1 },
		"not queued":             func(g *types.GenesisState) { g.Offerings[len(g.Offerings)-1].Offering.DueTime = nil },
		"bid missing":            func(g *types.GenesisState) { g.Bids = g.Bids[1:] },
		"bid changed":            func(g *types.GenesisState) { g.Bids[0].Cost = g.Bids[0].Cost.AddRaw(1) },
		"allocation missing":     func(g *types.GenesisState) { g.Allocations = g.Allocations[1:] },
		"allocation twice":       func(g *types.GenesisState) { g.Allocations = append(g.Allocations, g.Allocations[0]) },
		"beneficiary twice":      func(g *types.GenesisState) { g.Beneficiaries = append(g.Beneficiaries, g.Beneficiaries[0]) },
		"beneficiary missing":    func(g *types.GenesisState) { g.Beneficiaries = g.Beneficiaries[:1] },
		"amount missing":         func(g *types.GenesisState) { g.Offerings[0].Offering.Sold = math.Int{} },
		"tranche states missing": func(g *types.GenesisState) { g.Offerings[1].Offering.Tranches = nil },
		"parameters":             func(g *types.GenesisState) { g.Params.PaymentDenoms = nil },
		"no network kind":        func(g *types.GenesisState) { g.NetworkKind = types.NETWORK_KIND_UNSPECIFIED },
		"weights twice":          func(g *types.GenesisState) { g.Versions[0].Version.WeightsRoot = g.Versions[2].Version.WeightsRoot },
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			var g types.GenesisState
			f.enc.Codec.MustUnmarshalJSON(raw, &g)
			change(&g)
			fresh := newFixture(t)
			require.Error(t, fresh.keeper.InitGenesis(fresh.ctx, g))
		})
	}
	t.Run("ok: default", func(t *testing.T) {
		raw := f.module.DefaultGenesis(f.enc.Codec)
		require.True(t, json.Valid(raw))
		require.NoError(t, f.module.ValidateGenesis(f.enc.Codec, nil, raw))
	})
}
