package claims

import (
	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

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
