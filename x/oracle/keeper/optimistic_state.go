package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/types"
)

// openStatuses are those of requests whose fee is in escrow.
var openStatuses = []types.RequestStatus{
	types.RequestStatus_REQUEST_STATUS_PENDING,
	types.RequestStatus_REQUEST_STATUS_ASSERTED,
	types.RequestStatus_REQUEST_STATUS_DISPUTED,
}

// walkStatus visits the requests of one status.
func (k *Keeper) walkStatus(ctx context.Context, status types.RequestStatus, visit func(types.Request) error) error {
	return k.requests.Indexes.status.Walk(ctx, collections.NewPrefixedPairRange[uint32, uint64](uint32(status)),
		func(_ uint32, id uint64) (bool, error) {
			r, err := k.Request(ctx, id)
			if err != nil {
				return true, err
			}
			return false, visit(r)
		})
}

// owedBonds is what the escrow holds for executors, challengers and panels; all of it is aimo.
func (k *Keeper) owedBonds(ctx context.Context) (math.Int, error) {
	owed, err := k.executors.Owed(ctx)
	if err != nil {
		return owed, err
	}
	games, err := k.claims.Owed(ctx)
	if err != nil {
		return owed, err
	}
	panels, err := k.panels.Export(ctx)
	for _, p := range panels {
		owed = owed.Add(p.Fee.Amount)
	}
	return owed.Add(games), err
}

// optimisticFigures checks that requests, claims, games and bonds agree with one another.
func (k *Keeper) optimisticFigures(ctx context.Context) error {
	open := uint32(0)
	for _, status := range openStatuses {
		if err := k.walkStatus(ctx, status, func(r types.Request) error {
			if !r.Optimistic {
				return nil
			}
			open++
			if (status == types.RequestStatus_REQUEST_STATUS_PENDING) != (r.ClaimId == 0) {
				return types.ErrInvalidState.Wrapf("request %d is %s and names claim %d", r.Id, r.Status, r.ClaimId)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	totals, err := k.claims.Totals(ctx)
	if err != nil {
		return err
	}
	if totals.OpenRequests != open {
		return types.ErrInvalidState.Wrapf("%d requests of optimistic models are open, counted are %d", open, totals.OpenRequests)
	}
	held, err := k.claims.Held(ctx)
	if err != nil {
		return err
	}
	return k.executors.Check(ctx, held)
}

// initOptimistic writes executors, panels, claims and games. Requests are written before.
func (k *Keeper) initOptimistic(ctx context.Context, g *types.GenesisState) error {
	if err := k.executors.Init(ctx, g.Executors, g.Jobs); err != nil {
		return err
	}
	for _, p := range g.Panels {
		if err := k.panels.Set(ctx, p, 0); err != nil {
			return err
		}
	}
	return k.claims.Init(ctx, g)
}

// exportOptimistic reads what initOptimistic writes.
func (k *Keeper) exportOptimistic(ctx context.Context, g *types.GenesisState) (err error) {
	if g.Executors, g.Jobs, err = k.executors.Export(ctx); err != nil {
		return err
	}
	if g.Panels, err = k.panels.Export(ctx); err != nil {
		return err
	}
	return k.claims.Export(ctx, g)
}
