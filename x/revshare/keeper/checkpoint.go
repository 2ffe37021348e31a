package keeper

import (
	"bytes"
	"context"
	"errors"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// Touch records what the token and the accounts are before something changes them. x/imo
// calls it before every mint, burn and change of lazy shares; transfers come here through
// SendRestriction. Only the first call of an epoch writes, so it can be repeated freely,
// also for a change that is rolled back or never happens.
func (k *Keeper) Touch(ctx context.Context, shareDenom string, accounts ...sdk.AccAddress) error {
	state, err := k.rollState(ctx, shareDenom)
	if err != nil {
		return err
	}
	if err := k.saveRoll(ctx, &state); err != nil {
		return err
	}
	for _, account := range accounts {
		if err := k.checkpoint(ctx, state, account); err != nil {
			return err
		}
	}
	return nil
}

// SendRestriction is bank's hook before balances move. The app appends it last: an earlier
// restriction may replace the recipient. It moves no coins and never replaces anybody.
func (k *Keeper) SendRestriction(ctx context.Context, from, to sdk.AccAddress, amount sdk.Coins) (sdk.AccAddress, error) {
	for _, coin := range amount {
		if _, share := k.deps.TokenAddress(coin.Denom); !share {
			continue
		}
		if len(to) != types.AccountLength {
			return nil, errorsmod.Wrapf(types.ErrInvalidAccount, "recipient of %s has %d bytes, not %d", coin.Denom, len(to), types.AccountLength)
		}
		// a share denom without a pool has nothing to record
		if err := k.Touch(ctx, coin.Denom, from, to); err != nil && !errors.Is(err, types.ErrPoolNotFound) {
			return nil, err
		}
	}
	return to, nil
}

// MaterializeLazy closes the account's lazy share as it was, immediately before x/imo turns
// amount of it into bank balance.
func (k *Keeper) MaterializeLazy(ctx context.Context, shareDenom string, account sdk.AccAddress, amount math.Int) error {
	if !types.ValidAmount(amount) {
		return errorsmod.Wrapf(types.ErrInvalidAmount, "lazy share of %s", shareDenom)
	}
	lazy, _, err := k.lazyShare(ctx, shareDenom, account)
	if err != nil {
		return err
	}
	if lazy.LT(amount) {
		return errorsmod.Wrapf(types.ErrLazyExceeded, "%s of %s%s", amount, lazy, shareDenom)
	}
	return k.Touch(ctx, shareDenom, account)
}

// checkpoint is the one write that an account costs per epoch.
func (k *Keeper) checkpoint(ctx context.Context, pool rolled, account sdk.AccAddress) error {
	if k.excluded(account) {
		return nil
	}
	key := collections.Join3(pool.Id, account, pool.Epoch)
	if has, err := k.checkpoints.Has(ctx, key); err != nil || has {
		return err
	}
	held, err := k.holding(ctx, pool.shareDenom, account)
	if err != nil {
		return err
	}
	consumeGas(ctx, types.GasCheckpoint, "revshare: checkpoint")
	return k.checkpoints.Set(ctx, key, held)
}

// holding is what an account holds now. Excluded accounts hold nothing that earns.
func (k *Keeper) holding(ctx context.Context, shareDenom string, account sdk.AccAddress) (types.Checkpoint, error) {
	held := types.Checkpoint{Balance: math.ZeroInt(), Lazy: math.ZeroInt()}
	if k.excluded(account) {
		return held, nil
	}
	lazy, since, err := k.lazyShare(ctx, shareDenom, account)
	if err != nil {
		return held, err
	}
	if lazy.IsPositive() {
		held.Lazy, held.LazySince = lazy, since
	}
	held.Balance = k.deps.Bank.GetBalance(ctx, account, shareDenom).Amount
	return held, nil
}

// lazyShare and lazyTotal ask the provider, at a fixed price.
func (k *Keeper) lazyShare(ctx context.Context, shareDenom string, account sdk.AccAddress) (math.Int, uint64, error) {
	return k.lazy.LazyShares(atFixedPrice(ctx), shareDenom, account)
}

func (k *Keeper) lazyTotal(ctx context.Context, shareDenom string) (math.Int, error) {
	return k.lazy.VirtualTotal(atFixedPrice(ctx), shareDenom)
}

func atFixedPrice(ctx context.Context) sdk.Context {
	consumeGas(ctx, types.GasLazy, "revshare: lazy shares")
	return sdk.UnwrapSDKContext(ctx).WithGasMeter(storetypes.NewInfiniteGasMeter())
}

func (k *Keeper) excluded(account sdk.AccAddress) bool {
	for _, addr := range k.deps.Excluded {
		if bytes.Equal(addr, account) {
			return true
		}
	}
	return false
}
