package keeper

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
)

// maxPage bounds the items of one page.
const maxPage = 100

type queryServer struct {
	k *Keeper
}

// NewQueryServer serves the module's queries.
func NewQueryServer(k *Keeper) types.QueryServer {
	return queryServer{k: k}
}

func (q queryServer) Params(ctx context.Context, _ *types.QueryParamsRequest) (*types.QueryParamsResponse, error) {
	params, err := q.k.Params(ctx)
	return &types.QueryParamsResponse{Params: params}, toStatus(err)
}

func (q queryServer) Collection(ctx context.Context, req *types.QueryCollectionRequest) (*types.QueryCollectionResponse, error) {
	c, err := q.k.Collection(ctx, req.Id)
	if err != nil {
		return nil, toStatus(err)
	}
	info, err := q.collectionInfo(ctx, c)
	return &types.QueryCollectionResponse{Collection: info}, toStatus(err)
}

func (q queryServer) Collections(ctx context.Context, req *types.QueryCollectionsRequest) (*types.QueryCollectionsResponse, error) {
	if req.ModelId != 0 {
		return q.collectionsOfModel(ctx, req)
	}
	infos, page, err := query.CollectionPaginate(ctx, q.k.collections, capPage(req.Pagination),
		func(_ uint64, c types.Collection) (types.CollectionInfo, error) { return q.collectionInfo(ctx, c) })
	return &types.QueryCollectionsResponse{Collections: infos, Pagination: page}, toStatus(err)
}

func (q queryServer) collectionsOfModel(
	ctx context.Context, req *types.QueryCollectionsRequest,
) (*types.QueryCollectionsResponse, error) {
	infos, page, err := query.CollectionPaginate(ctx, q.k.collections.Indexes.byModel, capPage(req.Pagination),
		func(key collections.Pair[uint64, uint64], _ collections.NoValue) (types.CollectionInfo, error) {
			c, err := q.k.Collection(ctx, key.K2())
			if err != nil {
				return types.CollectionInfo{}, err
			}
			return q.collectionInfo(ctx, c)
		}, query.WithCollectionPaginationPairPrefix[uint64, uint64](req.ModelId))
	return &types.QueryCollectionsResponse{Collections: infos, Pagination: page}, toStatus(err)
}

func (q queryServer) Token(ctx context.Context, req *types.QueryTokenRequest) (*types.QueryTokenResponse, error) {
	id, err := types.ParseTokenID(req.TokenId)
	if err != nil {
		return nil, toStatus(err)
	}
	info, err := q.tokenInfo(ctx, req.CollectionId, id)
	if err != nil {
		return nil, toStatus(err)
	}
	return &types.QueryTokenResponse{Token: info}, nil
}

func (q queryServer) Tokens(ctx context.Context, req *types.QueryTokensRequest) (*types.QueryTokensResponse, error) {
	if err := q.k.requireCollection(ctx, req.CollectionId); err != nil {
		return nil, toStatus(err)
	}
	infos, page, err := query.CollectionPaginate(ctx, q.k.enumeration, capPage(req.Pagination),
		func(key collections.Pair[uint64, uint64], id []byte) (types.TokenInfo, error) {
			return q.storedToken(ctx, key.K1(), id)
		}, query.WithCollectionPaginationPairPrefix[uint64, uint64](req.CollectionId))
	return &types.QueryTokensResponse{Tokens: infos, Pagination: page}, toStatus(err)
}

func (q queryServer) Owner(ctx context.Context, req *types.QueryOwnerRequest) (*types.QueryOwnerResponse, error) {
	owner, err := q.k.account(req.Address)
	if err != nil {
		return nil, toStatus(err)
	}
	prefix := collections.TriplePrefix[sdk.AccAddress, uint64, uint64](owner)
	infos, page, err := query.CollectionPaginate(ctx, q.k.owned, capPage(req.Pagination),
		func(key collections.Triple[sdk.AccAddress, uint64, uint64], id []byte) (types.TokenInfo, error) {
			return q.storedToken(ctx, key.K2(), id)
		},
		func(o *query.CollectionsPaginateOptions[collections.Triple[sdk.AccAddress, uint64, uint64]]) {
			o.Prefix = &prefix
		})
	return &types.QueryOwnerResponse{Tokens: infos, Pagination: page}, toStatus(err)
}

func (q queryServer) Commitment(ctx context.Context, req *types.QueryCommitmentRequest) (*types.QueryCommitmentResponse, error) {
	hash, err := types.ParseCommitment(req.Commitment)
	if err != nil {
		return nil, toStatus(err)
	}
	commitment, err := q.k.Commitment(ctx, req.CollectionId, hash)
	return &types.QueryCommitmentResponse{Commitment: commitment}, toStatus(err)
}

func (q queryServer) Verify(ctx context.Context, req *types.QueryVerifyRequest) (*types.QueryVerifyResponse, error) {
	if len(req.Prompt) > 2*(prompt.HeaderSize+prompt.MaxInput)+2 || len(req.AigcData) > 2*types.MaxContentBytes+2 {
		return nil, status.Error(codes.InvalidArgument, "prompt or data is too long")
	}
	encoded, err := hexBytes(req.Prompt)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "prompt: %s", err)
	}
	data, err := hexBytes(req.AigcData)
	if err != nil {
		return nil, status.Errorf(codes.InvalidArgument, "aigc_data: %s", err)
	}
	verified, err := q.k.Verify(ctx, req.CollectionId, encoded, data)
	if err != nil {
		return nil, toStatus(err)
	}
	out := &types.QueryVerifyResponse{Verified: verified}
	if id, ok := types.TokenIDOf(req.CollectionId, encoded); ok {
		out.TokenId = id.String()
	}
	return out, nil
}

func (q queryServer) StoredContent(ctx context.Context, req *types.QueryStoredContentRequest) (*types.QueryStoredContentResponse, error) {
	id, err := types.ParseTokenID(req.TokenId)
	if err != nil {
		return nil, toStatus(err)
	}
	content, err := q.k.Content(ctx, req.CollectionId, id)
	return &types.QueryStoredContentResponse{Content: content}, toStatus(err)
}

func (q queryServer) Unlogged(ctx context.Context, req *types.QueryUnloggedRequest) (*types.QueryUnloggedResponse, error) {
	var opts []func(*query.CollectionsPaginateOptions[tokenKey])
	if req.CollectionId != 0 {
		opts = append(opts, query.WithCollectionPaginationPairPrefix[uint64, []byte](req.CollectionId))
	}
	tokens, page, err := query.CollectionPaginate(ctx, q.k.unlogged, capPage(req.Pagination),
		func(key tokenKey, record types.Unlogged) (types.UnloggedToken, error) {
			return types.UnloggedToken{CollectionId: key.K1(), TokenId: hex.EncodeToString(key.K2()), Unlogged: record}, nil
		}, opts...)
	return &types.QueryUnloggedResponse{Tokens: tokens, Pagination: page}, toStatus(err)
}

func (q queryServer) Credits(ctx context.Context, req *types.QueryCreditsRequest) (*types.QueryCreditsResponse, error) {
	owner, err := q.k.account(req.Address)
	if err != nil {
		return nil, toStatus(err)
	}
	text, err := q.k.text(owner)
	if err != nil {
		return nil, toStatus(err)
	}
	type key = collections.Triple[sdk.AccAddress, uint64, string]
	prefix := collections.TriplePrefix[sdk.AccAddress, uint64, string](owner)
	credits, page, err := query.CollectionPaginate(ctx, q.k.credits, capPage(req.Pagination),
		func(at key, amount math.Int) (types.Credit, error) {
			return types.Credit{Owner: text, CollectionId: at.K2(), Amount: sdk.NewCoin(at.K3(), amount)}, nil
		},
		func(o *query.CollectionsPaginateOptions[key]) { o.Prefix = &prefix })
	return &types.QueryCreditsResponse{Credits: credits, Pagination: page}, toStatus(err)
}

func (q queryServer) collectionInfo(ctx context.Context, c types.Collection) (types.CollectionInfo, error) {
	counts, err := q.k.collectionCounts(ctx, c.Id)
	if err != nil {
		return types.CollectionInfo{}, err
	}
	incomes, err := q.k.collectionIncomes(ctx, c.Id)
	if err != nil {
		return types.CollectionInfo{}, err
	}
	escrow, err := q.k.text(types.EscrowAddress(c.Id))
	return types.CollectionInfo{
		Collection: c, Contract: types.ContractText(c.Id), Escrow: escrow, Counts: counts, Incomes: incomes,
	}, err
}

func (q queryServer) storedToken(ctx context.Context, collectionID uint64, raw []byte) (types.TokenInfo, error) {
	id, err := types.TokenIDFromBytes(raw)
	if err != nil {
		return types.TokenInfo{}, err
	}
	return q.tokenInfo(ctx, collectionID, id)
}

// tokenInfo joins everything kept of a token; of a burnt one that is little.
func (q queryServer) tokenInfo(ctx context.Context, collectionID uint64, id types.TokenID) (types.TokenInfo, error) {
	token, err := q.k.record(ctx, collectionID, id)
	if err != nil {
		return types.TokenInfo{}, err
	}
	info := types.TokenInfo{
		CollectionId: token.CollectionId, TokenId: id.String(), Status: token.Status, Minter: token.Minter,
		RequestId: token.RequestId, Deposit: token.Deposit, MintedHeight: token.MintedHeight, SettledHeight: token.SettledHeight,
	}
	if token.Status == types.TOKEN_STATUS_BURNT {
		return info, nil
	}
	own, err := q.k.ownership(ctx, collectionID, id)
	if err != nil {
		return types.TokenInfo{}, err
	}
	info.Owner, info.Approved = own.Owner, own.Approved
	encoded, err := token.Provenance.Prompt().Encode()
	if err != nil {
		return types.TokenInfo{}, types.ErrInconsistent.Wrap(err.Error())
	}
	p := token.Provenance
	info.ModelId, info.Version, info.Seed, info.Input = p.ModelId, p.Version, p.Seed, p.Input
	info.ManifestRoot, info.OutputRoot = hex.EncodeToString(p.ManifestRoot), hex.EncodeToString(p.OutputRoot)
	info.Prompt, info.TrustClass = hex.EncodeToString(encoded), p.TrustClass
	info.RequestedHeight, info.FinalHeight = p.RequestedHeight, p.FinalHeight
	flags, err := q.k.Flags(ctx, collectionID, id)
	if err != nil {
		return types.TokenInfo{}, err
	}
	if !flags.None() {
		info.Flags = &flags
	}
	listing, err := q.k.listing(ctx, collectionID, id)
	switch {
	case errors.Is(err, types.ErrNotListed):
		return info, nil
	case err != nil:
		return types.TokenInfo{}, err
	}
	info.Listing = &listing
	return info, nil
}

// capPage bounds a page; a total would walk the whole list, so none is counted.
func capPage(page *query.PageRequest) *query.PageRequest {
	if page == nil {
		return &query.PageRequest{Limit: maxPage}
	}
	out := *page
	out.CountTotal = false
	if out.Limit == 0 || out.Limit > maxPage {
		out.Limit = maxPage
	}
	return &out
}

func hexBytes(text string) ([]byte, error) {
	return hex.DecodeString(strings.TrimPrefix(text, "0x"))
}

// toStatus gives an error the gRPC code that clients act on.
func toStatus(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, types.ErrCollectionNotFound), errors.Is(err, types.ErrTokenNotFound),
		errors.Is(err, types.ErrContentNotFound), errors.Is(err, types.ErrNotListed), errors.Is(err, types.ErrOfferNotFound),
		errors.Is(err, types.ErrCommitmentNotFound):
		return status.Error(codes.NotFound, err.Error())
	case errors.Is(err, types.ErrInvalidTokenID), errors.Is(err, types.ErrInvalidAddress),
		errors.Is(err, types.ErrInvalidCommitment):
		return status.Error(codes.InvalidArgument, err.Error())
	default:
		return status.Error(codes.Internal, err.Error())
	}
}
