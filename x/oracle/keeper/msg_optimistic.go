package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// RegisterExecutor implements types.MsgServer.
func (s msgServer) RegisterExecutor(ctx context.Context, msg *types.MsgRegisterExecutor) (*types.MsgRegisterExecutorResponse, error) {
	account, err := s.k.account("executor", msg.Executor)
	if err != nil {
		return nil, err
	}
	if err := s.k.checkAccount("executor", account); err != nil {
		return nil, err
	}
	params, err := s.k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	e, err := s.k.executors.Register(ctx, account, msg, params.Optimistic)
	if err != nil {
		return nil, err
	}
	return &types.MsgRegisterExecutorResponse{Bond: sdk.NewCoin(types.FeeDenom, e.Bond)}, nil
}

// UnregisterExecutor implements types.MsgServer.
func (s msgServer) UnregisterExecutor(ctx context.Context, msg *types.MsgUnregisterExecutor) (*types.MsgUnregisterExecutorResponse, error) {
	account, err := s.k.account("executor", msg.Executor)
	if err != nil {
		return nil, err
	}
	params, err := s.k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	height, err := s.k.executors.Unregister(ctx, account, params.Optimistic)
	if err != nil {
		return nil, err
	}
	return &types.MsgUnregisterExecutorResponse{ReleaseHeight: height}, nil
}

// BindResult implements types.MsgServer.
func (s msgServer) BindResult(ctx context.Context, msg *types.MsgBindResult) (*types.MsgBindResultResponse, error) {
	account, err := s.k.account("executor", msg.Executor)
	if err != nil {
		return nil, err
	}
	return &types.MsgBindResultResponse{}, s.k.bindResult(ctx, account, msg)
}

// OpenResult implements types.MsgServer.
func (s msgServer) OpenResult(ctx context.Context, msg *types.MsgOpenResult) (*types.MsgOpenResultResponse, error) {
	account, err := s.k.account("executor", msg.Executor)
	if err != nil {
		return nil, err
	}
	return &types.MsgOpenResultResponse{}, s.k.openResult(ctx, account, msg)
}

// AssertResult implements types.MsgServer.
func (s msgServer) AssertResult(ctx context.Context, msg *types.MsgAssertResult) (*types.MsgAssertResultResponse, error) {
	account, err := s.k.account("executor", msg.Executor)
	if err != nil {
		return nil, err
	}
	root, err := types.HashOf("output_root", msg.OutputRoot)
	if err != nil {
		return nil, err
	}
	c, err := s.k.AssertResult(ctx, account, msg.RequestId, root)
	if err != nil {
		return nil, err
	}
	return &types.MsgAssertResultResponse{ClaimId: c.Id, WindowHeight: c.WindowHeight}, nil
}

// Challenge implements types.MsgServer.
func (s msgServer) Challenge(ctx context.Context, msg *types.MsgChallenge) (*types.MsgChallengeResponse, error) {
	account, err := s.k.account("challenger", msg.Challenger)
	if err != nil {
		return nil, err
	}
	d, err := s.k.Challenge(ctx, account, msg.ClaimId, msg.MaxBond)
	if err != nil {
		return nil, err
	}
	return &types.MsgChallengeResponse{DisputeId: d.Id, DeadlineHeight: d.DeadlineHeight}, nil
}

// play is what the messages of a game have in common.
func (s msgServer) play(ctx context.Context, sender string, id uint64, read func() (dispute.Move, error)) (types.Dispute, error) {
	account, err := s.k.account("sender", sender)
	if err != nil {
		return types.Dispute{}, err
	}
	move, err := read()
	if err != nil {
		return types.Dispute{}, err
	}
	return s.k.Play(ctx, account, id, move)
}

// Defend implements types.MsgServer.
func (s msgServer) Defend(ctx context.Context, msg *types.MsgDefend) (*types.MsgDefendResponse, error) {
	if _, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move); err != nil {
		return nil, err
	}
	return &types.MsgDefendResponse{}, nil
}

// Pick implements types.MsgServer.
func (s msgServer) Pick(ctx context.Context, msg *types.MsgPick) (*types.MsgPickResponse, error) {
	if _, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move); err != nil {
		return nil, err
	}
	return &types.MsgPickResponse{}, nil
}

// Reveal implements types.MsgServer.
func (s msgServer) Reveal(ctx context.Context, msg *types.MsgReveal) (*types.MsgRevealResponse, error) {
	if _, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move); err != nil {
		return nil, err
	}
	return &types.MsgRevealResponse{}, nil
}

// Element implements types.MsgServer.
func (s msgServer) Element(ctx context.Context, msg *types.MsgElement) (*types.MsgElementResponse, error) {
	if _, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move); err != nil {
		return nil, err
	}
	return &types.MsgElementResponse{}, nil
}

// Prove implements types.MsgServer.
func (s msgServer) Prove(ctx context.Context, msg *types.MsgProve) (*types.MsgProveResponse, error) {
	d, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move)
	if err != nil {
		return nil, err
	}
	return &types.MsgProveResponse{Status: d.Status}, nil
}

// Timeout implements types.MsgServer.
func (s msgServer) Timeout(ctx context.Context, msg *types.MsgTimeout) (*types.MsgTimeoutResponse, error) {
	d, err := s.play(ctx, msg.Sender, msg.DisputeId, msg.Move)
	if err != nil {
		return nil, err
	}
	return &types.MsgTimeoutResponse{Status: d.Status}, nil
}
