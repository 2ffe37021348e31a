package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/types"
)

func TestQueryCollections(t *testing.T) {
	f := newFixture(t)
	first := f.createCollection(t, nil)
	f.createCollection(t, func(m *types.MsgCreateCollection) { m.ModelId = modelID + 1 })
	third := f.createCollection(t, nil)
	f.finalToken(t, first, 1)

	all, err := f.queries.Collections(f.ctx, &types.QueryCollectionsRequest{Pagination: &query.PageRequest{Limit: 2}})
	require.NoError(t, err)
	require.Len(t, all.Collections, 2)
	rest, err := f.queries.Collections(f.ctx, &types.QueryCollectionsRequest{Pagination: &query.PageRequest{Key: all.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, rest.Collections, 1)
	require.Equal(t, third, rest.Collections[0].Collection.Id)

	ofModel, err := f.queries.Collections(f.ctx, &types.QueryCollectionsRequest{ModelId: modelID})
	require.NoError(t, err)
	require.Len(t, ofModel.Collections, 2)
	require.Equal(t, []uint64{first, third}, []uint64{ofModel.Collections[0].Collection.Id, ofModel.Collections[1].Collection.Id})

	one, err := f.queries.Collection(f.ctx, &types.QueryCollectionRequest{Id: first})
	require.NoError(t, err)
	require.Equal(t, types.ContractText(first), one.Collection.Contract)
	require.Equal(t, f.text(types.EscrowAddress(first)), one.Collection.Escrow)
	require.Equal(t, types.Counts{Supply: 1, Minted: 1}, one.Collection.Counts)
	_, err = f.queries.Collection(f.ctx, &types.QueryCollectionRequest{Id: 9})
	require.Equal(t, codes.NotFound, status.Code(err))

	params, err := f.queries.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{denom, usd}, params.Params.AllowedDenoms)
}

func TestQueryTokens(t *testing.T) {
	f := newFixture(t)
	c, other := f.createCollection(t, nil), f.createCollection(t, nil)
	var ids []string
	for seed := range uint64(120) {
		ids = append(ids, f.finalToken(t, c, seed).String())
	}
	elsewhere := f.finalToken(t, other, 1)
	f.list(t, c, tokenID(t, ids[3]), coin(5))
	f.list(t, other, elsewhere, coin(6))
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, tokenID(t, ids[3])))

	page, err := f.queries.Tokens(f.ctx, &types.QueryTokensRequest{CollectionId: c, Pagination: &query.PageRequest{Limit: 1_000, CountTotal: true}})
	require.NoError(t, err)
	require.Len(t, page.Tokens, 100, "a page has at most 100 items")
	next, err := f.queries.Tokens(f.ctx, &types.QueryTokensRequest{CollectionId: c, Pagination: &query.PageRequest{Key: page.Pagination.NextKey}})
	require.NoError(t, err)
	require.Len(t, next.Tokens, 20)
	require.Empty(t, next.Pagination.NextKey)
	for i, token := range append(page.Tokens, next.Tokens...) {
		require.Equal(t, ids[i], token.TokenId)
	}
	_, err = f.queries.Tokens(f.ctx, &types.QueryTokensRequest{CollectionId: 9})
	require.Equal(t, codes.NotFound, status.Code(err))

	owned, err := f.queries.Owner(f.ctx, &types.QueryOwnerRequest{Address: f.text(f.alice), Pagination: &query.PageRequest{Offset: 119}})
	require.NoError(t, err)
	require.Len(t, owned.Tokens, 2)
	require.Equal(t, ids[119], owned.Tokens[0].TokenId)
	require.Equal(t, other, owned.Tokens[1].CollectionId)
	none, err := f.queries.Owner(f.ctx, &types.QueryOwnerRequest{Address: f.text(f.bob)})
	require.NoError(t, err)
	require.Empty(t, none.Tokens)
	_, err = f.queries.Owner(f.ctx, &types.QueryOwnerRequest{Address: "nobody"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))

	listings, err := f.queries.Listings(f.ctx, &types.QueryListingsRequest{})
	require.NoError(t, err)
	require.Len(t, listings.Listings, 2)
	listings, err = f.queries.Listings(f.ctx, &types.QueryListingsRequest{CollectionId: other})
	require.NoError(t, err)
	require.Len(t, listings.Listings, 1)
	require.Equal(t, elsewhere.String(), listings.Listings[0].TokenId)
	require.Equal(t, coin(6), listings.Listings[0].Listing.Price)
}

func TestQueryToken(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 7)
	f.list(t, c, id, coin(5))
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, id))
	_, err := f.queries.StoredContent(f.ctx, &types.QueryStoredContentRequest{CollectionId: c, TokenId: id.String()})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = f.k.Settle(f.ctx, f.carol, c, id, output(7))
	require.NoError(t, err)

	resp, err := f.queries.Token(f.ctx, &types.QueryTokenRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	root := merkle.BytesRoot(output(7))
	encoded, err := f.k.Prompt(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, types.TokenInfo{
		CollectionId: c, TokenId: id.String(), Status: types.TOKEN_STATUS_FINAL, Owner: f.text(f.alice), Approved: f.text(f.bob),
		Minter: f.text(f.alice), RequestId: 1, ModelId: modelID, Version: 2, ManifestRoot: hexOf(manifestRoot(modelID, 2)), Seed: 7,
		Input: []byte("a red circle"), Prompt: hexOf(encoded), OutputRoot: hexOf(root[:]), TrustClass: 1,
		RequestedHeight: 10, FinalHeight: 12, MintedHeight: 10, SettledHeight: 10,
		Deposit: &types.StorageDeposit{Payer: f.text(f.carol), Amount: coin(int64(7 * len(output(7))))},
		Listing: &types.Listing{Seller: f.text(f.alice), Price: coin(5), ProtocolFeeBps: 100, ListedHeight: 10},
	}, resp.Token)
	content, err := f.queries.StoredContent(f.ctx, &types.QueryStoredContentRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	require.Equal(t, output(7), content.Content)

	for text, want := range map[string]codes.Code{
		types.TokenID{}.String(): codes.NotFound, "": codes.InvalidArgument, "zz" + id.String()[2:]: codes.InvalidArgument,
	} {
		_, err := f.queries.Token(f.ctx, &types.QueryTokenRequest{CollectionId: c, TokenId: text})
		require.Equal(t, want, status.Code(err), text)
	}
	_, err = f.queries.Verify(f.ctx, &types.QueryVerifyRequest{CollectionId: c, Prompt: "x", AigcData: ""})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.queries.Verify(f.ctx, &types.QueryVerifyRequest{CollectionId: c, Prompt: "", AigcData: "x"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Address: ""})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}
