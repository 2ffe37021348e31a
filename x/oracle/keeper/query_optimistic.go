package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// maxGames bounds the games that one answer names.
const maxGames = 1000

// Executor implements types.QueryServer.
func (q queryServer) Executor(ctx context.Context, req *types.QueryExecutorRequest) (*types.QueryExecutorResponse, error) {
	account, err := q.k.account("executor", req.Address)
	if err != nil {
		return nil, grpcError(err)
	}
	e, err := q.k.executors.Get(ctx, account)
	if err != nil {
		return nil, grpcError(err)
	}
	jobs, err := q.k.executors.JobsOf(ctx, account)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryExecutorResponse{Executor: e, Jobs: jobs}, nil
}

// Executors implements types.QueryServer.
func (q queryServer) Executors(ctx context.Context, req *types.QueryExecutorsRequest) (*types.QueryExecutorsResponse, error) {
	page := req.Pagination
	if page == nil {
		page = &query.PageRequest{}
	}
	if page.Limit == 0 || page.Limit > maxPage {
		page.Limit = maxPage
	}
	var list []types.Executor
	var next *query.PageResponse
	var err error
	if req.ModelId == 0 {
		list, next, err = query.CollectionPaginate(ctx, q.k.executors.Map(), page,
			func(_ sdk.AccAddress, e types.Executor) (types.Executor, error) { return e, nil })
	} else {
		list, next, err = query.CollectionPaginate(ctx, q.k.executors.Holders(), page,
			func(key collections.Pair[uint64, sdk.AccAddress], _ collections.NoValue) (types.Executor, error) {
				return q.k.executors.Get(ctx, key.K2())
			}, query.WithCollectionPaginationPairPrefix[uint64, sdk.AccAddress](req.ModelId))
	}
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryExecutorsResponse{Executors: list, Pagination: next}, nil
}

// Panel implements types.QueryServer.
func (q queryServer) Panel(ctx context.Context, req *types.QueryPanelRequest) (*types.QueryPanelResponse, error) {
	p, err := q.k.panels.Get(ctx, req.Kind, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryPanelResponse{Panel: p}, nil
}

// Claim implements types.QueryServer.
func (q queryServer) Claim(ctx context.Context, req *types.QueryClaimRequest) (*types.QueryClaimResponse, error) {
	c, err := q.k.claims.Claim(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	games, err := q.k.claims.GamesOf(ctx, c.Id, maxGames)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryClaimResponse{Claim: c, Disputes: games}, nil
}

// Dispute implements types.QueryServer.
func (q queryServer) Dispute(ctx context.Context, req *types.QueryDisputeRequest) (*types.QueryDisputeResponse, error) {
	d, err := q.k.claims.Dispute(ctx, req.Id)
	if err != nil {
		return nil, grpcError(err)
	}
	c, err := q.k.claims.Claim(ctx, d.ClaimId)
	if err != nil {
		return nil, grpcError(err)
	}
	resp := &types.QueryDisputeResponse{Dispute: d, Claim: c}
	if len(d.Game) == 0 || len(c.State) == 0 {
		return resp, nil
	}
	game, claim, err := q.k.claims.Position(ctx, d)
	if err != nil {
		return nil, grpcError(err)
	}
	resp.Dispute.Game, resp.Dispute.DeadlineHeight = game.Encode(), game.Deadline(claim.Terms)
	resp.Stage = stageNames[game.Stage]
	switch game.Mover() {
	case dispute.Challenger:
		resp.ToMove = "challenger"
	case dispute.Defender:
		resp.ToMove = "defender"
	}
	return resp, nil
}

// Revealed implements types.QueryServer.
func (q queryServer) Revealed(ctx context.Context, req *types.QueryRevealedRequest) (*types.QueryRevealedResponse, error) {
	value, err := q.k.claims.Revealed(ctx, req.ClaimId, req.Key)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryRevealedResponse{Value: value}, nil
}

// stageNames are the stages as people read them.
var stageNames = map[dispute.Stage]string{
	dispute.Defending: "defend", dispute.Picking: "pick", dispute.Revealing: "reveal", dispute.Naming: "element",
	dispute.Proving: "prove", dispute.Opening: "open", dispute.Waiting: "waiting", dispute.Over: "over",
}
