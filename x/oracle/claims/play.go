package claims

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// gasPerUnit prices dispute.Cost, whose unit is about a hashed byte: 27 KiB of proof cost half a million gas, for at
// most 100 microseconds.
const gasPerUnit storetypes.Gas = 4

// Challenge opens a game about a claim and takes the bond. Everything is checked before the first write.
func (b *Book) Challenge(ctx context.Context, claimID uint64, by sdk.AccAddress, text string, maxBond sdk.Coin) (types.Dispute, types.Claim, error) {
	var none types.Dispute
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	c, err := b.Claim(ctx, claimID)
	if err != nil {
		return none, c, err
	}
	if c.Status != types.ClaimStatus_CLAIM_STATUS_OPEN {
		return none, c, types.ErrClaimClosed.Wrapf("claim %d is %s", c.Id, c.Status)
	}
	if height > c.WindowHeight {
		return none, c, types.ErrClaimClosed.Wrapf("its window was over with block %d", c.WindowHeight)
	}
	if maxBond.Amount.IsNil() || maxBond.Denom != types.FeeDenom || maxBond.Amount.LT(c.ChallengeBond) {
		return none, c, types.ErrFeeAboveMax.Wrapf("the bond is %saimo, at most %s", c.ChallengeBond, maxBond)
	}
	state, err := dispute.DecodeClaim(c.State)
	if err != nil {
		return none, c, types.ErrInvalidState.Wrapf("claim %d: %v", c.Id, err)
	}
	totals, err := b.totals.Get(ctx)
	if err != nil {
		return none, c, err
	}
	totals.LastDispute++
	next, game, err := state.Challenge(totals.LastDispute, addressOf(by), height)
	if err != nil {
		return none, c, types.ErrInvalidMove.Wrap(err.Error())
	}
	d := types.Dispute{
		Id: totals.LastDispute, ClaimId: c.Id, Challenger: text, Bond: c.ChallengeBond,
		Status: types.DisputeStatus_DISPUTE_STATUS_OPEN, OpenedHeight: height,
		DeadlineHeight: game.Deadline(next.Terms), Game: game.Encode(),
	}
	c.State = next.Encode()
	c.OpenGames++
	if err := b.totals.Set(ctx, totals); err != nil {
		return none, c, err
	}
	if err := b.claims.Set(ctx, c.Id, c); err != nil {
		return none, c, err
	}
	if err := b.setOpen(ctx, d); err != nil {
		return none, c, err
	}
	if err := b.purse.Take(ctx, by, d.Bond); err != nil {
		return none, c, err
	}
	return d, c, sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventDisputeOpened{
		DisputeId: d.Id, ClaimId: c.Id, Challenger: text, Bond: sdk.NewCoin(types.FeeDenom, d.Bond),
	})
}

// setOpen writes a game that goes on with its entries in the lists.
func (b *Book) setOpen(ctx context.Context, d types.Dispute) error {
	if err := b.disputes.Set(ctx, d.Id, d); err != nil {
		return err
	}
	if err := b.ofClaim.Set(ctx, collections.Join(d.ClaimId, d.Id)); err != nil {
		return err
	}
	if d.DeadlineHeight == 0 { // nobody is to move
		return nil
	}
	return b.deadlines.Set(ctx, collections.Join(d.DeadlineHeight, d.Id))
}

// Task tells what a claim is about; the keeper knows requests and manifests.
type Task func(ctx context.Context, c types.Claim) (*dispute.Task, error)

// Played is what a move did.
type Played struct {
	Dispute types.Dispute
	Claim   types.Claim
	// Calm is true when the last game about a claim that stands is over.
	Calm bool
	// Fallen is true when the claim was refuted by this move.
	Fallen bool
}

// Play makes a move. The gas is charged before anything is checked; on an error nothing changed.
func (b *Book) Play(ctx context.Context, id uint64, by sdk.AccAddress, move dispute.Move, task Task) (Played, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	sdkCtx.GasMeter().ConsumeGas(gasPerUnit*dispute.Cost(move), "dispute move")
	p, next, err := b.judge(ctx, id, by, move, task)
	if err != nil {
		return p, err
	}
	if err := b.leaveLists(ctx, p.Dispute); err != nil {
		return p, err
	}
	for _, kept := range next.Keep {
		if err := b.kept.Set(ctx, collections.Join(p.Claim.Id, kept.Key), kept.Value); err != nil {
			return p, err
		}
	}
	p.Dispute.Game, p.Dispute.DeadlineHeight = next.Game.Encode(), next.Game.Deadline(next.Claim.Terms)
	if err := b.book(sdkCtx, &p, next); err != nil {
		return p, err
	}
	if err := b.claims.Set(ctx, p.Claim.Id, p.Claim); err != nil {
		return p, err
	}
	return p, sdkCtx.EventManager().EmitTypedEvent(&types.EventDisputeMoved{
		DisputeId: id, ClaimId: p.Claim.Id, Move: nameOf(move), DeadlineHeight: p.Dispute.DeadlineHeight,
	})
}

// judge asks the machine. It writes nothing.
func (b *Book) judge(ctx context.Context, id uint64, by sdk.AccAddress, move dispute.Move, task Task) (Played, *dispute.Next, error) {
	var p Played
	var err error
	if p.Dispute, err = b.Dispute(ctx, id); err != nil {
		return p, nil, err
	}
	if p.Dispute.Status != types.DisputeStatus_DISPUTE_STATUS_OPEN {
		return p, nil, types.ErrDisputeClosed.Wrapf("dispute %d is %s", id, p.Dispute.Status)
	}
	if p.Claim, err = b.Claim(ctx, p.Dispute.ClaimId); err != nil {
		return p, nil, err
	}
	game, claim, err := b.Position(ctx, p.Dispute)
	if err != nil {
		return p, nil, err
	}
	about, err := task(ctx, p.Claim)
	if err != nil {
		return p, nil, err
	}
	next, err := dispute.Play(&dispute.Position{
		Task: about, Claim: &claim, Game: &game, Height: sdk.UnwrapSDKContext(ctx).BlockHeight(),
		Kept: func(key []byte) ([]byte, error) { return b.Revealed(ctx, p.Claim.Id, key) },
	}, addressOf(by), move)
	if err != nil {
		return p, nil, refusedMove(err)
	}
	return p, next, nil
}

// refusedMove gives an error of the machine its code. Both its reason and the module's can be asked for.
func refusedMove(err error) error {
	code := types.ErrInvalidMove
	switch {
	case errors.Is(err, dispute.ErrPlayer), errors.Is(err, dispute.ErrTurn):
		code = types.ErrNotToMove
	case errors.Is(err, dispute.ErrOver), errors.Is(err, dispute.ErrFallen):
		code = types.ErrDisputeClosed
	}
	return code.Wrap(err.Error())
}

// Revealed returns what a game about a claim revealed at a place, nil if nothing was.
func (b *Book) Revealed(ctx context.Context, claim uint64, key []byte) ([]byte, error) {
	value, err := b.kept.Get(ctx, collections.Join(claim, key))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	return value, err
}

// leaveLists takes a game off the list of clocks; where it stands next is written anew.
func (b *Book) leaveLists(ctx context.Context, d types.Dispute) error {
	if d.DeadlineHeight == 0 {
		return nil
	}
	return b.deadlines.Remove(ctx, collections.Join(d.DeadlineHeight, d.Id))
}

// book writes what a move brought about: a game that goes on, is lost, or refuted the claim.
func (b *Book) book(ctx sdk.Context, p *Played, next *dispute.Next) error {
	standing := p.Claim.Status == types.ClaimStatus_CLAIM_STATUS_OPEN
	full := p.Claim.OpenGames >= next.Claim.Terms.Games
	p.Claim.State = next.Claim.Encode()
	if next.Lost {
		p.Claim.OpenGames -= min(1, p.Claim.OpenGames)
		if err := b.close(ctx, &p.Dispute, types.DisputeStatus_DISPUTE_STATUS_LOST); err != nil {
			return err
		}
		if err := b.lostBonds.Set(ctx, p.Dispute.Id); err != nil {
			return err
		}
	} else if err := b.setOpen(ctx, p.Dispute); err != nil {
		return err
	}
	if !standing {
		return nil
	}
	if !next.Claim.Standing() { // refuted just now
		p.Fallen = true
		return b.fall(ctx, &p.Claim, p.Dispute.Id, next)
	}
	if full && next.Lost { // who could not challenge a claim full of games can do so now
		p.Claim.WindowHeight = max(p.Claim.WindowHeight, ctx.BlockHeight()+int64(next.Claim.Terms.Increment))
	}
	if p.Claim.OpenGames == 0 {
		p.Calm = true
		return b.windows.Set(ctx, collections.Join(max(p.Claim.WindowHeight, ctx.BlockHeight()), p.Claim.Id))
	}
	return nil
}

// fall marks a claim that was refuted. Its money moves at the end of the block that settles it: this one, or when no
// earlier commitment can be opened any more.
func (b *Book) fall(ctx sdk.Context, c *types.Claim, game uint64, next *dispute.Next) error {
	c.Status, c.ClosedHeight = types.ClaimStatus_CLAIM_STATUS_FALLEN, ctx.BlockHeight()
	if c.SettleHeight = next.Claim.SettleAt; next.Fallen {
		c.SettleHeight = ctx.BlockHeight()
	}
	if err := b.settlements.Set(ctx, collections.Join(c.SettleHeight, c.Id)); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventClaimFell{
		ClaimId: c.Id, RequestId: c.RequestId, Executor: c.Executor, DisputeId: game,
	})
}

// close writes a game that is over. Its state is not needed any more.
func (b *Book) close(ctx sdk.Context, d *types.Dispute, status types.DisputeStatus) error {
	d.Status, d.ClosedHeight, d.DeadlineHeight, d.Game = status, ctx.BlockHeight(), 0, nil
	if err := b.disputes.Set(ctx, d.Id, *d); err != nil {
		return err
	}
	if err := b.ofClaim.Remove(ctx, collections.Join(d.ClaimId, d.Id)); err != nil {
		return err
	}
	if err := b.closed.Set(ctx, collections.Join3(d.ClosedHeight, closedDispute, d.Id)); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventDisputeClosed{DisputeId: d.Id, ClaimId: d.ClaimId, Status: status})
}

// nameOf is the move as an event shows it.
func nameOf(move dispute.Move) string {
	switch move.(type) {
	case *dispute.Defend:
		return "defend"
	case *dispute.Pick:
		return "pick"
	case *dispute.Reveal:
		return "reveal"
	case *dispute.Element:
		return "element"
	case *dispute.Prove:
		return "prove"
	case *dispute.Open:
		return "open"
	default:
		return "timeout"
	}
}
