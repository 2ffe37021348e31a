package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

const hour = time.Hour

func (f *fixture) offer(t require.TestingT, who sdk.AccAddress, c uint64, id types.TokenID, price sdk.Coin) {
	_, err := f.msgs.MakeOffer(f.ctx, &types.MsgMakeOffer{
		Bidder: f.text(who), CollectionId: c, TokenId: id.String(), Price: price, Expires: f.ctx.BlockTime().Add(hour),
	})
	require.NoError(t, err)
}

// TestOfferAccepted: the price goes from escrow to everybody who has a share of a
// sale, the token to the bidder, and the listing ends.
func TestOfferAccepted(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	f.endBlock(t)
	f.list(t, c, id, coin(90_000))
	pool, community, creator, alice := f.has(poolAccount), f.has(communityAccount), f.has(f.creator), f.has(f.alice)

	f.offer(t, f.bob, c, id, coin(10_000))
	require.Equal(t, int64(10_000), f.spent(f.bob))
	_, err := f.msgs.AcceptOffer(f.ctx, &types.MsgAcceptOffer{
		Owner: f.text(f.alice), CollectionId: c, TokenId: id.String(), Bidder: f.text(f.bob), ExpectedPrice: coin(10_000),
	})
	require.NoError(t, err)
	f.endBlock(t)

	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.bob, owner)
	require.Equal(t, int64(500), f.has(poolAccount)-pool)
	require.Equal(t, int64(250), f.has(f.creator)-creator)
	require.Equal(t, int64(100), f.has(communityAccount)-community)
	require.Equal(t, int64(9_150), f.has(f.alice)-alice)
	require.Equal(t, int64(10_000), f.spent(f.bob), "nothing more")
	_, err = f.k.Listing(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrNotListed)
	_, err = f.k.Offer(f.ctx, c, id, f.bob)
	require.ErrorIs(t, err, types.ErrOfferNotFound)

	markets, err := f.queries.Market(f.ctx, &types.QueryMarketRequest{Id: c})
	require.NoError(t, err)
	require.Equal(t, denom, markets.Denoms[0].Denom)
	trade := markets.Denoms[0].Trade
	require.Equal(t, []string{"10000", "500", "250"},
		[]string{trade.Volume.String(), trade.RoyaltyPool.String(), trade.RoyaltyCreator.String()})
	require.Equal(t, uint64(1), trade.Sales)
	f.invariants(t)
}

// TestOfferRefused: what cannot be offered or accepted moves nothing.
func TestOfferRefused(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	pending := tokenID(t, f.mint(t, c, 2).TokenId)
	now := f.ctx.BlockTime()
	makes := map[string]struct {
		want   error
		bidder sdk.AccAddress
		id     types.TokenID
		price  sdk.Coin
		end    time.Time
	}{
		"price 0":          {types.ErrInvalidOffer, f.bob, id, coin(0), now.Add(hour)},
		"foreign denom":    {types.ErrInvalidPrice, f.bob, id, sdk.NewInt64Coin("model-3", 5), now.Add(hour)},
		"end now":          {types.ErrInvalidOffer, f.bob, id, coin(5), now},
		"end too far":      {types.ErrInvalidOffer, f.bob, id, coin(5), now.Add(types.MaxOfferDuration + 1)},
		"owner":            {types.ErrInvalidOffer, f.alice, id, coin(5), now.Add(hour)},
		"no such token":    {types.ErrTokenNotFound, f.bob, types.TokenID{1}, coin(5), now.Add(hour)},
		"blocked bidder":   {types.ErrInvalidRecipient, f.carol, id, coin(5), now.Add(hour)},
		"more than he has": {nil, f.bob, id, coin(2 * funds), now.Add(hour)},
	}
	f.block(f.carol)
	for name, tc := range makes {
		branch, _ := f.ctx.CacheContext()
		err := f.k.MakeOffer(branch, tc.bidder, c, tc.id, tc.price, tc.end)
		if tc.want == nil {
			require.Error(t, err, name)
			continue
		}
		require.ErrorIs(t, err, tc.want, name)
	}
	f.unblock(f.carol)

	f.offer(t, f.bob, c, id, coin(700))
	f.offer(t, f.bob, c, pending, coin(700))
	accept := func(owner, bidder sdk.AccAddress, id types.TokenID, price sdk.Coin) func(sdk.Context) error {
		return func(ctx sdk.Context) error { return f.k.AcceptOffer(ctx, owner, bidder, c, id, price) }
	}
	refused(t, f, types.ErrStalePrice, accept(f.alice, f.bob, id, coin(701)))
	refused(t, f, types.ErrStalePrice, accept(f.alice, f.bob, id, sdk.NewInt64Coin(usd, 700)))
	refused(t, f, types.ErrWrongOwner, accept(f.carol, f.bob, id, coin(700)))
	refused(t, f, types.ErrOfferNotFound, accept(f.alice, f.carol, id, coin(700)))
	refused(t, f, types.ErrTokenPending, accept(f.alice, f.bob, pending, coin(700)))
	f.block(f.bob)
	refused(t, f, types.ErrInvalidRecipient, accept(f.alice, f.bob, id, coin(700)))
	f.unblock(f.bob)
	late := f.ctx
	f.ctx = f.ctx.WithBlockTime(now.Add(hour))
	refused(t, f, types.ErrInvalidOffer, accept(f.alice, f.bob, id, coin(700)))
	f.ctx = late
	f.setParams(t, func(p *types.Params) { p.Paused = true })
	refused(t, f, types.ErrPaused, accept(f.alice, f.bob, id, coin(700)))
	refused(t, f, types.ErrPaused, func(ctx sdk.Context) error {
		return f.k.MakeOffer(ctx, f.carol, c, id, coin(5), now.Add(hour))
	})
	f.invariants(t)
}

// TestOfferEnds: by its bidder at any time, paused or not; by a stranger only when
// nothing can come of it any more; a new offer replaces the old one.
func TestOfferEnds(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id, other := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	end := func(who, bidder sdk.AccAddress, id types.TokenID) func(sdk.Context) error {
		return func(ctx sdk.Context) error { return f.k.CancelOffer(ctx, who, bidder, c, id) }
	}
	f.offer(t, f.bob, c, id, coin(700))
	f.offer(t, f.bob, c, id, sdk.NewInt64Coin(usd, 300))
	require.Equal(t, int64(0), f.spent(f.bob), "the first offer came back")
	f.setParams(t, func(p *types.Params) { p.Paused = true })
	refused(t, f, types.ErrOfferOpen, end(f.carol, f.bob, id))
	require.NoError(t, end(f.bob, f.bob, id)(f.ctx))
	refused(t, f, types.ErrOfferNotFound, end(f.bob, f.bob, id))
	require.Equal(t, int64(funds), f.bank.GetBalance(f.ctx, f.bob, usd).Amount.Int64())
	f.setParams(t, func(p *types.Params) { p.Paused = false })

	f.offer(t, f.bob, c, id, coin(700))
	f.offer(t, f.bob, c, other, coin(800))
	by, err := f.queries.OffersBy(f.ctx, &types.QueryOffersByRequest{Address: f.text(f.bob)})
	require.NoError(t, err)
	require.Len(t, by.Offers, 2)
	of, err := f.queries.Offers(f.ctx, &types.QueryOffersRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	require.Len(t, of.Offers, 1)
	require.Equal(t, coin(700), of.Offers[0].Offer.Price)

	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, id))
	require.NoError(t, end(f.carol, f.bob, id)(f.ctx), "its token is gone")
	f.ctx = f.ctx.WithBlockTime(f.ctx.BlockTime().Add(hour))
	f.block(f.bob)
	require.NoError(t, end(f.carol, f.bob, other)(f.ctx), "it expired")
	f.unblock(f.bob)
	_, err = f.k.Withdraw(f.ctx, f.bob, f.bob, c)
	require.NoError(t, err, "what could not be sent was credited")
	require.Equal(t, int64(0), f.spent(f.bob))
	f.invariants(t)
}
