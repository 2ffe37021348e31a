package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// beneficiary returns what a contributor or the treasury took out so far, zero without a record.
func (k *Keeper) beneficiary(ctx context.Context, id uint64, addr sdk.AccAddress) (types.Beneficiary, error) {
	b, err := k.beneficiaries.Get(ctx, collections.Join(id, addr))
	if !errors.Is(err, collections.ErrNotFound) {
		return b, err
	}
	text, err := k.text(addr)
	return types.NewBeneficiary(id, text), err
}

// claim is what an owner can have now of the tokens of an offering.
type claim struct {
	offering    types.Offering
	terms       types.Terms
	allocation  types.Allocation
	beneficiary types.Beneficiary
	// bought comes from bids, vested from a contributor's part; locked is bought and cannot be had yet; lazy is everything
	// not handed out yet, free or not, and the treasury's tokens, which only spends hand out.
	bought, locked, vested, lazy math.Int
}

func (k *Keeper) claimOf(ctx context.Context, id uint64, owner sdk.AccAddress) (claim, error) {
	c := claim{bought: math.ZeroInt(), locked: math.ZeroInt(), vested: math.ZeroInt(), lazy: math.ZeroInt()}
	var err error
	if c.offering, c.terms, err = k.offering(ctx, id); err != nil {
		return c, err
	}
	if c.allocation, err = k.allocation(ctx, id, owner); err != nil {
		return c, err
	}
	if c.beneficiary, err = k.beneficiary(ctx, id, owner); err != nil {
		return c, err
	}
	if c.offering.Status != types.OFFERING_STATUS_SUCCEEDED {
		return c, nil
	}
	c.bought = book.Uncollected(c.offering, c.allocation)
	if !c.terms.Public() {
		c.lazy = c.bought
		unlocked, err := k.unlocked(ctx, c.offering, c.terms)
		if err == nil && !unlocked {
			c.bought, c.locked = c.locked, c.bought
		}
		return c, err
	}
	allotment := book.Allotment(c.terms, c.beneficiary.Address)
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	c.vested = book.Vested(c.terms, c.offering, allotment, now).Sub(c.beneficiary.Collected)
	c.lazy = c.bought.Add(allotment).Sub(c.beneficiary.Collected)
	if treasury := book.TreasuryAllotment(c.terms, c.beneficiary.Address); treasury.IsPositive() {
		c.lazy = c.lazy.Add(treasury).Sub(c.offering.Spent)
	}
	return c, nil
}

// unlocked tells whether tokens of an early round can be had: when the proceeds of both it and the public round are
// released. Until then they would buy out of a pot that others filled at another price.
func (k *Keeper) unlocked(ctx context.Context, lot types.Offering, t types.Terms) (bool, error) {
	if lot.VestingStart == nil {
		return false, nil
	}
	main, err := k.offerings.Get(ctx, t.MainId)
	return main.VestingStart != nil, err
}

// CollectAllocation hands an owner the tokens that are free: bought ones and vested ones. Anyone may call it for
// anyone.
func (k *Keeper) CollectAllocation(ctx context.Context, id uint64, owner sdk.AccAddress) (sdk.Coin, error) {
	c, err := k.claimOf(ctx, id, owner)
	if err != nil {
		return sdk.Coin{}, err
	}
	if c.offering.Status != types.OFFERING_STATUS_SUCCEEDED {
		return sdk.Coin{}, types.ErrOfferingNotSold.Wrapf("offering %d is %s", id, c.offering.Status)
	}
	total := c.bought.Add(c.vested)
	if !total.IsPositive() && c.locked.IsPositive() {
		return sdk.Coin{}, types.ErrLocked.Wrapf("%s of %s in offering %d until the last release", c.terms.Tokens(c.locked), c.allocation.Owner, id)
	}
	if !total.IsPositive() {
		return sdk.Coin{}, types.ErrNothingToCollect.Wrapf("tokens of %s in offering %d", c.allocation.Owner, id)
	}
	return k.handOut(ctx, c, owner)
}

// collectBought hands an owner some of the bought tokens.
func (k *Keeper) collectBought(ctx context.Context, id uint64, owner sdk.AccAddress, tokens math.Int) (sdk.Coin, error) {
	c, err := k.claimOf(ctx, id, owner)
	if err != nil {
		return sdk.Coin{}, err
	}
	if c.bought.LT(tokens) {
		if c.locked.GTE(tokens) {
			return sdk.Coin{}, types.ErrLocked.Wrapf("%s of %s in offering %d until the last release", c.terms.Tokens(c.locked), c.allocation.Owner, id)
		}
		return sdk.Coin{}, types.ErrNothingToCollect.Wrapf("%s has %s left in offering %d, asked for are %s", c.allocation.Owner, c.bought, id, tokens)
	}
	c.bought, c.vested = tokens, math.ZeroInt()
	return k.handOut(ctx, c, owner)
}

// handOut pays the bought and vested tokens of a claim. Revshare is told right before, while the lazy share still is what it
// was.
func (k *Keeper) handOut(ctx context.Context, c claim, owner sdk.AccAddress) (sdk.Coin, error) {
	id, total := c.offering.Id, c.bought.Add(c.vested)
	if err := k.checkRecipient("owner", owner); err != nil {
		return sdk.Coin{}, err
	}
	coin := c.terms.Tokens(total)
	if err := k.revshare.MaterializeLazy(ctx, coin.Denom, owner, total); err != nil {
		return sdk.Coin{}, err
	}
	c.offering.HandedOut = c.offering.HandedOut.Add(total)
	if err := k.offerings.Set(ctx, id, c.offering); err != nil {
		return sdk.Coin{}, err
	}
	asked := c.bought.IsPositive() && c.allocation.AutoBids > 0
	if c.bought.IsPositive() {
		c.allocation.Collected, c.allocation.AutoBids = c.allocation.Collected.Add(c.bought), 0
		if err := k.allocations.Set(ctx, collections.Join(id, owner), c.allocation); err != nil {
			return sdk.Coin{}, err
		}
	}
	if c.vested.IsPositive() {
		c.beneficiary.Collected = c.beneficiary.Collected.Add(c.vested)
		if err := k.beneficiaries.Set(ctx, collections.Join(id, owner), c.beneficiary); err != nil {
			return sdk.Coin{}, err
		}
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), owner, sdk.NewCoins(coin)); err != nil {
		return sdk.Coin{}, err
	}
	if asked {
		if err := k.payAutomatically(ctx, owner, coin.Denom); err != nil {
			return sdk.Coin{}, err
		}
	}
	return coin, emit(ctx, &types.EventAllocationCollected{
		OfferingId: id, Owner: c.allocation.Owner, Bought: c.terms.Tokens(c.bought), Vested: c.terms.Tokens(c.vested),
	})
}

// payAutomatically carries out what an owner's bids asked for. An account that revshare refuses stays without: nothing keeps
// tokens from their owner. A refusal comes before anything is written, so there is nothing to take back.
func (k *Keeper) payAutomatically(ctx context.Context, owner sdk.AccAddress, denom string) error {
	err := k.revshare.SetAutoPayout(ctx, owner, denom, true)
	if errors.Is(err, revsharetypes.ErrAutoRefused) || errors.Is(err, revsharetypes.ErrInvalidAccount) {
		return nil
	}
	return err
}

// CollectRefund hands an owner what is refundable: excess of deposits, or all of them if the offering did not come
// about. Anyone may call it for anyone; nothing stops it.
func (k *Keeper) CollectRefund(ctx context.Context, id uint64, owner sdk.AccAddress) (sdk.Coin, error) {
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return sdk.Coin{}, err
	}
	a, err := k.allocation(ctx, id, owner)
	if err != nil {
		return sdk.Coin{}, err
	}
	refund := t.Payment(book.Refundable(t, o, a))
	if !refund.IsPositive() {
		return sdk.Coin{}, types.ErrNothingToCollect.Wrapf("refund of %s in offering %d", a.Owner, id)
	}
	if err := k.checkRecipient("owner", owner); err != nil {
		return sdk.Coin{}, err
	}
	a.Refunded = a.Refunded.Add(refund.Amount)
	o.Refunded = o.Refunded.Add(refund.Amount)
	if err := k.allocations.Set(ctx, collections.Join(id, owner), a); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.offerings.Set(ctx, id, o); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.bank.SendCoins(ctx, types.OfferingAddress(id), owner, sdk.NewCoins(refund)); err != nil {
		return sdk.Coin{}, err
	}
	return refund, emit(ctx, &types.EventRefundCollected{OfferingId: id, Owner: a.Owner, Refund: refund})
}

// LazyShares implements revshare's provider: what an account holds of a token without a bank balance, since the epoch
// of the settlement.
func (k *Keeper) LazyShares(ctx context.Context, denom string, account sdk.AccAddress) (math.Int, uint64, error) {
	total, since := math.ZeroInt(), uint64(0)
	ids, err := k.soldIn(ctx, denom)
	if err != nil {
		return total, since, err
	}
	for _, id := range ids {
		c, err := k.claimOf(ctx, id, account)
		if err != nil {
			return math.ZeroInt(), 0, err
		}
		if c.lazy.IsPositive() {
			total, since = total.Add(c.lazy), c.offering.SettledEpoch
		}
	}
	return total, since, nil
}

// VirtualTotal implements revshare's provider: the sum of LazyShares over all accounts.
func (k *Keeper) VirtualTotal(ctx context.Context, denom string) (math.Int, error) {
	total := math.ZeroInt()
	ids, err := k.soldIn(ctx, denom)
	if err != nil {
		return total, err
	}
	for _, id := range ids {
		o, err := k.offerings.Get(ctx, id)
		if err != nil {
			return math.ZeroInt(), err
		}
		total = total.Add(o.Minted.Sub(o.HandedOut))
	}
	return total, nil
}

// soldIn lists the offerings that sold a token, none if the denom is none or its token has no supply.
func (k *Keeper) soldIn(ctx context.Context, denom string) ([]uint64, error) {
	m, sold, err := k.soldModel(ctx, denom)
	if err != nil || !sold {
		return nil, err
	}
	t, err := k.terms.Get(ctx, m.SoldOfferingId)
	if err != nil {
		return nil, err
	}
	return t.Members(), nil
}

// soldModel returns the model of a denom, false if the denom is none or its token has no supply.
func (k *Keeper) soldModel(ctx context.Context, denom string) (types.Model, bool, error) {
	m, err := k.ModelByDenom(ctx, denom)
	if errors.Is(err, types.ErrModelNotFound) {
		return m, false, nil
	}
	return m, m.SoldOfferingId != 0, err
}
