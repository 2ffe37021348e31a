package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/imochain/imod/x/oracle/types"
)

// MaxExpired is the cap of expiries of one block.
const MaxExpired = maxExpired

// RetryBlocks is how long a failed expiry waits.
const RetryBlocks = retryBlocks

// PutRequest writes a record past all rules.
func (k *Keeper) PutRequest(ctx context.Context, r types.Request) error {
	return k.requests.Set(ctx, r.Id, r)
}

// OpenLength counts the open list.
func (k *Keeper) OpenLength(ctx context.Context) (n int, err error) {
	err = k.open.Walk(ctx, nil, func(openKey) (bool, error) { n++; return false, nil })
	return n, err
}

// PutOpen writes an entry of the open list past all rules.
func (k *Keeper) PutOpen(ctx context.Context, deadline int64, kind uint32, id uint64) error {
	return k.open.Set(ctx, collections.Join3(deadline, kind, id))
}

// PutQueued writes an entry of the queue of proofs past all rules.
func (k *Keeper) PutQueued(ctx context.Context, number, model uint64) error {
	return k.proofQueue.Set(ctx, number, model)
}

// QueueLength counts the versions that wait to be proved.
func (k *Keeper) QueueLength(ctx context.Context) (n int, err error) {
	err = k.proofQueue.Walk(ctx, nil, func(uint64, uint64) (bool, error) { n++; return false, nil })
	return n, err
}
