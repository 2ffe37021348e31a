package keeper

import (
	"context"

	"github.com/imochain/imod/x/imo/types"
)

// ProposeSpend implements types.MsgServer.
func (s msgServer) ProposeSpend(ctx context.Context, msg *types.MsgProposeSpend) (*types.MsgProposeSpendResponse, error) {
	treasury, err := s.accountOf("treasury", msg.Treasury)
	if err != nil {
		return nil, err
	}
	recipient, err := s.accountOf("recipient", msg.Recipient)
	if err != nil {
		return nil, err
	}
	spend, err := s.Keeper.ProposeSpend(ctx, treasury, recipient, msg.ModelId, msg.Amount, msg.Note)
	if err != nil {
		return nil, err
	}
	return &types.MsgProposeSpendResponse{SpendId: spend.Id, DecideTime: spend.DecideTime}, nil
}

// ObjectSpend implements types.MsgServer.
func (s msgServer) ObjectSpend(ctx context.Context, msg *types.MsgObjectSpend) (*types.MsgObjectSpendResponse, error) {
	holder, err := s.accountOf("holder", msg.Holder)
	if err != nil {
		return nil, err
	}
	weight, spend, err := s.Keeper.ObjectSpend(ctx, holder, msg.SpendId)
	if err != nil {
		return nil, err
	}
	return &types.MsgObjectSpendResponse{Weight: weight, Refused: spend.Status == types.SPEND_STATUS_REFUSED}, nil
}

// ExecuteSpend implements types.MsgServer.
func (s msgServer) ExecuteSpend(ctx context.Context, msg *types.MsgExecuteSpend) (*types.MsgExecuteSpendResponse, error) {
	if _, err := s.accountOf("sender", msg.Sender); err != nil {
		return nil, err
	}
	spend, err := s.Keeper.ExecuteSpend(ctx, msg.SpendId)
	if err != nil {
		return nil, err
	}
	return &types.MsgExecuteSpendResponse{Paid: spend.Amount}, nil
}
