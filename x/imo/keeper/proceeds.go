package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// ReleaseProceeds releases the next tranche if it is due, and pays contributors what they are owed of released ones:
// one of them if recipient is set, else all that can be paid. Anyone may call it. A contributor who cannot be paid
// delays nobody: the share waits, and the others are named one by one if need be.
func (k *Keeper) ReleaseProceeds(ctx context.Context, id uint64, recipient sdk.AccAddress) (released, paid sdk.Coin, err error) {
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return released, paid, err
	}
	released, paid = sdk.NewInt64Coin(t.PaymentDenom, 0), sdk.NewInt64Coin(t.PaymentDenom, 0)
	release, notDue := book.ReleaseNext(t, o, sdk.UnwrapSDKContext(ctx).BlockTime())
	switch {
	case notDue == nil:
		o = release.Offering
		if err := k.applyRelease(ctx, t, release); err != nil {
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
	if notDue != nil && paid.IsZero() {
		return released, paid, notDue
	}
	return released, paid, k.offerings.Set(ctx, id, o)
}

// applyRelease pays the community pool and tells of the release. The caller stores the offering.
func (k *Keeper) applyRelease(ctx context.Context, t types.Terms, r book.Release) error {
	protocol := t.Payment(r.Protocol)
	if protocol.IsPositive() {
		if err := k.community.FundCommunityPool(ctx, sdk.NewCoins(protocol), types.OfferingAddress(r.Offering.Id)); err != nil {
			return err
		}
	}
	if err := emit(ctx, &types.EventTrancheReleased{
		OfferingId: r.Offering.Id, Tranche: uint32(r.Tranche), Contributors: t.Payment(r.Contributors), Protocol: protocol,
	}); err != nil {
		return err
	}
	if later, ok := book.NextTranche(r.Offering); ok {
		return emit(ctx, &types.EventTrancheAnnounced{
			OfferingId: r.Offering.Id, Tranche: uint32(later), NotBefore: book.NotBefore(t, r.Offering, later),
		})
	}
	return nil
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
