package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// announce opens the exit window of the next tranche if its facts are reached and it is not open. The settlement and every
// release call it; when facts come later anyone does, by releasing proceeds. It stores the offering.
func (k *Keeper) announce(ctx context.Context, o types.Offering, t types.Terms) (types.Offering, error) {
	usage, err := k.usage(ctx, o.ModelId)
	if err != nil {
		return o, err
	}
	o, i, announced := tranche.Announce(t, o, usage, sdk.UnwrapSDKContext(ctx).BlockTime())
	if announced {
		notBefore, _ := tranche.NotBefore(t, o, i)
		if err := emit(ctx, &types.EventTrancheAnnounced{OfferingId: o.Id, Tranche: uint32(i), NotBefore: notBefore}); err != nil {
			return o, err
		}
	}
	return o, k.offerings.Set(ctx, o.Id, o)
}

// ReleaseProceeds announces the next tranche if only that is missing, releases it if it is due, and pays contributors
// what they are owed of released ones: one of them if recipient is set, else all that can be paid. Anyone may call it. A
// contributor who cannot be paid delays nobody: the share waits, and the others are named one by one if need be.
func (k *Keeper) ReleaseProceeds(ctx context.Context, id uint64, recipient sdk.AccAddress) (released, paid sdk.Coin, err error) {
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return released, paid, err
	}
	released, paid = sdk.NewInt64Coin(t.PaymentDenom, 0), sdk.NewInt64Coin(t.PaymentDenom, 0)
	before := o.Tranches
	if o, err = k.announce(ctx, o, t); err != nil {
		return released, paid, err
	}
	announced := anyAnnounced(before, o.Tranches)
	release, notDue := tranche.Release(t, o, sdk.UnwrapSDKContext(ctx).BlockTime())
	switch {
	case notDue == nil:
		if o, err = k.applyRelease(ctx, t, release); err != nil {
			return released, paid, err
		}
		released = t.Payment(release.Protocol.Add(release.Contributors))
	case !errors.Is(notDue, types.ErrTrancheNotDue):
		return released, paid, notDue
	}

	recipients := []sdk.AccAddress{recipient}
	if recipient == nil {
		if recipients, err = k.payableContributors(t); err != nil {
			return released, paid, err
		}
	}
	for _, r := range recipients {
		share, err := k.payProceeds(ctx, &o, t, r)
		if err != nil {
			return released, paid, err
		}
		paid = paid.Add(share)
	}
	if notDue != nil && paid.IsZero() && !announced {
		return released, paid, notDue
	}
	return released, paid, k.offerings.Set(ctx, id, o)
}

// anyAnnounced tells whether a tranche was announced in between.
func anyAnnounced(before, after []types.TrancheState) bool {
	for i := range after {
		if before[i].AnnouncedTime == nil && after[i].AnnouncedTime != nil {
			return true
		}
	}
	return false
}

// applyRelease pays the community pool, tells of the release and announces the next tranche. It stores the offering.
func (k *Keeper) applyRelease(ctx context.Context, t types.Terms, r tranche.Released) (types.Offering, error) {
	protocol := t.Payment(r.Protocol)
	if protocol.IsPositive() {
		if err := k.community.FundCommunityPool(ctx, sdk.NewCoins(protocol), types.OfferingAddress(r.Offering.Id)); err != nil {
			return r.Offering, err
		}
	}
	if err := emit(ctx, &types.EventTrancheReleased{
		OfferingId: r.Offering.Id, Tranche: uint32(r.Tranche), Contributors: t.Payment(r.Contributors), Protocol: protocol,
	}); err != nil {
		return r.Offering, err
	}
	return k.announce(ctx, r.Offering, t)
}

// payableContributors lists the contributors that can be paid now.
func (k *Keeper) payableContributors(t types.Terms) ([]sdk.AccAddress, error) {
	payable := make([]sdk.AccAddress, 0, len(t.Contributors))
	for _, c := range t.Contributors {
		addr, err := k.accountOf("contributor", c.Address)
		if err != nil {
			return nil, err
		}
		if k.checkRecipient("contributor", addr) == nil {
			payable = append(payable, addr)
		}
	}
	return payable, nil
}

// payProceeds pays one contributor what is due of released proceeds, possibly nothing. The caller stores the offering.
func (k *Keeper) payProceeds(ctx context.Context, o *types.Offering, t types.Terms, recipient sdk.AccAddress) (sdk.Coin, error) {
	none := sdk.NewInt64Coin(t.PaymentDenom, 0)
	b, err := k.beneficiary(ctx, o.Id, recipient)
	if err != nil {
		return none, err
	}
	index := types.ContributorIndex(t.Contributors, b.Address)
	if index < 0 {
		return none, types.ErrNothingToCollect.Wrapf("%s is no contributor of offering %d", b.Address, o.Id)
	}
	due := book.Due(o.ReleasedContributors, types.Weights(t.Contributors), index, b.Proceeds)
	if !due.IsPositive() {
		return none, nil
	}
	if err := k.checkRecipient("recipient", recipient); err != nil {
		return none, err
	}
	b.Proceeds = b.Proceeds.Add(due)
	o.PaidContributors = o.PaidContributors.Add(due)
	if err := k.beneficiaries.Set(ctx, collections.Join(o.Id, recipient), b); err != nil {
		return none, err
	}
	coin := t.Payment(due)
	if err := k.bank.SendCoins(ctx, types.OfferingAddress(o.Id), recipient, sdk.NewCoins(coin)); err != nil {
		return none, err
	}
	return coin, emit(ctx, &types.EventProceedsPaid{OfferingId: o.Id, Recipient: b.Address, Amount: coin})
}
