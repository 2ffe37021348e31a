package keeper_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// TestOptimisticProperties: whatever executors, challengers and requesters do in whatever order, with recipients that
// refuse and a store that fails, the escrow holds exactly what it owes, nothing comes from nowhere, bonds agree with
// what holds them, and the state survives an export. In the end everything that waits runs out, and nothing is held.
func TestOptimisticProperties(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newOptimisticWorld(rt)
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			w.step(rt)
			w.check(rt)
		}
		g, err := w.Keeper.ExportGenesis(w.Ctx)
		require.NoError(rt, err)
		require.NoError(rt, g.Validate())
		other := w.Import(g)
		again, err := other.Keeper.ExportGenesis(other.Ctx)
		require.NoError(rt, err)
		require.Equal(rt, g, again)
		w.Fixture = other
		w.Bank.Refusing, w.Bank.Blocked = map[string]bool{}, map[string]bool{}
		w.drain(rt)
	})
}

type optimisticWorld struct {
	*fixture.Fixture
	users     []sdk.AccAddress
	executors []sdk.AccAddress
	supply    sdk.Coins
}

func newOptimisticWorld(rt *rapid.T) *optimisticWorld {
	f := fixture.New(rt, 10)
	w := &optimisticWorld{Fixture: f, executors: f.Optimistic(6)}
	for i := range 3 {
		w.users = append(w.users, f.Account(fmt.Sprint("user ", i)))
	}
	f.Bank.Mint(f.Ctx, fixture.Address("creator"), aimo(1_000_000))
	w.supply = f.Bank.Supply(f.Ctx)
	return w
}

// try runs what may be refused on a branch.
func (w *optimisticWorld) try(do func(ctx sdk.Context) error) {
	branch, write := w.Ctx.CacheContext()
	if do(branch) == nil {
		write()
	}
}

func (w *optimisticWorld) step(rt *rapid.T) {
	user := rapid.SampledFrom(w.users).Draw(rt, "user")
	executor := rapid.SampledFrom(w.executors).Draw(rt, "executor")
	server := keeper.NewMsgServer(w.Keeper)
	switch rapid.SampledFrom([]string{
		"ask", "ask", "assert", "assert", "block", "block", "block", "challenge", "timeout", "register", "leave",
		"version", "panel", "panel", "fault", "leap",
	}).Draw(rt, "what") {
	case "ask":
		w.try(func(ctx sdk.Context) error {
			in := fixture.Request(user, fixture.OptimisticModel, rapid.Uint64Range(0, 9).Draw(rt, "seed"))
			_, err := w.Keeper.CreateRequest(ctx, in)
			return err
		})
	case "assert":
		w.assert(rt)
	case "block":
		w.Next()
	case "challenge":
		w.try(func(ctx sdk.Context) error {
			_, err := w.Keeper.Challenge(ctx, user, w.any(rt, func(g types.DisputeTotals) uint64 { return g.LastClaim }), aimo(5_000))
			return err
		})
	case "timeout":
		w.try(func(ctx sdk.Context) error {
			id := w.any(rt, func(g types.DisputeTotals) uint64 { return g.LastDispute })
			_, err := server.Timeout(ctx, &types.MsgTimeout{Sender: user.String(), DisputeId: id})
			return err
		})
	case "register":
		w.try(func(ctx sdk.Context) error {
			_, err := server.RegisterExecutor(ctx, &types.MsgRegisterExecutor{
				Executor: executor.String(), Capacity: rapid.Uint32Range(1, 4).Draw(rt, "capacity"),
				Bond: aimo(rapid.Int64Range(0, 50_000).Draw(rt, "bond")), Models: []uint64{fixture.OptimisticModel}, MaxBundleBytes: 1 << 40,
			})
			return err
		})
	case "leave":
		w.try(func(ctx sdk.Context) error {
			_, err := server.UnregisterExecutor(ctx, &types.MsgUnregisterExecutor{Executor: executor.String()})
			return err
		})
	case "version":
		w.version(rt)
	case "panel":
		w.panel(rt)
	case "fault":
		for _, account := range []sdk.AccAddress{user, executor} {
			w.Bank.Refusing[string(account)] = rapid.Bool().Draw(rt, "refusing")
			w.Bank.Blocked[string(account)] = rapid.Bool().Draw(rt, "blocked")
		}
		w.Models.FailIncome = rapid.Bool().Draw(rt, "income fails")
		w.Distr.Fail = rapid.Bool().Draw(rt, "distribution fails")
		if rapid.Bool().Draw(rt, "store fails in the block") {
			w.Faults.After(rapid.IntRange(0, 60).Draw(rt, "operations"), false)
			_ = w.Keeper.EndBlock(w.Ctx) // twice in one height is harmless: what is done is done
			w.Faults.Off()
		}
	case "leap":
		w.At(w.Ctx.BlockHeight() + rapid.Int64Range(2, 80).Draw(rt, "blocks"))
		w.Next()
	}
}

func (w *optimisticWorld) any(rt *rapid.T, last func(types.DisputeTotals) uint64) uint64 {
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	return rapid.Uint64Range(1, max(1, last(g.DisputeTotals))).Draw(rt, "id")
}

// assert lets an executor with a job answer, rightly or not.
func (w *optimisticWorld) assert(rt *rapid.T) {
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	for _, job := range g.Jobs {
		if job.Kind != types.SubjectKind_SUBJECT_KIND_REQUEST || rapid.Bool().Draw(rt, "another") {
			continue
		}
		account, err := sdk.AccAddressFromBech32(job.Executor)
		require.NoError(rt, err)
		root := fixture.OutputRoot(w.Get(job.Id))
		root[0] ^= byte(rapid.IntRange(0, 1).Draw(rt, "lie"))
		w.try(func(ctx sdk.Context) error {
			_, err := w.Keeper.AssertResult(ctx, account, job.Id, root)
			return err
		})
		return
	}
}

func (w *optimisticWorld) version(rt *rapid.T) {
	id := rapid.Uint64Range(5, 6).Draw(rt, "model")
	v := fixture.Version(rt, id, 4, aimo(0))
	v.Optimistic = true
	w.Models.Proving[id] = v
	if _, err := keeper.NewQueryServer(w.Keeper).Panel(w.Ctx, &types.QueryPanelRequest{Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: id}); err == nil {
		return // x/imo lets one version of a model be under proof
	}
	w.try(func(ctx sdk.Context) error {
		return w.Keeper.AfterVersionSubmitted(ctx, id, 1, fixture.Address("creator"), aimo(rapid.Int64Range(0, 1000).Draw(rt, "fee")))
	})
}

// panel lets drawn executors bind or open what they found.
func (w *optimisticWorld) panel(rt *rapid.T) {
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	server := keeper.NewMsgServer(w.Keeper)
	for _, p := range g.Panels {
		for _, s := range p.Seats {
			if rapid.IntRange(0, 3).Draw(rt, "silent") == 0 {
				continue
			}
			bound, open := w.PanelOpening(p, s.Executor, p.Id)
			if p.Kind == types.SubjectKind_SUBJECT_KIND_AUDIT {
				bound, open = w.AuditOpening(p, s.Executor, [32]byte{byte(rapid.IntRange(0, 1).Draw(rt, "root"))})
			}
			w.try(func(ctx sdk.Context) error {
				if p.Opening {
					_, err := server.OpenResult(ctx, open)
					return err
				}
				_, err := server.BindResult(ctx, &types.MsgBindResult{Executor: s.Executor, Kind: p.Kind, Id: p.Id, Binding: bound[:]})
				return err
			})
		}
	}
}

func (w *optimisticWorld) check(rt *rapid.T) {
	w.CheckMoney()
	require.NoError(rt, w.Keeper.CheckInvariants(w.Ctx))
	require.Equal(rt, w.supply.String(), w.Bank.Supply(w.Ctx).String(), "nothing from nowhere, nothing lost")
}

// drain lets everybody leave and everything run out: no bond, no fee and no game stays behind.
func (w *optimisticWorld) drain(rt *rapid.T) {
	server := keeper.NewMsgServer(w.Keeper)
	for _, executor := range w.executors {
		w.try(func(ctx sdk.Context) error {
			_, err := server.UnregisterExecutor(ctx, &types.MsgUnregisterExecutor{Executor: executor.String()})
			return err
		})
	}
	for range 12 {
		w.At(w.Ctx.BlockHeight() + 101)
		w.Next()
		w.check(rt)
	}
	g, err := w.Keeper.ExportGenesis(w.Ctx)
	require.NoError(rt, err)
	require.Empty(rt, g.Executors)
	require.Empty(rt, g.Jobs)
	require.Empty(rt, g.Panels)
	require.Zero(rt, g.DisputeTotals.OpenRequests)
	for _, d := range g.Disputes {
		require.Equal(rt, math.ZeroInt().String(), d.Bond.String())
	}
	for _, c := range g.Claims {
		require.Contains(rt, []types.ClaimStatus{types.ClaimStatus_CLAIM_STATUS_FINAL, types.ClaimStatus_CLAIM_STATUS_SETTLED}, c.Status)
	}
	for _, user := range append(w.users, w.executors...) {
		w.try(func(ctx sdk.Context) error {
			_, err := w.Keeper.ClaimRefund(ctx, user)
			return err
		})
	}
	w.check(rt)
}
