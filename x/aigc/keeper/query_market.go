package keeper

import (
	"context"
	"encoding/hex"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/aigc/types"
)

func (q queryServer) Listings(ctx context.Context, req *types.QueryListingsRequest) (*types.QueryListingsResponse, error) {
	var opts []func(*query.CollectionsPaginateOptions[tokenKey])
	if req.CollectionId != 0 {
		opts = append(opts, query.WithCollectionPaginationPairPrefix[uint64, []byte](req.CollectionId))
	}
	listed, page, err := query.CollectionPaginate(ctx, q.k.listings, capPage(req.Pagination),
		func(key tokenKey, listing types.Listing) (types.ListedToken, error) {
			return types.ListedToken{CollectionId: key.K1(), TokenId: hex.EncodeToString(key.K2()), Listing: listing}, nil
		}, opts...)
	return &types.QueryListingsResponse{Listings: listed, Pagination: page}, toStatus(err)
}

func (q queryServer) Offers(ctx context.Context, req *types.QueryOffersRequest) (*types.QueryOffersResponse, error) {
	id, err := types.ParseTokenID(req.TokenId)
	if err != nil {
		return nil, toStatus(err)
	}
	prefix := collections.TripleSuperPrefix[uint64, []byte, sdk.AccAddress](req.CollectionId, id.Bytes())
	offers, page, err := query.CollectionPaginate(ctx, q.k.offers, capPage(req.Pagination),
		func(key tokenAccountKey, offer types.Offer) (types.OfferInfo, error) {
			return offerInfo(key, offer), nil
		},
		func(o *query.CollectionsPaginateOptions[tokenAccountKey]) { o.Prefix = &prefix })
	return &types.QueryOffersResponse{Offers: offers, Pagination: page}, toStatus(err)
}

func (q queryServer) OffersBy(ctx context.Context, req *types.QueryOffersByRequest) (*types.QueryOffersByResponse, error) {
	bidder, err := q.k.account(req.Address)
	if err != nil {
		return nil, toStatus(err)
	}
	type key = collections.Pair[sdk.AccAddress, tokenAccountKey]
	prefix := collections.PairPrefix[sdk.AccAddress, tokenAccountKey](bidder)
	offers, page, err := query.CollectionPaginate(ctx, q.k.offers.Indexes.byBidder, capPage(req.Pagination),
		func(at key, _ collections.NoValue) (types.OfferInfo, error) {
			offer, err := q.k.offers.Get(ctx, at.K2())
			return offerInfo(at.K2(), offer), err
		},
		func(o *query.CollectionsPaginateOptions[key]) { o.Prefix = &prefix })
	return &types.QueryOffersByResponse{Offers: offers, Pagination: page}, toStatus(err)
}

func (q queryServer) Reports(ctx context.Context, req *types.QueryReportsRequest) (*types.QueryReportsResponse, error) {
	var prefix *tokenAccountKey
	if req.CollectionId != 0 || req.TokenId != "" {
		id, err := types.ParseTokenID(req.TokenId)
		if err != nil {
			return nil, toStatus(err)
		}
		of := collections.TripleSuperPrefix[uint64, []byte, sdk.AccAddress](req.CollectionId, id.Bytes())
		prefix = &of
	}
	reports, page, err := query.CollectionPaginate(ctx, q.k.reports, capPage(req.Pagination),
		func(key tokenAccountKey, report types.Report) (types.ReportInfo, error) {
			return types.ReportInfo{CollectionId: key.K1(), TokenId: hex.EncodeToString(key.K2()), Report: report}, nil
		},
		func(o *query.CollectionsPaginateOptions[tokenAccountKey]) { o.Prefix = prefix })
	return &types.QueryReportsResponse{Reports: reports, Pagination: page}, toStatus(err)
}

func (q queryServer) Market(ctx context.Context, req *types.QueryMarketRequest) (*types.QueryMarketResponse, error) {
	denoms, err := q.k.Market(ctx, req.Id)
	return &types.QueryMarketResponse{Denoms: denoms}, toStatus(err)
}

func offerInfo(key tokenAccountKey, offer types.Offer) types.OfferInfo {
	return types.OfferInfo{CollectionId: key.K1(), TokenId: hex.EncodeToString(key.K2()), Offer: offer}
}
