package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

// maxWithdrawnDenoms bounds one withdrawal. Governance allows at most
// types.MaxAllowedDenoms at a time; more can pile up only over changes, and a
// second withdrawal takes the rest.
const maxWithdrawnDenoms = 2 * types.MaxAllowedDenoms

// toEscrow takes coins into a collection's escrow account, unless they lie there.
func (k *Keeper) toEscrow(ctx context.Context, collectionID uint64, from sdk.AccAddress, amount sdk.Coin) error {
	escrow := types.EscrowAddress(collectionID)
	if amount.IsZero() || from.Equals(escrow) {
		return nil
	}
	return k.bank.SendCoins(ctx, from, escrow, sdk.NewCoins(amount))
}

// distribute pays a price: to the model's revenue, the community pool, the
// collection's creator and the seller, exactly, and tells the parts. It is the one place where a price
// turns into money; all state is written before it is called. The part for the
// model's revenue goes through the escrow account and arrives at the end of the
// block, so that no rule of another module can keep a token from being settled or sold.
func (k *Keeper) distribute(
	ctx context.Context, c types.Collection, id types.TokenID,
	from, seller sdk.AccAddress, price sdk.Coin, protocolFeeBps uint32,
) (settlement.Parts, error) {
	parts, err := settlement.Split(price.Amount, c.Terms(protocolFeeBps))
	if err != nil || price.IsZero() {
		return parts, err
	}
	coin := func(amount math.Int) sdk.Coin { return sdk.NewCoin(price.Denom, amount) }
	if err := k.addIncome(ctx, c.Id, from, coin(parts.Pool)); err != nil {
		return parts, err
	}
	if parts.Fee.IsPositive() {
		if err := k.community.FundCommunityPool(ctx, sdk.NewCoins(coin(parts.Fee)), from); err != nil {
			return parts, err
		}
	}
	creator, err := k.account(c.Creator)
	if err != nil {
		return parts, err
	}
	if err := k.pay(ctx, c.Id, from, creator, coin(parts.Creator)); err != nil {
		return parts, err
	}
	if err := k.pay(ctx, c.Id, from, seller, coin(parts.Seller)); err != nil {
		return parts, err
	}
	return parts, emit(ctx, &types.EventPaymentSplit{
		CollectionId: c.Id, TokenId: id.String(), Price: price,
		SellerPart: coin(parts.Seller), PoolPart: coin(parts.Pool),
		CreatorPart: coin(parts.Creator), ProtocolPart: coin(parts.Fee),
	})
}

// pay sends coins, or credits them in the collection's escrow account if the
// receiver cannot be paid: nobody who is paid can stop who pays.
func (k *Keeper) pay(ctx context.Context, collectionID uint64, from, to sdk.AccAddress, amount sdk.Coin) error {
	if amount.IsZero() {
		return nil
	}
	if k.payable(to) {
		return k.bank.SendCoins(ctx, from, to, sdk.NewCoins(amount))
	}
	if err := k.toEscrow(ctx, collectionID, from, amount); err != nil {
		return err
	}
	return k.credit(ctx, collectionID, to, amount)
}

func (k *Keeper) credit(ctx context.Context, collectionID uint64, owner sdk.AccAddress, amount sdk.Coin) error {
	key := collections.Join3(owner, collectionID, amount.Denom)
	before, err := k.credits.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		before, err = math.ZeroInt(), nil
	}
	if err != nil {
		return err
	}
	if err := k.credits.Set(ctx, key, before.Add(amount.Amount)); err != nil {
		return err
	}
	text, err := k.text(owner)
	if err != nil {
		return err
	}
	return emit(ctx, &types.EventCredited{CollectionId: collectionID, Owner: text, Amount: amount})
}

// Withdraw sends what is credited to owner in a collection to recipient. It works
// while the module is paused.
func (k *Keeper) Withdraw(ctx context.Context, owner, recipient sdk.AccAddress, collectionID uint64) (sdk.Coins, error) {
	if err := checkAccount(owner); err != nil {
		return nil, err
	}
	if err := k.checkRecipient(collectionID, recipient); err != nil {
		return nil, err
	}
	total, err := k.takeCredits(ctx, owner, collectionID)
	if err != nil {
		return nil, err
	}
	if total.IsZero() {
		return nil, types.ErrNothingToWithdraw.Wrapf("from collection %d", collectionID)
	}
	if err := k.bank.SendCoins(ctx, types.EscrowAddress(collectionID), recipient, total); err != nil {
		return nil, err
	}
	event := &types.EventWithdrawn{CollectionId: collectionID, Amount: total}
	if event.Owner, err = k.text(owner); err != nil {
		return nil, err
	}
	if event.Recipient, err = k.text(recipient); err != nil {
		return nil, err
	}
	return total, emit(ctx, event)
}

// takeCredits removes credits and returns their sum: first it collects, then it removes.
func (k *Keeper) takeCredits(ctx context.Context, owner sdk.AccAddress, collectionID uint64) (sdk.Coins, error) {
	total := sdk.NewCoins()
	err := k.credits.Walk(ctx, collections.NewSuperPrefixedTripleRange[sdk.AccAddress, uint64, string](owner, collectionID),
		func(key collections.Triple[sdk.AccAddress, uint64, string], amount math.Int) (bool, error) {
			total = total.Add(sdk.NewCoin(key.K3(), amount))
			return len(total) >= maxWithdrawnDenoms, nil
		})
	if err != nil {
		return nil, err
	}
	for _, coin := range total {
		if err := k.credits.Remove(ctx, collections.Join3(owner, collectionID, coin.Denom)); err != nil {
			return nil, err
		}
	}
	return total, nil
}
