package keeper

import (
	"context"
	"errors"
	"math/bits"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/x/oracle/types"
)

// scoreUnit is the score of the whole voting power for one subject. Of 150 subjects in each of
// 1,000,000 blocks it sums to 1.5·10^17, below 2^63.
const scoreUnit = 1_000_000_000

// scoreOf returns a validator's part of the total power in parts per billion, rounded down.
func scoreOf(power, total uint64) uint64 {
	if power >= total {
		return scoreUnit
	}
	high, low := bits.Mul64(power, scoreUnit)
	quotient, _ := bits.Div64(high, low, total) // high < total, because power < total
	return quotient
}

// Provisions returns what is gathered and due by attestation score.
func (k *Keeper) Provisions(ctx context.Context) (types.Provisions, error) {
	p, err := k.provisions.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.NoProvisions(), nil
	}
	return p, err
}

// BeginBlock sets aside the part of the block provisions that goes by attestation score. It runs
// after x/mint has minted them and before x/distribution shares them out.
func (k *Keeper) BeginBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	err := isolate(sdkCtx, func(ctx sdk.Context) error {
		params, err := k.params.Get(ctx)
		if err != nil {
			return err
		}
		p, err := k.openWindow(ctx, windowOf(ctx, params))
		if err != nil {
			return err
		}
		taken, err := k.takeProvision(ctx, params)
		if err != nil {
			return err
		}
		p.Pot = p.Pot.Add(taken)
		return k.provisions.Set(ctx, p)
	})
	if err != nil { // the provisions then go by power, as without this module
		sdkCtx.Logger().Error("oracle provisions", "error", err)
	}
	return nil
}

// takeProvision moves the governed part of this block's provision from the fee collector into the
// escrow and returns how much that was.
func (k *Keeper) takeProvision(ctx sdk.Context, params types.Params) (math.Int, error) {
	if k.minted == nil || params.ProvisionsBps == 0 {
		return math.ZeroInt(), nil
	}
	provision, err := k.minted.BlockProvision(ctx)
	if err != nil || provision.Denom != types.FeeDenom {
		return math.ZeroInt(), err
	}
	part := provision.Amount.MulRaw(int64(params.ProvisionsBps)).QuoRaw(10_000)
	if !part.IsPositive() {
		return math.ZeroInt(), nil
	}
	collector := authtypes.NewModuleAddress(authtypes.FeeCollectorName)
	return part, k.bank.SendCoins(ctx, collector, types.EscrowAddress(), sdk.NewCoins(sdk.NewCoin(types.FeeDenom, part)))
}

// openWindow closes the window before and returns the state of the given one, not yet written. What
// a window without a decided subject gathered goes back to the fee collector, and so by power.
func (k *Keeper) openWindow(ctx sdk.Context, window uint64) (types.Provisions, error) {
	p, err := k.Provisions(ctx)
	if err != nil || p.Window == window {
		return p, err
	}
	if p.DueLeft.IsPositive() { // a governed change of the window cut the last round short
		if err := k.addCommunity(ctx, p.DueLeft); err != nil {
			return p, err
		}
	}
	next := types.NoProvisions()
	next.Window = window
	switch {
	case !p.Pot.IsPositive():
	case p.Score == 0:
		collector := authtypes.NewModuleAddress(authtypes.FeeCollectorName)
		if err := k.bank.SendCoins(ctx, types.EscrowAddress(), collector, sdk.NewCoins(sdk.NewCoin(types.FeeDenom, p.Pot))); err != nil {
			return p, err
		}
	default:
		next.Due, next.DueLeft, next.DueScore, next.DueWindow, next.DueNext = p.Pot, p.Pot, p.Score, p.Window, 1
	}
	return next, nil
}

// addScore books the scores of one block's decisions, in PreBlock: the first block of a window
// comes here before BeginBlock.
func (k *Keeper) addScore(ctx sdk.Context, window, score uint64) error {
	p, err := k.openWindow(ctx, window)
	if err != nil {
		return err
	}
	p.Score += score
	return k.provisions.Set(ctx, p)
}

// shareProvisions adds to the tallies what the closed window owes, some validators in each block.
func (k *Keeper) shareProvisions(ctx sdk.Context) error {
	return isolate(ctx, func(ctx sdk.Context) error {
		p, err := k.Provisions(ctx)
		if err != nil || p.DueNext == 0 {
			return err
		}
		totals, err := k.totals.Get(ctx)
		if err != nil {
			return err
		}
		for range maxPayouts {
			if p.DueNext > totals.LastValidator {
				totals.CommunityTally = totals.CommunityTally.Add(p.DueLeft)
				p.DueNext, p.DueLeft = 0, math.ZeroInt()
				if err := k.totals.Set(ctx, totals); err != nil {
					return err
				}
				break
			}
			if err := k.shareWith(ctx, &p, p.DueNext); err != nil {
				return err
			}
			p.DueNext++
		}
		return k.provisions.Set(ctx, p)
	})
}

// shareWith adds one validator's part of the closed window to its tally, rounded down.
func (k *Keeper) shareWith(ctx sdk.Context, p *types.Provisions, number uint64) error {
	address, err := k.validatorNumbers.Get(ctx, number)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := k.validators.Get(ctx, address)
	if err != nil {
		return err
	}
	var score uint64
	switch v.Window {
	case p.DueWindow:
		score = v.Current.Score
	case p.DueWindow + 1:
		score = v.Previous.Score
	}
	part := p.Due.Mul(math.NewIntFromUint64(score)).Quo(math.NewIntFromUint64(p.DueScore))
	part = math.MinInt(part, p.DueLeft) // scores of one window sum to DueScore; a broken sum must not pay more
	if !part.IsPositive() {
		return nil
	}
	p.DueLeft = p.DueLeft.Sub(part)
	v.Tally = v.Tally.Add(part)
	return k.validators.Set(ctx, address, v)
}

func (k *Keeper) addCommunity(ctx sdk.Context, amount math.Int) error {
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	totals.CommunityTally = totals.CommunityTally.Add(amount)
	return k.totals.Set(ctx, totals)
}
