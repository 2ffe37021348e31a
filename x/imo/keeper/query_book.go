package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
)

// Clearing implements types.QueryServer.
func (q queryServer) Clearing(ctx context.Context, req *types.QueryClearingRequest) (*types.QueryClearingResponse, error) {
	o, t, err := q.k.offering(ctx, req.GetId())
	if err != nil {
		return nil, grpcError(err)
	}
	c, err := q.k.clearing(ctx, o, t)
	if err != nil {
		return nil, grpcError(err)
	}
	met, err := q.softCapMet(ctx, t)
	if err != nil {
		return nil, grpcError(err)
	}
	ticks, err := q.bookOf(ctx, o, t)
	if err != nil {
		return nil, grpcError(err)
	}
	return &types.QueryClearingResponse{
		Status: o.Status, Price: c.Price, Proceeds: t.Payment(c.Proceeds), Sold: t.Tokens(c.Sold),
		Remaining: t.Tokens(c.Remaining), SoftCapMet: met, Book: ticks, ClearedBids: o.Walk.Bid,
	}, nil
}

// softCapMet tells whether the sale of an offering would come about as all its rounds stand.
func (q queryServer) softCapMet(ctx context.Context, t types.Terms) (bool, error) {
	rounds, err := q.k.rounds(ctx, t)
	if err != nil {
		return false, err
	}
	clearings := make([]book.Clearing, len(rounds))
	for i, r := range rounds {
		if clearings[i], err = q.k.clearing(ctx, r.offering, r.terms); err != nil {
			return false, err
		}
	}
	return book.Succeeds(t, clearings...), nil
}

// bookOf lists the ticks with bids and what each buys as the book stands. A book has at most types.MaxTicks.
func (q queryServer) bookOf(ctx context.Context, o types.Offering, t types.Terms) ([]types.Tick, error) {
	if book.FilledAtOnce(t) {
		return []types.Tick{{Price: t.Price, Deposited: t.Payment(o.Deposited), Tokens: t.Tokens(o.Sold), Bids: o.StandingBids}}, nil
	}
	f, err := q.k.filling(ctx, o, t)
	if err != nil {
		return nil, err
	}
	var ticks []types.Tick
	err = q.k.ticks.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint32](o.Id),
		func(_ collections.Pair[uint64, uint32], tick types.BookTick) (bool, error) {
			tokens, _ := f.Estimate(types.Bid{Tick: tick.Number, Amount: t.Payment(tick.Deposited), Tokens: math.ZeroInt(), Cost: math.ZeroInt()})
			ticks = append(ticks, types.Tick{
				Price: tick.Price, Deposited: t.Payment(tick.Deposited), Tokens: t.Tokens(tokens), Bids: tick.Bids,
			})
			return false, nil
		})
	return ticks, err
}

// Allocation implements types.QueryServer.
func (q queryServer) Allocation(ctx context.Context, req *types.QueryAllocationRequest) (*types.QueryAllocationResponse, error) {
	addr, err := q.k.accountOf("address", req.GetAddress())
	if err != nil {
		return nil, grpcError(err)
	}
	c, err := q.k.claimOf(ctx, req.GetId(), addr)
	if err != nil {
		return nil, grpcError(err)
	}
	o, t := c.offering, c.terms
	tokens, cost, err := q.expected(ctx, c)
	if err != nil {
		return nil, grpcError(err)
	}
	due := math.ZeroInt()
	if i := types.ContributorIndex(t.Contributors, c.beneficiary.Address); i >= 0 {
		due = book.Due(o.ReleasedContributors, types.Weights(t.Contributors), i, c.beneficiary.Proceeds)
	}
	return &types.QueryAllocationResponse{
		Allocation:     c.allocation,
		Refundable:     t.Payment(book.Refundable(t, o, c.allocation)),
		Collectable:    t.Tokens(c.bought.Add(c.vested)),
		ProceedsDue:    t.Payment(due),
		ExpectedTokens: t.Tokens(tokens),
		ExpectedCost:   t.Payment(cost),
		Locked:         t.Tokens(c.locked),
	}, nil
}

// expected is what an owner's bids buy and pay if the offering ended now. An owner has a bounded number of bids.
func (q queryServer) expected(ctx context.Context, c claim) (tokens, cost math.Int, err error) {
	o, t := c.offering, c.terms
	tokens, cost = c.allocation.Tokens, c.allocation.Cost
	if book.FilledAtOnce(t) || !o.Running() {
		return tokens, cost, nil
	}
	f, err := q.k.filling(ctx, o, t)
	if err != nil {
		return tokens, cost, err
	}
	owner, err := q.k.accountOf("owner", c.allocation.Owner)
	if err != nil {
		return tokens, cost, err
	}
	keys, err := q.k.bidKeys(ctx, owner, o.Id, 0)
	if err != nil {
		return tokens, cost, err
	}
	tokens, cost = math.ZeroInt(), math.ZeroInt()
	for _, key := range keys {
		b, err := q.k.bids.Get(ctx, key)
		if err != nil {
			return tokens, cost, err
		}
		buys, pays := f.Estimate(b)
		tokens, cost = tokens.Add(buys), cost.Add(pays)
	}
	return tokens, cost, nil
}
