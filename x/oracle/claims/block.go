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
