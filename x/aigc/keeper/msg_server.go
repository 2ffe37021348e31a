package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

type msgServer struct {
	k *Keeper
}

// NewMsgServer serves the module's messages. It decodes and hands over; the rules
// are in the keeper, where precompiles find them too.
func NewMsgServer(k *Keeper) types.MsgServer {
	return msgServer{k: k}
}

func (s msgServer) CreateCollection(ctx context.Context, msg *types.MsgCreateCollection) (*types.MsgCreateCollectionResponse, error) {
	creator, err := s.k.account(msg.Creator)
	if err != nil {
		return nil, err
	}
	policy := msg.MintPolicy
	if policy == types.MINT_POLICY_UNSPECIFIED {
		policy = types.MINT_POLICY_ANYONE
	}
	c, err := s.k.CreateCollection(ctx, creator, types.Collection{
		ModelId: msg.ModelId, Name: msg.Name, Symbol: msg.Symbol, Versions: types.AnyVersion(msg.Versions),
		RoyaltyPoolBps: msg.RoyaltyPoolBps, RoyaltyCreatorBps: msg.RoyaltyCreatorBps,
		SupplyLimit: msg.SupplyLimit, MintPrice: msg.MintPrice, MintPolicy: policy,
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgCreateCollectionResponse{CollectionId: c.Id, Contract: types.ContractText(c.Id)}, nil
}

func (s msgServer) Commit(ctx context.Context, msg *types.MsgCommit) (*types.MsgCommitResponse, error) {
	sender, err := s.k.account(msg.Sender)
	if err != nil {
		return nil, err
	}
	hash, err := types.ParseCommitment(msg.Commitment)
	if err != nil {
		return nil, err
	}
	commitment, err := s.k.Commit(ctx, sender, msg.CollectionId, hash)
	return &types.MsgCommitResponse{LastHeight: commitment.LastHeight}, err
}

func (s msgServer) Mint(ctx context.Context, msg *types.MsgMint) (*types.MsgMintResponse, error) {
	minter, err := s.k.account(msg.Minter)
	if err != nil {
		return nil, err
	}
	minted, err := s.k.Mint(ctx, types.NewMint{
		Minter: minter, Payer: minter, CollectionID: msg.CollectionId, Version: msg.Version,
		Seed: msg.Seed, Input: msg.Input, MaxFee: msg.MaxFee, StoreOutput: msg.StoreOutput, Salt: msg.Salt,
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgMintResponse{TokenId: minted.TokenID.String(), RequestId: minted.RequestID}, nil
}

func (s msgServer) MintFromResult(ctx context.Context, msg *types.MsgMintFromResult) (*types.MsgMintFromResultResponse, error) {
	minter, err := s.k.account(msg.Minter)
	if err != nil {
		return nil, err
	}
	minted, err := s.k.MintFromResult(ctx, minter, msg.CollectionId, msg.RequestId, msg.Content)
	if err != nil {
		return nil, err
	}
	return &types.MsgMintFromResultResponse{TokenId: minted.TokenID.String()}, nil
}

func (s msgServer) Settle(ctx context.Context, msg *types.MsgSettle) (*types.MsgSettleResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	settled, err := s.k.Settle(ctx, sender, msg.CollectionId, id, msg.Content)
	if err != nil {
		return nil, err
	}
	return &types.MsgSettleResponse{Status: settled.Status}, nil
}

func (s msgServer) Transfer(ctx context.Context, msg *types.MsgTransfer) (*types.MsgTransferResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	recipient, err := s.k.account(msg.Recipient)
	if err != nil {
		return nil, err
	}
	owner, err := s.accountOr(msg.Owner, sender)
	if err != nil {
		return nil, err
	}
	return &types.MsgTransferResponse{}, s.k.TransferFrom(ctx, sender, owner, recipient, msg.CollectionId, id)
}

func (s msgServer) Approve(ctx context.Context, msg *types.MsgApprove) (*types.MsgApproveResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	approved, err := s.accountOr(msg.Approved, nil)
	if err != nil {
		return nil, err
	}
	return &types.MsgApproveResponse{}, s.k.Approve(ctx, sender, approved, msg.CollectionId, id)
}

func (s msgServer) SetApprovalForAll(
	ctx context.Context, msg *types.MsgSetApprovalForAll,
) (*types.MsgSetApprovalForAllResponse, error) {
	owner, err := s.k.account(msg.Owner)
	if err != nil {
		return nil, err
	}
	operator, err := s.k.account(msg.Operator)
	if err != nil {
		return nil, err
	}
	err = s.k.SetApprovalForAll(ctx, owner, operator, msg.CollectionId, msg.Approved)
	return &types.MsgSetApprovalForAllResponse{}, err
}

func (s msgServer) Burn(ctx context.Context, msg *types.MsgBurn) (*types.MsgBurnResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	return &types.MsgBurnResponse{}, s.k.Burn(ctx, sender, msg.CollectionId, id)
}

func (s msgServer) List(ctx context.Context, msg *types.MsgList) (*types.MsgListResponse, error) {
	owner, id, err := s.actor(msg.Owner, msg.TokenId)
	if err != nil {
		return nil, err
	}
	return &types.MsgListResponse{}, s.k.List(ctx, owner, msg.CollectionId, id, msg.Price)
}

func (s msgServer) Unlist(ctx context.Context, msg *types.MsgUnlist) (*types.MsgUnlistResponse, error) {
	owner, id, err := s.actor(msg.Owner, msg.TokenId)
	if err != nil {
		return nil, err
	}
	return &types.MsgUnlistResponse{}, s.k.Unlist(ctx, owner, msg.CollectionId, id)
}

func (s msgServer) Buy(ctx context.Context, msg *types.MsgBuy) (*types.MsgBuyResponse, error) {
	buyer, id, err := s.actor(msg.Buyer, msg.TokenId)
	if err != nil {
		return nil, err
	}
	return &types.MsgBuyResponse{}, s.k.Buy(ctx, buyer, msg.CollectionId, id, msg.ExpectedPrice)
}

func (s msgServer) MakeOffer(ctx context.Context, msg *types.MsgMakeOffer) (*types.MsgMakeOfferResponse, error) {
	bidder, id, err := s.actor(msg.Bidder, msg.TokenId)
	if err != nil {
		return nil, err
	}
	return &types.MsgMakeOfferResponse{}, s.k.MakeOffer(ctx, bidder, msg.CollectionId, id, msg.Price, msg.Expires)
}

func (s msgServer) AcceptOffer(ctx context.Context, msg *types.MsgAcceptOffer) (*types.MsgAcceptOfferResponse, error) {
	owner, id, err := s.actor(msg.Owner, msg.TokenId)
	if err != nil {
		return nil, err
	}
	bidder, err := s.k.account(msg.Bidder)
	if err != nil {
		return nil, err
	}
	err = s.k.AcceptOffer(ctx, owner, bidder, msg.CollectionId, id, msg.ExpectedPrice)
	return &types.MsgAcceptOfferResponse{}, err
}

func (s msgServer) CancelOffer(ctx context.Context, msg *types.MsgCancelOffer) (*types.MsgCancelOfferResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	bidder, err := s.accountOr(msg.Bidder, sender)
	if err != nil {
		return nil, err
	}
	return &types.MsgCancelOfferResponse{}, s.k.CancelOffer(ctx, sender, bidder, msg.CollectionId, id)
}

func (s msgServer) Report(ctx context.Context, msg *types.MsgReport) (*types.MsgReportResponse, error) {
	reporter, id, err := s.actor(msg.Reporter, msg.TokenId)
	if err != nil {
		return nil, err
	}
	report, err := s.k.Report(ctx, reporter, msg.CollectionId, id, msg.Reason, msg.Text)
	return &types.MsgReportResponse{LastHeight: report.LastHeight}, err
}

func (s msgServer) SetFlags(ctx context.Context, msg *types.MsgSetFlags) (*types.MsgSetFlagsResponse, error) {
	id, err := types.ParseTokenID(msg.TokenId)
	if err != nil {
		return nil, err
	}
	flags := types.Flags{Sensitive: msg.Sensitive, Withdrawn: msg.Withdrawn, Note: msg.Note}
	decided, err := s.k.SetFlags(ctx, msg.Authority, msg.CollectionId, id, flags, msg.Upheld)
	return &types.MsgSetFlagsResponse{Decided: uint32(decided)}, err
}

func (s msgServer) EndReport(ctx context.Context, msg *types.MsgEndReport) (*types.MsgEndReportResponse, error) {
	sender, id, err := s.actor(msg.Sender, msg.TokenId)
	if err != nil {
		return nil, err
	}
	reporter, err := s.accountOr(msg.Reporter, sender)
	if err != nil {
		return nil, err
	}
	return &types.MsgEndReportResponse{}, s.k.EndReport(ctx, reporter, msg.CollectionId, id)
}

func (s msgServer) Withdraw(ctx context.Context, msg *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	owner, err := s.k.account(msg.Owner)
	if err != nil {
		return nil, err
	}
	recipient, err := s.accountOr(msg.Recipient, owner)
	if err != nil {
		return nil, err
	}
	amount, err := s.k.Withdraw(ctx, owner, recipient, msg.CollectionId)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawResponse{Amount: amount}, nil
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	for i, moderator := range msg.Params.Moderators {
		addr, err := s.k.account(moderator)
		if err != nil {
			return nil, err
		}
		if msg.Params.Moderators[i], err = s.k.text(addr); err != nil {
			return nil, err
		}
	}
	if err := s.k.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, emit(ctx, &types.EventParamsUpdated{Params: msg.Params})
}

// actor reads the two fields that most messages begin with.
func (s msgServer) actor(account, tokenID string) (sdk.AccAddress, types.TokenID, error) {
	addr, err := s.k.account(account)
	if err != nil {
		return nil, types.TokenID{}, err
	}
	id, err := types.ParseTokenID(tokenID)
	return addr, id, err
}

// accountOr reads an optional address.
func (s msgServer) accountOr(text string, fallback sdk.AccAddress) (sdk.AccAddress, error) {
	if text == "" {
		return fallback, nil
	}
	return s.k.account(text)
}
