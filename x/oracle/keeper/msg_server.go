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
	callback, err := s.k.callbackOf(msg)
	if err != nil {
		return nil, err
	}
	r, err := s.k.CreateRequest(ctx, types.NewRequest{
		Requester: requester, Payer: requester,
		ModelID: msg.ModelId, Version: msg.Version, Input: msg.Input, Seed: msg.Seed, SeedKind: msg.SeedKind,
		MaxFee: msg.MaxFee, StoreOutput: msg.StoreOutput, Origin: "message", Callback: callback,
	})
	if err != nil {
		return nil, err
	}
	return &types.MsgRequestInferenceResponse{RequestId: r.Id, DeadlineHeight: r.DeadlineHeight}, nil
}

// callbackOf reads the callback of a message: all of it or none.
func (k *Keeper) callbackOf(msg *types.MsgRequestInference) (*types.NewCallback, error) {
	if msg.CallbackContract == "" {
		if msg.CallbackGas != 0 || len(msg.CallbackData) != 0 {
			return nil, types.ErrInvalidCallback.Wrap("gas or data without a contract")
		}
		return nil, nil
	}
	contract, err := k.account("callback contract", msg.CallbackContract)
	if err != nil {
		return nil, err
	}
	return &types.NewCallback{Contract: contract, Gas: msg.CallbackGas, Data: msg.CallbackData}, nil
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

// TopUpCallback implements types.MsgServer.
func (s msgServer) TopUpCallback(ctx context.Context, msg *types.MsgTopUpCallback) (*types.MsgTopUpCallbackResponse, error) {
	sender, err := s.k.account("sender", msg.Sender)
	if err != nil {
		return nil, err
	}
	price, err := s.k.TopUpCallback(ctx, sender, msg.RequestId, msg.Amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgTopUpCallbackResponse{GasPrice: price}, nil
}

// SetCourier implements types.MsgServer.
func (s msgServer) SetCourier(ctx context.Context, msg *types.MsgSetCourier) (*types.MsgSetCourierResponse, error) {
	operator, err := s.k.account("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	var courier sdk.AccAddress
	if msg.Courier != "" {
		if courier, err = s.k.account("courier", msg.Courier); err != nil {
			return nil, err
		}
	}
	return &types.MsgSetCourierResponse{}, s.k.SetCourier(ctx, operator, courier)
}

// SetBeacon implements types.MsgServer.
func (s msgServer) SetBeacon(ctx context.Context, msg *types.MsgSetBeacon) (*types.MsgSetBeaconResponse, error) {
	operator, err := s.k.account("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	height, err := s.k.SetBeacon(ctx, operator, msg.Tip)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetBeaconResponse{Height: height}, nil
}

// SetPolicy implements types.MsgServer.
func (s msgServer) SetPolicy(ctx context.Context, msg *types.MsgSetPolicy) (*types.MsgSetPolicyResponse, error) {
	operator, err := s.k.account("operator", msg.Operator)
	if err != nil {
		return nil, err
	}
	if err := s.k.SetPolicy(ctx, operator, msg); err != nil {
		return nil, err
	}
	return &types.MsgSetPolicyResponse{}, nil
}

// OpenProof implements types.MsgServer.
func (s msgServer) OpenProof(ctx context.Context, msg *types.MsgOpenProof) (*types.MsgOpenProofResponse, error) {
	if err := s.k.openProof(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgOpenProofResponse{}, nil
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
