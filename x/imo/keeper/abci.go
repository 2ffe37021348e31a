package keeper

import (
	"context"
	"fmt"
	"math"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

const (
	// maxDuePerBlock bounds the offerings that a block opens or settles; the rest stays first in the queue.
	maxDuePerBlock = 100
	// maxPayoutsPerBlock bounds the payments a block starts; the last model is finished.
	maxPayoutsPerBlock = 100
	// dueRetry is how long due work that failed waits, so that it does not keep others from their turn. Anyone may
	// still finalise by message.
	dueRetry = time.Minute
)

// EndBlocker opens, clears and settles offerings whose time has come and pays what models owe their creators. Each item runs
// alone on a branch; one that fails or panics is put off and the block goes on.
func (k *Keeper) EndBlocker(ctx context.Context) error {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	if err := k.runDue(sdkCtx); err != nil {
		return err
	}
	if err := k.runVersions(sdkCtx); err != nil {
		return err
	}
	return k.runPayouts(sdkCtx)
}

// isolate runs an item on its own branch and keeps its writes only if it succeeds.
func isolate(ctx sdk.Context, item func(ctx context.Context) error) (err error) {
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

func (k *Keeper) runDue(ctx sdk.Context) error {
	now := ctx.BlockTime()
	entries, err := k.dueUntil(ctx, now)
	if err != nil {
		return err
	}
	budget := maxWalkPerBlock
	for _, entry := range entries {
		id := entry.K2()
		err := isolate(ctx, func(ctx context.Context) error {
			_, err := k.advance(ctx, id, &budget)
			return err
		})
		if err == nil {
			continue
		}
		ctx.Logger().Error("due offering failed", "offering", id, "error", err)
		if err := isolate(ctx, func(ctx context.Context) error { return k.postpone(ctx, id, now.Add(dueRetry)) }); err == nil {
			continue
		}
		// Not even the record can be written: the entry leaves the queue, the offering waits for a message.
		ctx.Logger().Error("due offering dropped", "offering", id)
		if err := k.due.Remove(ctx, entry); err != nil {
			return err
		}
	}
	return nil
}

// dueUntil reads the first entries of the queue that are due.
func (k *Keeper) dueUntil(ctx context.Context, now time.Time) ([]collections.Pair[uint64, uint64], error) {
	until := dueKey(now, math.MaxUint64)
	var entries []collections.Pair[uint64, uint64]
	err := k.due.Walk(ctx, new(collections.Range[collections.Pair[uint64, uint64]]).EndInclusive(until),
		func(key collections.Pair[uint64, uint64]) (bool, error) {
			entries = append(entries, key)
			return len(entries) >= maxDuePerBlock, nil
		})
	return entries, err
}

// postpone puts due work off that failed.
func (k *Keeper) postpone(ctx context.Context, id uint64, at time.Time) error {
	o, err := k.offerings.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := k.requeue(ctx, &o, &at); err != nil {
		return err
	}
	if err := k.offerings.Set(ctx, id, o); err != nil {
		return err
	}
	return emit(ctx, &types.EventDuePostponed{OfferingId: id, DueTime: at})
}

// runPayouts pays deposits and contributors' income, model by model from the cursor on. Whoever cannot be paid leaves
// the queue and collects by message.
func (k *Keeper) runPayouts(ctx sdk.Context) error {
	ids, err := k.payoutsAfterCursor(ctx)
	if err != nil || len(ids) == 0 {
		return err
	}
	started := 0
	for _, id := range ids {
		if started >= maxPayoutsPerBlock {
			break
		}
		items, err := k.payoutItems(ctx, id)
		if err != nil {
			ctx.Logger().Error("payouts of a model dropped", "model", id, "error", err)
		}
		for _, item := range items {
			if err := isolate(ctx, item); err != nil {
				ctx.Logger().Error("payout failed", "model", id, "error", err)
			}
		}
		started += max(1, len(items))
		if err := k.payoutsDue.Remove(ctx, id); err != nil {
			return err
		}
		if err := k.payoutCursor.Set(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// payoutsAfterCursor reads the next models to pay, and begins again at the first one behind the last.
func (k *Keeper) payoutsAfterCursor(ctx context.Context) ([]uint64, error) {
	cursor, err := k.payoutCursor.Get(ctx)
	if err != nil {
		return nil, err
	}
	var ids []uint64
	collect := func(id uint64) (bool, error) {
		ids = append(ids, id)
		return len(ids) >= maxPayoutsPerBlock, nil
	}
	if err := k.payoutsDue.Walk(ctx, new(collections.Range[uint64]).StartExclusive(cursor), collect); err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		return ids, nil
	}
	return ids, k.payoutsDue.Walk(ctx, new(collections.Range[uint64]).EndInclusive(cursor), collect)
}

// payoutItems lists what a model has to pay: the deposit, and each contributor's income in each denom.
func (k *Keeper) payoutItems(ctx context.Context, id uint64) ([]func(context.Context) error, error) {
	m, err := k.Model(ctx, id)
	if err != nil {
		return nil, err
	}
	var items []func(context.Context) error
	if m.DepositRefundable {
		items = append(items, func(ctx context.Context) error {
			_, err := k.ReturnDeposit(ctx, id)
			return err
		})
	}
	denoms, err := k.incomeDenoms(ctx, id)
	if err != nil {
		return items, err
	}
	for _, denom := range denoms {
		for _, c := range m.Contributors {
			addr, err := k.accountOf("contributor", c.Address)
			if err != nil {
				return items, err
			}
			items = append(items, func(ctx context.Context) error {
				_, err := k.payIncome(ctx, m, denom, addr)
				return err
			})
		}
	}
	return items, nil
}
