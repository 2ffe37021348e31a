package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/executors"
	"github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// AssertResult takes the answer of the executor that was drawn. The bond that the job held is behind the claim now.
func (k *Keeper) AssertResult(ctx context.Context, executor sdk.AccAddress, requestID uint64, root [32]byte) (types.Claim, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	r, err := k.Request(ctx, requestID)
	if err != nil {
		return types.Claim{}, err
	}
	key := executors.Key{Kind: types.SubjectKind_SUBJECT_KIND_REQUEST, ID: requestID, Executor: executor}
	job, err := k.executors.Job(ctx, key)
	if err != nil {
		return types.Claim{}, err
	}
	if job.DeadlineHeight < sdkCtx.BlockHeight() || !r.Optimistic || r.Status != types.RequestStatus_REQUEST_STATUS_PENDING {
		return types.Claim{}, types.ErrNotAssigned.Wrapf("request %d is %s, the job was open up to block %d", requestID, r.Status, job.DeadlineHeight)
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return types.Claim{}, err
	}
	if _, err := k.executors.Finish(ctx, key, true); err != nil {
		return types.Claim{}, err
	}
	c, err := k.claims.Assert(ctx, types.Claim{
		RequestId: r.Id, ModelId: r.ModelId, Version: r.Version, Executor: job.Executor, OutputRoot: root[:], Bond: job.Bond,
	}, params.Optimistic)
	if err != nil {
		return c, err
	}
	r.Status, r.ClaimId = types.RequestStatus_REQUEST_STATUS_ASSERTED, c.Id
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return c, err
	}
	if err := k.openAudit(ctx, c, r); err != nil {
		return c, err
	}
	return c, sdkCtx.EventManager().EmitTypedEvent(&types.EventResultAsserted{
		ClaimId: c.Id, RequestId: r.Id, Executor: c.Executor, OutputRoot: hex.EncodeToString(root[:]), WindowHeight: c.WindowHeight,
	})
}

// task builds what the machine judges a claim by: the version's manifest and the request.
func (k *Keeper) task(ctx context.Context, c types.Claim) (*dispute.Task, error) {
	r, err := k.Request(ctx, c.RequestId)
	if err != nil {
		return nil, err
	}
	encoded, err := k.models.ManifestOf(ctx, c.ModelId, c.Version)
	if err != nil {
		return nil, err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(gasPerManifestByte*uint64(len(encoded)), "oracle manifest")
	m, err := bundle.DecodeManifest(encoded)
	if err != nil {
		return nil, types.ErrInvalidState.Wrapf("manifest of model %d version %d: %v", c.ModelId, c.Version, err)
	}
	if len(r.InputRoot) != 32 || len(c.OutputRoot) != 32 {
		return nil, types.ErrInvalidState.Wrapf("roots of claim %d have %d and %d bytes", c.Id, len(r.InputRoot), len(c.OutputRoot))
	}
	return &dispute.Task{
		IR: m.IRRoot, Weights: m.WeightsRoot, Pipeline: m.Pipeline,
		Input: [32]byte(r.InputRoot), Seed: r.Seed, Output: [32]byte(c.OutputRoot),
	}, nil
}

// endGames ends what is due about claims: clocks, settlements, windows. Receipts of what became final follow.
func (k *Keeper) endGames(ctx sdk.Context) error {
	if err := k.claims.Timeouts(ctx, k.task, isolate, k.calmed); err != nil {
		return err
	}
	if err := k.claims.PayLost(ctx, isolate); err != nil {
		return err
	}
	if err := k.claims.Settle(ctx, isolate, k.settleClaim); err != nil {
		return err
	}
	finished := 0
	if err := k.claims.Windows(ctx, isolate, func(ctx sdk.Context, c types.Claim) error {
		finished++
		return k.finishClaim(ctx, c)
	}); err != nil {
		return err
	}
	if finished > 0 {
		if err := isolate(ctx, k.sealReceipts); err != nil {
			ctx.Logger().Error("oracle receipts", "error", err)
		}
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	if err := isolate(ctx, func(ctx sdk.Context) error {
		return k.claims.Forget(ctx, ctx.BlockHeight()-int64(params.RetentionBlocks))
	}); err != nil {
		ctx.Logger().Error("oracle pruning of claims", "error", err)
	}
	return nil
}

// restate writes where a request stands whose claim is or is not under a game.
func (k *Keeper) restate(ctx context.Context, requestID uint64, status types.RequestStatus) error {
	r, err := k.Request(ctx, requestID)
	if err != nil {
		return err
	}
	r.Status = status
	return k.requests.Set(ctx, r.Id, r)
}

// calmed tells that no game about a claim goes on any more.
func (k *Keeper) calmed(ctx sdk.Context, c types.Claim) error {
	return k.restate(ctx, c.RequestId, types.RequestStatus_REQUEST_STATUS_ASSERTED)
}

// settleClaim takes the bond behind a refuted claim, gives the requester its fee back with the users' share, and gives
// the request to another executor. What is answered then has been paid back already, so it is answered for nothing:
// the duty of who registered, as an audit is. Every such run follows a burnt bond.
func (k *Keeper) settleClaim(ctx sdk.Context, c types.Claim, users math.Int) error {
	executor, err := k.account("executor", c.Executor)
	if err != nil {
		return err
	}
	if err := k.executors.Forfeit(ctx, executor, c.Bond); err != nil {
		return err
	}
	if err := k.dropAudit(ctx, c); err != nil {
		return err
	}
	r, err := k.Request(ctx, c.RequestId)
	if err != nil {
		return err
	}
	owner, err := k.account("requester", r.Requester)
	if err != nil {
		return err
	}
	back := r.Fee()
	if users.IsPositive() {
		back = back.Add(sdk.NewCoin(types.FeeDenom, users))
	}
	r.NetworkFee.Amount, r.ModelPrice.Amount = math.ZeroInt(), math.ZeroInt()
	r.Status, r.ClaimId = types.RequestStatus_REQUEST_STATUS_PENDING, 0
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	r.DeadlineHeight = ctx.BlockHeight() + int64(params.Optimistic.WaitBlocks)
	if err := k.again(ctx, r); err != nil {
		return err
	}
	_, err = k.refund(ctx, owner, back)
	return err
}

// finishClaim makes the request of a claim final that stood: the executor is paid, the model has its price.
func (k *Keeper) finishClaim(ctx sdk.Context, c types.Claim) error {
	executor, err := k.account("executor", c.Executor)
	if err != nil {
		return err
	}
	if err := k.executors.Release(ctx, executor, c.Bond); err != nil {
		return err
	}
	r, err := k.Request(ctx, c.RequestId)
	if err != nil {
		return err
	}
	if r.ClaimId != c.Id {
		return types.ErrInvalidState.Wrapf("claim %d of request %d, which names claim %d", c.Id, r.Id, r.ClaimId)
	}
	r.Status, r.TrustClass = types.RequestStatus_REQUEST_STATUS_FINAL, types.TrustClass_TRUST_CLASS_UNDISPUTED
	r.OutputRoot, r.Witness = c.OutputRoot, make([]byte, 32) // nobody bound a witness
	r.FinalHeight = ctx.BlockHeight()
	if err := k.closeRequest(ctx, r, nil); err != nil {
		return err
	}
	if err := k.claims.CountOpen(ctx, -1); err != nil {
		return err
	}
	if err := k.payExecutor(ctx, r, executor, c); err != nil {
		return err
	}
	if err := k.payModel(ctx, r.ModelId, r.ModelPrice, []revsharetypes.PaidBy{{Address: r.Requester, Amount: r.ModelPrice.Amount}}); err != nil {
		return err
	}
	if err := k.models.RecordUsage(ctx, r.ModelId, 1, r.NetworkFee); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventRequestFinalized{
		RequestId: r.Id, ModelId: r.ModelId, OutputRoot: hex.EncodeToString(r.OutputRoot), TrustClass: r.TrustClass,
	})
}

// payExecutor divides the network fee: the executor's part, that of the auditors who found the same, and the rest, with
// what rounding leaves, to the community pool.
func (k *Keeper) payExecutor(ctx sdk.Context, r types.Request, executor sdk.AccAddress, c types.Claim) error {
	fee := r.NetworkFee.Amount
	left := fee
	give := func(to sdk.AccAddress, amount math.Int) error {
		if !amount.IsPositive() {
			return nil
		}
		left = left.Sub(amount)
		return purse{k}.Pay(ctx, to, amount)
	}
	if err := give(executor, fee.MulRaw(int64(r.ExecutorBps)).QuoRaw(10_000)); err != nil {
		return err
	}
	auditors, err := k.auditorsOf(ctx, c)
	if err != nil {
		return err
	}
	if err := k.dropAudit(ctx, c); err != nil {
		return err
	}
	for _, auditor := range auditors {
		part := fee.MulRaw(int64(r.AuditBps)).QuoRaw(10_000).QuoRaw(int64(len(auditors)))
		if err := give(auditor, part); err != nil {
			return err
		}
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	totals.CommunityTally = totals.CommunityTally.Add(left)
	return k.totals.Set(ctx, totals)
}

// sealReceipts commits to all requests that this block made final, those of the validators and those of executors.
func (k *Keeper) sealReceipts(ctx sdk.Context) error {
	iter, err := k.closed.Iterate(ctx, collections.NewPrefixedPairRange[int64, uint64](ctx.BlockHeight()))
	if err != nil {
		return err
	}
	keys, err := iter.Keys() // closes the iterator; bounded by what one block can close
	if err != nil {
		return err
	}
	var finals []types.Request
	for _, key := range keys {
		r, err := k.Request(ctx, key.K2())
		if err != nil {
			return err
		}
		if r.Final() {
			finals = append(finals, r)
		}
	}
	return k.setReceiptRoot(ctx, finals)
}
