package keeper_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

func TestRequestsFiltersAndPages(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	alice, bob := f.Account("alice"), f.Account("bob")
	for i := range 60 {
		who := alice
		if i%3 == 0 {
			who = bob
		}
		f.Ask(who, uint64(1+i%2), uint64(i))
	}
	for _, id := range []uint64{1, 2, 4} {
		r := f.Get(id)
		result := fixture.Result(r)
		require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
	}
	require.NoError(t, f.Keeper.Deliver(f.Ctx, 1, fixture.Output(0)))
	server := keeper.NewQueryServer(f.Keeper)

	all := func(req types.QueryRequestsRequest, limit uint64) (ids []uint64) {
		req.Pagination = &query.PageRequest{Limit: limit}
		for {
			resp, err := server.Requests(f.Ctx, &req)
			require.NoError(t, err)
			require.LessOrEqual(t, len(resp.Requests), int(min(limit, 100)))
			for _, r := range resp.Requests {
				require.Empty(t, r.Output)
				ids = append(ids, r.Id)
			}
			if resp.Pagination.NextKey == nil {
				return ids
			}
			req.Pagination.Key = resp.Pagination.NextKey
		}
	}
	want := func(keep func(i int, r types.Request) bool) (ids []uint64) {
		for i := range 60 {
			if r := f.Get(uint64(i + 1)); keep(i, r) {
				ids = append(ids, r.Id)
			}
		}
		return ids
	}
	pending := types.RequestStatus_REQUEST_STATUS_PENDING
	for _, limit := range []uint64{1, 7, 60, 1000} {
		require.Len(t, all(types.QueryRequestsRequest{}, limit), 60)
		require.Equal(t, want(func(i int, _ types.Request) bool { return i%2 == 0 }), all(types.QueryRequestsRequest{ModelId: 1}, limit))
		require.Equal(t, want(func(i int, _ types.Request) bool { return i%3 == 0 }), all(types.QueryRequestsRequest{Requester: bob.String()}, limit))
		require.Equal(t, []uint64{1, 2, 4}, all(types.QueryRequestsRequest{Status: types.RequestStatus_REQUEST_STATUS_FINAL}, limit))
		require.Equal(t,
			want(func(i int, r types.Request) bool { return i%3 == 0 && i%2 == 1 && r.Status == pending }),
			all(types.QueryRequestsRequest{Requester: bob.String(), ModelId: 2, Status: pending}, limit))
	}
	require.Empty(t, all(types.QueryRequestsRequest{ModelId: 99}, 5))
	for _, page := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}, {Reverse: true}, {Key: []byte{1}}} {
		_, err := server.Requests(f.Ctx, &types.QueryRequestsRequest{Pagination: page})
		require.Equal(t, codes.InvalidArgument, status.Code(err))
	}
	_, err := server.Requests(f.Ctx, &types.QueryRequestsRequest{Requester: "nobody"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
}

func TestQueriesOfWhatIsNotThere(t *testing.T) {
	f := fixture.New(t, 10)
	server := keeper.NewQueryServer(f.Keeper)
	f.Ask(f.Account("alice"), 1, 1)
	_, err := server.Request(f.Ctx, &types.QueryRequestRequest{Id: 2})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = server.Attestations(f.Ctx, &types.QueryAttestationsRequest{Id: 2})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = server.Proof(f.Ctx, &types.QueryProofRequest{ModelId: 2})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = server.Output(f.Ctx, &types.QueryOutputRequest{Id: 2})
	require.Equal(t, codes.NotFound, status.Code(err))
	_, err = server.Output(f.Ctx, &types.QueryOutputRequest{Id: 1})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = server.Receipt(f.Ctx, &types.QueryReceiptRequest{Id: 1})
	require.Equal(t, codes.FailedPrecondition, status.Code(err))
	_, err = server.EstimateFee(f.Ctx, &types.QueryEstimateFeeRequest{ModelId: 1, InputBytes: 5})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	credit, err := server.Credit(f.Ctx, &types.QueryCreditRequest{Owner: fixture.Address("x").String()})
	require.NoError(t, err)
	require.Empty(t, credit.Amount)
	params, err := server.Params(f.Ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, types.DefaultParams(), params.Params)
}

// TestOutput: from state first, else from the node's source, checked either way.
func TestOutput(t *testing.T) {
	f := fixture.New(t, 10, 10, 10)
	server := keeper.NewQueryServer(f.Keeper)
	r := f.Ask(f.Account("alice"), 1, 7)
	result, output := fixture.Result(r), fixture.Output(7)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2), r, result)))
	ask := func() (*types.QueryOutputResponse, error) {
		return server.Output(f.Ctx, &types.QueryOutputRequest{Id: r.Id})
	}
	_, err := ask()
	require.Equal(t, codes.Unavailable, status.Code(err), "no source")
	f.Keeper.SetOutputSource(source{})
	_, err = ask()
	require.Equal(t, codes.Unavailable, status.Code(err), "the source does not have it")
	f.Keeper.SetOutputSource(source{merkle.BytesRoot(output): []byte{0, 0, 0, 0}})
	_, err = ask()
	require.Equal(t, codes.Unavailable, status.Code(err), "the source has other bytes")
	f.Keeper.SetOutputSource(source{merkle.BytesRoot(output): output})
	resp, err := ask()
	require.NoError(t, err)
	require.Equal(t, &types.QueryOutputResponse{
		Output: output, MediaType: "application/octet-stream", OutputRoot: result.Output[:],
	}, resp)
	f.Keeper.SetOutputSource(source{})
	require.NoError(t, f.Keeper.Deliver(f.Ctx, r.Id, output))
	resp, err = ask()
	require.NoError(t, err)
	require.True(t, resp.Stored)
	require.Equal(t, output, resp.Output)
}

// TestPerformances: all validators that were in a set, page by page.
func TestPerformances(t *testing.T) {
	f := fixture.New(t, 10, 10, 10, 10, 10)
	server := keeper.NewQueryServer(f.Keeper)
	none, err := server.Performances(f.Ctx, &types.QueryPerformancesRequest{})
	require.NoError(t, err)
	require.Empty(t, none.Performances)
	r := f.Ask(f.Account("alice"), 1, 3)
	result := fixture.Result(r)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(r, result, 0, 1, 2, 3), r, result)))
	var seen []types.QueryPerformanceResponse
	page := &query.PageRequest{Limit: 2}
	for range 3 {
		resp, err := server.Performances(f.Ctx, &types.QueryPerformancesRequest{Pagination: page})
		require.NoError(t, err)
		seen = append(seen, resp.Performances...)
		page.Key = resp.Pagination.NextKey
	}
	require.Empty(t, page.Key)
	require.Len(t, seen, 5)
	for i, p := range seen {
		require.EqualValues(t, i+1, p.Validator.Number)
		require.EqualValues(t, map[bool]int{true: 10_000}[i < 4], p.Score)
	}
	for _, bad := range []*query.PageRequest{{Offset: 1}, {CountTotal: true}, {Reverse: true}, {Key: []byte{1}}} {
		_, err := server.Performances(f.Ctx, &types.QueryPerformancesRequest{Pagination: bad})
		require.Error(t, err)
	}
}

// previewer answers every preview.
type previewer struct{ root [32]byte }

func (p *previewer) Preview(_ context.Context, root [32]byte, _ []string, input []byte, seed uint64) ([]byte, error) {
	p.root = root
	if seed == 13 {
		return nil, status.Error(codes.ResourceExhausted, "another preview is running")
	}
	return append([]byte("of "), input...), nil
}

// TestPreview: off by default, bounded like a request, marked as no result, and without a trace in the state.
func TestPreview(t *testing.T) {
	f := fixture.New(t, 10)
	server := keeper.NewQueryServer(f.Keeper)
	req := &types.QueryPreviewRequest{ModelId: 1, Input: []byte("x"), Seed: 3}
	_, err := server.Preview(f.Ctx, req)
	require.Equal(t, codes.Unavailable, status.Code(err))
	p := &previewer{}
	f.Keeper.SetPreviewSource(p)
	before, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	resp, err := server.Preview(f.Ctx, req)
	require.NoError(t, err)
	root := merkle.BytesRoot([]byte("of x"))
	require.True(t, resp.Preview)
	require.Equal(t, root[:], resp.OutputRoot)
	require.Equal(t, f.Models.Versions[1].ManifestRoot, p.root[:])
	_, err = server.Preview(f.Ctx, &types.QueryPreviewRequest{ModelId: 1, Seed: 13})
	require.Equal(t, codes.ResourceExhausted, status.Code(err))
	_, err = server.Preview(f.Ctx, &types.QueryPreviewRequest{ModelId: 1, Input: make([]byte, 1<<20)})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	_, err = server.Preview(f.Ctx, &types.QueryPreviewRequest{ModelId: 999})
	require.Error(t, err)
	after, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
