package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// retain shortens retention to its least and returns it.
func retain(f *fixture.Fixture) int64 {
	params, err := f.Keeper.Params(f.Ctx)
	require.NoError(f, err)
	params.RetentionBlocks, params.CallbackBlocks = 1000, 100
	f.SetParams(params)
	return int64(params.RetentionBlocks)
}

// TestPruning: a closed request goes when its time is over, not a block earlier; open ones and the
// roots of receipts stay.
func TestPruning(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	retention := retain(f)
	alice := f.Account("alice")
	first, second := f.Ask(alice, 1, 1), f.Ask(alice, 1, 2)
	for _, r := range []types.Request{first, second} {
		result := fixture.Result(r)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
		f.Next()
	}
	require.NoError(t, f.Keeper.Deliver(f.Ctx, first.Id, fixture.Output(1)))
	closed := f.Get(first.Id).FinalHeight
	_, err := f.Keeper.Receipt(f.Ctx, first.Id)
	require.NoError(t, err)

	f.At(closed + retention - 1)
	f.Next()
	require.Equal(t, first.Id, f.Get(first.Id).Id)
	open := f.Ask(alice, 1, 3)
	f.Next()
	_, err = f.Keeper.Request(f.Ctx, first.Id)
	require.ErrorIs(t, err, types.ErrRequestNotFound)
	_, err = f.Keeper.Receipt(f.Ctx, first.Id)
	require.ErrorIs(t, err, types.ErrRequestNotFound)
	require.Equal(t, second.Id, f.Get(second.Id).Id, "closed a block later")
	f.Next()
	_, err = f.Keeper.Request(f.Ctx, second.Id)
	require.ErrorIs(t, err, types.ErrRequestNotFound)
	require.Equal(t, open.Id, f.Get(open.Id).Id)

	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.NoError(t, g.Validate())
	require.Len(t, g.Requests, 1)
	require.Len(t, g.ReceiptRoots, 2, "the roots stay")
	f.CheckMoney()
}

// TestPruningIsBounded: a backlog of requests that closed in one block goes in several, and a
// receipt whose neighbours are gone already says so.
func TestPruningIsBounded(t *testing.T) {
	f := fixture.New(t, 10)
	retention := retain(f)
	alice := f.Account("alice")
	const rounds, perRound = 5, 150
	for range rounds {
		for i := range perRound {
			f.Ask(alice, 1, uint64(i))
		}
		f.At(f.Ctx.BlockHeight() + 100) // they expire
		for range 4 {
			f.Next()
		}
	}
	left := func() int {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		return len(g.Requests)
	}
	require.Equal(t, rounds*perRound, left())
	f.At(f.Ctx.BlockHeight() + retention)
	for want := rounds*perRound - 200; want > 0; want -= 200 {
		f.Next()
		require.Equal(t, want, left())
	}
	f.Next()
	require.Zero(t, left())
	f.CheckMoney()
}

// TestPruningWaitsForCallbacks: no member of a batch goes while its callback waits for a courier.
func TestPruningWaitsForCallbacks(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	params, err := f.Keeper.Params(f.Ctx)
	require.NoError(t, err)
	params.RetentionBlocks, params.CallbackBlocks = 1000, 1500
	f.SetParams(params)
	in := withCallback(f, f.Account("alice"), 7)
	in.Input = types.JoinBatch([][]byte{{1, 2, 3, 4}, {5, 6, 7, 8}})
	batch, err := f.Keeper.CreateBatch(f.Ctx, in, 2)
	require.NoError(t, err)
	for _, r := range batch {
		finalize(t, f, r)
	}
	f.At(f.Ctx.BlockHeight() + 1200)
	f.Next()
	for _, r := range batch {
		require.Equal(t, r.Id, f.Get(r.Id).Id)
	}
	f.At(f.Ctx.BlockHeight() + 1000) // the callback lapses, and then they go
	f.Next()
	f.Next()
	for _, r := range batch {
		_, err = f.Keeper.Request(f.Ctx, r.Id)
		require.ErrorIs(t, err, types.ErrRequestNotFound)
	}
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.Empty(t, g.Callbacks)
	f.CheckMoney()
}
