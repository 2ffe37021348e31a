package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/claims"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

func lie(types.Request) [32]byte { return [32]byte{0xbd} }

// until ends blocks until a request has a status, at most 200.
func until(t *testing.T, f *fixture.Fixture, id uint64, status types.RequestStatus) {
	t.Helper()
	for range 200 {
		if f.Get(id).Status == status {
			return
		}
		f.Next()
		f.CheckMoney()
		require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
	}
	require.Fail(t, "request stays", "%s, not %s", f.Get(id).Status, status)
}

// noAudits takes chance out of a test.
func noAudits(f *fixture.Fixture) {
	params := types.DefaultParams()
	params.Optimistic = fixture.ShortTimes()
	params.Optimistic.AuditChanceBps = 0
	f.SetParams(params)
}

// TestUndisputed: an executor is drawn in the block after the request, answers, and is paid when the window is over,
// not before; the result says what it is, and has a receipt.
func TestUndisputed(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(2)
	noAudits(f)
	supply := f.Bank.Supply(f.Ctx).Add(sdk.NewInt64Coin("aimo", 1_000_000_000_000_000_000), sdk.NewInt64Coin("usdc", 1_000_000_000))
	user := f.Account("user")
	r := f.Ask(user, fixture.OptimisticModel, 7)
	require.True(t, r.Optimistic)
	require.Empty(t, r.Executor)
	f.Next()
	require.Nil(t, f.ExecutorOf(r.Id), "the beacon of the next block draws")
	f.Next()
	executor := f.ExecutorOf(r.Id)
	require.NotNil(t, executor)
	balance := f.Bank.GetBalance(f.Ctx, executor, "aimo")

	_, err := f.Keeper.AssertResult(f.Ctx, fixture.Address("somebody"), r.Id, fixture.OutputRoot(r))
	require.ErrorIs(t, err, types.ErrNotAssigned)
	c, err := f.Keeper.AssertResult(f.Ctx, executor, r.Id, fixture.OutputRoot(r))
	require.NoError(t, err)
	_, err = f.Keeper.AssertResult(f.Ctx, executor, r.Id, lie(r))
	require.ErrorIs(t, err, types.ErrNotAssigned, "an asserted result is not overwritten")
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_ASSERTED, f.Get(r.Id).Status)

	for f.Ctx.BlockHeight() < c.WindowHeight {
		f.Next()
		f.CheckMoney()
		require.Equal(t, types.RequestStatus_REQUEST_STATUS_ASSERTED, f.Get(r.Id).Status)
		require.Equal(t, balance, f.Bank.GetBalance(f.Ctx, executor, "aimo"), "escrow is released at finality only")
	}
	f.Next()
	got := f.Get(r.Id)
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_FINAL, got.Status)
	require.Equal(t, types.TrustClass_TRUST_CLASS_UNDISPUTED, got.TrustClass)
	root := fixture.OutputRoot(r)
	require.Equal(t, root[:], got.OutputRoot)
	require.Equal(t, r.NetworkFee.Amount.MulRaw(8).QuoRaw(10).String(),
		f.Bank.GetBalance(f.Ctx, executor, "aimo").Sub(balance).Amount.String())
	require.Equal(t, "1000aimo", f.Bank.All(f.Ctx, f.Models.Pool(fixture.OptimisticModel)).String())
	receipt, err := f.Keeper.Receipt(f.Ctx, r.Id)
	require.NoError(t, err)
	require.EqualValues(t, 1, receipt.Count)
	f.CheckMoney()
	require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
	require.Equal(t, supply.String(), f.Bank.Supply(f.Ctx).String())
	_, err = f.Keeper.Challenge(f.Ctx, user, c.Id, sdk.NewInt64Coin("aimo", 1_000_000))
	require.ErrorIs(t, err, types.ErrClaimClosed)
}

// TestNobodyHolds: a model that no executor holds takes no requests, and one whose executors all left neither.
func TestNobodyHolds(t *testing.T) {
	f := fixture.New(t, 10)
	accounts := f.Optimistic(1)
	user := f.Account("user")
	_, err := keeper.NewMsgServer(f.Keeper).UnregisterExecutor(f.Ctx, &types.MsgUnregisterExecutor{Executor: accounts[0].String()})
	require.NoError(t, err)
	_, err = f.Keeper.CreateRequest(f.Ctx, fixture.Request(user, fixture.OptimisticModel, 1))
	require.ErrorIs(t, err, types.ErrNoExecutor)
}

// TestMissed: who misses pays, another is drawn; when nobody answers the requester has everything back.
func TestMissed(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(3)
	user := f.Account("user")
	before := f.Bank.All(f.Ctx, user)
	r := f.Ask(user, fixture.OptimisticModel, 1)
	seen := make(map[string]bool)
	for f.Get(r.Id).Status == types.RequestStatus_REQUEST_STATUS_PENDING {
		if e := f.Get(r.Id).Executor; e != "" {
			seen[e] = true
		}
		f.Next()
		f.CheckMoney()
		require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
	}
	require.Len(t, seen, 3, "each miss draws another one")
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_EXPIRED, f.Get(r.Id).Status)
	require.Equal(t, before.String(), f.Bank.All(f.Ctx, user).String())
	require.Equal(t, "303aimo", f.Bank.All(f.Ctx, fixture.Burnt).String(), "three penalties")
}

// TestSuspended: three misses in a row, and no job until the executor registers again.
func TestSuspended(t *testing.T) {
	f := fixture.New(t, 10)
	accounts := f.Optimistic(1)
	user := f.Account("user")
	for i := range uint64(3) {
		f.Ask(user, fixture.OptimisticModel, i)
	}
	for range 12 {
		f.Next()
	}
	_, err := f.Keeper.CreateRequest(f.Ctx, fixture.Request(user, fixture.OptimisticModel, 5))
	require.ErrorIs(t, err, types.ErrNoExecutor)
	f.Register(accounts[0], 3, 0, fixture.OptimisticModel)
	_, err = f.Keeper.CreateRequest(f.Ctx, fixture.Request(user, fixture.OptimisticModel, 5))
	require.NoError(t, err)
}

// TestSilentDefence: an executor that does not defend loses its bond: 40 % to the challenger, 20 % and the fee to the
// requester, the rest burnt, to the unit; others have their bonds back; another executor makes the right result final.
func TestSilentDefence(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(3)
	noAudits(f)
	user := f.Account("user")
	paid := f.Bank.All(f.Ctx, user)
	c := f.Asserted(user, 3, lie)
	cheat, id := c.Executor, c.RequestId
	challenger, other := f.Account("challenger"), f.Account("other")
	start := f.Bank.All(f.Ctx, challenger)
	d, err := f.Keeper.Challenge(f.Ctx, challenger, c.Id, sdk.NewInt64Coin("aimo", 2_003))
	require.NoError(t, err)
	_, err = f.Keeper.Challenge(f.Ctx, other, c.Id, sdk.NewInt64Coin("aimo", 2_002))
	require.ErrorIs(t, err, types.ErrFeeAboveMax)
	f.Next()
	second, err := f.Keeper.Challenge(f.Ctx, other, c.Id, sdk.NewInt64Coin("aimo", 2_003))
	require.NoError(t, err)
	require.Equal(t, types.RequestStatus_REQUEST_STATUS_DISPUTED, f.Get(id).Status)
	_, err = keeper.NewMsgServer(f.Keeper).Timeout(f.Ctx, &types.MsgTimeout{Sender: other.String(), DisputeId: d.Id})
	require.ErrorIs(t, err, types.ErrInvalidMove, "the clock still runs")
	burnt := f.Bank.GetBalance(f.Ctx, fixture.Burnt, "aimo").Amount
	until(t, f, id, types.RequestStatus_REQUEST_STATUS_PENDING)

	s := claims.SplitClaim(c.Bond)
	require.Equal(t, start.Add(sdk.NewCoin("aimo", s.Winner)).String(), f.Bank.All(f.Ctx, challenger).String())
	require.Equal(t, paid.Add(sdk.NewCoin("aimo", s.Users)).String(), f.Bank.All(f.Ctx, user).String(), "fee and share")
	require.Equal(t, s.Burnt.String(), f.Bank.GetBalance(f.Ctx, fixture.Burnt, "aimo").Amount.Sub(burnt).String())
	require.Equal(t, start.String(), f.Bank.All(f.Ctx, other).String(), "the other challenger has its bond back")
	q := keeper.NewQueryServer(f.Keeper)
	won, err := q.Dispute(f.Ctx, &types.QueryDisputeRequest{Id: d.Id})
	require.NoError(t, err)
	require.Equal(t, types.DisputeStatus_DISPUTE_STATUS_WON, won.Dispute.Status)
	void, err := q.Dispute(f.Ctx, &types.QueryDisputeRequest{Id: second.Id})
	require.NoError(t, err)
	require.Equal(t, types.DisputeStatus_DISPUTE_STATUS_VOID, void.Dispute.Status)

	f.Next()
	f.Next()
	r := f.Get(id)
	require.NotEqual(t, cheat, r.Executor)
	_, err = f.Keeper.AssertResult(f.Ctx, f.ExecutorOf(id), id, fixture.OutputRoot(r))
	require.NoError(t, err)
	until(t, f, id, types.RequestStatus_REQUEST_STATUS_FINAL)
	root := fixture.OutputRoot(r)
	require.Equal(t, root[:], f.Get(id).OutputRoot)
}

// TestNoWithdrawalInMidGame: an executor that leaves has its bond once nothing holds it any more.
func TestNoWithdrawalInMidGame(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(1)
	noAudits(f)
	user := f.Account("user")
	c := f.Asserted(user, 3, lie)
	executor, err := sdk.AccAddressFromBech32(c.Executor)
	require.NoError(t, err)
	server := keeper.NewMsgServer(f.Keeper)
	_, err = server.UnregisterExecutor(f.Ctx, &types.MsgUnregisterExecutor{Executor: c.Executor})
	require.NoError(t, err)
	_, err = server.UnregisterExecutor(f.Ctx, &types.MsgUnregisterExecutor{Executor: c.Executor})
	require.ErrorIs(t, err, types.ErrExecutorLeaving)
	_, err = f.Keeper.Challenge(f.Ctx, user, c.Id, sdk.NewInt64Coin("aimo", 2_003))
	require.NoError(t, err)
	before := f.Bank.GetBalance(f.Ctx, executor, "aimo").Amount
	for range 80 {
		f.Next()
		f.CheckMoney()
		require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
	}
	_, err = keeper.NewQueryServer(f.Keeper).Executor(f.Ctx, &types.QueryExecutorRequest{Address: c.Executor})
	require.Error(t, err, "it is gone")
	require.Equal(t, math.NewInt(9*10_007).String(), f.Bank.GetBalance(f.Ctx, executor, "aimo").Amount.Sub(before).String(),
		"ten bonds less the one it lost")
}

// TestFillingSlots: who fills the slots of all others is not drawn himself: a drawn executor that is busy keeps the
// request until it has a slot.
func TestFillingSlots(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(1)
	busy := f.ExecutorAccounts(1)[0]
	user := f.Account("user")
	for i := range uint64(4) {
		f.Ask(user, fixture.OptimisticModel, i)
	}
	f.Next()
	f.Next()
	fourth := f.Get(4)
	require.Equal(t, busy.String(), fourth.Executor)
	require.NotZero(t, fourth.AssignHeight, "it waits for a slot")
	newcomer := f.Account("newcomer")
	f.Register(newcomer, 3, 100*10_007, fixture.OptimisticModel)
	for i := range uint64(3) {
		_, err := f.Keeper.AssertResult(f.Ctx, busy, i+1, fixture.OutputRoot(f.Get(i+1)))
		require.NoError(t, err)
	}
	for range 4 {
		f.Next()
	}
	require.Equal(t, busy.String(), f.Get(4).Executor)
	require.Zero(t, f.Get(4).AssignHeight)
}

// TestThousandGames: a thousand games end with bounded work in each block, and everybody has his money.
func TestThousandGames(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(1)
	noAudits(f)
	params := types.DefaultParams()
	params.Optimistic = fixture.ShortTimes()
	params.Optimistic.WindowBlocks = 100
	f.SetParams(params)
	executor := f.ExecutorAccounts(1)[0]
	f.Register(executor, 100, 100*10_007, fixture.OptimisticModel)
	user := f.Account("user")
	var ids []uint64
	for i := range uint64(20) {
		ids = append(ids, f.Ask(user, fixture.OptimisticModel, i).Id)
	}
	for range 4 {
		f.Next()
	}
	for _, id := range ids {
		c, err := f.Keeper.AssertResult(f.Ctx, executor, id, lie(types.Request{}))
		require.NoError(t, err)
		for i := range 50 {
			_, err := f.Keeper.Challenge(f.Ctx, f.Account(fmt.Sprint("challenger ", i)), c.Id, sdk.NewInt64Coin("aimo", 2_003))
			require.NoError(t, err)
		}
	}
	for range 200 {
		f.Next()
	}
	g, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	won := 0
	for _, d := range g.Disputes {
		require.NotEqual(t, types.DisputeStatus_DISPUTE_STATUS_OPEN, d.Status)
		require.True(t, d.Bond.IsZero())
		if d.Status == types.DisputeStatus_DISPUTE_STATUS_WON {
			won++
		}
	}
	require.Len(t, g.Disputes, 1000)
	require.Equal(t, 20, won, "one winner for each claim")
	f.CheckMoney()
	require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
}

// TestReproducedByExecutors: five of the drawn executors open the same results with their own chunks, and the model is
// theirs to answer; the fee is shared, who was silent pays.
func TestReproducedByExecutors(t *testing.T) {
	f := fixture.New(t, 10)
	f.Optimistic(7)
	v := fixture.Version(f, 5, 4, sdk.NewInt64Coin("aimo", 0))
	v.Optimistic = true
	f.Models.Proving[5] = v
	creator := f.Account("creator")
	require.NoError(t, f.Keeper.AfterVersionSubmitted(f.Ctx, 5, 1, creator, sdk.NewInt64Coin("aimo", 7_000)))
	f.Next()
	f.Next()
	q, server := keeper.NewQueryServer(f.Keeper), keeper.NewMsgServer(f.Keeper)
	panelOf := func() types.Panel {
		resp, err := q.Panel(f.Ctx, &types.QueryPanelRequest{Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: 5})
		require.NoError(t, err)
		return resp.Panel
	}
	p := panelOf()
	require.Len(t, p.Seats, 7)
	silent := p.Seats[6].Executor
	for _, s := range p.Seats[:6] {
		bound, _ := f.PanelOpening(p, s.Executor, 5)
		_, err := server.BindResult(f.Ctx, &types.MsgBindResult{Executor: s.Executor, Kind: p.Kind, Id: 5, Binding: bound[:]})
		require.NoError(t, err)
	}
	for range 4 {
		f.Next()
	}
	require.True(t, panelOf().Opening)
	for i, s := range p.Seats[:6] {
		_, msg := f.PanelOpening(p, s.Executor, 5)
		if i == 5 {
			msg.Samples = msg.Samples[:len(msg.Samples)-1]
			_, err := server.OpenResult(f.Ctx, msg)
			require.ErrorIs(t, err, types.ErrInvalidOpening)
			continue
		}
		_, err := server.OpenResult(f.Ctx, msg)
		require.NoError(t, err)
	}
	for range 6 {
		f.Next()
		f.CheckMoney()
	}
	require.Equal(t, []imotypes.ProofOutcome{imotypes.ProofOutcome_PROOF_OUTCOME_REPRODUCED}, f.Models.Outcomes)
	require.NoError(t, f.Keeper.CheckInvariants(f.Ctx))
	holders, err := q.Executors(f.Ctx, &types.QueryExecutorsRequest{ModelId: 5})
	require.NoError(t, err)
	require.Len(t, holders.Executors, 5)
	missed, err := q.Executor(f.Ctx, &types.QueryExecutorRequest{Address: silent})
	require.NoError(t, err)
	require.EqualValues(t, 1, missed.Executor.Missed)
}
