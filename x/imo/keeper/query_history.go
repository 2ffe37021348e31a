package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/imo/types"
)

// History implements types.QueryServer.
func (q queryServer) History(ctx context.Context, req *types.QueryHistoryRequest) (*types.QueryHistoryResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	owner, err := q.k.accountOf("address", req.GetAddress())
	if err != nil {
		return nil, grpcError(err)
	}
	entries, next, err := query.CollectionPaginate(ctx, q.k.bids.Indexes.owner, page,
		func(key collections.Pair[sdk.AccAddress, collections.Pair[uint64, uint64]], _ collections.NoValue) (types.HistoryEntry, error) {
			return q.historyEntry(ctx, key.K2())
		}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, collections.Pair[uint64, uint64]](owner))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryHistoryResponse{Entries: entries, Pagination: next}, nil
}

func (q queryServer) historyEntry(ctx context.Context, key collections.Pair[uint64, uint64]) (types.HistoryEntry, error) {
	bid, err := q.k.bids.Get(ctx, key)
	if err != nil {
		return types.HistoryEntry{}, err
	}
	o, t, err := q.k.offering(ctx, bid.OfferingId)
	if err != nil {
		return types.HistoryEntry{}, err
	}
	return types.HistoryEntry{
		Bid: bid, ModelId: o.ModelId, TokenDenom: t.TotalSupply.Denom, Kind: t.Kind, Status: o.Status, ClearingPrice: o.ClearingPrice,
	}, nil
}
