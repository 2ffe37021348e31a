package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// maxPruned bounds the requests that one block forgets. It is above MaxOpenRequests, so that a
// backlog shrinks whatever the load.
const maxPruned = 200

// prune forgets requests that closed more than retention_blocks ago, oldest first. The root of
// their receipts stays; who kept a receipt proves it against that.
func (k *Keeper) prune(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	horizon := ctx.BlockHeight() - int64(params.RetentionBlocks)
	if horizon <= 0 {
		return nil
	}
	keys, err := k.closedUpTo(ctx, horizon)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.pruneOne(ctx, key) }); err != nil {
			ctx.Logger().Error("oracle pruning", "request", key.K2(), "error", err)
		}
	}
	return nil
}

// closedUpTo reads the first keys of the closed list up to a height.
func (k *Keeper) closedUpTo(ctx sdk.Context, height int64) ([]collections.Pair[int64, uint64], error) {
	iter, err := k.closed.Iterate(ctx, new(collections.Range[collections.Pair[int64, uint64]]).
		EndExclusive(collections.Join(height+1, uint64(0))))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []collections.Pair[int64, uint64]
	for ; iter.Valid() && len(keys) < maxPruned; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// pruneOne forgets a request with its output and its callback. While the callback, which may be that
// of the first request of its batch, still holds money, the request waits for another term: its key
// goes behind the others, so that it cannot stand in their way.
func (k *Keeper) pruneOne(ctx sdk.Context, key collections.Pair[int64, uint64]) error {
	if err := k.closed.Remove(ctx, key); err != nil {
		return err
	}
	r, err := k.Request(ctx, key.K2())
	if err != nil {
		return err
	}
	callback, err := getOr(ctx, k.callbacks, r.CallbackOf, types.Callback{})
	if err != nil {
		return err
	}
	if callback.Holds() {
		return k.closed.Set(ctx, collections.Join(ctx.BlockHeight(), r.Id))
	}
	if err := k.callbacks.Remove(ctx, r.Id); err != nil {
		return err
	}
	return k.requests.Remove(ctx, r.Id)
}
