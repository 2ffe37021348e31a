package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

func TestSettleFinal(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	minted := f.mint(t, c, 42)
	id := tokenID(t, minted.TokenId)
	refused(t, f, types.ErrNoResult, func(ctx sdk.Context) error {
		_, err := f.k.Settle(ctx, f.carol, c, id, nil)
		return err
	})
	f.oracle.finish(f.ctx, minted.RequestId, output(42))
	f.clearEvents()
	creatorBefore, aliceBefore := f.has(f.creator), f.has(f.alice)

	f.ctx = f.ctx.WithBlockHeight(15)
	resp, err := f.msgs.Settle(f.ctx, &types.MsgSettle{Sender: f.text(f.carol), CollectionId: c, TokenId: "0x" + minted.TokenId})
	require.NoError(t, err)
	require.Equal(t, types.TOKEN_STATUS_FINAL, resp.Status)
	require.Zero(t, f.spent(f.carol), "settling costs gas only")
	require.Equal(t, aliceBefore, f.has(f.alice))
	require.Equal(t, int64(10), f.has(communityAccount))
	require.Equal(t, int64(940), f.has(f.creator)-creatorBefore)
	require.Equal(t, int64(50), f.has(types.EscrowAddress(c)), "of the mint price the pool's part waits for the end of the block")
	f.invariants(t)
	f.endBlock(t)
	require.Zero(t, f.has(types.EscrowAddress(c)))
	require.Equal(t, int64(50), f.has(poolAccount))
	require.Equal(t, []uint32{2}, f.models.kinds, "SOURCE_KIND_ROYALTY")

	token, err := f.k.Token(f.ctx, c, id)
	require.NoError(t, err)
	root := merkle.BytesRoot(output(42))
	require.Equal(t, types.TOKEN_STATUS_FINAL, token.Status)
	require.Equal(t, &types.Provenance{
		ModelId: modelID, Version: 2, ManifestRoot: manifestRoot(modelID, 2), Seed: 42, Input: []byte("a red circle"),
		RequestedHeight: 10, OutputRoot: root[:], TrustClass: oracletypes.TrustClass_TRUST_CLASS_ATTESTED, FinalHeight: 12,
	}, token.Provenance)
	require.Nil(t, token.Escrowed)
	require.Equal(t, int64(15), token.SettledHeight)

	settled := events[*types.EventTokenSettled](t, f)
	require.Len(t, settled, 1)
	require.Equal(t, types.EventTokenSettled{
		CollectionId: c, TokenId: minted.TokenId, RequestId: minted.RequestId, OutputRoot: hexOf(root[:]),
		TrustClass: oracletypes.TrustClass_TRUST_CLASS_ATTESTED,
	}, *settled[0])
	split := events[*types.EventPaymentSplit](t, f)
	require.Len(t, split, 1)
	require.Equal(t, types.EventPaymentSplit{
		CollectionId: c, TokenId: minted.TokenId, Price: coin(1_000),
		SellerPart: coin(915), PoolPart: coin(50), CreatorPart: coin(25), ProtocolPart: coin(10),
	}, *split[0])
	f.invariants(t)

	refused(t, f, types.ErrAlreadySettled, func(ctx sdk.Context) error {
		_, err := f.k.Settle(ctx, f.carol, c, id, nil)
		return err
	})
}

func TestSettleReturnsWhatALogNeeds(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	minted, err := f.k.Mint(f.ctx, types.NewMint{
		Minter: f.alice, Payer: f.bob, CollectionID: c, Seed: 1, Input: []byte("x"), MaxFee: sdk.NewCoins(coin(140)),
	})
	require.NoError(t, err)
	require.Zero(t, f.spent(f.alice), "the payer pays, also the mint price")
	require.Equal(t, int64(1_140), f.spent(f.bob))
	f.oracle.finish(f.ctx, minted.RequestID, output(1))
	settled, err := f.k.Settle(f.ctx, f.carol, c, minted.TokenID, nil)
	require.NoError(t, err)
	root := merkle.BytesRoot(output(1))
	require.Equal(t, types.Settled{
		Status: types.TOKEN_STATUS_FINAL, Owner: f.alice, RequestID: minted.RequestID, Prompt: minted.Prompt, OutputRoot: root[:],
	}, settled)
}

func TestSettleExpired(t *testing.T) {
	for name, end := range map[string]func(*fixture, uint64){
		"ok: expired": func(f *fixture, id uint64) { f.oracle.expire(f.ctx, id) },
		// the oracle's record is gone: nobody settled it in time
		"ok: pruned": func(f *fixture, id uint64) {
			f.oracle.expire(f.ctx, id)
			delete(f.oracle.requests, id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			c := f.createCollection(t, nil)
			minted := f.mint(t, c, 42)
			end(f, minted.RequestId)
			f.clearEvents()
			resp, err := f.msgs.Settle(f.ctx, &types.MsgSettle{
				Sender: f.text(f.carol), CollectionId: c, TokenId: minted.TokenId, Content: output(42),
			})
			require.NoError(t, err)
			require.Equal(t, types.TOKEN_STATUS_BURNT, resp.Status)
			require.Zero(t, f.spent(f.alice), "fees by the oracle, mint price from escrow: all of it is back")
			require.Zero(t, f.spent(f.carol))
			require.Zero(t, f.has(types.EscrowAddress(c)))

			_, err = f.k.Token(f.ctx, c, tokenID(t, minted.TokenId))
			require.ErrorIs(t, err, types.ErrTokenNotFound)
			supply, err := f.k.TotalSupply(f.ctx, c)
			require.NoError(t, err)
			require.Zero(t, supply)
			expired := events[*types.EventTokenExpired](t, f)
			require.Len(t, expired, 1)
			require.Equal(t, types.EventTokenExpired{
				CollectionId: c, TokenId: minted.TokenId, Owner: f.text(f.alice), RequestId: minted.RequestId,
			}, *expired[0])
			f.invariants(t)

			again, err := f.msgs.Mint(f.ctx, f.mintMsg(f.bob, c, 42))
			require.NoError(t, err, "the prompt is free again")
			require.Equal(t, minted.TokenId, again.TokenId)
			f.invariants(t)
		})
	}
}

func TestSettleRefusesForeignResult(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	minted := f.mint(t, c, 42)
	f.oracle.finish(f.ctx, minted.RequestId, output(42))
	good := f.oracle.requests[minted.RequestId]
	for name, change := range map[string]func(*oracletypes.Request){
		"fails: other seed":     func(r *oracletypes.Request) { r.Seed++ },
		"fails: other input":    func(r *oracletypes.Request) { r.Input = []byte("b") },
		"fails: other version":  func(r *oracletypes.Request) { r.Version++ },
		"fails: other model":    func(r *oracletypes.Request) { r.ModelId++ },
		"fails: other manifest": func(r *oracletypes.Request) { r.ManifestRoot = manifestRoot(9, 9) },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			change(&bad)
			f.oracle.requests[minted.RequestId] = bad
			refused(t, f, types.ErrForeignResult, func(ctx sdk.Context) error {
				_, err := f.k.Settle(ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
				return err
			})
		})
	}
	for name, change := range map[string]func(*oracletypes.Request){
		"fails: no output root": func(r *oracletypes.Request) { r.OutputRoot = nil },
		"fails: no trust class": func(r *oracletypes.Request) { r.TrustClass = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			bad := good
			change(&bad)
			f.oracle.requests[minted.RequestId] = bad
			refused(t, f, types.ErrNoResult, func(ctx sdk.Context) error {
				_, err := f.k.Settle(ctx, f.carol, c, tokenID(t, minted.TokenId), nil)
				return err
			})
		})
	}
}

func TestContent(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	minted := f.mint(t, c, 42)
	id := tokenID(t, minted.TokenId)
	f.oracle.finish(f.ctx, minted.RequestId, output(42))
	settle := func(ctx sdk.Context, content []byte) error {
		_, err := f.k.Settle(ctx, f.carol, c, id, content)
		return err
	}
	refused(t, f, types.ErrContentMismatch, func(ctx sdk.Context) error { return settle(ctx, output(41)) })
	f.setParams(t, func(p *types.Params) { p.MaxContentBytes = uint32(len(output(42))) - 1 })
	refused(t, f, types.ErrContentTooLarge, func(ctx sdk.Context) error { return settle(ctx, output(42)) })
	f.setParams(t, func(p *types.Params) { p.MaxContentBytes = 1_000 })
	f.drain(t, f.carol, 1)
	refused(t, f, sdkerrors.ErrInsufficientFunds, func(ctx sdk.Context) error { return settle(ctx, output(42)) })
	f.fund(t, f.carol, sdk.NewCoins(coin(funds-1)))

	// whoever settles first without content takes nothing away: it can be added
	require.NoError(t, settle(f.ctx, nil))
	f.endBlock(t)
	f.clearEvents()
	gasBefore := f.ctx.GasMeter().GasConsumed()
	require.NoError(t, settle(f.ctx, output(42)))
	require.Greater(t, f.ctx.GasMeter().GasConsumed(), gasBefore)
	deposit := int64(7 * len(output(42)))
	require.Equal(t, deposit, f.spent(f.carol))
	require.Equal(t, deposit, f.has(types.EscrowAddress(c)))
	stored := events[*types.EventContentStored](t, f)
	require.Len(t, stored, 1)
	require.Equal(t, types.EventContentStored{
		CollectionId: c, TokenId: id.String(), Bytes: uint64(len(output(42))), Payer: f.text(f.carol), Deposit: coin(deposit),
	}, *stored[0])
	content, err := f.k.Content(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, output(42), content)
	f.invariants(t)
	refused(t, f, types.ErrContentStored, func(ctx sdk.Context) error { return settle(ctx, output(42)) })

	// the deposit was taken at one price and goes back at the same, to who paid it
	f.setParams(t, func(p *types.Params) { p.DepositPerByte = sdk.NewInt64Coin(usd, 1) })
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, id))
	require.NoError(t, f.k.Burn(f.ctx, f.bob, c, id))
	require.Zero(t, f.spent(f.carol))
	_, err = f.k.Content(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrContentNotFound)
	f.invariants(t)
}

func TestBurn(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	id := f.finalToken(t, c, 42)
	pending := f.mint(t, c, 43)
	burn := func(who sdk.AccAddress, id string) func(sdk.Context) error {
		return func(ctx sdk.Context) error {
			_, err := f.msgs.Burn(ctx, &types.MsgBurn{Sender: f.text(who), CollectionId: c, TokenId: id})
			return err
		}
	}
	refused(t, f, types.ErrNotApproved, burn(f.bob, id.String()))
	refused(t, f, types.ErrTokenPending, burn(f.alice, pending.TokenId))
	refused(t, f, types.ErrInvalidTokenID, burn(f.alice, "12"))
	refused(t, f, types.ErrTokenNotFound, burn(f.alice, types.TokenID{}.String()))

	f.list(t, c, id, coin(5))
	f.clearEvents()
	before := f.has(f.alice)
	require.NoError(t, burn(f.alice, id.String())(f.ctx))
	require.Equal(t, before, f.has(f.alice), "without content nothing was locked")
	require.Equal(t, types.EventTokenBurnt{CollectionId: c, TokenId: id.String(), Owner: f.text(f.alice)},
		*events[*types.EventTokenBurnt](t, f)[0])
	require.Len(t, events[*types.EventTokenUnlisted](t, f), 1)
	_, err := f.k.OwnerOf(f.ctx, c, id)
	require.ErrorIs(t, err, types.ErrTokenNotFound)
	refused(t, f, types.ErrTokenNotFound, burn(f.alice, id.String()))
	f.invariants(t)

	// the pair stays used up
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.msgs.Mint(ctx, f.mintMsg(f.alice, c, 42))
		return err
	})
	refused(t, f, types.ErrTokenNotFound, func(ctx sdk.Context) error {
		_, err := f.k.Settle(ctx, f.alice, c, id, nil)
		return err
	})
	info, err := f.queries.Token(f.ctx, &types.QueryTokenRequest{CollectionId: c, TokenId: id.String()})
	require.NoError(t, err)
	require.Equal(t, types.TOKEN_STATUS_BURNT, info.Token.Status)
	require.Empty(t, info.Token.Owner)
}
