package keeper

import (
	"context"
	"encoding/binary"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/types"
)

// Performance implements types.QueryServer.
func (q queryServer) Performance(ctx context.Context, req *types.QueryPerformanceRequest) (*types.QueryPerformanceResponse, error) {
	address, err := q.consensusAddress(ctx, req.Address)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	v, err := q.k.validators.Get(ctx, address)
	if err != nil {
		return nil, grpcError(err)
	}
	window, err := q.k.window(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	out := performanceOf(v, window)
	if out.Policy, err = q.k.policyOf(ctx, address); err != nil {
		return nil, grpcError(err)
	}
	return &out, nil
}

// Policy implements types.QueryServer.
func (q queryServer) Policy(ctx context.Context, req *types.QueryPolicyRequest) (*types.QueryPolicyResponse, error) {
	address, err := q.consensusAddress(ctx, req.Address)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	p, err := q.k.policies.Get(ctx, address)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryPolicyResponse{Policy: p}, nil
}

// Performances implements types.QueryServer. The page key is the number to go on with.
func (q queryServer) Performances(ctx context.Context, req *types.QueryPerformancesRequest) (*types.QueryPerformancesResponse, error) {
	page := req.Pagination
	if page == nil {
		page = &query.PageRequest{}
	}
	if page.Offset != 0 || page.CountTotal || page.Reverse {
		return nil, status.Error(codes.InvalidArgument, "only key and limit are supported")
	}
	limit := int(min(page.Limit, maxPage))
	if limit == 0 {
		limit = maxPage
	}
	from := uint64(1)
	if len(page.Key) > 0 {
		if len(page.Key) != 8 {
			return nil, status.Error(codes.InvalidArgument, "page key has 8 bytes")
		}
		from = binary.BigEndian.Uint64(page.Key)
	}
	performances, next, err := q.k.Performances(ctx, from, limit)
	if err != nil {
		return nil, grpcError(err)
	}
	out := &types.QueryPerformancesResponse{Performances: performances, Pagination: &query.PageResponse{}}
	if next != 0 {
		out.Pagination.NextKey = binary.BigEndian.AppendUint64(nil, next)
	}
	return out, nil
}

// Performances returns the counters and the policies of at most limit validators from a number on, as of this block, and
// the number to go on with, 0 at the end.
func (k *Keeper) Performances(ctx context.Context, from uint64, limit int) (out []types.QueryPerformanceResponse, next uint64, err error) {
	totals, err := k.getTotals(ctx)
	if err != nil {
		return nil, 0, err
	}
	window, err := k.window(ctx)
	if err != nil {
		return nil, 0, err
	}
	for number := from; number <= totals.LastValidator; number++ {
		if len(out) == limit {
			return out, number, nil
		}
		address, err := k.validatorNumbers.Get(ctx, number)
		if errors.Is(err, collections.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		v, err := k.validators.Get(ctx, address)
		if err != nil {
			return nil, 0, err
		}
		performance := performanceOf(v, window)
		if performance.Policy, err = k.policyOf(ctx, address); err != nil {
			return nil, 0, err
		}
		out = append(out, performance)
	}
	return out, 0, nil
}

// window returns the number of the running window of counters.
func (k *Keeper) window(ctx context.Context) (uint64, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return 0, err
	}
	return windowOf(sdk.UnwrapSDKContext(ctx), params), nil
}

// performanceOf moves the counters to a window and sums them up. What a validator declined is neither for
// it nor against it.
func performanceOf(v types.Validator, window uint64) types.QueryPerformanceResponse {
	roll(&v, window)
	made := v.Current.Made + v.Previous.Made
	all := made + v.Current.Missed + v.Previous.Missed + v.Current.Differing + v.Previous.Differing +
		v.Current.Equivocated + v.Previous.Equivocated
	out := types.QueryPerformanceResponse{
		Validator: v,
		NoOracle:  made == 0 && v.Current.Missed+v.Current.Declined > 0 && v.Previous.Missed+v.Previous.Declined > 0,
	}
	if all > 0 {
		out.Score = uint32(made * 10_000 / all)
	}
	return out
}
