package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

// Swap implements types.MsgServer.
func (s msgServer) Swap(ctx context.Context, msg *types.MsgSwap) (*types.MsgSwapResponse, error) {
	sender, err := s.accountOf("sender", msg.Sender)
	if err != nil {
		return nil, err
	}
	out, err := s.Keeper.Swap(ctx, sender, msg.ModelId, msg.AmountIn, msg.MinOut, msg.Deadline)
	if err != nil {
		return nil, err
	}
	return &types.MsgSwapResponse{AmountOut: out}, nil
}

// AddLiquidity implements types.MsgServer.
func (s msgServer) AddLiquidity(ctx context.Context, msg *types.MsgAddLiquidity) (*types.MsgAddLiquidityResponse, error) {
	sender, err := s.accountOf("sender", msg.Sender)
	if err != nil {
		return nil, err
	}
	l, err := s.Keeper.AddLiquidity(ctx, sender, msg.ModelId, msg.MaxTokens, msg.MaxPayment, msg.MinShares, msg.Deadline)
	if err != nil {
		return nil, err
	}
	return &types.MsgAddLiquidityResponse{
		Shares: l.Shares, Tokens: sdk.NewCoin(msg.MaxTokens.Denom, l.Tokens), Payment: sdk.NewCoin(msg.MaxPayment.Denom, l.Payment),
	}, nil
}

// RemoveLiquidity implements types.MsgServer.
func (s msgServer) RemoveLiquidity(ctx context.Context, msg *types.MsgRemoveLiquidity) (*types.MsgRemoveLiquidityResponse, error) {
	sender, err := s.accountOf("sender", msg.Sender)
	if err != nil {
		return nil, err
	}
	l, err := s.Keeper.RemoveLiquidity(ctx, sender, msg.ModelId, msg.Shares, msg.MinTokens, msg.MinPayment, msg.Deadline)
	if err != nil {
		return nil, err
	}
	tokens, payment := coinsOf(l.Pool, l)
	return &types.MsgRemoveLiquidityResponse{Tokens: tokens, Payment: payment}, nil
}

// CollectPoolRevenue implements types.MsgServer.
func (s msgServer) CollectPoolRevenue(ctx context.Context, msg *types.MsgCollectPoolRevenue) (*types.MsgCollectPoolRevenueResponse, error) {
	sender, err := s.accountOf("sender", msg.Sender)
	if err != nil {
		return nil, err
	}
	owner, err := s.accountOr("owner", msg.Owner, sender)
	if err != nil {
		return nil, err
	}
	paid, err := s.Keeper.CollectPoolRevenue(ctx, sender, owner, msg.ModelId)
	if err != nil {
		return nil, err
	}
	return &types.MsgCollectPoolRevenueResponse{Paid: paid}, nil
}
