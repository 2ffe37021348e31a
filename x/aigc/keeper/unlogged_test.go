package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/aigc/types"
)

// TestUnlogged: what a token's life by messages leaves for the logs, step by step.
func TestUnlogged(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	missed := func(id types.TokenID) types.Missed {
		t.Helper()
		m, err := f.k.Missed(f.ctx, c, id)
		require.NoError(t, err)
		return m
	}
	caughtUp := func(id types.TokenID) { require.NoError(t, f.k.Logged(f.ctx, c, id)) }

	minted := f.mint(t, c, 1)
	id := tokenID(t, minted.TokenId)
	require.Equal(t, types.Missed{Any: true, To: f.alice}, missed(id), "a mint")
	f.oracle.finish(f.ctx, minted.RequestId, output(1))
	_, err := f.k.Settle(f.ctx, f.carol, c, id, nil)
	require.NoError(t, err)
	token, err := f.k.Token(f.ctx, c, id)
	require.NoError(t, err)
	encoded, err := token.Provenance.Prompt().Encode()
	require.NoError(t, err)
	result := types.Missed{Any: true, To: f.alice, Result: true, Prompt: encoded, OutputRoot: token.Provenance.OutputRoot}
	require.Equal(t, result, missed(id), "a mint and its settlement")
	listed, err := f.queries.Unlogged(f.ctx, &types.QueryUnloggedRequest{CollectionId: c})
	require.NoError(t, err)
	require.Equal(t, []types.UnloggedToken{{CollectionId: c, TokenId: id.String(), Unlogged: types.Unlogged{Result: true}}}, listed.Tokens)
	caughtUp(id)
	require.Equal(t, types.Missed{}, missed(id))

	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, id))
	require.NoError(t, f.k.TransferFrom(f.ctx, f.bob, f.bob, f.carol, c, id))
	require.Equal(t, types.Missed{Any: true, From: f.alice, To: f.carol}, missed(id), "two moves are one")
	require.NoError(t, f.k.TransferFrom(f.ctx, f.carol, f.carol, f.alice, c, id))
	require.Equal(t, types.Missed{}, missed(id), "back where it was")

	_, err = f.k.Settle(f.ctx, f.alice, c, id, output(1))
	require.NoError(t, err)
	require.Equal(t, types.Missed{Any: true, From: f.alice, To: f.alice, Metadata: true}, missed(id), "content changes the metadata")
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, id))
	require.Equal(t, types.Missed{Any: true, From: f.alice}, missed(id), "of a burnt token only its end is due")
	caughtUp(id)

	expired := f.mint(t, c, 2)
	f.oracle.expire(f.ctx, expired.RequestId)
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, expired.TokenId), nil)
	require.NoError(t, err)
	require.Equal(t, types.Missed{}, missed(tokenID(t, expired.TokenId)), "a token that came and went unseen")

	seen := f.mint(t, c, 3)
	caughtUp(tokenID(t, seen.TokenId))
	f.oracle.expire(f.ctx, seen.RequestId)
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, seen.TokenId), nil)
	require.NoError(t, err)
	require.Equal(t, types.Missed{Any: true, From: f.alice}, missed(tokenID(t, seen.TokenId)), "one that was seen")
	f.invariants(t)
}
