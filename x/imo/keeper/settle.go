package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"

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
	end := book.SettleTime(t, *o)
	if err := k.requeue(ctx, o, &end); err != nil {
		return err
	}
	return emit(ctx, &types.EventOfferingOpened{OfferingId: o.Id})
}

// advance does what is due for an offering: open it, settle it, or queue it where it belongs.
func (k *Keeper) advance(ctx context.Context, id uint64) error {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return err
	}
	if o.Status == types.OFFERING_STATUS_SCHEDULED && !now.Before(t.StartTime) {
		if err := k.start(ctx, &o, t); err != nil {
			return err
		}
	}
	if o.Status == types.OFFERING_STATUS_OPEN && !now.Before(book.SettleTime(t, o)) {
		_, err := k.settle(ctx, o, t)
		return err
	}
	var at *time.Time
	if o.Running() {
		settle := book.SettleTime(t, o)
		if at = &settle; o.Status == types.OFFERING_STATUS_SCHEDULED {
			at = &t.StartTime
		}
	}
	if err := k.requeue(ctx, &o, at); err != nil {
		return err
	}
	return k.offerings.Set(ctx, id, o)
}

// FinalizeOffering settles an offering that has ended. Anyone may, and the chain does it by itself.
func (k *Keeper) FinalizeOffering(ctx context.Context, id uint64) (types.Offering, error) {
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return o, err
	}
	if !o.Running() {
		return o, types.ErrOfferingSettled.Wrapf("offering %d is %s", id, o.Status)
	}
	if at := book.SettleTime(t, o); now.Before(at) {
		return o, types.ErrOfferingNotEnded.Wrapf("offering %d can be settled at %s, now is %s",
			id, at.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
	}
	return k.settle(ctx, o, t)
}

// settle closes the book. On success it mints the fixed supply into the module account, once: from here on buyers,
// contributors and treasury hold it as lazy shares, without a write for each of them.
func (k *Keeper) settle(ctx context.Context, o types.Offering, t types.Terms) (types.Offering, error) {
	epoch, err := k.revshare.CurrentEpoch(ctx)
	if err != nil {
		return o, err
	}
	if err := k.requeue(ctx, &o, nil); err != nil {
		return o, err
	}
	o = book.Settle(t, o, sdk.UnwrapSDKContext(ctx).BlockTime(), epoch)
	if o.Status == types.OFFERING_STATUS_SUCCEEDED {
		if err := k.mintSupply(ctx, o, t); err != nil {
			return o, err
		}
	}
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return o, err
	}
	if err := emit(ctx, &types.EventOfferingSettled{
		OfferingId: o.Id, ModelId: o.ModelId, Status: o.Status, ClearingPrice: o.ClearingPrice,
		Proceeds: t.Payment(o.Proceeds), Sold: t.Tokens(o.Sold), Minted: t.Tokens(o.Minted),
	}); err != nil {
		return o, err
	}
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return o, nil
	}
	return k.announce(ctx, o, t)
}

func (k *Keeper) mintSupply(ctx context.Context, o types.Offering, t types.Terms) error {
	// Before anything that LazyShares reads changes.
	if err := k.revshare.Touch(ctx, t.TotalSupply.Denom); err != nil {
		return err
	}
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
	if err := k.bank.MintCoins(ctx, types.ModuleName, sdk.NewCoins(t.Tokens(o.Minted))); err != nil {
		return err
	}
	return k.seedPool(ctx, o, t)
}
