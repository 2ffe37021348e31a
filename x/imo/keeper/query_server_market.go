package keeper

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/imochain/imod/x/imo/types"
)

// Pool implements types.QueryServer.
func (q queryServer) Pool(_ context.Context, req *types.QueryPoolRequest) (*types.QueryPoolResponse, error) {
	return nil, status.Errorf(codes.NotFound, "the token of model %d has no pool", req.GetModelId())
}

// Position implements types.QueryServer.
func (q queryServer) Position(_ context.Context, req *types.QueryPositionRequest) (*types.QueryPositionResponse, error) {
	return nil, status.Errorf(codes.NotFound, "the token of model %d has no pool", req.GetModelId())
}

// Spends implements types.QueryServer.
func (q queryServer) Spends(ctx context.Context, req *types.QuerySpendsRequest) (*types.QuerySpendsResponse, error) {
	if _, err := q.k.Model(ctx, req.GetModelId()); err != nil {
		return nil, grpcError(err)
	}
	return &types.QuerySpendsResponse{}, nil
}
