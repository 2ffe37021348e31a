package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// Exit burns a holder's tokens for their part of the unreleased proceeds of the public round. Nothing stops it while
// proceeds are unreleased.
func (k *Keeper) Exit(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) (sdk.Coin, error) {
	var none sdk.Coin
	m, err := k.ModelByDenom(ctx, burnt.Denom)
	if err != nil {
		return none, err
	}
	if m.SoldOfferingId == 0 {
		return none, types.ErrNothingToExit.Wrapf("the token of model %d is not sold", m.Id)
	}
	if err := types.CheckPositive("amount", burnt, m.TokenDenom); err != nil {
		return none, err
	}
	o, t, err := k.offering(ctx, m.SoldOfferingId)
	if err != nil {
		return none, err
	}
	outstanding, err := k.outstanding(ctx, o, t)
	if err != nil {
		return none, err
	}
	return k.exit(ctx, holder, o, t, outstanding, burnt)
}

// outstanding is how many tokens may still exit into the public round's proceeds: the supply without those that are
// locked until the last release, which others hold: contributors, treasury, the market to be, buyers of early rounds.
// Hence it is what the public round sold and nobody burnt yet, whoever burnt the rest and why.
func (k *Keeper) outstanding(ctx context.Context, o types.Offering, t types.Terms) (math.Int, error) {
	left := k.bank.GetSupply(ctx, t.TotalSupply.Denom).Amount.Sub(book.Locked(t)).Sub(o.Liquidity)
	for _, id := range t.Members()[1:] {
		lot, err := k.offerings.Get(ctx, id)
		if err != nil {
			return math.Int{}, err
		}
		left = left.Sub(lot.Minted.Sub(lot.HandedOut))
	}
	return left, nil
}

// ExitLot burns a holder's locked tokens of an early round for their part of that round's unreleased proceeds.
func (k *Keeper) ExitLot(ctx context.Context, holder sdk.AccAddress, id uint64, burnt sdk.Coin) (sdk.Coin, error) {
	var none sdk.Coin
	c, err := k.claimOf(ctx, id, holder)
	if err != nil {
		return none, err
	}
	o, t := c.offering, c.terms
	if t.Public() {
		return none, types.ErrNothingToExit.Wrapf("offering_id %d is no lot: its tokens exit from the wallet", id)
	}
	if o.Status != types.OFFERING_STATUS_SUCCEEDED {
		return none, types.ErrOfferingNotSold.Wrapf("offering %d is %s", id, o.Status)
	}
	if err := types.CheckPositive("amount", burnt, t.TotalSupply.Denom); err != nil {
		return none, err
	}
	if burnt.Amount.GT(c.locked) {
		return none, types.ErrLocked.Wrapf("amount is %s, %s are locked for %s in offering %d", burnt, t.Tokens(c.locked), c.allocation.Owner, id)
	}
	if err := k.checkRecipient("holder", holder); err != nil {
		return none, err
	}
	// The tokens are handed out and burnt at once, so that revshare sees an ordinary burn.
	if err := k.revshare.MaterializeLazy(ctx, burnt.Denom, holder, burnt.Amount); err != nil {
		return none, err
	}
	outstanding := o.Minted.Sub(o.HandedOut)
	o.HandedOut = o.HandedOut.Add(burnt.Amount)
	c.allocation.Collected = c.allocation.Collected.Add(burnt.Amount)
	if err := k.allocations.Set(ctx, collections.Join(id, holder), c.allocation); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), holder, sdk.NewCoins(burnt)); err != nil {
		return none, err
	}
	return k.exit(ctx, holder, o, t, outstanding, burnt)
}

// exit burns tokens of the wallet and pays for them.
func (k *Keeper) exit(ctx context.Context, holder sdk.AccAddress, o types.Offering, t types.Terms, outstanding math.Int, burnt sdk.Coin) (sdk.Coin, error) {
	var none sdk.Coin
	if err := k.checkRecipient("holder", holder); err != nil {
		return none, err
	}
	amount, err := book.Exit(t, o, outstanding, burnt.Amount)
	if err != nil {
		return none, err
	}
	text, err := k.text(holder)
	if err != nil {
		return none, err
	}
	payout := t.Payment(amount)
	o.Exited, o.Burnt = o.Exited.Add(amount), o.Burnt.Add(burnt.Amount)
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return none, err
	}
	if err := k.revshare.Burn(ctx, holder, burnt); err != nil {
		return none, err
	}
	if err := k.bank.SendCoins(ctx, types.OfferingAddress(o.Id), holder, sdk.NewCoins(payout)); err != nil {
		return none, err
	}
	return payout, emit(ctx, &types.EventExited{OfferingId: o.Id, Holder: text, Burnt: burnt, Payout: payout})
}
