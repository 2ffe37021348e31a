package keeper_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

func TestCreateCollection(t *testing.T) {
	f := newFixture(t)
	before := f.has(f.creator)
	resp, err := f.msgs.CreateCollection(f.ctx, f.collectionMsg(func(m *types.MsgCreateCollection) {
		m.Versions = []uint32{0}
		m.SupplyLimit = 5
	}))
	require.NoError(t, err)
	require.Equal(t, uint64(1), resp.CollectionId)
	require.Equal(t, "0x2518e038b9776057bba6df4f0000000000000001", resp.Contract)
	require.Equal(t, before, f.has(f.creator), "making a collection moves no coins")
	require.Equal(t, []uint64{1}, f.hooks.seen)

	c, err := f.k.Collection(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, types.Collection{
		Id: 1, Creator: f.text(f.creator), ModelId: modelID, Name: "Circles", Symbol: "CRC",
		RoyaltyPoolBps: 500, RoyaltyCreatorBps: 250, SupplyLimit: 5, MintPrice: coin(1_000),
		MintPolicy: types.MINT_POLICY_ANYONE, CreatedHeight: 10,
	}, c)
	made := events[*types.EventCollectionCreated](t, f)
	require.Len(t, made, 1)
	require.Equal(t, types.EventCollectionCreated{
		CollectionId: 1, ModelId: modelID, Creator: f.text(f.creator), Contract: resp.Contract,
	}, *made[0])

	require.Equal(t, uint64(2), f.createCollection(t, nil), "ids count from 1 without gaps")
	f.invariants(t)
}

func TestCreateCollectionRefuses(t *testing.T) {
	type change = func(*types.MsgCreateCollection)
	cases := map[string]struct {
		change change
		want   error
	}{
		"fails: not the model's creator":   {func(m *types.MsgCreateCollection) { m.Creator = mustText(person(2)) }, types.ErrNotCreator},
		"fails: 32-byte creator":           {func(m *types.MsgCreateCollection) { m.Creator = mustText(make([]byte, 32)) }, types.ErrInvalidAddress},
		"fails: reserved creator":          {func(m *types.MsgCreateCollection) { m.Creator = mustText(imotypes.TokenAddress(1)) }, types.ErrInvalidRecipient},
		"fails: no address":                {func(m *types.MsgCreateCollection) { m.Creator = "somebody" }, types.ErrInvalidAddress},
		"fails: unknown model":             {func(m *types.MsgCreateCollection) { m.ModelId = 77 }, imotypes.ErrModelNotFound},
		"fails: model 0":                   {func(m *types.MsgCreateCollection) { m.ModelId = 0 }, types.ErrInvalidCollection},
		"fails: no name":                   {func(m *types.MsgCreateCollection) { m.Name = "" }, types.ErrInvalidCollection},
		"fails: long name":                 {func(m *types.MsgCreateCollection) { m.Name = strings.Repeat("a", 65) }, types.ErrInvalidCollection},
		"fails: name with a newline":       {func(m *types.MsgCreateCollection) { m.Name = "a\nb" }, types.ErrInvalidCollection},
		"fails: look-alike letters":        {func(m *types.MsgCreateCollection) { m.Name = "Сircles" }, types.ErrInvalidCollection},
		"fails: name padded":               {func(m *types.MsgCreateCollection) { m.Name = "Circles " }, types.ErrInvalidCollection},
		"fails: no symbol":                 {func(m *types.MsgCreateCollection) { m.Symbol = "" }, types.ErrInvalidCollection},
		"fails: symbol with a dash":        {func(m *types.MsgCreateCollection) { m.Symbol = "A-B" }, types.ErrInvalidCollection},
		"fails: long symbol":               {func(m *types.MsgCreateCollection) { m.Symbol = strings.Repeat("A", 17) }, types.ErrInvalidCollection},
		"fails: versions descend":          {func(m *types.MsgCreateCollection) { m.Versions = []uint32{2, 1} }, types.ErrInvalidCollection},
		"fails: version twice":             {func(m *types.MsgCreateCollection) { m.Versions = []uint32{1, 1} }, types.ErrInvalidCollection},
		"fails: version 0 among others":    {func(m *types.MsgCreateCollection) { m.Versions = []uint32{0, 1} }, types.ErrInvalidCollection},
		"fails: too many versions":         {func(m *types.MsgCreateCollection) { m.Versions = ascending(17) }, types.ErrInvalidCollection},
		"fails: royalty over 100 %":        {func(m *types.MsgCreateCollection) { m.RoyaltyPoolBps = 9_751 }, types.ErrInvalidCollection},
		"fails: royalty wraps around":      {func(m *types.MsgCreateCollection) { m.RoyaltyPoolBps, m.RoyaltyCreatorBps = 1<<31, 1<<31 }, types.ErrInvalidCollection},
		"fails: mint price in other denom": {func(m *types.MsgCreateCollection) { m.MintPrice = sdk.NewInt64Coin("uatom", 1) }, types.ErrInvalidPrice},
		"fails: no mint price":             {func(m *types.MsgCreateCollection) { m.MintPrice = sdk.Coin{} }, types.ErrInvalidCollection},
		"fails: negative mint price":       {func(m *types.MsgCreateCollection) { m.MintPrice = sdk.Coin{Denom: denom, Amount: math.NewInt(-1)} }, types.ErrInvalidCollection},
		"fails: mint price over 2^120":     {func(m *types.MsgCreateCollection) { m.MintPrice = sdk.NewCoin(denom, settlement.MaxPrice().AddRaw(1)) }, types.ErrInvalidCollection},
		"fails: unknown policy":            {func(m *types.MsgCreateCollection) { m.MintPolicy = 9 }, types.ErrInvalidCollection},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			_, err := f.msgs.CreateCollection(f.ctx, f.collectionMsg(tc.change))
			require.ErrorIs(t, err, tc.want)
			require.Empty(t, f.hooks.seen)
		})
	}
}

func TestCreateCollectionFollowsParams(t *testing.T) {
	f := newFixture(t)
	f.setParams(t, func(p *types.Params) { p.MaxRoyaltyBps = 749 })
	_, err := f.msgs.CreateCollection(f.ctx, f.collectionMsg(nil))
	require.ErrorIs(t, err, types.ErrInvalidCollection)

	f.setParams(t, func(p *types.Params) { p.MaxRoyaltyBps, p.OpenCollections = 750, true })
	id := f.createCollection(t, func(m *types.MsgCreateCollection) { m.Creator = f.text(f.alice) })
	c, err := f.k.Collection(f.ctx, id)
	require.NoError(t, err)
	require.Equal(t, f.text(f.alice), c.Creator)

	f.block(f.alice)
	_, err = f.msgs.CreateCollection(f.ctx, f.collectionMsg(func(m *types.MsgCreateCollection) { m.Creator = f.text(f.alice) }))
	require.ErrorIs(t, err, types.ErrInvalidRecipient)
}

func TestCreateCollectionHookCanRefuse(t *testing.T) {
	f := newFixture(t)
	f.hooks.err = errors.New("no stub")
	_, err := f.msgs.CreateCollection(f.ctx, f.collectionMsg(nil))
	require.ErrorIs(t, err, f.hooks.err)
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	params := types.DefaultParams()
	params.ProtocolFeeBps = 7
	params.Moderators = []string{f.text(f.bob)}
	_, err := f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.text(f.alice), Params: params})
	require.ErrorIs(t, err, sdkerrors.ErrUnauthorized)

	bad := params
	bad.ProtocolFeeBps = 1_001
	_, err = f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: bad})
	require.ErrorIs(t, err, types.ErrInvalidParams)

	bad = params
	bad.Moderators = []string{"nobody"}
	_, err = f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: bad})
	require.ErrorIs(t, err, types.ErrInvalidAddress)

	_, err = f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: params})
	require.NoError(t, err)
	got, err := f.k.Params(f.ctx)
	require.NoError(t, err)
	require.Equal(t, params, got)
	require.Equal(t, params, events[*types.EventParamsUpdated](t, f)[0].Params)
}

func TestRoyaltyInfo(t *testing.T) {
	f := newFixture(t)
	both := f.createCollection(t, nil)
	creatorOnly := f.createCollection(t, func(m *types.MsgCreateCollection) { m.RoyaltyPoolBps = 0 })

	royalty, err := f.k.RoyaltyInfo(f.ctx, both, math.NewInt(10_001))
	require.NoError(t, err)
	require.Equal(t, int64(500+250), royalty.Amount.Int64())
	require.Equal(t, imotypes.TokenAddress(modelID), royalty.Receiver, "the token's native income reaches the holders")

	f.models.hasToken = false
	royalty, err = f.k.RoyaltyInfo(f.ctx, both, math.NewInt(10_000))
	require.NoError(t, err)
	require.Equal(t, f.creator, royalty.Receiver)

	f.models.hasToken = true
	royalty, err = f.k.RoyaltyInfo(f.ctx, creatorOnly, math.NewInt(10_000))
	require.NoError(t, err)
	require.Equal(t, f.creator, royalty.Receiver)
	require.Equal(t, int64(250), royalty.Amount.Int64())

	largest := math.NewIntFromBigInt(new(bigInt).Sub(new(bigInt).Lsh(one, 256), one))
	royalty, err = f.k.RoyaltyInfo(f.ctx, both, largest)
	require.NoError(t, err, "ERC-2981 asks with any uint256")
	want := new(bigInt).Mul(largest.BigInt(), newBig(500))
	want.Div(want, newBig(10_000))
	rest := new(bigInt).Mul(largest.BigInt(), newBig(250))
	want.Add(want, rest.Div(rest, newBig(10_000)))
	require.Equal(t, want.String(), royalty.Amount.String())

	_, err = f.k.RoyaltyInfo(f.ctx, 9, math.OneInt())
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
	_, err = f.k.RoyaltyInfo(f.ctx, both, math.NewInt(-1))
	require.ErrorIs(t, err, types.ErrInvalidPrice)
}

func ascending(n uint32) []uint32 {
	var out []uint32
	for i := uint32(1); i <= n; i++ {
		out = append(out, i)
	}
	return out
}
