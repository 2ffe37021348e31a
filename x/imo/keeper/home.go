package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// ReturnRefund sends the refund of a bid home. Anyone may: it goes where the bidder said, out of the escrow, to which it
// comes back if it does not arrive.
func (k *Keeper) ReturnRefund(ctx context.Context, id, bidID uint64) (sdk.Coin, error) {
	b, refund, err := k.takeRefund(ctx, id, bidID)
	if err != nil {
		return sdk.Coin{}, err
	}
	sequence, err := k.sendHome(ctx, types.OfferingAddress(id), b, refund)
	if err != nil {
		return sdk.Coin{}, err
	}
	return refund, k.returns.Set(ctx, collections.Join(b.Home.Channel, sequence), types.Return{
		Channel: b.Home.Channel, Sequence: sequence, OfferingId: id, BidId: bidID,
	})
}

// KeepRefund pays the refund of a bid to who placed it, here: for a home that cannot be reached.
func (k *Keeper) KeepRefund(ctx context.Context, bidder string, id, bidID uint64) (sdk.Coin, error) {
	b, refund, err := k.takeRefund(ctx, id, bidID)
	if err != nil {
		return sdk.Coin{}, err
	}
	to, err := k.accountOf("sender", bidder)
	if err != nil {
		return sdk.Coin{}, err
	}
	placed, err := k.accountOf("bidder", b.Bidder)
	if err != nil {
		return sdk.Coin{}, err
	}
	if !to.Equals(placed) {
		return sdk.Coin{}, types.ErrNotOwner.Wrapf("bid %d of offering %d was placed by %s, the signer is %s", bidID, id, b.Bidder, bidder)
	}
	if err := k.checkRecipient("sender", to); err != nil {
		return sdk.Coin{}, err
	}
	return refund, k.bank.SendCoins(ctx, types.OfferingAddress(id), to, sdk.NewCoins(refund))
}

// takeRefund books the refund of a bid as gone.
func (k *Keeper) takeRefund(ctx context.Context, id, bidID uint64) (types.Bid, sdk.Coin, error) {
	o, t, err := k.offering(ctx, id)
	if err != nil {
		return types.Bid{}, sdk.Coin{}, err
	}
	b, err := k.bidWithHome(ctx, id, bidID)
	if err != nil {
		return b, sdk.Coin{}, err
	}
	refund := t.Payment(book.Returnable(o, b))
	if !refund.IsPositive() {
		return b, refund, types.ErrNothingToCollect.Wrapf("refund of bid %d in offering %d for another chain", bidID, id)
	}
	b.RefundReturned = true
	return b, refund, k.bookReturn(ctx, o, b, refund.Amount)
}

// bookReturn stores a bid whose refund left, or with a negative amount came back.
func (k *Keeper) bookReturn(ctx context.Context, o types.Offering, b types.Bid, amount math.Int) error {
	owner, err := k.accountOf("owner", b.Owner)
	if err != nil {
		return err
	}
	a, err := k.allocations.Get(ctx, collections.Join(o.Id, owner))
	if err != nil {
		return err
	}
	a.AwayRefunded, o.Refunded = a.AwayRefunded.Add(amount), o.Refunded.Add(amount)
	if err := k.allocations.Set(ctx, collections.Join(o.Id, owner), a); err != nil {
		return err
	}
	if err := k.offerings.Set(ctx, o.Id, o); err != nil {
		return err
	}
	return k.bids.Set(ctx, collections.Join(o.Id, b.Id), b)
}

// ReturnTokens sends what a bid bought home, as far as its owner did not collect it. Anyone may, because the bidder asked
// for it. Tokens that do not arrive come back to the owner.
func (k *Keeper) ReturnTokens(ctx context.Context, id, bidID uint64) (sdk.Coin, error) {
	b, err := k.bidWithHome(ctx, id, bidID)
	if err != nil {
		return sdk.Coin{}, err
	}
	if !b.Home.Tokens || b.TokensReturned || !b.Tokens.IsPositive() {
		return sdk.Coin{}, types.ErrNothingToCollect.Wrapf("tokens of bid %d in offering %d for another chain", bidID, id)
	}
	owner, err := k.accountOf("owner", b.Owner)
	if err != nil {
		return sdk.Coin{}, err
	}
	b.TokensReturned = true
	if err := k.bids.Set(ctx, collections.Join(id, bidID), b); err != nil {
		return sdk.Coin{}, err
	}
	tokens, err := k.collectBought(ctx, id, owner, b.Tokens)
	if err != nil {
		return sdk.Coin{}, err
	}
	_, err = k.sendHome(ctx, owner, b, tokens)
	return tokens, err
}

func (k *Keeper) bidWithHome(ctx context.Context, id, bidID uint64) (types.Bid, error) {
	b, err := k.bids.Get(ctx, collections.Join(id, bidID))
	switch {
	case errors.Is(err, collections.ErrNotFound):
		return b, types.ErrBidNotFound.Wrapf("bid %d of offering %d", bidID, id)
	case err != nil:
		return b, err
	case b.Home == nil:
		return b, types.ErrHome.Wrapf("bid %d of offering %d has no home on another chain", bidID, id)
	default:
		return b, nil
	}
}

// sendHome sends coins of an account to the home of a bid.
func (k *Keeper) sendHome(ctx context.Context, from sdk.AccAddress, b types.Bid, amount sdk.Coin) (uint64, error) {
	sender, err := k.text(from)
	if err != nil {
		return 0, err
	}
	res, err := k.transfers.Transfer(ctx, &transfertypes.MsgTransfer{
		SourcePort: transfertypes.PortID, SourceChannel: b.Home.Channel, Token: amount, Sender: sender, Receiver: b.Home.Receiver,
		TimeoutTimestamp: types.ReturnTimeout(b.Home.Channel, sdk.UnwrapSDKContext(ctx).BlockTime()),
	})
	if err != nil {
		return 0, err
	}
	return res.Sequence, emit(ctx, &types.EventReturnSent{
		OfferingId: b.OfferingId, BidId: b.Id, Home: *b.Home, Sequence: res.Sequence, Amount: amount,
	})
}

// SettleReturn notes how the return of a refund ended. The record goes first, so that a packet settles once however often
// it is reported; a packet that is no return of ours changes nothing.
func (k *Keeper) SettleReturn(ctx context.Context, channel string, sequence uint64, arrived bool) error {
	key := collections.Join(channel, sequence)
	r, err := k.returns.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := k.returns.Remove(ctx, key); err != nil {
		return err
	}
	if !arrived {
		if err := k.undoReturn(ctx, r); err != nil {
			return err
		}
	}
	return emit(ctx, &types.EventReturnSettled{
		OfferingId: r.OfferingId, BidId: r.BidId, Channel: channel, Sequence: sequence, Arrived: arrived,
	})
}

// undoReturn makes a refund that came back to the escrow returnable again.
func (k *Keeper) undoReturn(ctx context.Context, r types.Return) error {
	o, _, err := k.offering(ctx, r.OfferingId)
	if err != nil {
		return err
	}
	b, err := k.bidWithHome(ctx, r.OfferingId, r.BidId)
	if err != nil {
		return err
	}
	b.RefundReturned = false
	return k.bookReturn(ctx, o, b, book.Returnable(o, b).Neg())
}
