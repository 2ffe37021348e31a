package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// maxCreditDenoms bounds the denoms of one owner's credits that one claim pays.
const maxCreditDenoms = 16

// refund sends coins from escrow to their owner, or credits them if that fails, and tells which.
// It is block code: the recipient cannot delay anybody else, and loses nothing.
func (k *Keeper) refund(ctx sdk.Context, owner sdk.AccAddress, amount sdk.Coins) (credited bool, err error) {
	if amount.IsZero() {
		return false, nil
	}
	if k.checkAccount("owner", owner) == nil {
		err := isolate(ctx, func(ctx sdk.Context) error {
			return k.bank.SendCoins(ctx, types.EscrowAddress(), owner, amount)
		})
		if err == nil {
			return false, nil
		}
		ctx.Logger().Error("refund is credited", "owner", owner, "amount", amount, "error", err)
	}
	for _, coin := range amount {
		at := collections.Join(owner, coin.Denom)
		before, err := getOr(ctx, k.credits, at, math.ZeroInt())
		if err != nil {
			return false, err
		}
		if err := k.credits.Set(ctx, at, before.Add(coin.Amount)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// ClaimRefund pays an owner what is credited to it, at most 16 denoms at a time. Anyone may call
// it; the coins go to the owner only.
func (k *Keeper) ClaimRefund(ctx context.Context, owner sdk.AccAddress) (sdk.Coins, error) {
	if err := k.checkAccount("owner", owner); err != nil {
		return nil, err
	}
	paid, err := k.Credit(ctx, owner)
	if err != nil {
		return nil, err
	}
	if paid.IsZero() {
		return nil, types.ErrNothingToClaim.Wrapf("%s", owner)
	}
	for _, coin := range paid {
		if err := k.credits.Remove(ctx, collections.Join(owner, coin.Denom)); err != nil {
			return nil, err
		}
	}
	if err := k.bank.SendCoins(ctx, types.EscrowAddress(), owner, paid); err != nil {
		return nil, err
	}
	text, err := k.addresses.BytesToString(owner)
	if err != nil {
		return nil, err
	}
	return paid, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventRefundClaimed{Owner: text, Paid: paid})
}

// Credit returns what ClaimRefund would pay an owner.
func (k *Keeper) Credit(ctx context.Context, owner sdk.AccAddress) (sdk.Coins, error) {
	iter, err := k.credits.Iterate(ctx, collections.NewPrefixedPairRange[sdk.AccAddress, string](owner))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	coins := sdk.NewCoins()
	for ; iter.Valid() && len(coins) < maxCreditDenoms; iter.Next() {
		kv, err := iter.KeyValue()
		if err != nil {
			return nil, err
		}
		coins = coins.Add(sdk.NewCoin(kv.Key.K2(), kv.Value))
	}
	return coins, nil
}
