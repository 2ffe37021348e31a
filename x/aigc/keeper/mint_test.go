package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

func TestMint(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	f.clearEvents()
	resp := f.mint(t, c, 42)

	require.Equal(t, int64(networkFee+modelPrice+1_000), f.spent(f.alice))
	require.Equal(t, int64(networkFee+modelPrice), f.has(oracleEscrow))
	require.Equal(t, int64(1_000), f.has(types.EscrowAddress(c)), "the mint price waits for the result")

	request := f.oracle.requests[resp.RequestId]
	require.Equal(t, f.text(f.alice), request.Requester)
	require.Equal(t, uint32(2), request.Version, "0 is resolved to the latest before the prompt is fixed")
	require.Equal(t, "aigc", request.Origin)

	encoded, err := prompt.Prompt{Version: 2, Seed: 42, Input: []byte("a red circle")}.Encode()
	require.NoError(t, err)
	id := types.TokenID(prompt.TokenID(types.CollectionAddress(c), encoded))
	require.Equal(t, id.String(), resp.TokenId)

	token, err := f.k.Token(f.ctx, c, id)
	require.NoError(t, err)
	price := coin(1_000)
	require.Equal(t, types.Token{
		CollectionId: c, TokenId: id.Bytes(), Status: types.TOKEN_STATUS_PENDING, RequestId: resp.RequestId,
		Minter: f.text(f.alice), Escrowed: &price, ProtocolFeeBps: 100, MintedHeight: 10, NamedHeight: 10,
		Provenance: &types.Provenance{
			ModelId: modelID, Version: 2, ManifestRoot: manifestRoot(modelID, 2), Seed: 42,
			Input: []byte("a red circle"), RequestedHeight: 10,
		},
	}, token)
	owner, err := f.k.OwnerOf(f.ctx, c, id)
	require.NoError(t, err)
	require.Equal(t, f.alice, owner)

	minted := events[*types.EventTokenMinted](t, f)
	require.Len(t, minted, 1)
	require.Equal(t, types.EventTokenMinted{
		CollectionId: c, TokenId: resp.TokenId, Owner: f.text(f.alice), RequestId: resp.RequestId, Status: types.TOKEN_STATUS_PENDING,
	}, *minted[0])
	f.invariants(t)
}

func TestMintRefuses(t *testing.T) {
	cases := map[string]struct {
		setup  func(*fixture)
		change func(*types.MsgMint)
		want   error
	}{
		"fails: unknown collection":   {nil, func(m *types.MsgMint) { m.CollectionId = 9 }, types.ErrCollectionNotFound},
		"fails: unproved version":     {nil, func(m *types.MsgMint) { m.Version = 3 }, imotypes.ErrNotReproduced},
		"fails: version not allowed":  {nil, func(m *types.MsgMint) { m.CollectionId, m.Version = 2, 2 }, types.ErrVersionNotAllowed},
		"fails: latest not allowed":   {nil, func(m *types.MsgMint) { m.CollectionId = 2 }, types.ErrVersionNotAllowed},
		"fails: creator's collection": {nil, func(m *types.MsgMint) { m.CollectionId = 3 }, types.ErrNotCreator},
		"fails: input too long":       {nil, func(m *types.MsgMint) { m.Input = make([]byte, prompt.MaxInput+1) }, types.ErrInvalidPrompt},
		"fails: fee above maximum":    {nil, func(m *types.MsgMint) { m.MaxFee = sdk.NewCoins(coin(139)) }, oracletypes.ErrFeeAboveMax},
		"fails: no funds":             {func(f *fixture) { f.drain(t, f.alice, 1_139) }, nil, sdkerrors.ErrInsufficientFunds},
		"fails: paused": {func(f *fixture) {
			f.setParams(t, func(p *types.Params) { p.Paused = true })
		}, nil, types.ErrPaused},
		"fails: 32-byte minter":  {nil, func(m *types.MsgMint) { m.Minter = mustText(make([]byte, 32)) }, types.ErrInvalidAddress},
		"fails: blocked minter":  {func(f *fixture) { f.block(f.alice) }, nil, types.ErrInvalidRecipient},
		"fails: reserved minter": {nil, func(m *types.MsgMint) { m.Minter = mustText(imotypes.TokenAddress(1)) }, types.ErrInvalidRecipient},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.createCollection(t, nil)
			f.createCollection(t, func(m *types.MsgCreateCollection) { m.Versions = []uint32{1} })
			f.createCollection(t, func(m *types.MsgCreateCollection) { m.MintPolicy = types.MINT_POLICY_CREATOR })
			if tc.setup != nil {
				tc.setup(f)
			}
			msg := f.mintMsg(f.alice, 1, 1)
			if tc.change != nil {
				tc.change(msg)
			}
			refused(t, f, tc.want, func(ctx sdk.Context) error {
				_, err := f.msgs.Mint(ctx, msg)
				return err
			})
		})
	}
}

func TestMintPinnedVersionAndPolicy(t *testing.T) {
	f := newFixture(t)
	pinned := f.createCollection(t, func(m *types.MsgCreateCollection) { m.Versions = []uint32{1} })
	msg := f.mintMsg(f.alice, pinned, 1)
	msg.Version, msg.StoreOutput = 1, true
	resp, err := f.msgs.Mint(f.ctx, msg)
	require.NoError(t, err)
	require.True(t, f.oracle.requests[resp.RequestId].StoreOutput)

	own := f.createCollection(t, func(m *types.MsgCreateCollection) { m.MintPolicy = types.MINT_POLICY_CREATOR })
	_, err = f.msgs.Mint(f.ctx, f.mintMsg(f.creator, own, 1))
	require.NoError(t, err)
	f.invariants(t)
}

func TestMintSamePrompt(t *testing.T) {
	f := newFixture(t)
	c, other := f.createCollection(t, nil), f.createCollection(t, nil)
	first := f.mint(t, c, 1)
	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.msgs.Mint(ctx, f.mintMsg(f.bob, c, 1))
		return err
	})
	elsewhere := f.mint(t, other, 1)
	require.NotEqual(t, first.TokenId, elsewhere.TokenId, "the same prompt in another collection is another token")
	otherSeed := f.mint(t, c, 2)
	require.NotEqual(t, first.TokenId, otherSeed.TokenId)
	f.invariants(t)
}

func TestSupplyLimit(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, func(m *types.MsgCreateCollection) { m.SupplyLimit = 2 })
	full := func() {
		refused(t, f, types.ErrSupplyLimit, func(ctx sdk.Context) error {
			_, err := f.msgs.Mint(ctx, f.mintMsg(f.bob, c, 99))
			return err
		})
	}
	id := f.finalToken(t, c, 1)
	pending := f.mint(t, c, 2)
	full()

	// an expired token makes room, a burnt one does not
	f.oracle.expire(f.ctx, pending.RequestId)
	_, err := f.k.Settle(f.ctx, f.carol, c, tokenID(t, pending.TokenId), nil)
	require.NoError(t, err)
	f.mint(t, c, 3)
	full()
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, id))
	full()
	f.invariants(t)
}

func TestMintFromResult(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	request := f.ask(t, f.alice, modelID, 1, 7)
	f.oracle.finish(f.ctx, request.Id, output(7))
	f.clearEvents()
	poolBefore, creatorBefore := f.has(poolAccount), f.has(f.creator)

	resp, err := f.msgs.MintFromResult(f.ctx, &types.MsgMintFromResult{
		Minter: f.text(f.alice), CollectionId: c, RequestId: request.Id, Content: output(7),
	})
	require.NoError(t, err)
	deposit := int64(7 * len(output(7)))
	require.Equal(t, int64(networkFee+modelPrice+1_000)+deposit, f.spent(f.alice))
	require.Equal(t, int64(10), f.has(communityAccount))
	require.Equal(t, int64(940), f.has(f.creator)-creatorBefore)
	f.endBlock(t)
	require.Equal(t, int64(50), f.has(poolAccount)-poolBefore)
	require.Equal(t, deposit, f.has(types.EscrowAddress(c)))

	token, err := f.k.Token(f.ctx, c, tokenID(t, resp.TokenId))
	require.NoError(t, err)
	require.Equal(t, types.TOKEN_STATUS_FINAL, token.Status)
	require.Nil(t, token.Escrowed)
	require.Equal(t, f.oracle.requests[request.Id].OutputRoot, token.Provenance.OutputRoot)
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_ATTESTED, token.Provenance.TrustClass)
	require.Equal(t, types.TOKEN_STATUS_FINAL, events[*types.EventTokenMinted](t, f)[0].Status)
	require.Len(t, events[*types.EventTokenSettled](t, f), 1)
	require.Len(t, events[*types.EventContentStored](t, f), 1)
	f.invariants(t)

	refused(t, f, types.ErrTokenExists, func(ctx sdk.Context) error {
		_, err := f.k.MintFromResult(ctx, f.alice, c, request.Id, nil)
		return err
	})
}

func TestMintFromResultRefuses(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, func(m *types.MsgCreateCollection) { m.Versions = []uint32{2} })
	final := func(model uint64, version uint32, seed uint64) uint64 {
		request := f.ask(t, f.alice, model, version, seed)
		f.oracle.finish(f.ctx, request.Id, output(seed))
		return request.Id
	}
	pending := f.ask(t, f.alice, modelID, 2, 1).Id
	expired := f.ask(t, f.alice, modelID, 2, 2).Id
	f.oracle.expire(f.ctx, expired)
	good := final(modelID, 2, 3)

	cases := map[string]struct {
		minter  sdk.AccAddress
		request uint64
		content []byte
		want    error
	}{
		"fails: unknown request":     {f.alice, 999, nil, oracletypes.ErrRequestNotFound},
		"fails: pending request":     {f.alice, pending, nil, types.ErrNoResult},
		"fails: expired request":     {f.alice, expired, nil, types.ErrNoResult},
		"fails: another's request":   {f.bob, good, nil, types.ErrForeignResult},
		"fails: another model":       {f.alice, final(modelID+1, 2, 4), nil, types.ErrForeignResult},
		"fails: version not allowed": {f.alice, final(modelID, 1, 5), nil, types.ErrVersionNotAllowed},
		"fails: foreign content":     {f.alice, good, output(4), types.ErrContentMismatch},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			refused(t, f, tc.want, func(ctx sdk.Context) error {
				_, err := f.k.MintFromResult(ctx, tc.minter, c, tc.request, tc.content)
				return err
			})
		})
	}
}
