package keeper

import (
	"context"

	"cosmossdk.io/collections"
	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// RecordDate fixes a record date for a vote of holders: the running epoch, and the eligible supply at the close of the
// epoch before it. Balances at that moment cannot change any more, so that no token counts twice by being moved.
func (k *Keeper) RecordDate(ctx context.Context, shareDenom string) (epoch uint64, eligible math.Int, err error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return 0, math.Int{}, err
	}
	if err := k.saveRoll(ctx, &pool.rolled); err != nil {
		return 0, math.Int{}, err
	}
	return pool.Epoch, pool.Eligible, nil
}

// HeldAt is what an account held at a record date: its balance and lazy shares at the close of the epoch before. An
// account that compacted its checkpoints past the date gave up that knowledge and is refused.
func (k *Keeper) HeldAt(ctx context.Context, shareDenom string, account sdk.AccAddress, epoch uint64) (math.Int, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return math.Int{}, err
	}
	if epoch == 0 || epoch > pool.Epoch {
		return math.Int{}, errorsmod.Wrapf(types.ErrInvalidState, "record epoch is %d, the running one is %d", epoch, pool.Epoch)
	}
	position, err := getOr(ctx, k.positions, collections.Join(pool.Id, account), types.Position{})
	if err != nil {
		return math.Int{}, err
	}
	if epoch <= position.Compacted {
		return math.Int{}, errorsmod.Wrapf(types.ErrCompacted, "epoch %d, compacted through %d", epoch, position.Compacted)
	}
	marks, held, err := k.readMarks(ctx, pool, account, epoch-1, epoch, 1)
	if err != nil {
		return math.Int{}, err
	}
	if len(marks) > 0 {
		held = marks[0].Held
	}
	if held.Lazy.IsPositive() && held.LazySince < epoch {
		return held.Balance.Add(held.Lazy), nil
	}
	return held.Balance, nil
}
