package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// requeue moves an offering in the queue of due work; nil takes it out. The caller stores the offering.
func (k *Keeper) requeue(ctx context.Context, o *types.Offering, at *time.Time) error {
	if o.DueTime != nil {
		if err := k.due.Remove(ctx, dueKey(*o.DueTime, o.Id)); err != nil {
			return err
		}
	}
	o.DueTime = at
	if at == nil {
		return nil
	}
	return k.due.Set(ctx, dueKey(*at, o.Id))
}

// dueKey orders due work by time, then id. Times of offerings lie after 1970 and before 2262.
func dueKey(at time.Time, id uint64) collections.Pair[uint64, uint64] {
	return collections.Join(uint64(at.UnixNano()), id)
}

// start opens an offering for bids and queues its end. The caller stores the offering.
func (k *Keeper) start(ctx context.Context, o *types.Offering, t types.Terms) error {
	o.Status = types.OFFERING_STATUS_OPEN
	end := book.EndTime(t, *o)
	if err := k.requeue(ctx, o, &end); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferingOpened{OfferingId: o.Id})
}

// advance does what is due for an offering: open it, end it, give its bids their tokens, settle it, or queue it where it
// belongs. It walks at most *budget bids and takes what it walked off the budget.
func (k *Keeper) advance(ctx context.Context, id uint64, budget *int) (types.Offering, error) {
	at := blockTime(ctx)
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return o, err
	}
	if o.Status == types.OFFERING_STATUS_SCHEDULED && !at.Before(t.StartTime) {
		if err := k.start(ctx, &o, t); err != nil {
			return o, err
		}
	}
	if o.Status == types.OFFERING_STATUS_OPEN && !at.Before(book.EndTime(t, o)) {
		if err := k.end(ctx, &o, t); err != nil || !o.Running() {
			return o, err
		}
	}
	if o.Status == types.OFFERING_STATUS_CLEARING {
		if err := k.walk(ctx, &o, t, budget); err != nil {
			return o, err
		}
	}
	if err := k.requeue(ctx, &o, due(t, o, at)); err != nil {
		return o, err
	}
	if err := k.offerings.Set(ctx, id, o); err != nil {
		return o, err
	}
	if o.Walk.Done && t.Public() {
		return k.settle(ctx, t)
	}
	return o, nil
}

// due is when an offering wants to be looked at again. An early round whose bids have their tokens waits for the public
// one to decide.
func due(t types.Terms, o types.Offering, at time.Time) *time.Time {
	switch o.Status {
	case types.OFFERING_STATUS_SCHEDULED:
		return &t.StartTime
	case types.OFFERING_STATUS_OPEN:
		end := book.EndTime(t, o)
		return &end
	case types.OFFERING_STATUS_CLEARING:
		if o.Walk.Done && !t.Public() {
			return nil
		}
		return &at
	default:
		return nil
	}
}

// end closes an offering for bids: its price is known. The end of the public round decides whether the sale comes about.
func (k *Keeper) end(ctx context.Context, o *types.Offering, t types.Terms) error {
	c, err := k.clearing(ctx, *o, t)
	if err != nil {
		return err
	}
	if t.Public() {
		rounds, err := k.rounds(ctx, t)
		if err != nil {
			return err
		}
		rounds[0].offering = *o // as it stands, which need not be stored yet
		clearings := []book.Clearing{c}
		for _, r := range rounds[1:] {
			lot, err := k.clearing(ctx, r.offering, r.terms)
			if err != nil {
				return err
			}
			clearings = append(clearings, lot)
		}
		if !book.Succeeds(t, clearings...) {
			*o, err = k.fail(ctx, rounds)
			return err
		}
	}
	o.Status, o.ClearingPrice = types.OFFERING_STATUS_CLEARING, c.Price
	o.Walk.Done = book.FilledAtOnce(t)
	return emit(ctx, &types.EventClearingStarted{
		OfferingId: o.Id, ClearingPrice: c.Price, Proceeds: t.Payment(c.Proceeds), Bids: o.StandingBids,
	})
}

// fail ends a sale that did not come about: every deposit of every round is refundable in full. It returns the public one.
func (k *Keeper) fail(ctx context.Context, rounds []round) (types.Offering, error) {
	for i, r := range rounds {
		o := r.offering
		if err := k.requeue(ctx, &o, nil); err != nil {
			return o, err
		}
		rounds[i].offering = book.Fail(o, blockTime(ctx))
		if err := k.close(ctx, rounds[i]); err != nil {
			return o, err
		}
	}
	return rounds[0].offering, nil
}

// close stores a round that was decided and tells of it.
func (k *Keeper) close(ctx context.Context, r round) error {
	o, t := r.offering, r.terms
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferingSettled{
		OfferingId: o.Id, ModelId: o.ModelId, Status: o.Status, ClearingPrice: o.ClearingPrice,
		Proceeds: t.Payment(o.Proceeds), Sold: t.Tokens(o.Sold), Minted: t.Tokens(o.Minted),
	})
}

// FinalizeOffering does for an offering that has ended what the chain would do by itself, and walks a bounded number of
// bids. Anyone may call it, again until the offering is settled.
func (k *Keeper) FinalizeOffering(ctx context.Context, id uint64) (types.Offering, error) {
	at := blockTime(ctx)
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return o, err
	}
	if !o.Running() {
		return o, types.ErrOfferingSettled.Wrapf("offering %d is %s", id, o.Status)
	}
	if end := book.EndTime(t, o); at.Before(end) {
		return o, types.ErrOfferingNotEnded.Wrapf("offering %d can be settled at %s, now is %s",
			id, end.UTC().Format(time.RFC3339Nano), at.UTC().Format(time.RFC3339Nano))
	}
	if o.Walk.Done && !t.Public() {
		return o, types.ErrOfferingNotEnded.Wrapf("offering %d is decided with offering %d", id, t.MainId)
	}
	budget := maxWalkPerMessage
	return k.advance(ctx, id, &budget)
}

// settle closes a sale that came about once the bids of all its rounds have their tokens. It mints the fixed supply into
// the module account, once: from here on buyers, contributors and treasury hold it as lazy shares, without a write for
// each of them.
func (k *Keeper) settle(ctx context.Context, t types.Terms) (types.Offering, error) {
	rounds, err := k.rounds(ctx, t)
	if err != nil {
		return types.Offering{}, err
	}
	o := rounds[0].offering
	for _, r := range rounds {
		if !r.offering.Walk.Done {
			return o, nil // it walks by itself, and the public round asks again in the next block
		}
	}
	epoch, err := k.revshare.CurrentEpoch(ctx)
	if err != nil {
		return o, err
	}
	// Before anything that LazyShares reads changes.
	if err := k.revshare.Touch(ctx, t.TotalSupply.Denom); err != nil {
		return o, err
	}
	minted := math.ZeroInt()
	for i, r := range rounds {
		if err := k.requeue(ctx, &r.offering, nil); err != nil {
			return o, err
		}
		r.offering = book.Settle(r.terms, r.offering, blockTime(ctx), epoch)
		if err := k.close(ctx, r); err != nil {
			return o, err
		}
		if err := emit(ctx, &types.EventTrancheAnnounced{OfferingId: r.offering.Id, NotBefore: book.NotBefore(r.terms, r.offering, 0)}); err != nil {
			return o, err
		}
		minted = minted.Add(r.offering.Minted).Add(r.offering.Liquidity)
		rounds[i] = r
	}
	return rounds[0].offering, k.mintSupply(ctx, o, t.Tokens(minted))
}

func (k *Keeper) mintSupply(ctx context.Context, o types.Offering, supply sdk.Coin) error {
	m, err := k.Model(ctx, o.ModelId)
	if err != nil {
		return err
	}
	if m.SoldOfferingId != 0 {
		return types.ErrInvariant.Wrapf("model %d was sold in offering %d already", m.Id, m.SoldOfferingId)
	}
	m.SoldOfferingId = o.Id
	if err := k.models.Set(ctx, m.Id, m); err != nil {
		return err
	}
	return k.bank.MintCoins(ctx, types.ModuleName, sdk.NewCoins(supply))
}
