package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// TestFreeze: only a model that takes requests can be frozen, and it gets its own status back.
func TestFreeze(t *testing.T) {
	f := newFixture(t)
	last, err := f.keeper.LastModelID(f.ctx)
	require.NoError(t, err)
	require.Zero(t, last)
	creator := account(1)
	f.fund(creator, sdk.NewInt64Coin(aimo, 100_000))
	_, err = f.msg.RegisterModel(f.ctx, goodModel(creator, "a"))
	require.NoError(t, err)
	last, err = f.keeper.LastModelID(f.ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, last)
	status := func() types.ModelStatus {
		m, err := f.keeper.Model(f.ctx, 1)
		require.NoError(t, err)
		return m.Status
	}
	v, _, err := f.keeper.VersionForCustody(f.ctx, 1)
	require.NoError(t, err)
	require.Zero(t, v.Version, "under its first proof there is nothing to hold")
	require.NoError(t, f.keeper.SetFrozen(f.ctx, 1, true))
	require.Equal(t, types.MODEL_STATUS_PENDING, status())

	require.NoError(t, f.keeper.RecordProof(f.ctx, 1, 1, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED))
	v, live, err := f.keeper.VersionForCustody(f.ctx, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, v.Version)
	require.False(t, live, "no token stands for it")
	for range 2 {
		require.NoError(t, f.keeper.SetFrozen(f.ctx, 1, true))
		require.Equal(t, types.MODEL_STATUS_FROZEN, status())
		_, err = f.keeper.ServableVersion(f.ctx, 1, 0)
		require.ErrorIs(t, err, types.ErrModelFrozen)
	}
	v, _, err = f.keeper.VersionForCustody(f.ctx, 1)
	require.NoError(t, err)
	require.EqualValues(t, 1, v.Version, "or it could never come back")
	for range 2 {
		require.NoError(t, f.keeper.SetFrozen(f.ctx, 1, false))
		require.Equal(t, types.MODEL_STATUS_REPRODUCED, status())
	}
	_, err = f.keeper.ServableVersion(f.ctx, 1, 0)
	require.NoError(t, err)

	_, err = f.msg.RetireModel(f.ctx, &types.MsgRetireModel{Creator: text(creator), ModelId: 1})
	require.NoError(t, err)
	require.NoError(t, f.keeper.SetFrozen(f.ctx, 1, true))
	require.Equal(t, types.MODEL_STATUS_RETIRED, status())
	v, _, err = f.keeper.VersionForCustody(f.ctx, 1)
	require.NoError(t, err)
	require.Zero(t, v.Version)
	require.ErrorIs(t, f.keeper.SetFrozen(f.ctx, 2, true), types.ErrModelNotFound)
	f.invariants()
}
