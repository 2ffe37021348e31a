package keeper

import (
	"context"
	"fmt"
	gomath "math"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// SetAutoPayout asks for payments without a claim, or stops them. Contracts are refused: they
// could not account for coins that they did not ask for.
func (k *Keeper) SetAutoPayout(ctx context.Context, holder sdk.AccAddress, shareDenom string, enabled bool) error {
	if err := k.checkAccount(holder); err != nil {
		return err
	}
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return err
	}
	key := collections.Join(shareDenom, holder)
	had, err := k.auto.Has(ctx, key)
	if err != nil {
		return err
	}
	if enabled == had {
		return errorsmod.Wrapf(types.ErrAutoRefused, "it is so already: %t", had)
	}
	if enabled {
		if err := k.enableAuto(ctx, holder, pool); err != nil {
			return err
		}
	} else if err := k.dropAuto(ctx, shareDenom, holder); err != nil {
		return err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventAutoPayoutSet{ShareDenom: shareDenom, Holder: text, Enabled: enabled})
}

func (k *Keeper) enableAuto(ctx context.Context, holder sdk.AccAddress, pool rolledPool) error {
	recipient, err := k.recipient(ctx, holder)
	if err != nil {
		return err
	}
	if k.deps.Code.HasCode(ctx, holder) || k.deps.Code.HasCode(ctx, recipient) {
		return errorsmod.Wrap(types.ErrAutoRefused, "contracts claim for themselves")
	}
	held, err := k.holding(ctx, pool.ShareDenom, holder)
	if err != nil {
		return err
	}
	if held.Balance.IsZero() && held.Lazy.IsZero() {
		return errorsmod.Wrap(types.ErrAutoRefused, "the account holds nothing")
	}
	return k.queueAuto(ctx, pool.ShareDenom, holder, types.AutoPayout{Due: pool.Epoch + pool.DripEpochs})
}

func (k *Keeper) queueAuto(ctx context.Context, shareDenom string, holder sdk.AccAddress, auto types.AutoPayout) error {
	if err := k.auto.Set(ctx, collections.Join(shareDenom, holder), auto); err != nil {
		return err
	}
	return k.autoQueue.Set(ctx, collections.Join3(auto.Due, shareDenom, holder))
}

func (k *Keeper) dropAuto(ctx context.Context, shareDenom string, holder sdk.AccAddress) error {
	key := collections.Join(shareDenom, holder)
	auto, err := k.auto.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := k.autoQueue.Remove(ctx, collections.Join3(auto.Due, shareDenom, holder)); err != nil {
		return err
	}
	return k.auto.Remove(ctx, key)
}

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
