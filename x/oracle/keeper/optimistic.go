package keeper

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/executors"
	"github.com/imochain/imod/x/oracle/types"
)

// Requests of models of class OPTIMISTIC: an executor is drawn (here), answers (optimistic_claim.go), may be challenged
// (optimistic_game.go) and is paid when the claim is final. The records lie in packages executors, claims and panel.

const (
	assignDomain = "imod/executors/request/v1"
	// maxAssigned bounds the requests that one block looks for an executor for, maxMissed the jobs that it takes away.
	maxAssigned, maxMissed = 20, 50
	// waitStep is how long a request waits before it is looked at again.
	waitStep = 3
)

// purse moves the escrow's aimo for the packages beside the keeper.
type purse struct{ k *Keeper }

// Take implements executors.Purse and claims.Purse.
func (p purse) Take(ctx context.Context, from sdk.AccAddress, amount math.Int) error {
	return p.k.bank.SendCoins(ctx, from, types.EscrowAddress(), sdk.NewCoins(sdk.NewCoin(types.FeeDenom, amount)))
}

// Pay implements executors.Purse and claims.Purse. It is block code.
func (p purse) Pay(ctx sdk.Context, to sdk.AccAddress, amount math.Int) error {
	_, err := p.k.refund(ctx, to, sdk.NewCoins(sdk.NewCoin(types.FeeDenom, amount)))
	return err
}

// Burn implements executors.Purse and claims.Purse.
func (p purse) Burn(ctx context.Context, amount math.Int) error {
	coins := sdk.NewCoins(sdk.NewCoin(types.FeeDenom, amount))
	if err := p.k.bank.SendCoinsFromAccountToModule(ctx, types.EscrowAddress(), types.ModuleName, coins); err != nil {
		return err
	}
	return p.k.bank.BurnCoins(ctx, types.ModuleName, coins)
}

// checkOptimistic refuses requests that nobody could answer, or too many of them.
func (k *Keeper) checkOptimistic(ctx context.Context, model uint64, count int, params types.Params) error {
	held, err := k.executors.Held(ctx, model)
	if err != nil {
		return err
	}
	if !held {
		return types.ErrNoExecutor.Wrapf("model %d", model)
	}
	totals, err := k.claims.Totals(ctx)
	if err != nil {
		return err
	}
	if uint64(totals.OpenRequests)+uint64(count) > uint64(params.Optimistic.MaxOpen) {
		return types.ErrTooManyOpen.Wrapf("%d requests of optimistic models are open, at most %d", totals.OpenRequests, params.Optimistic.MaxOpen)
	}
	return nil
}

// makeOptimistic fills what a request of an optimistic model has beside the others: the executor is drawn with the
// beacon of the block after it.
func makeOptimistic(r *types.Request, height int64, p types.OptimisticParams) {
	r.Optimistic, r.ExecutorBps, r.AuditBps = true, p.ExecutorBps, p.AuditBps
	r.DeadlineHeight = height + int64(p.WaitBlocks)
	r.AssignHeight = max(height, r.SeedHeight) + 1
}

// drawBeacon is the randomness of a draw about something. While nobody reveals it takes the block's hash in.
func (k *Keeper) drawBeacon(ctx sdk.Context, domain string, id uint64, params types.Params) (out [32]byte, err error) {
	b, err := k.beacon.Get(ctx)
	if err != nil {
		return out, err
	}
	mix := b.Mix
	if b.RevealedHeight == 0 || b.RevealedHeight+int64(params.BeaconStaleBlocks) < ctx.BlockHeight() {
		if mix, err = k.freshBeacon(ctx); err != nil {
			return out, err
		}
	}
	pre := append(append([]byte(domain), mix...), make([]byte, 0, 8)...)
	return sha256.Sum256(binary.BigEndian.AppendUint64(pre, id)), nil
}

// assignment is the work of one block: params and rosters are read once.
type assignment struct {
	k       *Keeper
	params  types.Params
	rosters map[uint64][]types.Executor
}

// assign looks for executors for the requests that wait, the longest waiting first.
func (k *Keeper) assign(ctx sdk.Context) error {
	iter, err := k.waiting.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).
		EndExclusive(collections.Join(ctx.BlockHeight()+1, uint64(0))))
	if err != nil {
		return err
	}
	keys, err := firstKeys(iter, maxAssigned)
	if err != nil || len(keys) == 0 {
		return err
	}
	a := assignment{k: k, rosters: make(map[uint64][]types.Executor)}
	if a.params, err = k.params.Get(ctx); err != nil {
		return err
	}
	for _, key := range keys {
		err := isolate(ctx, func(ctx sdk.Context) error { return a.one(ctx, key) })
		if err == nil {
			continue
		}
		ctx.Logger().Error("oracle assignment", "request", key.K2(), "error", err)
		if err := isolate(ctx, func(ctx sdk.Context) error {
			if err := k.waiting.Remove(ctx, key); err != nil {
				return err
			}
			return k.waiting.Set(ctx, collections.Join(ctx.BlockHeight()+retryBlocks, key.K2()))
		}); err != nil {
			ctx.Logger().Error("oracle assignment retry", "request", key.K2(), "error", err)
		}
	}
	return nil
}

// one draws an executor for a request, or gives the job to the one that was drawn. The draw does not ask who is free:
// a drawn executor without a free slot keeps the request until it has one.
func (a *assignment) one(ctx sdk.Context, key collections.Pair[int64, uint64]) error {
	k := a.k
	if err := k.waiting.Remove(ctx, key); err != nil {
		return err
	}
	r, err := k.Request(ctx, key.K2())
	if err != nil {
		return err
	}
	if !r.Optimistic || r.Status != types.RequestStatus_REQUEST_STATUS_PENDING || r.AssignHeight == 0 {
		return nil
	}
	if ctx.BlockHeight() >= r.DeadlineHeight || r.Executor == "" && r.Attempts >= types.MaxAttempts {
		return k.expireOptimistic(ctx, r)
	}
	if r.Executor == "" {
		if err := a.draw(ctx, &r); err != nil {
			return err
		}
	}
	if r.Executor == "" {
		return k.wait(ctx, r, ctx.BlockHeight()+waitStep)
	}
	account, err := k.account("executor", r.Executor)
	if err != nil {
		return err
	}
	e, err := k.executors.Get(ctx, account)
	if err != nil || !executors.InRoster(e) { // it left, or may not be drawn any more
		r.Executor = ""
		return k.wait(ctx, r, ctx.BlockHeight()+1)
	}
	if !executors.Takes(e, a.params.Optimistic.JobBond) {
		return k.wait(ctx, r, ctx.BlockHeight()+waitStep)
	}
	r.AssignHeight = 0
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return err
	}
	job := executors.Key{Kind: types.SubjectKind_SUBJECT_KIND_REQUEST, ID: r.Id, Executor: account}
	return k.executors.Start(ctx, job, ctx.BlockHeight()+int64(a.params.Optimistic.JobBlocks), a.params.Optimistic)
}

// draw picks an executor that did not fail the request before. None may be there for the moment.
func (a *assignment) draw(ctx sdk.Context, r *types.Request) error {
	roster, ok := a.rosters[r.ModelId]
	if !ok {
		var err error
		if roster, err = a.k.executors.Roster(ctx, r.ModelId); err != nil {
			return err
		}
		a.rosters[r.ModelId] = roster
	}
	able := make([]types.Executor, 0, len(roster))
	for _, e := range roster {
		if !slices.Contains(r.Passed, e.Address) {
			able = append(able, e)
		}
	}
	beacon, err := a.k.drawBeacon(ctx, assignDomain, r.Id, a.params)
	if err != nil {
		return err
	}
	for _, e := range executors.Draw(able, beacon, 1) {
		r.Executor = e.Address
		r.Attempts++
	}
	return nil
}

// wait puts a request back on the list of those that look for an executor.
func (k *Keeper) wait(ctx sdk.Context, r types.Request, height int64) error {
	r.AssignHeight = min(height, max(r.DeadlineHeight, ctx.BlockHeight()+1))
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return err
	}
	return k.waiting.Set(ctx, collections.Join(r.AssignHeight, r.Id))
}

// again gives a request back that its executor missed, or whose claim fell.
func (k *Keeper) again(ctx sdk.Context, r types.Request) error {
	if r.Executor != "" && len(r.Passed) < types.MaxAttempts {
		r.Passed = append(r.Passed, r.Executor)
	}
	r.Executor = ""
	return k.wait(ctx, r, ctx.BlockHeight()+1)
}

// expireOptimistic refunds in full: the requester got nothing.
func (k *Keeper) expireOptimistic(ctx sdk.Context, r types.Request) error {
	owner, err := k.account("requester", r.Requester)
	if err != nil {
		return err
	}
	refund := r.Fee()
	r.Status, r.FinalHeight, r.AssignHeight = types.RequestStatus_REQUEST_STATUS_EXPIRED, ctx.BlockHeight(), 0
	if err := k.closeRequest(ctx, r, nil); err != nil {
		return err
	}
	if err := k.claims.CountOpen(ctx, -1); err != nil {
		return err
	}
	credited, err := k.refund(ctx, owner, refund)
	if err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventRequestExpired{
		RequestId: r.Id, Requester: r.Requester, Refund: refund, Credited: credited,
	})
}

// missJobs takes jobs away whose deadline is over. Those of panels are the panel's to judge.
func (k *Keeper) missJobs(ctx sdk.Context) error {
	keys, err := k.executors.Due(ctx, ctx.BlockHeight(), maxMissed)
	if err != nil {
		return err
	}
	for _, key := range keys {
		err := isolate(ctx, func(ctx sdk.Context) error { return k.missJob(ctx, key) })
		if err == nil {
			continue
		}
		ctx.Logger().Error("oracle job", "kind", key.Kind, "id", key.ID, "error", err)
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.executors.PutOff(ctx, key, retryBlocks) }); err != nil {
			ctx.Logger().Error("oracle job retry", "kind", key.Kind, "id", key.ID, "error", err)
		}
	}
	return nil
}

func (k *Keeper) missJob(ctx sdk.Context, key executors.Key) error {
	if key.Kind != types.SubjectKind_SUBJECT_KIND_REQUEST {
		if _, err := k.panels.Get(ctx, key.Kind, key.ID); err == nil {
			return k.executors.PutOff(ctx, key, waitStep)
		}
	}
	if _, err := k.executors.Miss(ctx, key); err != nil {
		return err
	}
	if key.Kind != types.SubjectKind_SUBJECT_KIND_REQUEST {
		return nil
	}
	r, err := k.Request(ctx, key.ID)
	if err != nil {
		return err
	}
	return k.again(ctx, r)
}

// letGo pays executors that left and whom nothing holds any more.
func (k *Keeper) letGo(ctx sdk.Context) error {
	accounts, err := k.executors.Leaving(ctx, ctx.BlockHeight(), maxAssigned)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.executors.LetGo(ctx, account) }); err != nil {
			ctx.Logger().Error("oracle executor", "executor", account, "error", err)
		}
	}
	return nil
}

// endOptimistic is the part of executors, claims and games in the end of a block. Each list has its own bound, and what
// is left over is the next block's.
func (k *Keeper) endOptimistic(ctx sdk.Context) error {
	for _, part := range []func(sdk.Context) error{
		k.endGames, k.endPanels, k.missJobs, k.assign, k.letGo,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}
