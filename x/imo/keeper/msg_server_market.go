package keeper

import (
	"context"

	"github.com/imochain/imod/x/imo/types"
)

// Swap implements types.MsgServer.
func (s msgServer) Swap(context.Context, *types.MsgSwap) (*types.MsgSwapResponse, error) {
	return nil, types.ErrUnsupported.Wrap("tokens have no market on this chain")
}

// AddLiquidity implements types.MsgServer.
func (s msgServer) AddLiquidity(context.Context, *types.MsgAddLiquidity) (*types.MsgAddLiquidityResponse, error) {
	return nil, types.ErrUnsupported.Wrap("tokens have no market on this chain")
}

// RemoveLiquidity implements types.MsgServer.
func (s msgServer) RemoveLiquidity(context.Context, *types.MsgRemoveLiquidity) (*types.MsgRemoveLiquidityResponse, error) {
	return nil, types.ErrUnsupported.Wrap("tokens have no market on this chain")
}

// CollectPoolRevenue implements types.MsgServer.
func (s msgServer) CollectPoolRevenue(context.Context, *types.MsgCollectPoolRevenue) (*types.MsgCollectPoolRevenueResponse, error) {
	return nil, types.ErrUnsupported.Wrap("tokens have no market on this chain")
}

// ProposeSpend implements types.MsgServer.
func (s msgServer) ProposeSpend(context.Context, *types.MsgProposeSpend) (*types.MsgProposeSpendResponse, error) {
	return nil, types.ErrUnsupported.Wrap("treasuries are vested")
}

// ObjectSpend implements types.MsgServer.
func (s msgServer) ObjectSpend(context.Context, *types.MsgObjectSpend) (*types.MsgObjectSpendResponse, error) {
	return nil, types.ErrUnsupported.Wrap("treasuries are vested")
}

// ExecuteSpend implements types.MsgServer.
func (s msgServer) ExecuteSpend(context.Context, *types.MsgExecuteSpend) (*types.MsgExecuteSpendResponse, error) {
	return nil, types.ErrUnsupported.Wrap("treasuries are vested")
}
