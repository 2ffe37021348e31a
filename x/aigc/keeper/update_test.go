package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestUpdateFollowsRecord: a token changes when the chain's record did, to what the
// record says, and never otherwise.
func TestUpdateFollowsRecord(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	_, err := f.k.Settle(f.ctx, f.bob, c, id, output(1))
	require.NoError(t, err)
	encoded, err := f.k.Prompt(f.ctx, c, id)
	require.NoError(t, err)
	update := func(prompt, data []byte) func(sdk.Context) error {
		return func(ctx sdk.Context) error { _, err := f.k.Update(ctx, c, prompt, data); return err }
	}
	refused(t, f, types.ErrUnchanged, update(encoded, output(1)))
	refused(t, f, types.ErrInvalidPrompt, update(append(encoded, 0), output(1)))
	pending := f.mint(t, c, 2)
	waiting, err := f.k.Prompt(f.ctx, c, tokenID(t, pending.TokenId))
	require.NoError(t, err)
	refused(t, f, types.ErrTokenPending, update(waiting, output(2)))

	token, err := f.k.Token(f.ctx, c, id)
	require.NoError(t, err)
	root := merkle.BytesRoot(output(9))
	request := f.oracle.requests[token.RequestId]
	request.Status, request.OutputRoot = oracletypes.RequestStatus_REQUEST_STATUS_DISPUTED, root[:]
	f.oracle.requests[token.RequestId] = request
	refused(t, f, types.ErrNoResult, update(encoded, root[:]))
	request.Status = oracletypes.RequestStatus_REQUEST_STATUS_FINAL
	f.oracle.requests[token.RequestId] = request
	refused(t, f, types.ErrContentMismatch, update(encoded, output(8)))

	locked := f.spent(f.bob)
	require.Positive(t, locked)
	require.NoError(t, update(encoded, output(9))(f.ctx))
	require.Equal(t, int64(0), f.spent(f.bob), "the deposit for what is gone came back")
	verified, err := f.k.Verify(f.ctx, c, encoded, output(9))
	require.NoError(t, err)
	require.True(t, verified)
	verified, err = f.k.Verify(f.ctx, c, encoded, output(1))
	require.NoError(t, err)
	require.False(t, verified)
	_, err = f.k.Content(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrContentNotFound)
	refused(t, f, types.ErrUnchanged, update(encoded, root[:]))
	f.invariants(t)

	delete(f.oracle.requests, token.RequestId)
	refused(t, f, oracletypes.ErrRequestNotFound, update(encoded, output(9)))
}
