package claims

import (
	"context"
	"maps"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/oracle/types"
)

// Init writes validated records. What follows from them is made again.
func (b *Book) Init(ctx context.Context, g *types.GenesisState) error {
	if err := b.totals.Set(ctx, g.DisputeTotals); err != nil {
		return err
	}
	for _, c := range g.Claims {
		if err := b.initClaim(ctx, c); err != nil {
			return err
		}
	}
	for _, d := range g.Disputes {
		if err := b.initDispute(ctx, d); err != nil {
			return err
		}
	}
	for _, k := range g.Kept {
		if err := b.kept.Set(ctx, collections.Join(k.ClaimId, k.Key), k.Value); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) initClaim(ctx context.Context, c types.Claim) error {
	if err := b.claims.Set(ctx, c.Id, c); err != nil {
		return err
	}
	switch {
	case c.Status == types.ClaimStatus_CLAIM_STATUS_OPEN:
		return b.windows.Set(ctx, collections.Join(c.WindowHeight, c.Id))
	case c.SettleHeight != 0:
		return b.settlements.Set(ctx, collections.Join(c.SettleHeight, c.Id))
	}
	if err := b.cleanups.Set(ctx, c.Id); err != nil {
		return err
	}
	return b.closed.Set(ctx, collections.Join3(c.ClosedHeight, closedClaim, c.Id))
}

func (b *Book) initDispute(ctx context.Context, d types.Dispute) error {
	if d.Status == types.DisputeStatus_DISPUTE_STATUS_OPEN {
		return b.setOpen(ctx, d)
	}
	if err := b.disputes.Set(ctx, d.Id, d); err != nil {
		return err
	}
	if d.Bond.IsPositive() {
		if err := b.lostBonds.Set(ctx, d.Id); err != nil {
			return err
		}
	}
	return b.closed.Set(ctx, collections.Join3(d.ClosedHeight, closedDispute, d.Id))
}

// Export reads all records in the order of their keys.
func (b *Book) Export(ctx context.Context, g *types.GenesisState) (err error) {
	if g.DisputeTotals, err = b.totals.Get(ctx); err != nil {
		return err
	}
	if err = b.claims.Walk(ctx, nil, func(_ uint64, c types.Claim) (bool, error) {
		g.Claims = append(g.Claims, c)
		return false, nil
	}); err != nil {
		return err
	}
	if err = b.disputes.Walk(ctx, nil, func(_ uint64, d types.Dispute) (bool, error) {
		g.Disputes = append(g.Disputes, d)
		return false, nil
	}); err != nil {
		return err
	}
	return b.kept.Walk(ctx, nil, func(key keptKey, value []byte) (bool, error) {
		g.Kept = append(g.Kept, types.Kept{ClaimId: key.K1(), Key: key.K2(), Value: value})
		return false, nil
	})
}

// Owed is what the escrow holds of challengers' bonds. The bonds behind claims are the executors' until they are
// settled. It reads everything; it is for tests, genesis and simulation.
func (b *Book) Owed(ctx context.Context) (math.Int, error) {
	owed := math.ZeroInt()
	err := b.disputes.Walk(ctx, nil, func(_ uint64, d types.Dispute) (bool, error) {
		owed = owed.Add(d.Bond)
		return false, nil
	})
	return owed, err
}

// Held is what claims hold of the executors' bonds, by account. It checks the counters of open games on the way.
func (b *Book) Held(ctx context.Context) (map[string]math.Int, error) {
	games := make(map[uint64]uint32)
	if err := b.disputes.Walk(ctx, nil, func(_ uint64, d types.Dispute) (bool, error) {
		if d.Status == types.DisputeStatus_DISPUTE_STATUS_OPEN {
			games[d.ClaimId]++
		}
		return false, nil
	}); err != nil {
		return nil, err
	}
	held, counted := make(map[string]math.Int), make(map[uint64]uint32)
	err := b.claims.Walk(ctx, nil, func(_ uint64, c types.Claim) (bool, error) {
		if c.OpenGames > 0 {
			counted[c.Id] = c.OpenGames
		}
		if c.Status != types.ClaimStatus_CLAIM_STATUS_OPEN && c.Status != types.ClaimStatus_CLAIM_STATUS_FALLEN {
			return false, nil
		}
		if before, ok := held[c.Executor]; ok {
			held[c.Executor] = before.Add(c.Bond)
		} else {
			held[c.Executor] = c.Bond
		}
		return false, nil
	})
	if err == nil && !maps.Equal(games, counted) {
		err = types.ErrInvalidState.Wrapf("open games are %v, claims count %v", games, counted)
	}
	return held, err
}

// GamesOf lists at most limit games about a claim that are not over.
func (b *Book) GamesOf(ctx context.Context, claim uint64, limit int) ([]uint64, error) {
	keys, err := first(ctx, b.ofClaim, collections.NewPrefixedPairRange[uint64, uint64](claim), limit)
	ids := make([]uint64, 0, len(keys))
	for _, key := range keys {
		ids = append(ids, key.K2())
	}
	return ids, err
}
