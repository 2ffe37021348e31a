package keeper_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// sell lists a token of alice's and sells it to bob, then gives it back.
func (f *fixture) sell(t require.TestingT, c uint64, id types.TokenID, price sdk.Coin) {
	f.list(t, c, id, price)
	require.NoError(t, f.k.Buy(f.ctx, f.bob, c, id, price))
	require.NoError(t, f.k.TransferFrom(f.ctx, f.bob, f.bob, f.alice, c, id))
}

func TestIncomeOfABlockIsOnePayment(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, func(m *types.MsgCreateCollection) { m.MintPrice = coin(0) })
	id := f.finalToken(t, c, 1)
	f.sell(t, c, id, coin(10_000))
	f.sell(t, c, id, coin(30_000))
	f.sell(t, c, id, sdk.NewInt64Coin(usd, 1_000))
	info, err := f.queries.Collection(f.ctx, &types.QueryCollectionRequest{Id: c})
	require.NoError(t, err)
	require.Equal(t, []types.Income{
		{CollectionId: c, Amount: coin(2_000), DueHeight: 10},
		{CollectionId: c, Amount: sdk.NewInt64Coin(usd, 50), DueHeight: 10},
	}, info.Collection.Incomes)
	f.endBlock(t)
	require.Equal(t, sdk.NewCoins(coin(2_000), sdk.NewInt64Coin(usd, 50)), f.bank.GetAllBalances(f.ctx, poolAccount))
	require.Len(t, events[*types.EventIncomePaid](t, f), 2)
	f.endBlock(t)
	require.Len(t, events[*types.EventIncomePaid](t, f), 2, "nothing is paid twice")
	f.invariants(t)
}

// TestPoisonedItems: a payment that fails or panics is put off and stops no other;
// no token waits for it.
func TestPoisonedItems(t *testing.T) {
	for name, refuse := range map[string]func() error{
		"ok: an error": func() error { return errors.New("denom is closed") },
		"ok: a panic":  func() error { panic("broken") },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			bad := f.createCollection(t, nil)
			good := f.createCollection(t, func(m *types.MsgCreateCollection) { m.ModelId = modelID + 1 })
			f.models.onPay = func(ctx context.Context, model uint64, amount sdk.Coin) error {
				if model != modelID {
					return nil
				}
				// what was written before the failure must not stay
				require.NoError(t, f.bank.SendCoins(ctx, types.EscrowAddress(bad), person(222), sdk.NewCoins(amount)))
				return refuse()
			}
			id := f.finalToken(t, bad, 1)
			f.finalToken(t, good, 1)
			f.endBlock(t)
			require.Equal(t, int64(50), f.has(poolAccount), "the good one is paid")
			require.Equal(t, int64(50), f.has(types.EscrowAddress(bad)), "the bad one is held")
			require.Zero(t, f.has(person(222)))
			require.Equal(t, types.EventIncomeHeld{CollectionId: bad, ModelId: modelID, Amount: coin(50), DueHeight: 1_010},
				*events[*types.EventIncomeHeld](t, f)[0])
			f.invariants(t)

			f.sell(t, bad, id, coin(10_000))
			f.endBlock(t)
			require.Equal(t, int64(550), f.has(types.EscrowAddress(bad)), "sales go on, their royalty joins what waits")
			f.invariants(t)

			f.ctx = f.ctx.WithBlockHeight(1_010)
			f.models.onPay = nil
			f.endBlock(t)
			require.Zero(t, f.has(types.EscrowAddress(bad)))
			require.Equal(t, int64(600), f.has(poolAccount))
			f.invariants(t)
		})
	}
}

// backlog leaves n collections with royalty due.
func backlog(t require.TestingT, f *fixture, n int) {
	gs, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	template := gs.Collections[0]
	for id := uint64(2); id <= uint64(n)+1; id++ {
		c := template
		c.Id = id
		gs.Collections = append(gs.Collections, c)
		gs.Incomes = append(gs.Incomes, types.Income{CollectionId: id, Amount: coin(1), DueHeight: f.ctx.BlockHeight()})
		f.fund(t, types.EscrowAddress(id), sdk.NewCoins(coin(1)))
	}
	gs.LastCollectionId = uint64(n) + 1
	require.NoError(t, f.k.InitGenesis(f.ctx, gs))
}

func TestBacklogDrains(t *testing.T) {
	f := newFixture(t)
	f.createCollection(t, nil)
	backlog(t, f, 250)
	for _, want := range []int64{100, 200, 250, 250} {
		f.endBlock(t)
		require.Equal(t, want, f.has(poolAccount))
		f.invariants(t)
	}
}

// BenchmarkDue is the end of a block behind a backlog: at most 50 ms.
func BenchmarkDue(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		b.Run(fmt.Sprintf("%d due", n), func(b *testing.B) {
			f := newFixture(b)
			f.createCollection(b, nil)
			backlog(b, f, n)
			f.ctx.MultiStore().(storetypes.CommitMultiStore).Commit() // as a backlog is found: in an earlier block
			for b.Loop() {
				branch, _ := f.ctx.CacheContext()
				require.NoError(b, f.k.EndBlock(branch))
			}
		})
	}
}
