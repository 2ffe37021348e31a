// Package remote is the door for accounts on other chains: an ICS-20 transfer whose memo says what its coins are for. It
// reads the packet, names the account behind it, and makes the call that a local account would make; every rule lives in
// the module that is called. It has no state of its own.
package remote

import (
	"context"
	"errors"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	"github.com/imochain/imod/x/remote/memo"
	"github.com/imochain/imod/x/remote/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// gasPerByte prices the reading of a memo.
const gasPerByte = 30

// Doors are what actions end in.
type Doors struct {
	Offerings imotypes.MsgServer
	Revenue   revsharetypes.MsgServer
	Requests  oracletypes.MsgServer
	Deposits  DepositKeeper
	Returns   ReturnKeeper
	Transfers TransferKeeper
	Bank      BankKeeper
	Addresses address.Codec
}

// DepositKeeper takes revenue and notes where it came from.
type DepositKeeper interface {
	Sync(ctx context.Context, shareDenom string) error
	Deposit(ctx context.Context, from sdk.AccAddress, shareDenom string, amount sdk.Coin, kind revsharetypes.SourceKind, by ...revsharetypes.PaidBy) error
}

// ReturnKeeper knows the refunds that travel home.
type ReturnKeeper interface {
	SettleReturn(ctx context.Context, channel string, sequence uint64, arrived bool) error
}

// TransferKeeper sends coins to other chains.
type TransferKeeper interface {
	Transfer(ctx context.Context, msg *transfertypes.MsgTransfer) (*transfertypes.MsgTransferResponse, error)
}

// BankKeeper reads balances.
type BankKeeper interface {
	SpendableCoin(ctx context.Context, addr sdk.AccAddress, denom string) sdk.Coin
}

// arrival is a packet whose coins have arrived.
type arrival struct {
	// channel is our end of the channel, over IBC v2 the client.
	channel string
	// receiver is the packet's, as it was sent.
	receiver string
	// account is the one of channel and sender; it holds the coins.
	account string
	address sdk.AccAddress
	coin    sdk.Coin
}

// perform does what a memo asks for.
func (d Doors) perform(ctx context.Context, a arrival, action memo.Action) error {
	switch action := action.(type) {
	case memo.Bid:
		return d.bid(ctx, a, action)
	case memo.Deposit:
		denom := imotypes.TokenDenom(action.ModelID)
		if err := d.Deposits.Sync(ctx, denom); err != nil {
			return err
		}
		return d.Deposits.Deposit(ctx, a.address, denom, a.coin, revsharetypes.SourceKind_SOURCE_KIND_IBC)
	case memo.Request:
		return d.request(ctx, a, action)
	case memo.Cancel:
		res, err := d.Offerings.CancelBid(ctx, &imotypes.MsgCancelBid{Owner: a.account, OfferingId: action.OfferingID, BidId: action.BidID})
		if err != nil {
			return err
		}
		return d.home(ctx, a, action.Home, res.Refund.Denom)
	case memo.Collect:
		return d.collect(ctx, a, action)
	case memo.Claim:
		res, err := d.Revenue.Claim(ctx, &revsharetypes.MsgClaim{Holder: a.account, ShareDenom: imotypes.TokenDenom(action.ModelID)})
		if err != nil {
			return err
		}
		return d.home(ctx, a, action.Home, res.Amount.Denoms()...)
	case memo.Exit:
		amount := sdk.NewCoin(imotypes.TokenDenom(action.ModelID), action.Amount)
		res, err := d.Offerings.Exit(ctx, &imotypes.MsgExit{Holder: a.account, Amount: amount})
		if err != nil {
			return err
		}
		return d.home(ctx, a, action.Home, res.Payout.Denom)
	case memo.Withdraw:
		if d.Bank.SpendableCoin(ctx, a.address, action.Denom).IsZero() {
			return types.ErrNothing.Wrapf("%s has no %s", a.account, action.Denom)
		}
		return d.home(ctx, a, action.Home, action.Denom)
	default:
		return types.ErrMemo.Wrapf("unknown action %T", action)
	}
}

// bid places a bid with the coins, for the account of the packet or for the packet's receiver.
func (d Doors) bid(ctx context.Context, a arrival, bid memo.Bid) error {
	owner, err := d.owner(a, bid.Owner)
	if err != nil {
		return err
	}
	msg := &imotypes.MsgPlaceBid{
		Bidder: a.account, OfferingId: bid.OfferingID, Amount: a.coin, MaxPrice: bid.MaxPrice, TermsHash: bid.TermsHash, Owner: owner,
		Allowance: bid.Allowance,
	}
	if h := bid.Home; h != nil {
		msg.Home = &imotypes.Home{Channel: a.channel, Receiver: h.Receiver, Refund: h.Refund, Tokens: h.Tokens}
	}
	_, err = d.Offerings.PlaceBid(ctx, msg)
	return err
}

// owner is the account of the packet for "self", else the packet's receiver, which an address in the memo must repeat: so the
// coins end with the same person wherever the memo is not understood.
func (d Doors) owner(a arrival, named string) (string, error) {
	if named == memo.Self {
		return a.account, nil
	}
	receiver, err := d.Addresses.StringToBytes(a.receiver)
	if err != nil {
		return "", types.ErrOwner.Wrapf("receiver %.80q is no address", a.receiver)
	}
	if named != "" {
		owner, err := d.Addresses.StringToBytes(named)
		if err != nil || !sdk.AccAddress(owner).Equals(sdk.AccAddress(receiver)) {
			return "", types.ErrOwner.Wrapf("owner %.80q, receiver %.80q", named, a.receiver)
		}
	}
	return d.Addresses.BytesToString(receiver)
}

func (d Doors) request(ctx context.Context, a arrival, r memo.Request) error {
	budget := a.coin
	if r.MaxFee != nil {
		budget.Amount = *r.MaxFee
	}
	if budget.Amount.GT(a.coin.Amount) {
		return types.ErrBudget.Wrapf("max_fee is %s, the packet brings %s", budget, a.coin)
	}
	_, err := d.Requests.RequestInference(ctx, &oracletypes.MsgRequestInference{
		Requester: a.account, ModelId: r.ModelID, Input: []byte(r.Input), Seed: r.Seed, MaxFee: sdk.NewCoins(budget),
	})
	return err
}

// collect hands out tokens and refund, either of which may be nothing, but not both.
func (d Doors) collect(ctx context.Context, a arrival, c memo.Collect) error {
	if c.BidID != 0 {
		return d.keep(ctx, a, c)
	}
	tokens, tokensErr := d.Offerings.CollectAllocation(ctx, &imotypes.MsgCollectAllocation{Sender: a.account, OfferingId: c.OfferingID})
	if tokensErr != nil && !nothing(tokensErr) {
		return tokensErr
	}
	refund, refundErr := d.Offerings.CollectRefund(ctx, &imotypes.MsgCollectRefund{Sender: a.account, OfferingId: c.OfferingID})
	if refundErr != nil && !nothing(refundErr) {
		return refundErr
	}
	if tokensErr != nil && refundErr != nil {
		return tokensErr
	}
	var denoms []string
	if tokensErr == nil && c.Home != nil && c.Home.Tokens {
		denoms = append(denoms, tokens.Collected.Denoms()...)
	}
	if refundErr == nil && c.Home != nil && c.Home.Refund {
		denoms = append(denoms, refund.Refund.Denom)
	}
	return d.home(ctx, a, c.Home, denoms...)
}

// keep hands out the refund of a bid that the account placed, wherever the bid wanted it to go: a home that cannot be reached
// would hold it for ever.
func (d Doors) keep(ctx context.Context, a arrival, c memo.Collect) error {
	res, err := d.Offerings.CollectRefund(ctx, &imotypes.MsgCollectRefund{Sender: a.account, OfferingId: c.OfferingID, BidId: c.BidID, Keep: true})
	if err != nil || c.Home == nil || !c.Home.Refund {
		return err
	}
	return d.home(ctx, a, c.Home, res.Refund.Denom)
}

// nothing tells whether an offering only has nothing to hand out of a kind: a failed one has no tokens.
func nothing(err error) bool {
	return errors.Is(err, imotypes.ErrNothingToCollect) || errors.Is(err, imotypes.ErrOfferingNotSold)
}

// home sends what the account has of some denoms to the other end of the channel: all of it, so that what came back from a
// return that failed goes along. Without a home it stays; what times out lies with the account again.
func (d Doors) home(ctx context.Context, a arrival, h *memo.Home, denoms ...string) error {
	if h == nil {
		return nil
	}
	for _, denom := range denoms {
		coin := d.Bank.SpendableCoin(ctx, a.address, denom)
		if coin.Amount.IsNil() || !coin.Amount.GT(math.ZeroInt()) {
			continue
		}
		msg := &transfertypes.MsgTransfer{
			SourcePort: transfertypes.PortID, SourceChannel: a.channel, Token: coin, Sender: a.account, Receiver: h.Receiver,
			TimeoutTimestamp: imotypes.ReturnTimeout(a.channel, sdk.UnwrapSDKContext(ctx).BlockTime()),
		}
		if _, err := d.Transfers.Transfer(ctx, msg); err != nil {
			return types.ErrReturn.Wrapf("%s to %.80q: %s", coin, h.Receiver, err)
		}
	}
	return nil
}
