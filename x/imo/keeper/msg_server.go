package keeper

import (
	"context"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

type msgServer struct {
	*Keeper
}

// NewMsgServer returns the one door of messages and precompile calls.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

// RegisterModel implements types.MsgServer.
func (s msgServer) RegisterModel(ctx context.Context, msg *types.MsgRegisterModel) (*types.MsgRegisterModelResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	m, v, err := s.Keeper.RegisterModel(ctx, creator, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterModelResponse{
		ModelId: m.Id, Version: v.Version, ManifestRoot: v.ManifestRoot, VerificationFee: v.VerificationFee, Deposit: m.Deposit,
	}, nil
}

// RetireModel implements types.MsgServer.
func (s msgServer) RetireModel(ctx context.Context, msg *types.MsgRetireModel) (*types.MsgRetireModelResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	return &types.MsgRetireModelResponse{}, s.Keeper.RetireModel(ctx, creator, msg.ModelId)
}

// SetPrice implements types.MsgServer.
func (s msgServer) SetPrice(ctx context.Context, msg *types.MsgSetPrice) (*types.MsgSetPriceResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetPriceResponse{}, s.Keeper.SetPrice(ctx, creator, msg.ModelId, msg.Price)
}

// CreateOffering implements types.MsgServer.
func (s msgServer) CreateOffering(ctx context.Context, msg *types.MsgCreateOffering) (*types.MsgCreateOfferingResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	o, t, err := s.Keeper.CreateOffering(ctx, creator, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCreateOfferingResponse{
		OfferingId: o.Id, TermsHash: o.TermsHash, TokenDenom: t.TotalSupply.Denom, Escrow: o.Escrow,
	}, nil
}

// CancelOffering implements types.MsgServer.
func (s msgServer) CancelOffering(ctx context.Context, msg *types.MsgCancelOffering) (*types.MsgCancelOfferingResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelOfferingResponse{}, s.Keeper.CancelOffering(ctx, creator, msg.OfferingId)
}

// PlaceBid implements types.MsgServer.
func (s msgServer) PlaceBid(ctx context.Context, msg *types.MsgPlaceBid) (*types.MsgPlaceBidResponse, error) {
	bidder, err := s.accountOf("bidder", msg.Bidder)
	if err != nil {
		return nil, err
	}
	owner, err := s.accountOr("owner", msg.Owner, bidder)
	if err != nil {
		return nil, err
	}
	b, price, err := s.Keeper.PlaceBid(ctx, BidOrder{
		Bidder: bidder, Owner: owner, OfferingID: msg.OfferingId, Amount: msg.Amount, MaxPrice: msg.MaxPrice,
		TermsHash: msg.TermsHash, Allowance: msg.Allowance, Home: msg.Home, AutoPayout: msg.AutoPayout,
	})
	if err != nil {
		return nil, err
	}
	_, t, err := s.offering(ctx, msg.OfferingId)
	if err != nil {
		return nil, err
	}
	res := &types.MsgPlaceBidResponse{
		BidId: b.Id, Tokens: t.Tokens(b.Tokens), Cost: t.Payment(b.Cost), Excess: t.Payment(math.ZeroInt()), TickPrice: price,
	}
	if book.FilledAtOnce(t) {
		res.Excess = b.Amount.SubAmount(b.Cost)
	}
	return res, nil
}

// CancelBid implements types.MsgServer.
func (s msgServer) CancelBid(ctx context.Context, msg *types.MsgCancelBid) (*types.MsgCancelBidResponse, error) {
	owner, err := s.accountOf("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	refund, err := s.Keeper.CancelBid(ctx, owner, msg.OfferingId, msg.BidId)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelBidResponse{Refund: refund}, nil
}

// FinalizeOffering implements types.MsgServer.
func (s msgServer) FinalizeOffering(ctx context.Context, msg *types.MsgFinalizeOffering) (*types.MsgFinalizeOfferingResponse, error) {
	if _, err := s.accountOf("sender", msg.Sender); err != nil {
		return nil, err
	}
	o, err := s.Keeper.FinalizeOffering(ctx, msg.OfferingId)
	if err != nil {
		return nil, err
	}
	return &types.MsgFinalizeOfferingResponse{Status: o.Status}, nil
}

// CollectAllocation implements types.MsgServer.
func (s msgServer) CollectAllocation(ctx context.Context, msg *types.MsgCollectAllocation) (*types.MsgCollectAllocationResponse, error) {
	owner, err := s.beneficiaryOf(msg.Sender, msg.Owner, msg.OfferingId, msg.ModelId)
	if err != nil {
		return nil, err
	}
	if msg.BidId != 0 {
		tokens, err := s.ReturnTokens(ctx, msg.OfferingId, msg.BidId)
		if err != nil {
			return nil, err
		}
		return &types.MsgCollectAllocationResponse{Collected: sdk.NewCoins(tokens)}, nil
	}
	if msg.ModelId != 0 {
		income, err := s.CollectIncome(ctx, msg.ModelId, owner)
		if err != nil {
			return nil, err
		}
		return &types.MsgCollectAllocationResponse{Collected: income}, nil
	}
	tokens, err := s.Keeper.CollectAllocation(ctx, msg.OfferingId, owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgCollectAllocationResponse{Collected: sdk.NewCoins(tokens)}, nil
}

// CollectRefund implements types.MsgServer.
func (s msgServer) CollectRefund(ctx context.Context, msg *types.MsgCollectRefund) (*types.MsgCollectRefundResponse, error) {
	owner, err := s.beneficiaryOf(msg.Sender, msg.Owner, msg.OfferingId, msg.ModelId)
	if err != nil {
		return nil, err
	}
	var refund sdk.Coin
	switch {
	case msg.ModelId != 0:
		refund, err = s.ReturnDeposit(ctx, msg.ModelId)
	case msg.BidId != 0 && msg.Keep:
		refund, err = s.KeepRefund(ctx, msg.Sender, msg.OfferingId, msg.BidId)
	case msg.BidId != 0:
		refund, err = s.ReturnRefund(ctx, msg.OfferingId, msg.BidId)
	default:
		refund, err = s.Keeper.CollectRefund(ctx, msg.OfferingId, owner)
	}
	if err != nil {
		return nil, err
	}
	return &types.MsgCollectRefundResponse{Refund: refund}, nil
}

// ReleaseProceeds implements types.MsgServer.
func (s msgServer) ReleaseProceeds(ctx context.Context, msg *types.MsgReleaseProceeds) (*types.MsgReleaseProceedsResponse, error) {
	if _, err := s.accountOf("sender", msg.Sender); err != nil {
		return nil, err
	}
	recipient, err := s.accountOr("recipient", msg.Recipient, nil)
	if err != nil {
		return nil, err
	}
	released, paid, err := s.Keeper.ReleaseProceeds(ctx, msg.OfferingId, recipient)
	if err != nil {
		return nil, err
	}
	return &types.MsgReleaseProceedsResponse{Released: released, Paid: paid}, nil
}

// Exit implements types.MsgServer.
func (s msgServer) Exit(ctx context.Context, msg *types.MsgExit) (*types.MsgExitResponse, error) {
	holder, err := s.accountOf("holder", msg.Holder)
	if err != nil {
		return nil, err
	}
	var payout, least sdk.Coin
	if msg.MinPayout != nil {
		least = *msg.MinPayout
	}
	if msg.OfferingId == 0 {
		payout, err = s.Keeper.Exit(ctx, holder, msg.Amount, least)
	} else {
		payout, err = s.ExitLot(ctx, holder, msg.OfferingId, msg.Amount, least)
	}
	if err != nil {
		return nil, err
	}
	return &types.MsgExitResponse{Payout: payout}, nil
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.setParams(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emit(ctx, &types.EventParamsUpdated{Params: msg.Params})
}

// beneficiaryOf reads sender and owner of a message that collects for somebody from an offering or a model.
func (k *Keeper) beneficiaryOf(sender, owner string, offeringID, modelID uint64) (sdk.AccAddress, error) {
	caller, err := k.accountOf("sender", sender)
	if err != nil {
		return nil, err
	}
	if (offeringID == 0) == (modelID == 0) {
		return nil, types.ErrTarget.Wrapf("offering_id is %d, model_id is %d, one of them must be 0", offeringID, modelID)
	}
	return k.accountOr("owner", owner, caller)
}
