package keeper

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// EndBlock pays royalty that is due to the revenue of models. Each payment runs
// alone on its own branch; one that fails is put off and stops nothing else. An
// error means that the module's own state cannot be read or written.
func (k *Keeper) EndBlock(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	keys, err := k.incomesDueNow(sdkCtx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		pay := func(branch sdk.Context) error { return k.payIncome(branch, key) }
		hold := func(branch sdk.Context) error { return k.holdIncome(branch, key) }
		failed := isolate(sdkCtx, pay)
		if failed == nil {
			continue
		}
		sdkCtx.Logger().Info("royalty is held", "collection", key.K2(), "denom", key.K3(), "error", failed)
		if err := isolate(sdkCtx, hold); err != nil {
			// an entry that cannot even be put off is dropped, so that it cannot clog the queue
			sdkCtx.Logger().Error("royalty is dropped from the queue", "collection", key.K2(), "denom", key.K3(), "error", err)
			if err := k.incomesDue.Remove(sdkCtx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// incomesDueNow collects the oldest entries; nothing is written while walking.
func (k *Keeper) incomesDueNow(ctx sdk.Context) ([]dueKey, error) {
	var keys []dueKey
	err := k.incomesDue.Walk(ctx, nil, func(key dueKey) (bool, error) {
		if key.K1() > ctx.BlockHeight() || len(keys) >= maxIncomesPerBlock {
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
