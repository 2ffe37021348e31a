package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/imo/pool"
	"github.com/imochain/imod/x/imo/tranche"
	"github.com/imochain/imod/x/imo/types"
)

// maxAmountText bounds the text of an amount before it is decoded.
const maxAmountText = 256

// Pool implements types.QueryServer.
func (q queryServer) Pool(ctx context.Context, req *types.QueryPoolRequest) (*types.QueryPoolResponse, error) {
	p, err := q.k.pool(ctx, req.GetModelId())
	if err != nil {
		return nil, grpcError(err)
	}
	s, err := q.k.market.shares.Get(ctx, p.ModelId)
	if err != nil {
		return nil, grpcError(err)
	}
	revenue, err := q.k.poolRevenues(ctx, p.ModelId)
	if err != nil {
		return nil, grpcError(err)
	}
	denom, now := p.Payment.Denom, sdk.UnwrapSDKContext(ctx).BlockTime()
	return &types.QueryPoolResponse{
		Pool: p, Price: sdk.NewCoin(denom, pool.Price(p)), AveragePrice: sdk.NewCoin(denom, pool.Mean(p, now)), Shares: s.Total, Revenue: revenue,
	}, nil
}

// Quote implements types.QueryServer.
func (q queryServer) Quote(ctx context.Context, req *types.QueryQuoteRequest) (*types.QueryQuoteResponse, error) {
	if len(req.GetAmountIn()) > maxAmountText {
		return nil, status.Errorf(codes.InvalidArgument, "amount_in has %d characters, allowed are %d", len(req.GetAmountIn()), maxAmountText)
	}
	in, err := sdk.ParseCoinNormalized(req.GetAmountIn())
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "amount_in %q: %s", req.GetAmountIn(), err)
	}
	trade, out, err := q.k.planSwap(ctx, req.GetModelId(), in)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryQuoteResponse{
		AmountOut: out, Fee: sdk.NewCoin(in.Denom, trade.Fee), Price: sdk.NewCoin(trade.Pool.Payment.Denom, pool.Price(trade.Pool)),
	}, nil
}

// Position implements types.QueryServer.
func (q queryServer) Position(ctx context.Context, req *types.QueryPositionRequest) (*types.QueryPositionResponse, error) {
	owner, err := q.k.accountOf("owner", req.GetOwner())
	if err != nil {
		return nil, grpcError(err)
	}
	h, err := q.k.viewPosition(ctx, req.GetModelId(), owner)
	if err != nil {
		return nil, grpcError(err)
	}
	res := &types.QueryPositionResponse{Position: h.position, Revenue: sdk.NewCoins()}
	tokens, payment := pool.Worth(h.pool, h.shares.Total, h.position.Shares)
	res.Tokens, res.Payment = sdk.NewCoin(h.pool.Tokens.Denom, tokens), sdk.NewCoin(h.pool.Payment.Denom, payment)
	for i, r := range h.position.Revenue {
		res.Revenue = res.Revenue.Add(sdk.NewCoin(r.Denom, pool.Owed(h.position, i)))
	}
	return res, nil
}

// Positions implements types.QueryServer.
func (q queryServer) Positions(ctx context.Context, req *types.QueryPositionsRequest) (*types.QueryPositionsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if _, err := q.k.pool(ctx, req.GetModelId()); err != nil {
		return nil, grpcError(err)
	}
	positions, next, err := query.CollectionPaginate(ctx, q.k.market.positions, page,
		func(_ collections.Pair[uint64, sdk.AccAddress], p types.Position) (types.Position, error) {
			return p, nil
		},
		query.WithCollectionPaginationPairPrefix[uint64, sdk.AccAddress](req.GetModelId()))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryPositionsResponse{Positions: positions, Pagination: next}, nil
}

// Spends implements types.QueryServer.
func (q queryServer) Spends(ctx context.Context, req *types.QuerySpendsRequest) (*types.QuerySpendsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if _, err := q.k.Model(ctx, req.GetModelId()); err != nil {
		return nil, grpcError(err)
	}
	spends, next, err := query.CollectionPaginate(ctx, q.k.market.spends.Indexes.model, page,
		func(key collections.Pair[uint64, uint64], _ collections.NoValue) (types.Spend, error) {
			return q.k.spend(ctx, key.K2())
		},
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetModelId()))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QuerySpendsResponse{Spends: spends, Pagination: next}, nil
}

// Tranches implements types.QueryServer.
func (q queryServer) Tranches(ctx context.Context, req *types.QueryTranchesRequest) (*types.QueryTranchesResponse, error) {
	o, t, err := q.k.offering(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	usage, err := q.k.usage(ctx, o.ModelId)
	if err != nil {
		return nil, grpcError(err)
	}
	market := tranche.Market{}
	if o.Status == types.OFFERING_STATUS_SUCCEEDED && t.Public() {
		if market, err = q.k.viewMarket(ctx, o.ModelId); err != nil {
			return nil, grpcError(err)
		}
	}
	assets, err := q.k.trancheAssets(ctx, o, t, market)
	if err != nil {
		return nil, grpcError(err)
	}
	res := &types.QueryTranchesResponse{
		Tranches: trancheStatuses(o, t, usage), Unreleased: t.Payment(assets.Unreleased), PoolPayment: t.Payment(assets.Payment),
		Circulating: t.Tokens(assets.Circulating), ExitValue: sdk.NewInt64Coin(t.PaymentDenom, 0), Usage: usage,
	}
	d, err := tranche.Exit(t, o, market, assets, types.OneToken())
	switch {
	case err == nil:
		res.ExitValue = t.Payment(d.Payout())
	case !errors.Is(err, types.ErrNothingToExit) && !errors.Is(err, types.ErrLimit) && !errors.Is(err, types.ErrInvalidCoin):
		return nil, grpcError(err)
	}
	return res, nil
}

func trancheStatuses(o types.Offering, t types.Terms, usage types.Usage) []types.TrancheStatus {
	out := make([]types.TrancheStatus, len(t.Tranches))
	for i, terms := range t.Tranches {
		out[i] = types.TrancheStatus{Terms: terms, FactsReached: tranche.Reached(t, o, i, usage), Amount: sdk.NewInt64Coin(t.PaymentDenom, 0)}
		if i >= len(o.Tranches) {
			continue // not sold yet
		}
		out[i].State = o.Tranches[i]
		if notBefore, announced := tranche.NotBefore(t, o, i); announced {
			out[i].NotBefore = &notBefore
		}
		if o.Tranches[i].ReleasedTime == nil {
			out[i].Amount = t.Payment(tranche.Amount(t, o, i))
		}
	}
	return out
}
