package keeper

import (
	"context"
	"math"
	"math/big"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// streamPlan is a stream brought to the running epoch, with what has to be written.
type streamPlan struct {
	accumulator.Advanced
	denom   string
	changed bool
}

// planStreams brings all streams of a pool to its epoch, ascending by denom.
func (k *Keeper) planStreams(ctx context.Context, pool rolledPool) ([]streamPlan, error) {
	kvs, err := collect(ctx, k.streams, collections.NewPrefixedPairRange[uint64, string](pool.Id), types.MaxRevenueDenoms)
	if err != nil {
		return nil, err
	}
	plans := make([]streamPlan, 0, len(kvs))
	for _, kv := range kvs {
		plan, err := k.planStream(ctx, pool, kv.Key.K2(), kv.Value)
		if err != nil {
			return nil, err
		}
		plans = append(plans, plan)
	}
	return plans, nil
}

// planStream accounts for the epochs that closed since the stream was written. Every change
// of its rate lies within drip_epochs of its epoch, so the work is bounded, however long
// nobody came.
func (k *Keeper) planStream(ctx context.Context, pool rolledPool, denom string, s types.Stream) (streamPlan, error) {
	plan := streamPlan{denom: denom, Advanced: accumulator.Advanced{Stream: s}}
	if s.Epoch >= pool.Epoch {
		return plan, nil
	}
	var expiries []accumulator.Expiry
	var err error
	if s.Rate.IsPositive() {
		if expiries, err = k.readExpiries(ctx, pool.Id, denom, s.Epoch, pool.Epoch); err != nil {
			return plan, err
		}
	}
	plan.Advanced, err = accumulator.Advance(s, pool.Epoch, pool.terms(), supplies{k: k, ctx: ctx, pool: pool}, expiries)
	plan.changed = err == nil
	return plan, err
}

// readExpiries reads the expiries above after, up to and including through.
func (k *Keeper) readExpiries(ctx context.Context, poolID uint64, denom string, after, through uint64) ([]accumulator.Expiry, error) {
	kvs, err := collect(ctx, k.expiries, new(collections.Range[poolDenomEpoch]).
		StartExclusive(collections.Join3(poolID, denom, after)).
		EndInclusive(collections.Join3(poolID, denom, through)), 0)
	if err != nil {
		return nil, err
	}
	out := make([]accumulator.Expiry, len(kvs))
	for i, kv := range kvs {
		out[i] = accumulator.Expiry{Epoch: kv.Key.K3(), Amount: kv.Value}
	}
	return out, nil
}

// supplies is the history of a pool's eligible supply during one call.
type supplies struct {
	k    *Keeper
	ctx  context.Context
	pool rolledPool
}

// InForce implements accumulator.Supplies.
func (s supplies) InForce(epoch uint64) (amount sdkmath.Int, until uint64, err error) {
	amount = sdkmath.ZeroInt()
	before, err := collect(s.ctx, s.k.supplies, new(collections.Range[poolEpoch]).
		StartInclusive(collections.Join(s.pool.Id, uint64(0))).
		EndInclusive(collections.Join(s.pool.Id, epoch)).Descending(), 1)
	if err != nil {
		return amount, 0, err
	}
	after, err := collect(s.ctx, s.k.supplies, new(collections.Range[poolEpoch]).
		StartExclusive(collections.Join(s.pool.Id, epoch)).
		EndInclusive(collections.Join(s.pool.Id, s.pool.Epoch)), 1)
	if err != nil {
		return amount, 0, err
	}
	if len(before) > 0 {
		amount = before[0].Value
	}
	if len(after) > 0 {
		return amount, after[0].Key.K2(), nil
	}
	if fresh := s.pool.rolled.supply; fresh != nil { // found by this call, not stored yet
		if fresh.Epoch <= epoch {
			return fresh.Amount, 0, nil
		}
		until = fresh.Epoch
	}
	return amount, until, nil
}

// deposit credits amount to a planned stream and starts the drip.
func (p *streamPlan) deposit(pool rolledPool, amount, minDrip sdkmath.Int) (held bool, err error) {
	p.Stream.MinDrip = minDrip
	if !amount.IsPositive() { // all of it goes to the redemption pool
		return false, nil
	}
	if p.Stream, held, err = accumulator.Deposit(p.Stream, amount); err != nil {
		return held, err
	}
	var expiry *accumulator.Expiry
	if p.Stream, expiry = accumulator.Start(p.Stream, pool.Eligible, pool.terms()); expiry != nil {
		p.Added = append(p.Added, *expiry)
	}
	return held, nil
}

// saveStream writes a planned stream; what is left of the plan needs no writing.
func (k *Keeper) saveStream(ctx context.Context, poolID uint64, plan *streamPlan) error {
	if !plan.changed {
		return nil
	}
	consumeGas(ctx, types.GasCatchUp*uint64(len(plan.Segments)), "revshare: catch up")
	for _, epoch := range plan.Spent {
		if err := k.expiries.Remove(ctx, collections.Join3(poolID, plan.denom, epoch)); err != nil {
			return err
		}
	}
	for _, s := range plan.Segments {
		if err := k.segments.Set(ctx, collections.Join3(poolID, plan.denom, s.Start), s.Segment); err != nil {
			return err
		}
	}
	for _, e := range plan.Added {
		key := collections.Join3(poolID, plan.denom, e.Epoch)
		before, err := getOr(ctx, k.expiries, key, sdkmath.ZeroInt())
		if err != nil {
			return err
		}
		if err := k.expiries.Set(ctx, key, before.Add(e.Amount)); err != nil {
			return err
		}
	}
	if err := k.streams.Set(ctx, collections.Join(poolID, plan.denom), plan.Stream); err != nil {
		return err
	}
	*plan = streamPlan{denom: plan.denom, Advanced: accumulator.Advanced{Stream: plan.Stream}}
	return nil
}

// indexLookup gives the index of a planned stream through any closed epoch. It remembers
// the last answer: the runs of a settlement share their ends.
func (k *Keeper) indexLookup(ctx context.Context, poolID uint64, plan streamPlan) func(uint64) (*big.Int, error) {
	known, value := uint64(math.MaxUint64), plan.Stream.Index.BigInt()
	return func(epoch uint64) (*big.Int, error) {
		if epoch == known {
			return value, nil
		}
		v, err := k.indexAt(ctx, poolID, plan, epoch)
		if err != nil {
			return nil, err
		}
		known, value = epoch, v
		return v, nil
	}
}

func (k *Keeper) indexAt(ctx context.Context, poolID uint64, plan streamPlan, epoch uint64) (*big.Int, error) {
	if epoch+1 >= plan.Stream.Epoch {
		return plan.Stream.Index.BigInt(), nil
	}
	for i := len(plan.Segments) - 1; i >= 0; i-- {
		if plan.Segments[i].Start <= epoch {
			return accumulator.IndexAt(plan.Segments[i], epoch)
		}
	}
	kvs, err := collect(ctx, k.segments, new(collections.Range[poolDenomEpoch]).
		StartInclusive(collections.Join3(poolID, plan.denom, uint64(0))).
		EndInclusive(collections.Join3(poolID, plan.denom, epoch)).Descending(), 1)
	if err != nil {
		return nil, err
	}
	if len(kvs) == 0 {
		return new(big.Int), nil // before the first revenue
	}
	return accumulator.IndexAt(accumulator.Closed{Start: kvs[0].Key.K3(), Segment: kvs[0].Value}, epoch)
}
