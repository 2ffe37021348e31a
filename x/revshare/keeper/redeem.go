package keeper

import (
	"context"
	"slices"
	"strings"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// redemptionPlan is what a redemption pays and writes.
type redemptionPlan struct {
	pool   rolledPool
	supply math.Int
	window types.RedeemWindow
	pots   []collections.KeyValue[poolDenom, types.Redemption]
	payout sdk.Coins
}

// Redeem burns shares of holder and pays it, of every denom of the redemption pool,
// pool * burnt / redeemable supply, rounded down. With an empty pool it only burns. Revenue
// of closed epochs stays claimable, because the balance before the burn is recorded first.
func (k *Keeper) Redeem(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) (sdk.Coins, error) {
	if err := k.checkAccount(holder); err != nil {
		return nil, err
	}
	if k.excluded(holder) {
		return nil, errorsmod.Wrap(types.ErrInvalidAccount, "the holder is excluded from revenue")
	}
	plan, err := k.planRedemption(ctx, burnt, nil)
	if err != nil {
		return nil, err
	}
	if have := k.deps.Bank.SpendableCoin(ctx, holder, burnt.Denom); have.IsLT(burnt) {
		return nil, errorsmod.Wrapf(types.ErrInvalidAmount, "burn of %s: the account can spend %s", burnt, have)
	}
	if plan.payout.IsAllPositive() {
		if left := plan.window.Left(); burnt.Amount.GT(left) {
			return nil, errorsmod.Wrapf(types.ErrRedeemCap, "%s of %s left", left, plan.window.Cap)
		}
		if err := k.payRedemption(ctx, holder, burnt.Amount, plan); err != nil {
			return nil, err
		}
	}
	if err := k.Burn(ctx, holder, burnt); err != nil {
		return nil, err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return nil, err
	}
	return plan.payout, emit(ctx, &types.EventRedeemed{ShareDenom: burnt.Denom, Holder: text, Burnt: burnt, Amount: plan.payout})
}

// planRedemption computes what burning shares pays now, once what is lying at the token's
// address is credited. The view and the payment are this.
func (k *Keeper) planRedemption(ctx context.Context, burnt sdk.Coin, lying sdk.Coins) (redemptionPlan, error) {
	plan := redemptionPlan{payout: sdk.Coins{}}
	if !types.ValidAmount(burnt.Amount) {
		return plan, errorsmod.Wrapf(types.ErrInvalidAmount, "burn of %s", burnt.Denom)
	}
	var err error
	if plan.pool, err = k.roll(ctx, burnt.Denom); err != nil {
		return plan, err
	}
	if plan.supply, err = k.redeemableSupply(ctx, burnt.Denom); err != nil {
		return plan, err
	}
	window, err := getOr(ctx, k.windows, plan.pool.Id, types.RedeemWindow{})
	if err != nil {
		return plan, err
	}
	plan.window = window.At(plan.pool.Epoch, plan.supply, plan.pool.RedeemCapBps)
	pots, err := k.pots(ctx, plan.pool, lying)
	if err != nil {
		return plan, err
	}
	for _, pot := range pots {
		if pays := pot.Value.Pays(burnt.Amount, plan.supply); pays.IsPositive() {
			pot.Value.Redeemed = pot.Value.Redeemed.Add(pays)
			plan.pots = append(plan.pots, pot)
			plan.payout = append(plan.payout, sdk.Coin{Denom: pot.Key.K2(), Amount: pays})
		}
	}
	return plan, nil
}

// pots are the redemption pools of all denoms, ascending by denom, with their part of what is
// lying at the token's address.
func (k *Keeper) pots(ctx context.Context, pool rolledPool, lying sdk.Coins) ([]collections.KeyValue[poolDenom, types.Redemption], error) {
	pots, err := collect(ctx, k.redemptions, collections.NewPrefixedPairRange[uint64, string](pool.Id), types.MaxRevenueDenoms)
	if err != nil {
		return nil, err
	}
	for _, coin := range lying {
		_, grown, err := k.split(ctx, pool, coin)
		if err != nil {
			return nil, err
		}
		pot := collections.KeyValue[poolDenom, types.Redemption]{Key: collections.Join(pool.Id, coin.Denom), Value: grown}
		at, found := slices.BinarySearchFunc(pots, coin.Denom, func(kv collections.KeyValue[poolDenom, types.Redemption], denom string) int {
			return strings.Compare(kv.Key.K2(), denom)
		})
		if found {
			pots[at] = pot
		} else {
			pots = slices.Insert(pots, at, pot)
		}
	}
	return pots, nil
}

// payRedemption moves the coins of a plan, and books it.
func (k *Keeper) payRedemption(ctx context.Context, holder sdk.AccAddress, burnt math.Int, plan redemptionPlan) error {
	consumeGas(ctx, types.GasRedeem*uint64(len(plan.pots)), "revshare: redeem")
	streams, err := k.planStreams(ctx, plan.pool)
	if err != nil {
		return err
	}
	for _, s := range streams {
		if !plan.payout.AmountOf(s.denom).IsPositive() {
			continue
		}
		if err := k.checkBooks(ctx, plan.pool, s); err != nil {
			return err
		}
	}
	if err := k.deps.Bank.SendCoins(ctx, plan.pool.account(), holder, plan.payout); err != nil {
		return err
	}
	for _, pot := range plan.pots {
		if err := k.redemptions.Set(ctx, pot.Key, pot.Value); err != nil {
			return err
		}
	}
	plan.window.Burnt = plan.window.Burnt.Add(burnt)
	return k.windows.Set(ctx, plan.pool.Id, plan.window)
}

// Redeemable is what Redeem of the same amount would pay once lying is credited, but for the
// cap of the epoch. lying is ascending by denom.
func (k *Keeper) Redeemable(ctx context.Context, burnt sdk.Coin, lying sdk.Coins) (sdk.Coins, error) {
	plan, err := k.planRedemption(ctx, burnt, lying)
	return plan.payout, err
}

// Burn destroys shares of an account. It is the only way: what was held before is recorded
// first, which bank's own burn would not do.
func (k *Keeper) Burn(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) error {
	if _, share := k.deps.TokenAddress(burnt.Denom); !share {
		return errorsmod.Wrap(types.ErrNotShareDenom, burnt.Denom)
	}
	if err := k.Touch(ctx, burnt.Denom, holder); err != nil {
		return err
	}
	if err := k.deps.Bank.SendCoinsFromAccountToModule(ctx, holder, types.ModuleName, sdk.Coins{burnt}); err != nil {
		return err
	}
	if err := k.deps.Bank.BurnCoins(ctx, types.ModuleName, sdk.Coins{burnt}); err != nil {
		return err
	}
	text, err := k.deps.AddressCodec.BytesToString(holder)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventSharesBurnt{Holder: text, Burnt: burnt})
}

// split divides a deposit between the accumulator and the redemption pool. What the
// redemption pool cannot take under its cap of 2^120 goes to the accumulator, which holds
// what does not fit there.
func (k *Keeper) split(ctx context.Context, pool rolledPool, amount sdk.Coin) (claimable math.Int, redemption types.Redemption, err error) {
	redemption, err = getOr(ctx, k.redemptions, collections.Join(pool.Id, amount.Denom), types.NewRedemption())
	if err != nil || pool.ClaimableBps == types.BasisPoints {
		return amount.Amount, redemption, err
	}
	claimable = amount.Amount.MulRaw(int64(pool.ClaimableBps)).QuoRaw(types.BasisPoints)
	grown := redemption.Deposited.Add(amount.Amount.Sub(claimable))
	if grown.GT(types.MaxAmount()) {
		return amount.Amount, redemption, nil
	}
	redemption.Deposited = grown
	return claimable, redemption, nil
}
