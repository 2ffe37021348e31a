package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// audited asserts a claim that is audited by two of the three other executors, who bind what they found.
func audited(t *testing.T, root [32]byte) (*fixture.Fixture, types.Claim, types.Panel) {
	t.Helper()
	f := fixture.New(t, 10)
	f.Optimistic(4)
	params := types.DefaultParams()
	params.Optimistic = fixture.ShortTimes()
	params.Optimistic.AuditChanceBps = 10_000
	f.SetParams(params)
	c := f.Asserted(f.Account("user"), 3, fixture.OutputRoot)
	q, server := keeper.NewQueryServer(f.Keeper), keeper.NewMsgServer(f.Keeper)
	ask := &types.QueryPanelRequest{Kind: types.SubjectKind_SUBJECT_KIND_AUDIT, Id: c.Id}
	before, err := q.Panel(f.Ctx, ask)
	require.NoError(t, err)
	require.Empty(t, before.Panel.Seats, "nobody knows in the block of the assertion")
	f.Next()
	f.Next()
	drawn, err := q.Panel(f.Ctx, ask)
	require.NoError(t, err)
	require.Len(t, drawn.Panel.Seats, 2)
	for _, s := range drawn.Panel.Seats {
		require.NotEqual(t, c.Executor, s.Executor)
		bound, open := f.AuditOpening(drawn.Panel, s.Executor, root)
		_, err := server.OpenResult(f.Ctx, open)
		require.ErrorIs(t, err, types.ErrNotOpening, "what one found is not told before all have bound")
		_, err = server.BindResult(f.Ctx, &types.MsgBindResult{Executor: s.Executor, Kind: ask.Kind, Id: c.Id, Binding: bound[:]})
		require.NoError(t, err)
	}
	f.Next()
	for _, s := range drawn.Panel.Seats {
		_, open := f.AuditOpening(drawn.Panel, s.Executor, root)
		_, err := server.OpenResult(f.Ctx, open)
		require.NoError(t, err)
	}
	f.Next()
	return f, c, drawn.Panel
}

// TestAuditAgrees: auditors that found the same share their part of the fee when the claim is final, not before.
func TestAuditAgrees(t *testing.T) {
	right := fixture.OutputRoot(types.Request{Seed: 3})
	f, c, p := audited(t, right)
	has := func(i int) math.Int {
		account, err := sdk.AccAddressFromBech32(p.Seats[i].Executor)
		require.NoError(t, err)
		return f.Bank.GetBalance(f.Ctx, account, "aimo").Amount
	}
	first, second := has(0), has(1)
	part := f.Get(c.RequestId).NetworkFee.Amount.QuoRaw(10).QuoRaw(2) // of a tenth, half
	until(t, f, c.RequestId, types.RequestStatus_REQUEST_STATUS_FINAL)
	require.Greater(t, f.Ctx.BlockHeight(), c.WindowHeight)
	require.Equal(t, part.String(), has(0).Sub(first).String())
	require.Equal(t, part.String(), has(1).Sub(second).String())
}

// TestAuditDiffers: auditors that found something else decide nothing and are paid nothing, but the claim can be
// challenged for a whole window more.
func TestAuditDiffers(t *testing.T) {
	f, c, _ := audited(t, [32]byte{7})
	q := keeper.NewQueryServer(f.Keeper)
	got, err := q.Claim(f.Ctx, &types.QueryClaimRequest{Id: c.Id})
	require.NoError(t, err)
	require.Greater(t, got.Claim.WindowHeight, c.WindowHeight)
	until(t, f, c.RequestId, types.RequestStatus_REQUEST_STATUS_FINAL)
	require.Greater(t, f.Ctx.BlockHeight(), got.Claim.WindowHeight)
}
