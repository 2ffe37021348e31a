package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestFreeExits: so many in a block, one of an account in a while, and what is noted of them is forgotten.
func TestFreeExits(t *testing.T) {
	f := newFixture(t)
	at := func(height int64, n int) error {
		return f.keeper.AdmitFreeExit(f.ctx.WithBlockHeight(height), account(byte(n)))
	}
	for n := range types.MaxFreeExits {
		require.NoError(t, at(1000, n))
	}
	require.ErrorIs(t, at(1000, types.MaxFreeExits), types.ErrFreeExit, "the block is full")
	require.NoError(t, f.keeper.AdmitFreeExit(f.ctx.WithBlockHeight(1000).WithIsCheckTx(true), account(types.MaxFreeExits)), "the pool thinks of the next one")
	require.ErrorIs(t, at(1000+types.FreeExitGap-1, 3), types.ErrFreeExit, "too soon")
	require.NoError(t, at(1000+types.FreeExitGap, 3))
	require.ErrorIs(t, at(1001+types.FreeExitGap, 3), types.ErrFreeExit)

	// Every one of them forgets two that hold nobody back any more: the notes do not grow without end.
	for n := range types.MaxFreeExits {
		require.NoError(t, at(int64(5000+n), 100+n))
	}
	noted, err := f.keeper.FreeExits(f.ctx)
	require.NoError(t, err)
	require.Equal(t, types.MaxFreeExits, noted)
}

// TestFreeExitAccount: whoever owns a bid has an account, so that he can sign what is free of fees.
func TestFreeExitAccount(t *testing.T) {
	f := newFixture(t)
	id, terms := f.openSale()
	owner := account(77)
	require.False(t, f.auth.HasAccount(f.ctx, owner))
	f.fund(account(2), sdk.NewInt64Coin(aimo, 10_000))
	bid := bidOf(id, terms, account(2), 10_000)
	bid.Owner = text(owner)
	_, err := f.msg.PlaceBid(f.ctx, bid)
	require.NoError(t, err)
	require.True(t, f.auth.HasAccount(f.ctx, owner))
}
