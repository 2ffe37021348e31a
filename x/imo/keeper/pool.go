package keeper

import (
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/types"
)

// priceWindow is the least time that the time-weighted price of a pool covers.
const priceWindow = 30 * time.Minute

// pool returns the market of a model's token.
func (k *Keeper) pool(ctx context.Context, modelID uint64) (types.Pool, error) {
	p, err := k.market.pools.Get(ctx, modelID)
	if errors.Is(err, collections.ErrNotFound) {
		return p, types.ErrPoolNotFound.Wrapf("the token of model %d has no pool", modelID)
	}
	return p, err
}

// seedPool opens the market of a token that was just sold: its liquidity tokens against their worth in proceeds, at what
// buyers paid. The position belongs to the pool itself, so nobody can ever take it out; exits take their part of it.
// The caller stores the offering and has recorded the token's supply with revshare.
func (k *Keeper) seedPool(ctx context.Context, o types.Offering, t types.Terms) error {
	if !o.Liquidity.IsPositive() {
		return nil
	}
	shares, ok := pool.Seed(o.Liquidity, o.Seeded)
	if !ok {
		return types.ErrInvariant.Wrapf("offering %d seeds a pool with %s and %s", o.Id, t.Tokens(o.Liquidity), t.Payment(o.Seeded))
	}
	epoch, err := k.revshare.CurrentEpoch(ctx)
	if err != nil {
		return err
	}
	address := types.PoolAddress(o.ModelId)
	text, err := k.text(address)
	if err != nil {
		return err
	}
	p := types.Pool{
		ModelId: o.ModelId, OfferingId: o.Id, Address: text, Tokens: t.Tokens(o.Liquidity), Payment: t.Payment(o.Seeded), FeeBps: t.PoolFeeBps,
	}
	p.Average = pool.StartAverage(p, priceWindow, sdk.UnwrapSDKContext(ctx).BlockTime())
	if err := k.market.pools.Set(ctx, o.ModelId, p); err != nil {
		return err
	}
	if err := k.market.shares.Set(ctx, o.ModelId, pool.NewShares(o.ModelId, shares, epoch)); err != nil {
		return err
	}
	first := pool.SetShares(pool.NewPosition(o.ModelId, text), shares, epoch)
	if err := k.market.positions.Set(ctx, collections.Join(o.ModelId, address), first); err != nil {
		return err
	}
	if err := k.bank.MintCoins(ctx, types.ModuleName, sdk.NewCoins(p.Tokens)); err != nil {
		return err
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), address, sdk.NewCoins(p.Tokens)); err != nil {
		return err
	}
	if err := k.bank.SendCoins(ctx, types.OfferingAddress(o.Id), address, sdk.NewCoins(p.Payment)); err != nil {
		return err
	}
	return emit(ctx, &types.EventPoolSeeded{ModelId: o.ModelId, Tokens: p.Tokens, Payment: p.Payment})
}

// planSwap decides a swap. The query and the message are this.
func (k *Keeper) planSwap(ctx context.Context, modelID uint64, in sdk.Coin) (pool.Trade, sdk.Coin, error) {
	p, err := k.pool(ctx, modelID)
	if err != nil {
		return pool.Trade{}, sdk.Coin{}, err
	}
	side, denom := pool.Buy, p.Tokens.Denom
	switch in.Denom {
	case p.Payment.Denom:
	case p.Tokens.Denom:
		side, denom = pool.Sell, p.Payment.Denom
	default:
		return pool.Trade{}, sdk.Coin{}, types.ErrInvalidCoin.Wrapf("amount_in has denom %q, must be %q or %q", in.Denom, p.Tokens.Denom, p.Payment.Denom)
	}
	if err := types.CheckPositive("amount_in", in, in.Denom); err != nil {
		return pool.Trade{}, sdk.Coin{}, err
	}
	p.Average = pool.Observe(p, sdk.UnwrapSDKContext(ctx).BlockTime())
	trade, err := pool.Swap(p, side, in.Amount)
	if err != nil {
		return pool.Trade{}, sdk.Coin{}, err
	}
	return trade, sdk.Coin{Denom: denom, Amount: trade.Out}, nil
}

// Swap exchanges a coin in a pool for at least minOut, not after the deadline.
func (k *Keeper) Swap(ctx context.Context, trader sdk.AccAddress, modelID uint64, in, minOut sdk.Coin, deadline time.Time) (sdk.Coin, error) {
	if err := checkDeadline(ctx, deadline); err != nil {
		return sdk.Coin{}, err
	}
	trade, out, err := k.planSwap(ctx, modelID, in)
	if err != nil {
		return sdk.Coin{}, err
	}
	if err := checkLeast("min_out", out, minOut); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.checkRecipient("sender", trader); err != nil {
		return sdk.Coin{}, err
	}
	text, err := k.text(trader)
	if err != nil {
		return sdk.Coin{}, err
	}
	// Once an epoch: so whatever changes the shares later finds little to settle.
	if _, err := k.harvest(ctx, trade.Pool, callsPerSwap); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.market.pools.Set(ctx, modelID, trade.Pool); err != nil {
		return sdk.Coin{}, err
	}
	address := types.PoolAddress(modelID)
	if err := k.bank.SendCoins(ctx, trader, address, sdk.NewCoins(in)); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.bank.SendCoins(ctx, address, trader, sdk.NewCoins(out)); err != nil {
		return sdk.Coin{}, err
	}
	return out, emit(ctx, &types.EventSwapped{ModelId: modelID, Sender: text, AmountIn: in, AmountOut: out})
}

// checkDeadline refuses what comes too late, and what names no time.
func checkDeadline(ctx context.Context, deadline time.Time) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if !deadline.After(time.Unix(0, 0)) {
		return types.ErrDeadline.Wrap("deadline is missing")
	}
	if now.After(deadline) {
		return types.ErrDeadline.Wrapf("deadline is %s, now is %s", deadline.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
	}
	return nil
}

// checkLeast refuses less than a limit. A limit left out is none; some encoders write it as 0 of no denom.
func checkLeast(field string, got, least sdk.Coin) error {
	if least.Denom == "" && (least.Amount.IsNil() || least.Amount.IsZero()) {
		return nil
	}
	if err := types.CheckCoinOf(field, least, got.Denom); err != nil {
		return err
	}
	if got.Amount.LT(least.Amount) {
		return types.ErrSlippage.Wrapf("%s is %s, there would be %s", field, least, got)
	}
	return nil
}

// marketPrice is the time-weighted price of a token per 10^18 base units of it, false without a pool.
func (k *Keeper) marketPrice(ctx context.Context, modelID uint64) (math.Int, bool, error) {
	p, err := k.pool(ctx, modelID)
	if errors.Is(err, types.ErrPoolNotFound) {
		return math.Int{}, false, nil
	}
	if err != nil {
		return math.Int{}, false, err
	}
	return pool.Mean(p, sdk.UnwrapSDKContext(ctx).BlockTime()), true, nil
}
