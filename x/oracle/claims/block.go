package claims

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// Bounds of the work of one block; what is left over is the next block's.
const (
	// MaxTimeouts are the games whose clock is looked at.
	MaxTimeouts = 50
	// MaxPayments are the bonds of lost games that are shared out.
	MaxPayments = 50
	// MaxSettlements are the refuted claims that are settled, MaxVoided the games that end with one of them.
	MaxSettlements, MaxVoided = 10, 20
	// MaxWindows are the claims whose window is over.
	MaxWindows = 50
	// maxForgotten are the records that are forgotten.
	maxForgotten = 100
	// retryBlocks is how long an item that failed waits for the next try.
	retryBlocks = 100
)

// Isolate runs an item on its own branch; the keeper's.
type Isolate func(ctx sdk.Context, item func(sdk.Context) error) error

// Timeouts ends games whose clock is over, in the order of their deadlines. An entry that moves nothing, as one of a
// claim that fell, leaves the list. calm is told the claims that stand and have no game any more.
func (b *Book) Timeouts(ctx sdk.Context, task Task, isolate Isolate, calm func(sdk.Context, types.Claim) error) error {
	keys, err := first(ctx, b.deadlines, new(collections.Range[timed]).
		EndExclusive(collections.Join(ctx.BlockHeight(), uint64(0))), MaxTimeouts) // a move may come up to the deadline
	if err != nil {
		return err
	}
	for _, key := range keys {
		err := isolate(ctx, func(ctx sdk.Context) error {
			p, err := b.Play(ctx, key.K2(), nil, &dispute.Timeout{}, task)
			if err == nil && p.Calm {
				return calm(ctx, p.Claim)
			}
			return err
		})
		if err == nil {
			continue
		}
		ctx.Logger().Info("oracle dispute clock", "dispute", key.K2(), "error", err)
		if err := isolate(ctx, func(ctx sdk.Context) error { return b.reclock(ctx, key) }); err != nil {
			ctx.Logger().Error("oracle dispute clock", "dispute", key.K2(), "error", err)
		}
	}
	return nil
}

// reclock writes a game's deadline anew that a move in another game has changed, and takes an entry off the list that
// moves nothing any more.
func (b *Book) reclock(ctx sdk.Context, key timed) error {
	if err := b.deadlines.Remove(ctx, key); err != nil {
		return err
	}
	d, err := b.Dispute(ctx, key.K2())
	if err != nil || d.Status != types.DisputeStatus_DISPUTE_STATUS_OPEN {
		return err
	}
	game, claim, err := b.Position(ctx, d)
	if err != nil {
		return err
	}
	if d.DeadlineHeight = 0; claim.Standing() {
		d.DeadlineHeight = game.Deadline(claim.Terms)
	}
	d.Game = game.Encode()
	return b.setOpen(ctx, d)
}

// Position reads where a game stands, with what other games about its claim have done for it.
func (b *Book) Position(ctx context.Context, d types.Dispute) (game dispute.Game, claim dispute.Claim, err error) {
	c, err := b.Claim(ctx, d.ClaimId)
	if err != nil {
		return game, claim, err
	}
	if claim, err = dispute.DecodeClaim(c.State); err != nil {
		return game, claim, types.ErrInvalidState.Wrapf("claim %d: %v", c.Id, err)
	}
	if game, err = dispute.DecodeGame(d.Game); err != nil {
		return game, claim, types.ErrInvalidState.Wrapf("dispute %d: %v", d.Id, err)
	}
	game.Defended(&claim)
	return game, claim, nil
}

// PayLost shares out the bonds of lost games: half to the executor, half burnt.
func (b *Book) PayLost(ctx sdk.Context, isolate Isolate) error {
	ids, err := first(ctx, b.lostBonds, nil, MaxPayments)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := isolate(ctx, func(ctx sdk.Context) error { return b.payLost(ctx, id) }); err != nil {
			ctx.Logger().Error("oracle lost bond", "dispute", id, "error", err)
		}
	}
	return nil
}

func (b *Book) payLost(ctx sdk.Context, id uint64) error {
	d, err := b.Dispute(ctx, id)
	if err != nil {
		return err
	}
	c, err := b.Claim(ctx, d.ClaimId)
	if err != nil {
		return err
	}
	if err := b.lostBonds.Remove(ctx, id); err != nil {
		return err
	}
	s := SplitChallenge(d.Bond)
	d.Bond = math.ZeroInt()
	if err := b.disputes.Set(ctx, id, d); err != nil {
		return err
	}
	return b.payTo(ctx, c.Executor, s.Winner, s.Burnt)
}

// payTo pays an account and burns.
func (b *Book) payTo(ctx sdk.Context, text string, amount, burnt math.Int) error {
	account, err := b.accounts(text)
	if err != nil {
		return err
	}
	if amount.IsPositive() {
		if err := b.purse.Pay(ctx, account, amount); err != nil {
			return err
		}
	}
	if burnt.IsPositive() {
		return b.purse.Burn(ctx, burnt)
	}
	return nil
}

// Settlement is what the keeper does when a refuted claim is settled: it takes the bond behind it from the executor,
// gives the request back to be answered, and pays the users their fee and share.
type Settlement func(ctx sdk.Context, c types.Claim, users math.Int) error

// Settle shares out the money of refuted claims and ends the games about them, a bounded number at a time.
func (b *Book) Settle(ctx sdk.Context, isolate Isolate, keeper Settlement) error {
	keys, err := due(ctx, b.settlements, MaxSettlements)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := isolate(ctx, func(ctx sdk.Context) error { return b.settle(ctx, key.K2(), keeper) }); err != nil {
			ctx.Logger().Error("oracle settlement", "claim", key.K2(), "error", err)
			if err := isolate(ctx, func(ctx sdk.Context) error { return b.again(ctx, key.K2()) }); err != nil {
				ctx.Logger().Error("oracle settlement retry", "claim", key.K2(), "error", err)
			}
		}
	}
	return nil
}

// again puts a settlement that failed behind the others.
func (b *Book) again(ctx sdk.Context, id uint64) error {
	c, err := b.Claim(ctx, id)
	if err != nil {
		return err
	}
	return b.setSettlement(ctx, &c, ctx.BlockHeight()+retryBlocks)
}

// setSettlement moves the settlement of a claim to a block, or out of the list for 0, and writes the claim.
func (b *Book) setSettlement(ctx sdk.Context, c *types.Claim, height int64) error {
	if err := b.settlements.Remove(ctx, collections.Join(c.SettleHeight, c.Id)); err != nil {
		return err
	}
	c.SettleHeight = height
	if height != 0 {
		if err := b.settlements.Set(ctx, collections.Join(height, c.Id)); err != nil {
			return err
		}
	}
	return b.claims.Set(ctx, c.Id, *c)
}

func (b *Book) settle(ctx sdk.Context, id uint64, keeper Settlement) error {
	c, err := b.Claim(ctx, id)
	if err != nil {
		return err
	}
	if c.Status == types.ClaimStatus_CLAIM_STATUS_FALLEN {
		if err := b.share(ctx, &c, keeper); err != nil {
			return err
		}
		if c.Status == types.ClaimStatus_CLAIM_STATUS_FALLEN { // an earlier commitment may still be opened
			return b.setSettlement(ctx, &c, ctx.BlockHeight()+1)
		}
	}
	done, err := b.void(ctx, &c)
	if err != nil {
		return err
	}
	if !done {
		return b.setSettlement(ctx, &c, ctx.BlockHeight()+1)
	}
	c.State = nil
	if err := b.cleanups.Set(ctx, c.Id); err != nil {
		return err
	}
	if err := b.closed.Set(ctx, collections.Join3(ctx.BlockHeight(), closedClaim, c.Id)); err != nil {
		return err
	}
	c.ClosedHeight = ctx.BlockHeight()
	return b.setSettlement(ctx, &c, 0)
}

// share asks the machine who won and shares out the claim's bond.
func (b *Book) share(ctx sdk.Context, c *types.Claim, keeper Settlement) error {
	state, err := dispute.DecodeClaim(c.State)
	if err != nil {
		return types.ErrInvalidState.Wrapf("claim %d: %v", c.Id, err)
	}
	if !state.Fallen {
		next, effects, err := dispute.Settle(&state, ctx.BlockHeight())
		if err != nil {
			return types.ErrInvalidState.Wrapf("claim %d: %v", c.Id, err)
		}
		if !effects.Fallen {
			return nil
		}
		state = next
		c.State = state.Encode()
	}
	c.Winner = state.Winner.Game
	d, err := b.Dispute(ctx, c.Winner)
	if err != nil {
		return err
	}
	s := SplitClaim(c.Bond)
	c.Status = types.ClaimStatus_CLAIM_STATUS_SETTLED
	if err := keeper(ctx, *c, s.Users); err != nil { // the bond is the book's from here on
		return err
	}
	own := d.Bond
	d.Bond = math.ZeroInt()
	if err := b.leaveLists(ctx, d); err != nil {
		return err
	}
	if err := b.close(ctx, &d, types.DisputeStatus_DISPUTE_STATUS_WON); err != nil {
		return err
	}
	c.OpenGames -= min(1, c.OpenGames)
	if err := b.payTo(ctx, d.Challenger, s.Winner.Add(own), s.Burnt); err != nil {
		return err
	}
	coin := func(amount math.Int) sdk.Coin { return sdk.NewCoin(types.FeeDenom, amount) }
	return ctx.EventManager().EmitTypedEvent(&types.EventClaimSettled{
		ClaimId: c.Id, DisputeId: d.Id, Challenger: d.Challenger,
		Reward: coin(s.Winner), Compensation: coin(s.Users), Burnt: coin(s.Burnt),
	})
}

// void ends the other games about a settled claim and gives their bonds back; it tells whether none is left.
func (b *Book) void(ctx sdk.Context, c *types.Claim) (bool, error) {
	keys, err := first(ctx, b.ofClaim, collections.NewPrefixedPairRange[uint64, uint64](c.Id), MaxVoided)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		d, err := b.Dispute(ctx, key.K2())
		if err != nil {
			return false, err
		}
		bond := d.Bond
		d.Bond = math.ZeroInt()
		if err := b.leaveLists(ctx, d); err != nil {
			return false, err
		}
		if err := b.close(ctx, &d, types.DisputeStatus_DISPUTE_STATUS_VOID); err != nil {
			return false, err
		}
		c.OpenGames -= min(1, c.OpenGames)
		if err := b.payTo(ctx, d.Challenger, bond, math.ZeroInt()); err != nil {
			return false, err
		}
	}
	return len(keys) < MaxVoided, nil
}

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
