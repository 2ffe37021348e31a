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

// holding is a pool with everything that a change of liquidity reads and writes.
type holding struct {
	pool     types.Pool
	shares   types.PoolShares
	position types.Position
	owner    sdk.AccAddress
	epoch    uint64
}

// openPosition settles the pool's revenue and an account's part of it, before shares change.
func (k *Keeper) openPosition(ctx context.Context, modelID uint64, owner sdk.AccAddress) (holding, error) {
	h := holding{owner: owner}
	var err error
	if h.pool, err = k.pool(ctx, modelID); err != nil {
		return h, err
	}
	if h.epoch, err = k.revshare.CurrentEpoch(ctx); err != nil {
		return h, err
	}
	if h.shares, err = k.harvest(ctx, h.pool, callsPerChange); err != nil {
		return h, err
	}
	if h.position, err = k.settledPosition(ctx, h.shares, owner); err != nil {
		return h, err
	}
	h.pool.Average = pool.Observe(h.pool, sdk.UnwrapSDKContext(ctx).BlockTime())
	return h, nil
}

// settledPosition is an account's position with everything it earned of what was shared out so far.
func (k *Keeper) settledPosition(ctx context.Context, s types.PoolShares, owner sdk.AccAddress) (types.Position, error) {
	position, err := k.position(ctx, s.ModelId, owner)
	if err != nil {
		return position, err
	}
	indexes, err := k.indexesOf(ctx, s.ModelId, position.ChangedEpoch)
	if err != nil {
		return position, err
	}
	return pool.Settle(position, s.SettledEpoch, indexes), nil
}

// position returns an account's part of a pool, without shares when there is no record.
func (k *Keeper) position(ctx context.Context, modelID uint64, owner sdk.AccAddress) (types.Position, error) {
	position, err := k.market.positions.Get(ctx, collections.Join(modelID, owner))
	if !errors.Is(err, collections.ErrNotFound) {
		return position, err
	}
	text, err := k.text(owner)
	return pool.NewPosition(modelID, text), err
}

// resize writes what a change of liquidity left: the reserves and the shares of one position.
func (k *Keeper) resize(ctx context.Context, h holding, after types.Pool, change math.Int) error {
	id := h.pool.ModelId
	if err := k.market.pools.Set(ctx, id, after); err != nil {
		return err
	}
	if err := k.market.shares.Set(ctx, id, pool.Resize(h.shares, h.shares.Total.Add(change), h.epoch)); err != nil {
		return err
	}
	position := pool.SetShares(h.position, h.position.Shares.Add(change), h.epoch)
	return k.market.positions.Set(ctx, collections.Join(id, h.owner), position)
}

// AddLiquidity puts both coins into a pool, in the ratio of its reserves, for at least minShares.
func (k *Keeper) AddLiquidity(
	ctx context.Context, owner sdk.AccAddress, modelID uint64, maxTokens, maxPayment sdk.Coin, minShares math.Int, deadline time.Time,
) (pool.Liquidity, error) {
	var none pool.Liquidity
	if err := checkDeadline(ctx, deadline); err != nil {
		return none, err
	}
	p, err := k.pool(ctx, modelID)
	if err != nil {
		return none, err
	}
	if err := types.CheckPositive("max_tokens", maxTokens, p.Tokens.Denom); err != nil {
		return none, err
	}
	if err := types.CheckPositive("max_payment", maxPayment, p.Payment.Denom); err != nil {
		return none, err
	}
	if err := k.checkRecipient("sender", owner); err != nil {
		return none, err
	}
	h, err := k.openPosition(ctx, modelID, owner)
	if err != nil {
		return none, err
	}
	l, err := pool.Add(h.pool, h.shares.Total, maxTokens.Amount, maxPayment.Amount)
	if err != nil {
		return none, err
	}
	if !minShares.IsNil() && l.Shares.LT(minShares) {
		return none, types.ErrSlippage.Wrapf("min_shares is %s, there would be %s", minShares, l.Shares)
	}
	if err := k.resize(ctx, h, l.Pool, l.Shares); err != nil {
		return none, err
	}
	tokens, payment := coinsOf(h.pool, l)
	if err := k.bank.SendCoins(ctx, owner, types.PoolAddress(modelID), sdk.NewCoins(tokens, payment)); err != nil {
		return none, err
	}
	return l, emit(ctx, &types.EventLiquidityAdded{
		ModelId: modelID, Owner: h.position.Owner, Tokens: tokens, Payment: payment, Shares: l.Shares,
	})
}

// RemoveLiquidity takes the part of both reserves that shares own out of a pool, and at least the limits.
func (k *Keeper) RemoveLiquidity(
	ctx context.Context, owner sdk.AccAddress, modelID uint64, shares math.Int, minTokens, minPayment sdk.Coin, deadline time.Time,
) (pool.Liquidity, error) {
	var none pool.Liquidity
	if err := checkDeadline(ctx, deadline); err != nil {
		return none, err
	}
	if err := types.CheckAmount("shares", shares); err != nil {
		return none, err
	}
	if err := k.checkRecipient("sender", owner); err != nil {
		return none, err
	}
	h, err := k.openPosition(ctx, modelID, owner)
	if err != nil {
		return none, err
	}
	if shares.GT(h.position.Shares) {
		return none, types.ErrLimit.Wrapf("shares is %s, the position has %s", shares, h.position.Shares)
	}
	l, err := pool.Remove(h.pool, h.shares.Total, shares)
	if err != nil {
		return none, err
	}
	tokens, payment := coinsOf(h.pool, l)
	if err := checkLeast("min_tokens", tokens, minTokens); err != nil {
		return none, err
	}
	if err := checkLeast("min_payment", payment, minPayment); err != nil {
		return none, err
	}
	if err := k.resize(ctx, h, l.Pool, shares.Neg()); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, types.PoolAddress(modelID), owner, sdk.NewCoins(tokens, payment)); err != nil {
		return none, err
	}
	return l, emit(ctx, &types.EventLiquidityRemoved{
		ModelId: modelID, Owner: h.position.Owner, Tokens: tokens, Payment: payment, Shares: shares,
	})
}

// coinsOf are the coins of liquidity that came or went.
func coinsOf(p types.Pool, l pool.Liquidity) (tokens, payment sdk.Coin) {
	return sdk.Coin{Denom: p.Tokens.Denom, Amount: l.Tokens}, sdk.Coin{Denom: p.Payment.Denom, Amount: l.Payment}
}
