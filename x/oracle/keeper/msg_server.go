package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

type msgServer struct{ k *Keeper }

// NewMsgServer returns the module's message server.
func NewMsgServer(k *Keeper) types.MsgServer { return msgServer{k} }

var _ types.MsgServer = msgServer{}

// RequestInference implements types.MsgServer.
func (s msgServer) RequestInference(ctx context.Context, msg *types.MsgRequestInference) (*types.MsgRequestInferenceResponse, error) {
	requester, err := s.k.account("requester", msg.Requester)
	if err != nil {
		return nil, err
	}
	r, err := s.k.CreateRequest(ctx, types.NewRequest{
		Requester: requester, Payer: requester,
		ModelID: msg.ModelId, Version: msg.Version, Input: msg.Input, Seed: msg.Seed,
		MaxFee: msg.MaxFee, StoreOutput: msg.StoreOutput, Origin: "message",
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgRequestInferenceResponse{RequestId: r.Id, DeadlineHeight: r.DeadlineHeight}, nil
}

// DeliverOutput implements types.MsgServer.
func (s msgServer) DeliverOutput(ctx context.Context, msg *types.MsgDeliverOutput) (*types.MsgDeliverOutputResponse, error) {
	if _, err := s.k.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	if err := s.k.Deliver(ctx, msg.RequestId, msg.Output); err != nil {
		return nil, err
	}
	return &types.MsgDeliverOutputResponse{}, nil
}

// ClaimRefund implements types.MsgServer.
func (s msgServer) ClaimRefund(ctx context.Context, msg *types.MsgClaimRefund) (*types.MsgClaimRefundResponse, error) {
	if _, err := s.k.account("sender", msg.Sender); err != nil {
		return nil, err
	}
	owner, err := s.k.account("owner", msg.Owner)
	if err != nil {
		return nil, err
	}
	paid, err := s.k.ClaimRefund(ctx, owner)
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimRefundResponse{Paid: paid}, nil
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.k.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// account reads an address in any form that the chain accepts.
func (k *Keeper) account(role, text string) (sdk.AccAddress, error) {
	address, err := k.addresses.StringToBytes(text)
	if err != nil {
		return nil, types.ErrInvalidAccount.Wrapf("%s: %v", role, err)
	}
	return address, nil
}
