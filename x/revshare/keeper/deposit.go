package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// Deposit moves amount from an account, a module's or a derived one included, into the
// pool of shareDenom. What the accumulator cannot share now the pool keeps for later: the
// payer fails only on an invalid amount, denom or kind, or for want of coins. A module that pays with the money of others
// says whose it is, so that the largest payers are known; without payers it is from's own.
func (k *Keeper) Deposit(
	ctx context.Context, from sdk.AccAddress, shareDenom string, amount sdk.Coin, kind types.SourceKind, payers ...types.PaidBy,
) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	allowed, err := validateDeposit(params, amount, kind)
	if err != nil {
		return err
	}
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return err
	}
	if len(from) != types.AccountLength || from.Equals(pool.account()) {
		return errorsmod.Wrap(types.ErrInvalidAccount, "payer of a deposit")
	}
	claimable, redemption, err := k.split(ctx, pool, amount)
	if err != nil {
		return err
	}
	plan, held, err := k.planDeposit(ctx, pool, sdk.Coin{Denom: amount.Denom, Amount: claimable}, allowed.MinDrip)
	if err != nil {
		return err
	}
	if err := k.deps.Bank.SendCoins(ctx, from, pool.account(), sdk.Coins{amount}); err != nil {
		return err
	}
	if err := k.saveRoll(ctx, &pool.rolled); err != nil {
		return err
	}
	if err := k.saveStream(ctx, pool.Id, &plan); err != nil {
		return err
	}
	if claimable.LT(amount.Amount) {
		if err := k.redemptions.Set(ctx, collections.Join(pool.Id, amount.Denom), redemption); err != nil {
			return err
		}
	}
	payer, err := k.deps.AddressCodec.BytesToString(from)
	if err != nil {
		return err
	}
	if err := k.addEarnings(ctx, pool.Id, amount, kind, payer, types.Apportion(amount.Amount, payers)); err != nil {
		return err
	}
	return emit(ctx, &types.EventRevenueDeposited{
		ShareDenom: shareDenom, Epoch: pool.Epoch, Payer: payer, Amount: amount, Kind: kind, Held: held,
	})
}

func validateDeposit(params types.Params, amount sdk.Coin, kind types.SourceKind) (types.RevenueDenom, error) {
	allowed, found := params.RevenueDenom(amount.Denom)
	if !found || allowed.Closed {
		return allowed, errorsmod.Wrap(types.ErrDenomNotAllowed, amount.Denom)
	}
	if !types.ValidAmount(amount.Amount) {
		return allowed, errorsmod.Wrapf(types.ErrInvalidAmount, "deposit of %s%s: outside 1..2^%d", amount.Amount, amount.Denom, types.MaxAmountBits)
	}
	if _, known := types.SourceKind_name[int32(kind)]; !known || kind == types.SourceKind_SOURCE_KIND_UNSPECIFIED {
		return allowed, errorsmod.Wrapf(types.ErrInvalidKind, "%d", kind)
	}
	return allowed, nil
}

// planDeposit credits amount, possibly nothing, and starts the drip. A stream whose arithmetic
// or whose cover breaks keeps the amount outside its books.
func (k *Keeper) planDeposit(ctx context.Context, pool rolledPool, amount sdk.Coin, minDrip math.Int) (plan streamPlan, held bool, err error) {
	stored, err := getOr(ctx, k.streams, collections.Join(pool.Id, amount.Denom), types.NewStream(pool.Epoch))
	if err != nil {
		return plan, false, err
	}
	plan, err = k.planStream(ctx, pool, amount.Denom, stored)
	breached := accumulator.Breach(err)
	if err == nil {
		books, err := k.poolBooks(ctx, pool, plan)
		if err != nil {
			return plan, false, err
		}
		breached = !books.balance()
	}
	if err == nil && !breached {
		held, err = plan.deposit(pool, amount.Amount, minDrip)
		breached = accumulator.Breach(err)
	}
	if breached {
		if err := emit(ctx, &types.EventPoolBreached{ShareDenom: pool.ShareDenom, Denom: amount.Denom}); err != nil {
			return plan, false, err
		}
		held = true
		plan = streamPlan{denom: amount.Denom, Advanced: accumulator.Advanced{Stream: stored}}
		plan.Stream, err = accumulator.Hold(stored, amount.Amount)
	}
	plan.changed = true
	return plan, held, err
}

// Sync is Sweep for callers that do not need to know what was found.
func (k *Keeper) Sync(ctx context.Context, shareDenom string) error {
	_, err := k.Sweep(ctx, shareDenom)
	return err
}

// Sweep moves coins that were sent to the share token's EVM address into its pool and
// returns them. Coins can arrive there without running any code, so anyone may call it and
// calling it with nothing to sweep is no error.
func (k *Keeper) Sweep(ctx context.Context, shareDenom string) (sdk.Coins, error) {
	if has, err := k.pools.Has(ctx, shareDenom); err != nil || !has {
		return nil, errorsmod.Wrap(orElse(err, types.ErrPoolNotFound), shareDenom)
	}
	lying, err := k.Unswept(ctx, shareDenom)
	if err != nil {
		return nil, err
	}
	token, _ := k.deps.TokenAddress(shareDenom)
	for _, coin := range lying {
		if err := k.Deposit(ctx, token, shareDenom, coin, types.SourceKind_SOURCE_KIND_NATIVE); err != nil {
			return nil, err
		}
	}
	return lying, nil
}

// Unswept is what Sweep would find now, ascending by denom.
func (k *Keeper) Unswept(ctx context.Context, shareDenom string) (sdk.Coins, error) {
	token, ok := k.deps.TokenAddress(shareDenom)
	if !ok {
		return nil, errorsmod.Wrap(types.ErrNotShareDenom, shareDenom)
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	lying := sdk.Coins{}
	for _, d := range params.RevenueDenoms {
		coin := k.deps.Bank.SpendableCoin(ctx, token, d.Denom)
		if d.Closed || !coin.IsPositive() {
			continue
		}
		coin.Amount = math.MinInt(coin.Amount, types.MaxAmount())
		lying = append(lying, coin) // the allow-list is ascending, so this is too
	}
	return lying, nil
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
