package keeper

import (
	"context"
	"fmt"
	gomath "math"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// PayDue makes the automatic payments that are due, the oldest first, at most
// MaxAutoPerBlock. A payment that fails leaves nothing behind and disturbs no other one. It
// returns an error only when its own records cannot be read or written.
func (k *Keeper) PayDue(ctx context.Context) error {
	epoch, err := k.CurrentEpoch(ctx)
	if err != nil {
		return err
	}
	due, err := k.dueAuto(ctx, epoch)
	if err != nil {
		return err
	}
	for _, key := range due {
		if err := k.payDue(ctx, key.K2(), key.K3(), epoch); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keeper) dueAuto(ctx context.Context, epoch uint64) ([]epochDenomHolder, error) {
	iter, err := k.autoQueue.Iterate(ctx, collections.NewPrefixUntilTripleRange[uint64, string, sdk.AccAddress](epoch))
	if err != nil {
		return nil, err
	}
	defer iter.Close()
	var due []epochDenomHolder
	for ; iter.Valid() && len(due) < types.MaxAutoPerBlock; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		due = append(due, key)
	}
	return due, nil
}

// payDue tries one payment on a branch of its own and books how it went.
func (k *Keeper) payDue(ctx context.Context, shareDenom string, holder sdk.AccAddress, epoch uint64) error {
	auto, err := k.auto.Get(ctx, collections.Join(shareDenom, holder))
	if err != nil {
		return err
	}
	pool, err := k.pools.Get(ctx, shareDenom)
	if err != nil {
		return err
	}
	if err := k.dropAuto(ctx, shareDenom, holder); err != nil {
		return err
	}
	outcome := k.tryAuto(ctx, shareDenom, holder)
	failed := outcome == autoFailed || outcome == autoToCode
	switch outcome {
	case autoPaid:
		auto.Failures, auto.Idle = 0, 0
	case autoIdle:
		auto.Idle = min(auto.Idle+1, types.MaxAutoBackoff)
	case autoFailed, autoToCode:
		auto.Failures++
	}
	dropped := outcome == autoToCode || auto.Failures >= types.MaxAutoFailures
	if !dropped {
		auto.Due = epoch + pool.DripEpochs<<auto.Idle
		if err := k.queueAuto(ctx, shareDenom, holder, auto); err != nil {
			return err
		}
	}
	if !failed {
		return nil
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventAutoPayoutFailed{ShareDenom: shareDenom, Holder: text, Failures: auto.Failures, Dropped: dropped})
}

type autoOutcome int

const (
	autoPaid   autoOutcome = iota
	autoIdle               // too little to pay
	autoFailed             // the payment was refused
	autoToCode             // the money would go to a contract
)

// tryAuto runs a payment on a branch with a gas limit; panics, running out of gas among them,
// are failures.
func (k *Keeper) tryAuto(ctx context.Context, shareDenom string, holder sdk.AccAddress) (outcome autoOutcome) {
	branch, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	branch = branch.WithGasMeter(storetypes.NewGasMeter(types.AutoGas))
	logger := sdk.UnwrapSDKContext(ctx).Logger()
	defer func() {
		if r := recover(); r != nil {
			logger.Info("automatic payment failed", "denom", shareDenom, "reason", fmt.Sprint(r))
			outcome = autoFailed
		}
	}()
	outcome, err := k.autoPay(branch, shareDenom, holder)
	if err != nil {
		logger.Info("automatic payment failed", "denom", shareDenom, "reason", err)
		return outcome
	}
	if outcome == autoPaid {
		write()
	}
	return outcome
}

func (k *Keeper) autoPay(ctx context.Context, shareDenom string, holder sdk.AccAddress) (autoOutcome, error) {
	recipient, err := k.recipient(ctx, holder)
	if err != nil {
		return autoFailed, err
	}
	if k.deps.Code.HasCode(ctx, holder) || k.deps.Code.HasCode(ctx, recipient) {
		return autoToCode, nil
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return autoFailed, err
	}
	refused, err := getOr(ctx, k.refusals, holder, types.Refusals{})
	if err != nil {
		return autoFailed, err
	}
	plan, err := k.planSettlement(ctx, shareDenom, holder, gomath.MaxUint64, settlement{
		spans: types.MaxAutoSpans, pays: func(denom string, units math.Int) bool {
			listed, found := params.RevenueDenom(denom)
			return found && listed.PaysAutomatically(units) && !refused.Has(denom)
		},
	})
	if err != nil {
		return autoFailed, err
	}
	if plan.payout.Empty() && (plan.complete || !plan.progress) {
		return autoIdle, nil
	}
	if err := k.carryOut(ctx, holder, recipient, &plan); err != nil {
		return autoFailed, err
	}
	return autoPaid, nil
}
