package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

const (
	// maxPage bounds a page of a list.
	maxPage = 100
	// maxOffset bounds the entries that a query skips one by one.
	maxOffset = 10_000
)

type queryServer struct {
	k *Keeper
}

// NewQueryServer returns the module's queries.
func NewQueryServer(k *Keeper) types.QueryServer { return queryServer{k} }

// Params implements types.QueryServer.
func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	p, err := q.k.params.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryParamsResponse{Params: p}, nil
}

// Network implements types.QueryServer.
func (q queryServer) Network(ctx context.Context, _ *types.QueryNetworkRequest) (*types.QueryNetworkResponse, error) {
	kind, err := q.k.networkKind.Get(ctx)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryNetworkResponse{Kind: types.NetworkKind(kind), ChainId: sdk.UnwrapSDKContext(ctx).ChainID()}, nil
}

// Model implements types.QueryServer.
func (q queryServer) Model(ctx context.Context, req *types.QueryModelRequest) (*types.QueryModelResponse, error) {
	m, err := q.k.Model(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryModelResponse{Model: m}, nil
}

// Models implements types.QueryServer.
func (q queryServer) Models(ctx context.Context, req *types.QueryModelsRequest) (*types.QueryModelsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	var models []types.Model
	var next *query.PageResponse
	if req.GetCreator() == "" {
		models, next, err = query.CollectionPaginate(ctx, q.k.models, page,
			func(_ uint64, m types.Model) (types.Model, error) { return m, nil })
	} else {
		creator, addressErr := q.k.accountOf("creator", req.GetCreator())
		if addressErr != nil {
			return nil, grpcError(addressErr)
		}
		models, next, err = query.CollectionPaginate(ctx, q.k.models.Indexes.creator, page,
			func(key collections.Pair[sdk.AccAddress, uint64], _ collections.NoValue) (types.Model, error) {
				return q.k.Model(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[sdk.AccAddress, uint64](creator))
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryModelsResponse{Models: models, Pagination: next}, nil
}

// Version implements types.QueryServer.
func (q queryServer) Version(ctx context.Context, req *types.QueryVersionRequest) (*types.QueryVersionResponse, error) {
	m, err := q.k.Model(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	number := req.GetVersion()
	if number == 0 {
		number = m.LatestVersion
	}
	v, err := q.k.version(ctx, m.Id, number)
	if err != nil {
		return nil, grpcError(err)
	}
	manifest, err := q.k.manifests.Get(ctx, collections.Join(m.Id, number))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryVersionResponse{Version: v, Manifest: manifest}, nil
}

// Offering implements types.QueryServer.
func (q queryServer) Offering(ctx context.Context, req *types.QueryOfferingRequest) (*types.QueryOfferingResponse, error) {
	o, t, err := q.k.offering(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryOfferingResponse{Offering: o, Terms: t}, nil
}

// Offerings implements types.QueryServer.
func (q queryServer) Offerings(ctx context.Context, req *types.QueryOfferingsRequest) (*types.QueryOfferingsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	var offerings []types.Offering
	var next *query.PageResponse
	if req.GetModelId() == 0 {
		offerings, next, err = query.CollectionPaginate(ctx, q.k.offerings, page,
			func(_ uint64, o types.Offering) (types.Offering, error) { return o, nil })
	} else {
		offerings, next, err = query.CollectionPaginate(ctx, q.k.offerings.Indexes.model, page,
			func(key collections.Pair[uint64, uint64], _ collections.NoValue) (types.Offering, error) {
				return q.k.offerings.Get(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetModelId()))
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryOfferingsResponse{Offerings: offerings, Pagination: next}, nil
}

// Bids implements types.QueryServer.
func (q queryServer) Bids(ctx context.Context, req *types.QueryBidsRequest) (*types.QueryBidsResponse, error) {
	page, err := pageOf(req.GetPagination())
	if err != nil {
		return nil, err
	}
	if _, _, err := q.k.offering(ctx, req.GetId()); err != nil {
		return nil, grpcError(err)
	}
	if req.GetOwner() != "" {
		return q.bidsOfOwner(ctx, req)
	}
	bids, next, err := query.CollectionPaginate(ctx, q.k.bids, page,
		func(_ collections.Pair[uint64, uint64], b types.Bid) (types.Bid, error) { return b, nil },
		query.WithCollectionPaginationPairPrefix[uint64, uint64](req.GetId()))
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryBidsResponse{Bids: bids, Pagination: next}, nil
}

// bidsOfOwner returns one page: an owner has at most 2 x book.MaxBidsPerOwner bids, cut at a page's bound.
func (q queryServer) bidsOfOwner(ctx context.Context, req *types.QueryBidsRequest) (*types.QueryBidsResponse, error) {
	owner, err := q.k.accountOf("owner", req.GetOwner())
	if err != nil {
		return nil, grpcError(err)
	}
	after := uint64(0)
	if key := req.GetPagination().GetKey(); len(key) > 0 {
		if after, err = sdkUint64(key); err != nil {
			return nil, err
		}
	}
	res := &types.QueryBidsResponse{Pagination: &query.PageResponse{}}
	keys, err := q.k.bidKeys(ctx, owner, req.GetId(), after)
	if err != nil {
		return nil, grpcError(err)
	}
	for i, key := range keys {
		if i == maxPage {
			res.Pagination.NextKey = sdk.Uint64ToBigEndian(key.K2())
			break
		}
		b, err := q.k.bids.Get(ctx, key)
		if err != nil {
			return nil, grpcError(err)
		}
		res.Bids = append(res.Bids, b)
	}
	return res, nil
}

// bidKeys lists the keys of an owner's bids in an offering, from an id on; at most 2 x book.MaxBidsPerOwner.
func (k *Keeper) bidKeys(ctx context.Context, owner sdk.AccAddress, id, from uint64) ([]collections.Pair[uint64, uint64], error) {
	iterator, err := k.bids.Indexes.owner.Iterate(ctx, new(collections.Range[collections.Pair[sdk.AccAddress, collections.Pair[uint64, uint64]]]).
		StartInclusive(collections.Join(owner, collections.Join(id, from))).
		EndInclusive(collections.Join(owner, collections.Join(id, ^uint64(0)))))
	if err != nil {
		return nil, err
	}
	return iterator.PrimaryKeys()
}

func sdkUint64(key []byte) (uint64, error) {
	if len(key) != 8 {
		return 0, status.Errorf(codes.InvalidArgument, "page key has %d bytes, must have 8", len(key))
	}
	return sdk.BigEndianToUint64(key), nil
}

// Vesting implements types.QueryServer.
func (q queryServer) Vesting(ctx context.Context, req *types.QueryVestingRequest) (*types.QueryVestingResponse, error) {
	m, err := q.k.Model(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	if m.SoldOfferingId == 0 {
		return nil, status.Errorf(codes.NotFound, "the token of model %d is not sold", m.Id)
	}
	o, t, err := q.k.offering(ctx, m.SoldOfferingId)
	if err != nil {
		return nil, grpcError(err)
	}
	res := &types.QueryVestingResponse{OfferingId: o.Id, Start: o.VestingStart, Cliff: t.VestingCliff, Duration: t.VestingDuration}
	for _, text := range book.Beneficiaries(t) {
		addr, err := q.k.accountOf("beneficiary", text)
		if err != nil {
			return nil, grpcError(err)
		}
		c, err := q.k.claimOf(ctx, o.Id, addr)
		if err != nil {
			return nil, grpcError(err)
		}
		res.Entries = append(res.Entries, types.VestingEntry{
			Address:   text,
			Allocated: t.Tokens(book.Allotment(t, text)),
			Vested:    t.Tokens(c.vested.Add(c.beneficiary.Collected)),
			Collected: t.Tokens(c.beneficiary.Collected),
		})
	}
	return res, nil
}

// pageOf bounds a page: no totals, which would read everything, and no far offsets; keys lead on.
func pageOf(page *query.PageRequest) (*query.PageRequest, error) {
	if page == nil {
		return &query.PageRequest{Limit: maxPage}, nil
	}
	if page.Offset > maxOffset {
		return nil, status.Errorf(codes.InvalidArgument, "offset is %d, allowed are %d: go on by key", page.Offset, maxOffset)
	}
	bounded := &query.PageRequest{Key: page.Key, Offset: page.Offset, Limit: page.Limit, Reverse: page.Reverse}
	if bounded.Limit == 0 || bounded.Limit > maxPage {
		bounded.Limit = maxPage
	}
	return bounded, nil
}

// grpcError gives an error the code that clients act on.
func grpcError(err error) error {
	code := codes.Internal
	switch {
	case errors.Is(err, types.ErrModelNotFound), errors.Is(err, types.ErrVersionNotFound),
		errors.Is(err, types.ErrOfferingNotFound), errors.Is(err, collections.ErrNotFound):
		code = codes.NotFound
	case errors.Is(err, types.ErrInvalidAddress), errors.Is(err, collections.ErrEncoding):
		code = codes.InvalidArgument
	}
	return status.Error(code, err.Error())
}
