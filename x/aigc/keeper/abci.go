package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// maxDuePerBlock bounds the work of each queue at the end of a block; the rest waits its turn.
	maxDuePerBlock = 100
	// retryBlocks is how long a payment waits that was not taken, because its denom
	// was closed for example.
	retryBlocks = 1_000
)

// EndBlock pays royalty that is due to the revenue of models and ends commitments
// that nobody revealed. Each item runs alone on its own branch; one that fails is
// put off and stops nothing else. An error means that the module's own state cannot
// be read or written.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := work(sdkCtx, "royalty", k.incomesDue, k.payIncome, k.holdIncome); err != nil {
		return err
	}
	return work(sdkCtx, "commitment", k.commitmentsDue, k.endCommitment, k.holdCommitment)
}

// work does what is due in a queue ordered by height.
func work[T any](
	ctx sdk.Context, what string, queue collections.KeySet[collections.Triple[int64, uint64, T]],
	do, hold func(context.Context, collections.Triple[int64, uint64, T]) error,
) error {
	keys, err := dueNow(ctx, queue)
	if err != nil {
		return err
	}
	for _, key := range keys {
		failed := isolate(ctx, func(branch sdk.Context) error { return do(branch, key) })
		if failed == nil {
			continue
		}
		ctx.Logger().Info(what+" is held", "collection", key.K2(), "error", failed)
		if err := isolate(ctx, func(branch sdk.Context) error { return hold(branch, key) }); err != nil {
			// an entry that cannot even be put off is dropped, so that it cannot clog the queue
			ctx.Logger().Error(what+" is dropped from the queue", "collection", key.K2(), "error", err)
			if err := queue.Remove(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// dueNow collects the oldest entries; nothing is written while walking.
func dueNow[T any](
	ctx sdk.Context, queue collections.KeySet[collections.Triple[int64, uint64, T]],
) ([]collections.Triple[int64, uint64, T], error) {
	var keys []collections.Triple[int64, uint64, T]
	err := queue.Walk(ctx, nil, func(key collections.Triple[int64, uint64, T]) (bool, error) {
		if key.K1() > ctx.BlockHeight() || len(keys) >= maxDuePerBlock {
			return true, nil
		}
		keys = append(keys, key)
		return false, nil
	})
	return keys, err
}

// isolate runs one item of block code on its own branch: an error or a panic drops
// its writes and stays here. No message reaches it.
func isolate(ctx sdk.Context, item func(sdk.Context) error) (err error) {
	branch, write := ctx.CacheContext()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if err := item(branch); err != nil {
		return err
	}
	write()
	return nil
}
