package keeper

import (
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/imochain/imod/x/oracle/types"
)

// maxPayouts bounds the validator records that one block of a payout looks at.
const maxPayouts = 20

// payOut pays the tallies through distribution: every payout_blocks a round starts, which goes
// through the validators by number, some in each block. What fails stays for the next round.
func (k *Keeper) payOut(ctx sdk.Context) error {
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	if totals.PayoutNext == 0 {
		if ctx.BlockHeight()%int64(max(params.PayoutBlocks, 1)) != 0 {
			return nil
		}
		totals.PayoutNext = 1
		k.payCommunity(ctx, &totals)
	}
	for range maxPayouts {
		if totals.PayoutNext > totals.LastValidator {
			totals.PayoutNext = 0
			break
		}
		number := totals.PayoutNext
		totals.PayoutNext++
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.payValidator(ctx, number) }); err != nil {
			ctx.Logger().Error("oracle payout", "validator", number, "error", err)
		}
	}
	return k.totals.Set(ctx, totals)
}

// payCommunity hands over the community pool's part; if that fails the tally stays.
func (k *Keeper) payCommunity(ctx sdk.Context, totals *types.Totals) {
	if !totals.CommunityTally.IsPositive() {
		return
	}
	amount := sdk.NewCoin(types.FeeDenom, totals.CommunityTally)
	err := isolate(ctx, func(ctx sdk.Context) error {
		if err := k.distr.FundCommunityPool(ctx, sdk.NewCoins(amount), types.EscrowAddress()); err != nil {
			return err
		}
		return ctx.EventManager().EmitTypedEvent(&types.EventTallyPaid{Amount: amount, Community: true})
	})
	if err != nil {
		ctx.Logger().Error("oracle community payout", "error", err)
		return
	}
	totals.CommunityTally = math.ZeroInt()
}

// payValidator pays one tally to the validator and its delegators. A validator that staking no
// longer knows has no record in distribution, so its tally goes to the community pool.
func (k *Keeper) payValidator(ctx sdk.Context, number uint64) error {
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
	if !v.Tally.IsPositive() {
		return nil
	}
	coins := sdk.NewCoins(sdk.NewCoin(types.FeeDenom, v.Tally))
	staked, err := k.staking.ValidatorByConsAddr(ctx, address)
	gone := errors.Is(err, stakingtypes.ErrNoValidatorFound) || err == nil && staked == nil
	switch {
	case gone:
		err = k.distr.FundCommunityPool(ctx, coins, types.EscrowAddress())
	case err == nil:
		if err = k.bank.SendCoinsFromAccountToModule(ctx, types.EscrowAddress(), distrtypes.ModuleName, coins); err == nil {
			err = k.distr.AllocateTokensToValidator(ctx, staked, sdk.NewDecCoinsFromCoins(coins...))
		}
	}
	if err != nil {
		return err
	}
	v.Tally = math.ZeroInt()
	if err := k.validators.Set(ctx, address, v); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventTallyPaid{Validator: v.Address, Amount: coins[0], Community: gone})
}
