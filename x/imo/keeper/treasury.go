package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// maxNote bounds what a spend says of itself.
const maxNote = 256

// soldToken returns the model, offering and terms of a token that was sold.
func (k *Keeper) soldToken(ctx context.Context, modelID uint64) (types.Model, types.Offering, types.Terms, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return m, types.Offering{}, types.Terms{}, err
	}
	if m.SoldOfferingId == 0 {
		return m, types.Offering{}, types.Terms{}, types.ErrOfferingNotSold.Wrapf("the token of model %d is not sold", m.Id)
	}
	o, t, err := k.offering(ctx, m.SoldOfferingId)
	return m, o, t, err
}

// spend returns a spend.
func (k *Keeper) spend(ctx context.Context, id uint64) (types.Spend, error) {
	s, err := k.market.spends.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return s, types.ErrSpendNotFound.Wrapf("spend %d", id)
	}
	return s, err
}

// ProposeSpend proposes to pay tokens of a treasury. One spend of a model is open at a time, so that holders have one
// thing to look at. The record date lies behind: nobody can buy or borrow a say in it any more.
func (k *Keeper) ProposeSpend(ctx context.Context, treasury, recipient sdk.AccAddress, modelID uint64, amount sdk.Coin, note string) (types.Spend, error) {
	var none types.Spend
	m, o, t, err := k.soldToken(ctx, modelID)
	if err != nil {
		return none, err
	}
	text, err := k.text(treasury)
	if err != nil {
		return none, err
	}
	if text != t.Treasury {
		return none, types.ErrNotOwner.Wrapf("the treasury of model %d is %s, the signer is %s", m.Id, t.Treasury, text)
	}
	if err := types.CheckPositive("amount", amount, m.TokenDenom); err != nil {
		return none, err
	}
	if left := t.Part(t.TreasuryBps).Sub(o.Spent); amount.Amount.GT(left) {
		return none, types.ErrLimit.Wrapf("amount is %s, the treasury has %s", amount, t.Tokens(left))
	}
	if err := types.CheckText("note", note, 0, maxNote); err != nil {
		return none, err
	}
	if err := k.checkRecipient("recipient", recipient); err != nil {
		return none, err
	}
	to, err := k.text(recipient)
	if err != nil {
		return none, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := k.checkNoSpendOpen(ctx, m.Id); err != nil {
		return none, err
	}
	s := types.Spend{
		ModelId: m.Id, Recipient: to, Amount: amount, Note: note, Status: types.SPEND_STATUS_PROPOSED, DecideTime: now.Add(t.TreasuryWindow),
	}
	if s.Objections, err = k.newObjections(ctx, m, t, treasury); err != nil {
		return none, err
	}
	if s.Id, err = next(ctx, k.market.spendSequence); err != nil {
		return none, err
	}
	if err := k.market.spends.Set(ctx, s.Id, s); err != nil {
		return none, err
	}
	return s, emit(ctx, &types.EventSpendProposed{SpendId: s.Id, ModelId: m.Id, Recipient: to, Amount: amount, DecideTime: s.DecideTime})
}

// newObjections fixes the record date. Treasury and market cannot object, so what they held does not count.
func (k *Keeper) newObjections(ctx context.Context, m types.Model, t types.Terms, treasury sdk.AccAddress) (types.Objections, error) {
	out := types.Objections{LimitBps: t.ObjectionBps, Weight: math.ZeroInt()}
	var err error
	if out.RecordEpoch, out.Eligible, err = k.revshare.RecordDate(ctx, m.TokenDenom); err != nil {
		return out, err
	}
	for _, mute := range []sdk.AccAddress{treasury, types.PoolAddress(m.Id)} {
		held, err := k.revshare.HeldAt(ctx, m.TokenDenom, mute, out.RecordEpoch)
		if err != nil {
			return out, err
		}
		out.Eligible = math.MaxInt(out.Eligible.Sub(held), math.ZeroInt())
	}
	return out, nil
}

// checkNoSpendOpen looks at the last spend of a model.
func (k *Keeper) checkNoSpendOpen(ctx context.Context, modelID uint64) error {
	iter, err := k.market.spends.Indexes.model.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](modelID).Descending())
	if err != nil {
		return err
	}
	defer iter.Close()
	if !iter.Valid() {
		return nil
	}
	id, err := iter.PrimaryKey()
	if err != nil {
		return err
	}
	last, err := k.spend(ctx, id)
	if err != nil {
		return err
	}
	if tranche.Open(last, sdk.UnwrapSDKContext(ctx).BlockTime()) {
		return types.ErrSpendOpen.Wrapf("spend %d of model %d", last.Id, modelID)
	}
	return nil
}

// ObjectSpend counts what a holder held at the record date against a spend, once. Enough of it refuses the spend.
func (k *Keeper) ObjectSpend(ctx context.Context, holder sdk.AccAddress, id uint64) (sdk.Coin, types.Spend, error) {
	s, err := k.spend(ctx, id)
	if err != nil {
		return sdk.Coin{}, s, err
	}
	if err := tranche.CheckObject(s, sdk.UnwrapSDKContext(ctx).BlockTime()); err != nil {
		return sdk.Coin{}, s, err
	}
	text, err := k.text(holder)
	if err != nil {
		return sdk.Coin{}, s, err
	}
	if err := k.checkMayObject(ctx, s, holder, text); err != nil {
		return sdk.Coin{}, s, err
	}
	weight, err := k.revshare.HeldAt(ctx, s.Amount.Denom, holder, s.Objections.RecordEpoch)
	if err != nil {
		return sdk.Coin{}, s, err
	}
	if !weight.IsPositive() {
		return sdk.Coin{}, s, types.ErrNoWeight.Wrapf("%s of %s", s.Amount.Denom, text)
	}
	if err := k.market.spendObjections.Set(ctx, collections.Join(id, holder), weight); err != nil {
		return sdk.Coin{}, s, err
	}
	s.Objections.Weight = s.Objections.Weight.Add(weight)
	coin := sdk.NewCoin(s.Amount.Denom, weight)
	if err := emit(ctx, &types.EventSpendObjected{SpendId: id, Holder: text, Weight: coin}); err != nil {
		return coin, s, err
	}
	if tranche.Objected(s.Objections) {
		s.Status = types.SPEND_STATUS_REFUSED
		if err := emit(ctx, &types.EventSpendDecided{SpendId: id, Status: s.Status}); err != nil {
			return coin, s, err
		}
	}
	return coin, s, k.market.spends.Set(ctx, id, s)
}

// checkMayObject refuses whom the count of eligible tokens left out, and who objected already.
func (k *Keeper) checkMayObject(ctx context.Context, s types.Spend, holder sdk.AccAddress, text string) error {
	_, _, t, err := k.soldToken(ctx, s.ModelId)
	if err != nil {
		return err
	}
	if text == t.Treasury {
		return types.ErrNoWeight.Wrap("the treasury does not object to itself")
	}
	done, err := k.market.spendObjections.Has(ctx, collections.Join(s.Id, holder))
	if err == nil && done {
		return types.ErrObjected.Wrapf("%s to spend %d", text, s.Id)
	}
	return err
}

// ExecuteSpend pays a spend to which not enough holders objected, out of what has vested of the treasury. Anyone may.
func (k *Keeper) ExecuteSpend(ctx context.Context, id uint64) (types.Spend, error) {
	s, err := k.spend(ctx, id)
	if err != nil {
		return s, err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime()
	if err := tranche.CheckExecute(s, now); err != nil {
		return s, err
	}
	_, o, t, err := k.soldToken(ctx, s.ModelId)
	if err != nil {
		return s, err
	}
	vested := book.Vested(t, o, t.Part(t.TreasuryBps), now)
	if free := tranche.Spendable(vested, o.Spent); s.Amount.Amount.GT(free) {
		return s, types.ErrLimit.Wrapf("spend %d pays %s, of the treasury %s are vested and unspent", id, s.Amount, t.Tokens(free))
	}
	treasury, err := k.accountOf("treasury", t.Treasury)
	if err != nil {
		return s, err
	}
	recipient, err := k.accountOf("recipient", s.Recipient)
	if err != nil {
		return s, err
	}
	if err := k.checkRecipient("recipient", recipient); err != nil {
		return s, err
	}
	// Before anything that LazyShares reads changes.
	if err := k.revshare.MaterializeLazy(ctx, s.Amount.Denom, treasury, s.Amount.Amount); err != nil {
		return s, err
	}
	o.Spent, o.HandedOut = o.Spent.Add(s.Amount.Amount), o.HandedOut.Add(s.Amount.Amount)
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return s, err
	}
	s.Status = types.SPEND_STATUS_EXECUTED
	if err := k.market.spends.Set(ctx, id, s); err != nil {
		return s, err
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), recipient, sdk.NewCoins(s.Amount)); err != nil {
		return s, err
	}
	return s, emit(ctx, &types.EventSpendDecided{SpendId: id, Status: s.Status})
}
