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
	expiry  *accumulator.Expiry // what Start added
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

// planStream accounts for the epochs that closed since the stream was written. The work is
// bounded by drip_epochs, however long nobody came: every change of the rate lies within
// drip_epochs of the stream's epoch, and after the last one nothing is released.
func (k *Keeper) planStream(ctx context.Context, pool rolledPool, denom string, s types.Stream) (streamPlan, error) {
	plan := streamPlan{denom: denom, Advanced: accumulator.Advanced{Stream: s}}
	if s.Epoch >= pool.Epoch {
		return plan, nil
	}
	expiries, supplies, err := k.readChanges(ctx, pool, denom, s)
	if err != nil {
		return plan, err
	}
	plan.Advanced, err = accumulator.Advance(s, pool.Epoch, pool.MinEligible, supplies, expiries)
	plan.changed = err == nil
	return plan, err
}

// readChanges reads what may change the rate or its divisor between the stream's epoch and
// the running one, and no further than something is released.
func (k *Keeper) readChanges(ctx context.Context, pool rolledPool, denom string, s types.Stream) ([]accumulator.Expiry, []accumulator.Supply, error) {
	if s.Rate.IsZero() && s.Lump.IsZero() {
		return nil, nil, nil
	}
	last := s.Epoch // a lump is released in the stream's own epoch
	var expiries []accumulator.Expiry
	if s.Rate.IsPositive() {
		var err error
		if expiries, err = k.readExpiries(ctx, pool.Id, denom, s.Epoch, pool.Epoch); err != nil {
			return nil, nil, err
		}
		last = pool.Epoch - 1
		if n := len(expiries); n > 0 && sumsTo(expiries, s.Rate) {
			last = expiries[n-1].Epoch - 1
		}
	}
	supplies, err := k.readSupplies(ctx, pool, s.Epoch, last)
	return expiries, supplies, err
}

func sumsTo(expiries []accumulator.Expiry, rate sdkmath.Int) bool {
	sum := new(big.Int)
	for _, e := range expiries {
		sum.Add(sum, e.Amount.BigInt())
	}
	return sum.Cmp(rate.BigInt()) == 0
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

// readSupplies reads the supply in force in epoch first and its changes through last.
func (k *Keeper) readSupplies(ctx context.Context, pool rolledPool, first, last uint64) ([]accumulator.Supply, error) {
	kvs, err := collect(ctx, k.supplies, new(collections.Range[poolEpoch]).
		StartInclusive(collections.Join(pool.Id, uint64(0))).
		EndInclusive(collections.Join(pool.Id, first)).Descending(), 1)
	if err != nil {
		return nil, err
	}
	changes, err := collect(ctx, k.supplies, new(collections.Range[poolEpoch]).
		StartExclusive(collections.Join(pool.Id, first)).
		EndInclusive(collections.Join(pool.Id, last)), 0)
	if err != nil {
		return nil, err
	}
	kvs = append(kvs, changes...)
	out := make([]accumulator.Supply, 0, len(kvs)+1)
	for _, kv := range kvs {
		out = append(out, accumulator.Supply{Epoch: kv.Key.K2(), Amount: kv.Value})
	}
	if s := pool.supply; s != nil && s.Epoch <= last {
		out = append(out, *s)
	}
	return out, nil
}

// start lets what waits in a planned stream drip from the running epoch on.
func (p *streamPlan) start(pool rolledPool, params types.Params) {
	rules := accumulator.Rules{MinEligible: pool.MinEligible, MinDrip: sdkmath.OneInt(), DripEpochs: pool.DripEpochs}
	if d, found := params.RevenueDenom(p.denom); found {
		rules.MinDrip = d.MinDrip
	}
	waiting := p.Stream.Waiting
	p.Stream, p.expiry = accumulator.Start(p.Stream, pool.Eligible, rules)
	p.changed = p.changed || !waiting.Equal(p.Stream.Waiting)
}

// saveStream writes a planned stream.
func (k *Keeper) saveStream(ctx context.Context, poolID uint64, plan streamPlan) error {
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
	if e := plan.expiry; e != nil {
		key := collections.Join3(poolID, plan.denom, e.Epoch)
		before, err := getOr(ctx, k.expiries, key, sdkmath.ZeroInt())
		if err != nil {
			return err
		}
		if err := k.expiries.Set(ctx, key, before.Add(e.Amount)); err != nil {
			return err
		}
	}
	return k.streams.Set(ctx, collections.Join(poolID, plan.denom), plan.Stream)
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
