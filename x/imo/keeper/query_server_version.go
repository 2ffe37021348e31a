package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/imo/types"
)

// SharedWeights implements types.QueryServer.
func (q queryServer) SharedWeights(ctx context.Context, req *types.QuerySharedWeightsRequest) (*types.QuerySharedWeightsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if _, err := q.k.Model(ctx, req.GetId()); err != nil {
		return nil, grpcError(err)
	}
	prefix := collections.TriplePrefix[uint64, uint32, uint64](req.GetId())
	shared, next, err := query.CollectionPaginate(ctx, q.k.shared, page,
		func(_ collections.Triple[uint64, uint32, uint64], w types.SharedWeights) (types.SharedWeights, error) {
			return w, nil
		},
		func(o *query.CollectionsPaginateOptions[collections.Triple[uint64, uint32, uint64]]) {
			o.Prefix = &prefix
		})
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QuerySharedWeightsResponse{Shared: shared, Pagination: next}, nil
}
