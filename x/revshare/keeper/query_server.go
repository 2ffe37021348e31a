package keeper

import (
	"context"
	"errors"
	"math"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/revshare/types"
)

var _ types.QueryServer = queryServer{}

type queryServer struct {
	k *Keeper
}

// NewQueryServer returns the query server of a keeper.
func NewQueryServer(k *Keeper) types.QueryServer {
	return queryServer{k: k}
}

func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := q.k.params.Get(ctx)
	if err != nil {
		return nil, internal(err)
	}
	clock, err := q.k.clock.Get(ctx)
	if err != nil {
		return nil, internal(err)
	}
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	return &types.QueryParamsResponse{Params: params, CurrentEpoch: clock.At(height), EpochEndsAt: clock.EndsAt(height)}, nil
}

func (q queryServer) Pool(ctx context.Context, req *types.QueryPoolRequest) (*types.QueryPoolResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	pool, streams, err := q.pool(ctx, req.Denom)
	if err != nil {
		return nil, err
	}
	out := &types.QueryPoolResponse{Pool: pool.Pool}
	for _, s := range streams {
		tills, err := q.k.readTills(ctx, pool.Id, s.denom)
		if err != nil {
			return nil, internal(err)
		}
		out.Streams = append(out.Streams, types.PoolStream{Denom: s.denom, Stream: takeBack(s.Stream, tills)})
	}
	return out, nil
}

func (q queryServer) Claimable(ctx context.Context, req *types.QueryClaimableRequest) (*types.QueryClaimableResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	plan, err := q.claimable(ctx, req.Denom, req.Address, math.MaxUint64)
	if err != nil {
		return nil, err
	}
	return &types.QueryClaimableResponse{Amount: plan.payout, Settled: plan.position.Settled}, nil
}

func (q queryServer) ClaimableAt(ctx context.Context, req *types.QueryClaimableAtRequest) (*types.QueryClaimableAtResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	plan, err := q.claimable(ctx, req.Denom, req.Address, req.Epoch)
	if err != nil {
		return nil, err
	}
	return &types.QueryClaimableAtResponse{Amount: plan.payout, Settled: plan.position.Settled}, nil
}

func (q queryServer) claimable(ctx context.Context, denom, address string, upTo uint64) (claimPlan, error) {
	holder, err := q.account(address)
	if err != nil {
		return claimPlan{}, err
	}
	plan, err := q.k.planClaim(ctx, denom, holder, upTo)
	return plan, grpcError(err)
}

func (q queryServer) RevenueOf(ctx context.Context, req *types.QueryRevenueOfRequest) (*types.QueryRevenueOfResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	holder, err := q.account(req.Address)
	if err != nil {
		return nil, err
	}
	coins, err := q.k.RevenueOf(ctx, req.Denom, holder, req.Epoch)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryRevenueOfResponse{Amount: coins}, nil
}

func (q queryServer) Earnings(ctx context.Context, req *types.QueryEarningsRequest) (*types.QueryEarningsResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	pool, streams, err := q.pool(ctx, req.Denom)
	if err != nil {
		return nil, err
	}
	out := &types.QueryEarningsResponse{}
	for _, s := range streams {
		e, err := q.k.denomEarnings(ctx, pool, s.denom)
		if err != nil {
			return nil, internal(err)
		}
		out.Earnings = append(out.Earnings, e)
	}
	return out, nil
}

func (q queryServer) Redeemable(ctx context.Context, req *types.QueryRedeemableRequest) (*types.QueryRedeemableResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	amount, ok := sdkmath.NewIntFromString(req.Amount)
	if !ok || !types.ValidAmount(amount) {
		return nil, status.Errorf(codes.InvalidArgument, "amount %q", req.Amount)
	}
	lying, err := q.k.Unswept(ctx, req.Denom)
	if err != nil {
		return nil, status.Error(codes.NotFound, err.Error())
	}
	plan, err := q.k.planRedemption(ctx, sdk.Coin{Denom: req.Denom, Amount: amount}, lying)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryRedeemableResponse{Amount: plan.payout, Supply: plan.supply, Left: plan.window.Left()}, nil
}

func (q queryServer) Holder(ctx context.Context, req *types.QueryHolderRequest) (*types.QueryHolderResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	holder, err := q.account(req.Address)
	if err != nil {
		return nil, err
	}
	out, err := q.k.holderState(ctx, req.Denom, holder)
	return out, grpcError(err)
}

func (q queryServer) Solvency(ctx context.Context, req *types.QuerySolvencyRequest) (*types.QuerySolvencyResponse, error) {
	if req == nil {
		return nil, errEmptyRequest
	}
	out := &types.QuerySolvencyResponse{Solvent: true}
	denoms, page := []string{req.Denom}, (*query.PageResponse)(nil)
	if req.Denom == "" {
		var err error
		if denoms, page, err = q.denoms(ctx, req.Pagination); err != nil {
			return nil, err
		}
	}
	for _, denom := range denoms {
		pool, streams, err := q.pool(ctx, denom)
		if err != nil {
			return nil, err
		}
		books := types.PoolSolvency{ShareDenom: denom, Address: pool.Address, Solvent: true}
		for _, s := range streams {
			d, err := q.k.solvency(ctx, pool, s)
			if err != nil {
				return nil, internal(err)
			}
			books.Denoms = append(books.Denoms, d)
			books.Solvent = books.Solvent && d.Solvent
		}
		out.Pools = append(out.Pools, books)
		out.Solvent = out.Solvent && books.Solvent
	}
	out.Pagination = page
	return out, nil
}

// holderState is what an account has set and how far it is settled.
func (k *Keeper) holderState(ctx context.Context, shareDenom string, holder sdk.AccAddress) (*types.QueryHolderResponse, error) {
	pool, err := k.roll(ctx, shareDenom)
	if err != nil {
		return nil, err
	}
	position, err := getOr(ctx, k.positions, collections.Join(pool.Id, holder), types.Position{})
	if err != nil {
		return nil, err
	}
	out := &types.QueryHolderResponse{Settled: position.Settled, Compacted: position.Compacted}
	refusals, err := getOr(ctx, k.refusals, holder, types.Refusals{})
	if err != nil {
		return nil, err
	}
	out.Refused = refusals.Denoms
	auto, err := k.auto.Get(ctx, collections.Join(shareDenom, holder))
	switch {
	case err == nil:
		out.Auto = &auto
	case !errors.Is(err, collections.ErrNotFound):
		return nil, err
	}
	payout, err := getOr(ctx, k.payouts, holder, nil)
	if err != nil {
		return nil, err
	}
	if len(payout) != 0 {
		if out.Payout, err = k.deps.AddressCodec.BytesToString(payout); err != nil {
			return nil, err
		}
	}
	marks, _, err := k.iterateMarks(ctx, pool, holder, position.Settled, math.MaxUint64, types.MaxOpenCount)
	out.Open = uint64(len(marks))
	return out, err
}

// denoms is one page of share denoms.
func (q queryServer) denoms(ctx context.Context, page *query.PageRequest) ([]string, *query.PageResponse, error) {
	if page == nil {
		page = &query.PageRequest{}
	}
	bounded := *page
	if bounded.Limit == 0 || bounded.Limit > types.MaxPageSize {
		bounded.Limit = types.MaxPageSize
	}
	denoms, next, err := query.CollectionPaginate(ctx, q.k.pools, &bounded,
		func(denom string, _ types.Pool) (string, error) { return denom, nil })
	if err != nil {
		return nil, nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return denoms, next, nil
}

// pool reads a pool and its streams as the running epoch sees them.
func (q queryServer) pool(ctx context.Context, denom string) (rolledPool, []streamPlan, error) {
	pool, err := q.k.roll(ctx, denom)
	if err != nil {
		return pool, nil, grpcError(err)
	}
	streams, err := q.k.planStreams(ctx, pool)
	return pool, streams, grpcError(err)
}

func (q queryServer) account(text string) (sdk.AccAddress, error) {
	addr, err := q.k.deps.AddressCodec.StringToBytes(text)
	if err != nil || len(addr) != types.AccountLength {
		return nil, status.Errorf(codes.InvalidArgument, "address %q", text)
	}
	return addr, nil
}

var errEmptyRequest = status.Error(codes.InvalidArgument, "empty request")

func grpcError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, types.ErrPoolNotFound):
		return status.Error(codes.NotFound, err.Error())
	default:
		return internal(err)
	}
}

func internal(err error) error {
	if errors.Is(err, collections.ErrNotFound) {
		return status.Error(codes.NotFound, err.Error())
	}
	return status.Error(codes.Internal, err.Error())
}
