package claims

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// Windows makes claims final whose window is over and about which no game is open; finish is the keeper's part.
func (b *Book) Windows(ctx sdk.Context, isolate Isolate, finish func(sdk.Context, types.Claim) error) error {
	keys, err := due(ctx, b.windows, MaxWindows)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := isolate(ctx, func(ctx sdk.Context) error { return b.window(ctx, key, finish) }); err != nil {
			ctx.Logger().Error("oracle claim", "claim", key.K2(), "error", err)
			if err := isolate(ctx, func(ctx sdk.Context) error {
				if err := b.windows.Remove(ctx, key); err != nil {
					return err
				}
				return b.windows.Set(ctx, collections.Join(ctx.BlockHeight()+retryBlocks, key.K2()))
			}); err != nil {
				ctx.Logger().Error("oracle claim retry", "claim", key.K2(), "error", err)
			}
		}
	}
	return nil
}

func (b *Book) window(ctx sdk.Context, key timed, finish func(sdk.Context, types.Claim) error) error {
	if err := b.windows.Remove(ctx, key); err != nil {
		return err
	}
	c, err := b.Claim(ctx, key.K2())
	if err != nil {
		return err
	}
	switch {
	case c.Status != types.ClaimStatus_CLAIM_STATUS_OPEN || c.OpenGames > 0:
		return nil // the end of the last game puts it back
	case c.WindowHeight > ctx.BlockHeight():
		return b.windows.Set(ctx, collections.Join(c.WindowHeight, c.Id))
	}
	c.Status, c.ClosedHeight, c.State = types.ClaimStatus_CLAIM_STATUS_FINAL, ctx.BlockHeight(), nil
	if err := b.claims.Set(ctx, c.Id, c); err != nil {
		return err
	}
	if err := b.cleanups.Set(ctx, c.Id); err != nil {
		return err
	}
	if err := b.closed.Set(ctx, collections.Join3(c.ClosedHeight, closedClaim, c.Id)); err != nil {
		return err
	}
	return finish(ctx, c)
}

// Prolong keeps a claim open for challenges at least up to a height, as when an audit differs.
func (b *Book) Prolong(ctx sdk.Context, id uint64, height int64) error {
	c, err := b.Claim(ctx, id)
	if err != nil {
		return err
	}
	if c.Status != types.ClaimStatus_CLAIM_STATUS_OPEN || c.WindowHeight >= height {
		return nil
	}
	c.WindowHeight = height
	return b.claims.Set(ctx, id, c)
}

// Forget drops what closed claims still keep, and claims and games that closed up to a height.
func (b *Book) Forget(ctx sdk.Context, horizon int64) error {
	ids, err := first(ctx, b.cleanups, nil, 1)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := b.forgetKept(ctx, id); err != nil {
			return err
		}
	}
	if horizon <= 0 {
		return nil
	}
	keys, err := first(ctx, b.closed, new(collections.Range[closedKey]).
		EndExclusive(collections.Join3(horizon+1, uint32(0), uint64(0))), maxForgotten)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if key.K2() == closedDispute {
			d, err := b.Dispute(ctx, key.K3())
			if err == nil && d.Bond.IsPositive() { // waits to be shared out
				continue
			}
			err = b.disputes.Remove(ctx, key.K3())
			if err != nil {
				return err
			}
		} else if err := b.claims.Remove(ctx, key.K3()); err != nil {
			return err
		}
		if err := b.closed.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// forgetKept drops what games about one closed claim revealed.
func (b *Book) forgetKept(ctx sdk.Context, id uint64) error {
	keys, err := b.keptKeys(ctx, id, maxForgotten)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := b.kept.Remove(ctx, key); err != nil {
			return err
		}
	}
	if len(keys) < maxForgotten {
		return b.cleanups.Remove(ctx, id)
	}
	return nil
}

func (b *Book) keptKeys(ctx context.Context, id uint64, limit int) ([]keptKey, error) {
	iter, err := b.kept.Iterate(ctx, collections.NewPrefixedPairRange[uint64, []byte](id))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []keptKey
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}
