package keeper_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

func TestListAndUnlist(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	f.clearEvents()
	f.list(t, c, id, coin(500))
	require.Equal(t, types.EventTokenListed{CollectionId: c, TokenId: id.String(), Seller: f.text(f.alice), Price: coin(500)},
		*events[*types.EventTokenListed](t, f)[0])
	listing, err := f.k.Listing(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, types.Listing{Seller: f.text(f.alice), Price: coin(500), ProtocolFeeBps: 100, ListedHeight: 10}, listing)
	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.alice, owner, "a listed token stays with its owner")
	f.list(t, c, id, sdk.NewInt64Coin(usd, 7))
	listing, err = f.k.Listing(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, sdk.NewInt64Coin(usd, 7), listing.Price, "listing again gives a new price")
	f.invariants(t)

	unlist := func(who sdk.AccAddress) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.Unlist(ctx, &types.MsgUnlist{Owner: f.text(who), CollectionId: c, TokenId: id.String()})
			return err
		}
	}
	refused(t, f, types.ErrWrongOwner, unlist(f.bob))
	require.NoError(t, unlist(f.alice)(f.ctx))
	require.Len(t, events[*types.EventTokenUnlisted](t, f), 1)
	refused(t, f, types.ErrNotListed, unlist(f.alice))
	f.invariants(t)
}

func TestListRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	pending := tokenID(t, f.mint(t, c, 2).TokenId)
	cases := map[string]struct {
		who   sdk.AccAddress
		id    types.TokenID
		price sdk.Coin
		want  error
	}{
		"fails: not the owner": {f.bob, id, coin(5), types.ErrWrongOwner},
		"fails: pending":       {f.alice, pending, coin(5), types.ErrTokenPending},
		"fails: no such token": {f.alice, types.TokenID{1}, coin(5), types.ErrTokenNotFound},
		"fails: denom":         {f.alice, id, sdk.NewInt64Coin("uatom", 5), types.ErrInvalidPrice},
		"fails: share token":   {f.alice, id, sdk.NewInt64Coin("model-3", 5), types.ErrInvalidPrice},
		"fails: no price":      {f.alice, id, sdk.Coin{}, types.ErrInvalidPrice},
		"fails: negative":      {f.alice, id, sdk.Coin{Denom: denom, Amount: math.NewInt(-1)}, types.ErrInvalidPrice},
		"fails: above 2^120":   {f.alice, id, sdk.NewCoin(denom, settlement.MaxPrice().AddRaw(1)), types.ErrInvalidPrice},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			refused(t, f, tc.want, func(ctx sdk.Context) error { return f.k.List(ctx, tc.who, c, tc.id, tc.price) })
		})
	}
	// an approved account may move the token, but a price is for the owner to name
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, id))
	refused(t, f, types.ErrWrongOwner, func(ctx sdk.Context) error { return f.k.List(ctx, f.bob, c, id, coin(5)) })
	f.list(t, c, id, sdk.NewCoin(denom, settlement.MaxPrice()))
}

func TestBuy(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.carol, c, id))
	f.list(t, c, id, coin(10_000))
	f.endBlock(t)
	f.clearEvents()
	seller, creator, pool, community := f.has(f.alice), f.has(f.creator), f.has(poolAccount), f.has(communityAccount)

	_, err := f.msgs.Buy(f.ctx, &types.MsgBuy{Buyer: f.text(f.bob), CollectionId: c, TokenId: id.String(), ExpectedPrice: coin(10_000)})
	require.NoError(t, err)
	require.Equal(t, int64(10_000), f.spent(f.bob))
	require.Equal(t, int64(9_150), f.has(f.alice)-seller)
	require.Equal(t, int64(250), f.has(f.creator)-creator)
	require.Equal(t, int64(100), f.has(communityAccount)-community)
	f.endBlock(t)
	require.Equal(t, int64(500), f.has(poolAccount)-pool)
	require.Equal(t, types.EventIncomePaid{CollectionId: c, ModelId: modelID, Amount: coin(500)},
		*events[*types.EventIncomePaid](t, f)[0])
	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.bob, owner)
	approved, err := f.k.GetApproved(f.ctx, c, id)
	require.NoError(t, err)
	require.Nil(t, approved)
	require.Equal(t, types.EventTokenSold{CollectionId: c, TokenId: id.String(), Seller: f.text(f.alice), Buyer: f.text(f.bob)},
		*events[*types.EventTokenSold](t, f)[0])
	require.Len(t, events[*types.EventTokenTransferred](t, f), 1)
	require.Empty(t, events[*types.EventTokenUnlisted](t, f), "a sale is not an end without a sale")
	require.Equal(t, types.EventPaymentSplit{
		CollectionId: c, TokenId: id.String(), Price: coin(10_000),
		SellerPart: coin(9_150), PoolPart: coin(500), CreatorPart: coin(250), ProtocolPart: coin(100),
	}, *events[*types.EventPaymentSplit](t, f)[0])
	f.invariants(t)
	refused(t, f, types.ErrNotListed, func(ctx sdk.Context) error { return f.k.Buy(ctx, f.carol, c, id, coin(10_000)) })
}

func TestBuyRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id, unlisted := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	f.list(t, c, id, coin(500))
	poor := person(60)
	f.fund(t, poor, sdk.NewCoins(coin(499)))
	cases := map[string]struct {
		buyer    sdk.AccAddress
		c        uint64
		id       types.TokenID
		expected sdk.Coin
		want     error
	}{
		"fails: stale price":        {f.bob, c, id, coin(499), types.ErrStalePrice},
		"fails: offered more":       {f.bob, c, id, coin(501), types.ErrStalePrice},
		"fails: other denom":        {f.bob, c, id, sdk.NewInt64Coin(usd, 500), types.ErrStalePrice},
		"fails: no expectation":     {f.bob, c, id, sdk.Coin{}, types.ErrInvalidPrice},
		"fails: not listed":         {f.bob, c, unlisted, coin(500), types.ErrNotListed},
		"fails: no such collection": {f.bob, 9, id, coin(500), types.ErrCollectionNotFound},
		"fails: own offer":          {f.alice, c, id, coin(500), types.ErrInvalidRecipient},
		"fails: buyer cannot pay":   {poor, c, id, coin(500), sdkerrors.ErrInsufficientFunds},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			refused(t, f, tc.want, func(ctx sdk.Context) error { return f.k.Buy(ctx, tc.buyer, tc.c, tc.id, tc.expected) })
		})
	}
}

// TestSettlementSum sells at the edges of price and royalty and follows every unit.
func TestSettlementSum(t *testing.T) {
	prices := []math.Int{
		math.ZeroInt(), math.OneInt(), math.NewInt(9_999), math.NewInt(10_001), settlement.MaxPrice().SubRaw(1), settlement.MaxPrice(),
	}
	royalties := [][2]uint32{{0, 0}, {10_000, 0}, {0, 10_000}, {5_000, 5_000}, {9_950, 0}, {333, 1}}
	for _, royalty := range royalties {
		for _, price := range prices {
			t.Run(fmt.Sprintf("ok: price %s, royalty %d and %d", price, royalty[0], royalty[1]), func(t *testing.T) {
				f := newFixture(t)
				c := f.createCollection(t, func(m *types.MsgCreateCollection) {
					m.RoyaltyPoolBps, m.RoyaltyCreatorBps, m.MintPrice = royalty[0], royalty[1], coin(0)
				})
				id := f.finalToken(t, c, 1)
				if price.IsPositive() {
					f.fund(t, f.bob, sdk.NewCoins(sdk.NewCoin(denom, price)))
				}
				receivers := []sdk.AccAddress{f.alice, poolAccount, f.creator, communityAccount}
				before := f.balances(receivers)
				buyer := f.bank.GetBalance(f.ctx, f.bob, denom).Amount

				f.list(t, c, id, sdk.NewCoin(denom, price))
				require.NoError(t, f.k.Buy(f.ctx, f.bob, c, id, sdk.NewCoin(denom, price)))

				f.invariants(t)
				f.endBlock(t)
				paid := buyer.Sub(f.bank.GetBalance(f.ctx, f.bob, denom).Amount)
				require.Equal(t, price.String(), paid.String())
				want, err := settlement.Split(price, settlement.Terms{PoolBps: royalty[0], CreatorBps: royalty[1], FeeBps: 100})
				require.NoError(t, err)
				sum := math.ZeroInt()
				for i, part := range []math.Int{want.Seller, want.Pool, want.Creator, want.Fee} {
					got := f.balances(receivers)[i].Sub(before[i])
					require.Equal(t, part.String(), got.String(), "receiver %d", i)
					sum = sum.Add(got)
				}
				require.Equal(t, price.String(), sum.String())
				require.True(t, f.bank.GetBalance(f.ctx, types.EscrowAddress(c), denom).IsZero())
				f.invariants(t)
			})
		}
	}
}

func (f *fixture) balances(accounts []sdk.AccAddress) []math.Int {
	var out []math.Int
	for _, account := range accounts {
		out = append(out, f.bank.GetBalance(f.ctx, account, denom).Amount)
	}
	return out
}

// TestHostileRecipient: a seller, creator, minter or depositor who cannot be paid
// stops nothing; the money waits.
func TestHostileRecipient(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	sold, burnt := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	_, err := f.k.Settle(f.ctx, f.alice, c, burnt, output(2))
	require.NoError(t, err)
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, burnt))
	pending, final := f.mint(t, c, 3), f.mint(t, c, 4)
	f.list(t, c, sold, coin(10_000))
	f.endBlock(t)
	f.clearEvents()
	f.block(f.alice)
	f.block(f.creator)
	alice, creator := f.has(f.alice), f.has(f.creator)

	require.NoError(t, f.k.Buy(f.ctx, f.bob, c, sold, coin(10_000)))
	require.NoError(t, f.k.Burn(f.ctx, f.bob, c, burnt))
	f.oracle.finish(f.ctx, final.RequestId, output(4))
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, final.TokenId), nil)
	require.NoError(t, err)
	f.oracle.expire(f.ctx, pending.RequestId) // the real one credits; the fake sends, which is not our concern
	alice += networkFee + modelPrice
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, pending.TokenId), nil)
	require.NoError(t, err)

	f.endBlock(t)

	require.Equal(t, alice, f.has(f.alice), "nothing was sent to a blocked account")
	require.Equal(t, creator, f.has(f.creator))
	deposit := int64(7 * len(output(2)))
	ofAlice, ofCreator := 9_150+deposit+1_000, int64(250+940)
	require.Equal(t, ofAlice+ofCreator, f.has(types.EscrowAddress(c)))
	require.Len(t, events[*types.EventCredited](t, f), 6)
	f.invariants(t)

	credits, err := f.queries.Credits(f.ctx, &types.QueryCreditsRequest{Address: f.text(f.alice)})
	require.NoError(t, err)
	require.Equal(t, []types.Credit{{Owner: f.text(f.alice), CollectionId: c, Amount: coin(ofAlice)}}, credits.Credits)

	refused(t, f, types.ErrInvalidRecipient, func(ctx sdk.Context) error {
		_, err := f.k.Withdraw(ctx, f.alice, f.alice, c)
		return err
	})
	f.unblock(f.alice)
	f.setParams(t, func(p *types.Params) { p.Paused = true })
	f.clearEvents()
	resp, err := f.msgs.Withdraw(f.ctx, &types.MsgWithdraw{Owner: f.text(f.alice), CollectionId: c})
	require.NoError(t, err, "also while paused")
	require.Equal(t, sdk.NewCoins(coin(ofAlice)), resp.Amount)
	require.Equal(t, alice+ofAlice, f.has(f.alice))
	require.Equal(t, types.EventWithdrawn{
		CollectionId: c, Owner: f.text(f.alice), Recipient: f.text(f.alice), Amount: sdk.NewCoins(coin(ofAlice)),
	}, *events[*types.EventWithdrawn](t, f)[0])
	refused(t, f, types.ErrNothingToWithdraw, func(ctx sdk.Context) error {
		_, err := f.k.Withdraw(ctx, f.alice, f.alice, c)
		return err
	})

	// an account that stays blocked, a module's for example, sends its money elsewhere
	dan := person(66)
	_, err = f.msgs.Withdraw(f.ctx, &types.MsgWithdraw{Owner: f.text(f.creator), CollectionId: c, Recipient: f.text(dan)})
	require.NoError(t, err)
	require.Equal(t, ofCreator, f.has(dan))
	require.Zero(t, f.has(types.EscrowAddress(c)))
	f.invariants(t)
}

// TestReentry comes back into the keeper from every place where it calls out, at
// the worst moment. The state is written before coins move, so nothing happens twice.
func TestReentry(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	f.list(t, c, id, coin(10_000))
	calls := 0
	f.community.onFund = func(ctx context.Context) {
		f.community.onFund = nil
		calls++
		require.ErrorIs(t, f.k.Buy(ctx, f.carol, c, id, coin(10_000)), types.ErrNotListed)
		require.ErrorIs(t, f.k.TransferFrom(ctx, f.alice, f.alice, f.carol, c, id), types.ErrNotApproved)
		require.ErrorIs(t, f.k.List(ctx, f.alice, c, id, coin(1)), types.ErrWrongOwner)
	}
	require.NoError(t, f.k.Buy(f.ctx, f.bob, c, id, coin(10_000)))
	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.bob, owner)

	minted := f.mint(t, c, 2)
	f.oracle.finish(f.ctx, minted.RequestId, output(2))
	f.community.onFund = func(ctx context.Context) {
		f.community.onFund = nil
		calls++
		_, err := f.k.Settle(ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
		require.ErrorIs(t, err, types.ErrAlreadySettled)
	}
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
	require.NoError(t, err)

	f.oracle.onCreate = func(ctx context.Context) {
		f.oracle.onCreate = nil
		calls++
		_, err := f.k.Mint(ctx, types.NewMint{
			Minter: f.bob, Payer: f.bob, CollectionID: c, Seed: 3, Input: []byte("a red circle"), MaxFee: sdk.NewCoins(coin(140)),
		})
		require.ErrorIs(t, err, types.ErrTokenExists)
	}
	f.mint(t, c, 3)

	f.models.onPay = func(ctx context.Context, _ uint64, _ sdk.Coin) error {
		f.models.onPay = nil
		calls++
		return f.k.EndBlock(ctx) // finds nothing due: it is being paid
	}
	pool := f.has(poolAccount)
	f.endBlock(t)
	require.Equal(t, int64(500+2*50), f.has(poolAccount)-pool)
	require.Equal(t, 4, calls)
	f.invariants(t)
}

// TestParamChangeMidway: what was agreed under the old parameters is settled under them.
func TestParamChangeMidway(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 1)
	f.list(t, c, id, coin(10_000))
	minted := f.mint(t, c, 2)
	f.setParams(t, func(p *types.Params) {
		p.ProtocolFeeBps, p.MaxRoyaltyBps, p.AllowedDenoms = 1_000, 0, []string{usd}
	})
	community := f.has(communityAccount)
	require.NoError(t, f.k.Buy(f.ctx, f.bob, c, id, coin(10_000)))
	require.Equal(t, int64(100), f.has(communityAccount)-community, "the fee of the day of listing")
	f.oracle.finish(f.ctx, minted.RequestId, output(2))
	_, err := f.k.Settle(f.ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
	require.NoError(t, err)
	require.Equal(t, int64(110), f.has(communityAccount)-community, "the fee of the day of the mint")
	refused(t, f, types.ErrInvalidPrice, func(ctx sdk.Context) error { return f.k.List(ctx, f.bob, c, id, coin(5)) })
	f.invariants(t)
}

// TestPaused: a pause stops what begins something, never what ends it.
func TestPaused(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	kept, listed := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	f.list(t, c, listed, coin(5))
	pending, final := f.mint(t, c, 3), f.mint(t, c, 4)
	request := f.ask(t, f.alice, modelID, 2, 5)
	f.oracle.finish(f.ctx, request.Id, output(5))
	f.setParams(t, func(p *types.Params) { p.Paused = true })

	for name, action := range map[string]func(sdk.Context) error{
		"create": func(ctx sdk.Context) error { _, err := f.msgs.CreateCollection(ctx, f.collectionMsg(nil)); return err },
		"mint":   func(ctx sdk.Context) error { _, err := f.msgs.Mint(ctx, f.mintMsg(f.bob, c, 9)); return err },
		"result": func(ctx sdk.Context) error {
			_, err := f.k.MintFromResult(ctx, f.alice, c, request.Id, nil)
			return err
		},
		"list": func(ctx sdk.Context) error { return f.k.List(ctx, f.alice, c, kept, coin(5)) },
		"buy":  func(ctx sdk.Context) error { return f.k.Buy(ctx, f.bob, c, listed, coin(5)) },
	} {
		t.Run("fails: "+name, func(t *testing.T) { refused(t, f, types.ErrPaused, action) })
	}
	require.NoError(t, f.k.Unlist(f.ctx, f.alice, c, listed))
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.bob, c, kept))
	require.NoError(t, f.k.TransferFrom(f.ctx, f.bob, f.alice, f.bob, c, kept))
	f.oracle.finish(f.ctx, final.RequestId, output(4))
	_, err := f.k.Settle(f.ctx, f.carol, c, tokenID(t, final.TokenId), output(4))
	require.NoError(t, err)
	f.oracle.expire(f.ctx, pending.RequestId)
	_, err = f.k.Settle(f.ctx, f.carol, c, tokenID(t, pending.TokenId), nil)
	require.NoError(t, err)
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, tokenID(t, final.TokenId)))
	f.endBlock(t)
	require.Zero(t, f.has(types.EscrowAddress(c)), "royalty is paid while paused too")
	f.invariants(t)
}

// TestGifts: coins that somebody sends to an escrow account change nothing.
func TestGifts(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	gift := sdk.NewCoins(coin(5_000), sdk.NewInt64Coin(usd, 3))
	f.fund(t, types.EscrowAddress(c), gift)
	minted := f.mint(t, c, 1)
	f.oracle.expire(f.ctx, minted.RequestId)
	_, err := f.k.Settle(f.ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
	require.NoError(t, err)
	require.Zero(t, f.spent(f.alice))
	require.Equal(t, gift, f.bank.GetAllBalances(f.ctx, types.EscrowAddress(c)))
	f.invariants(t)
}
