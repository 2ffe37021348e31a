package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// earningWindows are the trailing windows, in days.
func earningWindows() []uint32 { return []uint32{7, 30, types.EarningDays} }

// addEarnings books a deposit in the sum of its source, in today's sum and in the list of the
// largest payers: three keys, whatever came before. Parts without an address are the account's that the coins come from.
func (k *Keeper) addEarnings(ctx context.Context, poolID uint64, amount sdk.Coin, kind types.SourceKind, from string, parts []types.PaidBy) error {
	key := collections.Join3(poolID, amount.Denom, uint32(kind))
	before, err := getOr(ctx, k.earnings, key, math.ZeroInt())
	if err != nil {
		return err
	}
	after, err := before.SafeAdd(amount.Amount)
	if err != nil {
		return errorsmod.Wrapf(types.ErrInvalidAmount, "earnings of %s: %v", amount.Denom, err)
	}
	if err := k.earnings.Set(ctx, key, after); err != nil {
		return err
	}
	today := dayOf(ctx)
	place := collections.Join3(poolID, amount.Denom, types.DayPlace(kind, today))
	day, err := getOr(ctx, k.days, place, types.DayTotal{})
	if err != nil {
		return err
	}
	if day, err = day.Add(today, amount.Amount); err != nil {
		return errorsmod.Wrapf(types.ErrInvalidAmount, "earnings of %s on day %d: %v", amount.Denom, today, err)
	}
	if err := k.days.Set(ctx, place, day); err != nil {
		return err
	}
	list := collections.Join(poolID, amount.Denom)
	payers, err := getOr(ctx, k.payers, list, types.Payers{})
	if err != nil {
		return err
	}
	for _, part := range parts {
		if part.Address == "" {
			part.Address = from
		}
		if part.Amount.IsZero() {
			continue
		}
		if payers, err = payers.Add(part.Address, part.Amount); err != nil {
			return err
		}
	}
	return k.payers.Set(ctx, list, payers)
}

// dayOf is the day of the block, by the block's time.
func dayOf(ctx context.Context) uint64 {
	return uint64(max(sdk.UnwrapSDKContext(ctx).BlockTime().Unix(), 0)) / types.SecondsPerDay
}

// denomEarnings is everything that is known of what a pool took in, in one denom.
func (k *Keeper) denomEarnings(ctx context.Context, pool rolledPool, denom string) (types.DenomEarnings, error) {
	out := types.DenomEarnings{Denom: denom, Total: math.ZeroInt(), MarketValue: math.ZeroInt(), PriceToEarningsMilli: math.ZeroInt()}
	var err error
	if out.BySource, err = k.exportEarnings(ctx, pool.Id, denom); err != nil {
		return out, err
	}
	if out.Total, err = sumOf(out.BySource); err != nil {
		return out, err
	}
	if out.Windows, err = k.trailing(ctx, pool.Id, denom); err != nil {
		return out, err
	}
	if out.LargestPayers, err = k.largestPayers(ctx, pool.Id, denom, out.Total); err != nil {
		return out, err
	}
	return out, k.appraise(ctx, pool, &out)
}

func sumOf(sources []types.SourceTotal) (math.Int, error) {
	sum, err := math.ZeroInt(), error(nil)
	for _, s := range sources {
		if sum, err = sum.SafeAdd(s.Amount); err != nil {
			return sum, errorsmod.Wrap(types.ErrInvalidState, err.Error())
		}
	}
	return sum, nil
}

// trailing sums the ring: at most EarningDays places for each of six kinds.
func (k *Keeper) trailing(ctx context.Context, poolID uint64, denom string) ([]types.TrailingEarnings, error) {
	places, err := collect(ctx, k.days, collections.NewSuperPrefixedTripleRange[uint64, string, uint32](poolID, denom), 0)
	if err != nil {
		return nil, err
	}
	today := dayOf(ctx)
	var out []types.TrailingEarnings
	for _, days := range earningWindows() {
		window := types.TrailingEarnings{Days: days}
		for _, place := range places {
			if !place.Value.Within(today, days) {
				continue
			}
			kind, n := types.PlaceKind(place.Key.K3()), len(window.BySource)
			if n == 0 || window.BySource[n-1].Kind != kind { // places are ascending by kind
				window.BySource = append(window.BySource, types.SourceTotal{Kind: kind, Amount: math.ZeroInt()})
				n++
			}
			window.BySource[n-1].Amount = window.BySource[n-1].Amount.Add(place.Value.Amount)
		}
		if window.Total, err = sumOf(window.BySource); err != nil {
			return nil, err
		}
		out = append(out, window)
	}
	return out, nil
}

func (k *Keeper) largestPayers(ctx context.Context, poolID uint64, denom string, total math.Int) ([]types.PayerShare, error) {
	list, err := getOr(ctx, k.payers, collections.Join(poolID, denom), types.Payers{})
	if err != nil {
		return nil, err
	}
	var out []types.PayerShare
	for _, p := range list.Payers {
		share := types.PayerShare{Address: p.Address, AtLeast: p.Amount.Sub(p.Excess), AtMost: p.Amount}
		if total.IsPositive() {
			share.ShareBps = uint32(math.MinInt(share.AtLeast, total).MulRaw(types.BasisPoints).Quo(total).Uint64()) //nolint:gosec // at most 10,000
		}
		out = append(out, share)
	}
	slices.SortStableFunc(out, func(a, b types.PayerShare) int { return b.AtMost.BigInt().Cmp(a.AtMost.BigInt()) })
	return out, nil
}

// appraise compares the value of all tokens at the last sale price with a year's earnings, if
// both are in the same denom: there is no exchange rate that everybody would agree on.
func (k *Keeper) appraise(ctx context.Context, pool rolledPool, out *types.DenomEarnings) error {
	price, err := k.prices.LastSalePrice(ctx, pool.ShareDenom)
	if err != nil || price.Denom != out.Denom {
		return err
	}
	supply, err := k.redeemableSupply(ctx, pool.ShareDenom)
	if err != nil {
		return err
	}
	value, err := supply.SafeMul(price.Amount)
	if err != nil {
		return errorsmod.Wrapf(types.ErrInvalidState, "value of %s: %v", pool.ShareDenom, err)
	}
	out.MarketValue = value.Quo(types.PriceUnit())
	if year := out.Windows[len(out.Windows)-1].Total; year.IsPositive() {
		out.PriceToEarningsMilli = out.MarketValue.MulRaw(1000).Quo(year)
	}
	return nil
}
