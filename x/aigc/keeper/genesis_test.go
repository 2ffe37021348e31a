package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc"
	"github.com/imochain/imod/x/aigc/settlement"
	"github.com/imochain/imod/x/aigc/types"
)

// populate leaves something of every kind in the state.
func populate(t require.TestingT, f *fixture) (collection uint64, pending string) {
	c := f.createCollection(t, nil)
	f.createCollection(t, func(m *types.MsgCreateCollection) { m.Versions = []uint32{1, 2} })
	first := f.finalToken(t, c, 1)
	for seed := uint64(2); seed < 8; seed++ {
		f.finalToken(t, c, seed)
	}
	require.NoError(t, f.k.Burn(f.ctx, f.alice, c, first))
	at := func(i uint64) types.TokenID {
		id, err := f.k.TokenByIndex(f.ctx, c, i)
		require.NoError(t, err)
		return id
	}
	require.NoError(t, f.k.TransferFrom(f.ctx, f.alice, f.alice, f.bob, c, at(1)))
	require.NoError(t, f.k.Approve(f.ctx, f.alice, f.carol, c, at(2)))
	require.NoError(t, f.k.SetApprovalForAll(f.ctx, f.bob, f.carol, c, true))
	require.NoError(t, f.k.SetApprovalForAll(f.ctx, f.alice, f.carol, c, true))
	sold := at(3)
	f.list(t, c, sold, coin(1_000))
	f.block(f.creator)
	require.NoError(t, f.k.Buy(f.ctx, f.carol, c, sold, coin(1_000)))
	require.NoError(t, f.k.List(f.ctx, f.carol, c, sold, sdk.NewInt64Coin(usd, 50)))
	minted := f.mint(t, c, 90)
	f.oracle.finish(f.ctx, minted.RequestId, output(90))
	_, err := f.k.Settle(f.ctx, f.bob, c, tokenID(t, minted.TokenId), output(90))
	require.NoError(t, err)
	return c, f.mint(t, c, 91).TokenId
}

// TestImportExport: export, import, export gives the same bytes, and life goes on.
func TestImportExport(t *testing.T) {
	f := newFixture(t)
	c, pending := populate(t, f)
	f.invariants(t)
	module := aigc.NewAppModule(f.k)
	first := module.ExportGenesis(f.ctx, f.encoding.Codec)
	require.NoError(t, module.ValidateGenesis(f.encoding.Codec, nil, first))

	g := newFixture(t)
	for _, escrow := range []uint64{c, c + 1} { // the bank's state is imported by the bank
		if coins := f.bank.GetAllBalances(f.ctx, types.EscrowAddress(escrow)); !coins.IsZero() {
			g.fund(t, types.EscrowAddress(escrow), coins)
		}
	}
	imported := aigc.NewAppModule(g.k)
	imported.InitGenesis(g.ctx, g.encoding.Codec, first)
	second := imported.ExportGenesis(g.ctx, g.encoding.Codec)
	require.Equal(t, string(first), string(second))
	g.invariants(t)

	g.oracle.requests, g.oracle.last = f.oracle.requests, f.oracle.last
	g.fund(t, oracleEscrow, sdk.NewCoins(coin(networkFee+modelPrice)))
	id := tokenID(t, pending)
	token, err := g.k.Token(g.ctx, c, id)
	require.NoError(t, err)
	g.oracle.finish(g.ctx, token.RequestId, output(91))
	_, err = g.k.Settle(g.ctx, g.bob, c, id, nil)
	require.NoError(t, err, "a token that was pending is settled after the import")
	_, err = g.k.Withdraw(g.ctx, g.creator, g.creator, c)
	require.NoError(t, err, "credits are paid after the import")
	require.Equal(t, uint64(3), g.createCollection(t, nil), "ids go on")
	g.endBlock(t)
	require.Positive(t, g.has(poolAccount), "royalty that was due is paid after the import")
	g.invariants(t)
}

func TestDefaultGenesis(t *testing.T) {
	f := newFixture(t)
	module := aigc.NewAppModule(f.k)
	raw := module.DefaultGenesis(f.encoding.Codec)
	require.NoError(t, module.ValidateGenesis(f.encoding.Codec, nil, raw))
	require.JSONEq(t, `{"params":{"allowed_denoms":["aimo"],"protocol_fee_bps":100,"max_royalty_bps":5000,
		"deposit_per_byte":{"denom":"aimo","amount":"10000000000000"},"max_content_bytes":65536,
		"open_collections":false,"paused":false,"commit_blocks":100,
		"commit_deposit":{"denom":"aimo","amount":"10000000000000000"},
		"report_bond":{"denom":"aimo","amount":"1000000000000000000"},"report_blocks":1200000,"moderators":[]},"last_collection_id":"0","collections":[],"tokens":[],"operators":[],"credits":[],"incomes":[],"offers":[],"trades":[],"commitments":[],"reports":[],"unlogged":[]}`, string(raw))
	require.Error(t, module.ValidateGenesis(f.encoding.Codec, nil, []byte(`{"unknown":1}`)))
}

// TestGenesisRefuses takes a good state and breaks one thing at a time.
func TestGenesisRefuses(t *testing.T) {
	f := newFixture(t)
	populate(t, f)
	good, err := f.k.ExportGenesis(f.ctx)
	require.NoError(t, err)
	find := func(gs *types.GenesisState, match func(types.GenesisToken) bool) *types.GenesisToken {
		for i := range gs.Tokens {
			if match(gs.Tokens[i]) {
				return &gs.Tokens[i]
			}
		}
		t.Fatal("the good state lacks a kind of token")
		return nil
	}
	final := func(g types.GenesisToken) bool { return g.Token.Status == types.TOKEN_STATUS_FINAL && g.Listing == nil }
	pending := func(g types.GenesisToken) bool { return g.Token.Status == types.TOKEN_STATUS_PENDING }
	burnt := func(g types.GenesisToken) bool { return g.Token.Status == types.TOKEN_STATUS_BURNT }
	listed := func(g types.GenesisToken) bool { return g.Listing != nil }
	stored := func(g types.GenesisToken) bool { return len(g.Content) > 0 }
	type state = types.GenesisState
	cases := map[string]struct {
		want    string
		breakIt func(*state)
	}{
		"bad params":             {"allowed denoms", func(gs *state) { gs.Params.AllowedDenoms = nil }},
		"collection above last":  {"ids must ascend", func(gs *state) { gs.LastCollectionId = 1 }},
		"collection twice":       {"ids must ascend", func(gs *state) { gs.Collections[1].Id = 1 }},
		"collection 0":           {"ids must ascend", func(gs *state) { gs.Collections[0].Id = 0 }},
		"no creator":             {"no creator", func(gs *state) { gs.Collections[0].Creator = "" }},
		"bad collection":         {"name of 0", func(gs *state) { gs.Collections[0].Name = "" }},
		"more than the limit":    {"more tokens than its limit", func(gs *state) { gs.Collections[0].SupplyLimit = 1 }},
		"token of no collection": {"does not exist", func(gs *state) { gs.Tokens[0].Token.CollectionId = 9 }},
		"tokens out of order":    {"must ascend", func(gs *state) { gs.Tokens[0], gs.Tokens[1] = gs.Tokens[1], gs.Tokens[0] }},
		"token twice":            {"must ascend", func(gs *state) { gs.Tokens[1] = gs.Tokens[0] }},
		"short id":               {"want 32 bytes", func(gs *state) { gs.Tokens[0].Token.TokenId = []byte{1} }},
		"no minter":              {"no minter", func(gs *state) { gs.Tokens[0].Token.Minter = "" }},
		"unknown status":         {"status 7 is unknown", func(gs *state) { find(gs, final).Token.Status = 7 }},
		"no owner":               {"owner or provenance", func(gs *state) { find(gs, final).Ownership = nil }},
		"no provenance":          {"owner or provenance", func(gs *state) { find(gs, final).Token.Provenance = nil }},
		"other prompt":           {"not the hash", func(gs *state) { find(gs, final).Token.Provenance.Seed++ }},
		"version 0":              {"version 0", func(gs *state) { find(gs, final).Token.Provenance.Version = 0 }},
		"final without result":   {"provenance does not go", func(gs *state) { find(gs, final).Token.Provenance.OutputRoot = nil }},
		"final with escrow":      {"escrowed price", func(gs *state) { c := coin(1); find(gs, final).Token.Escrowed = &c }},
		"pending without escrow": {"escrowed price", func(gs *state) { find(gs, pending).Token.Escrowed = nil }},
		"pending with content": {"do not go together", func(gs *state) {
			g := find(gs, pending)
			g.Content, g.Token.Deposit = []byte{1}, &types.StorageDeposit{Payer: "a"}
		}},
		"pending with listing":     {"listing by somebody else", func(gs *state) { g := find(gs, pending); g.Listing = &types.Listing{Seller: g.Ownership.Owner} }},
		"burnt with owner":         {"keeps nothing", func(gs *state) { find(gs, burnt).Ownership = &types.Ownership{Owner: "a"} }},
		"content without deposit":  {"do not go together", func(gs *state) { find(gs, stored).Token.Deposit = nil }},
		"deposit without payer":    {"no payer", func(gs *state) { find(gs, stored).Token.Deposit = &types.StorageDeposit{} }},
		"listed by a stranger":     {"listing by somebody else", func(gs *state) { find(gs, listed).Listing.Seller = "somebody" }},
		"position taken":           {"position is taken", func(gs *state) { find(gs, final).Ownership.Position = find(gs, pending).Ownership.Position }},
		"gap in positions":         {"gaps", func(gs *state) { find(gs, final).Ownership.Position = 1_000 }},
		"gap in owner's positions": {"gaps", func(gs *state) { find(gs, final).Ownership.OwnerPosition = 1_000 }},
		"operator of nothing":      {"does not exist", func(gs *state) { gs.Operators[0].CollectionId = 9 }},
		"operator twice":           {"listed twice", func(gs *state) { gs.Operators[1] = gs.Operators[0] }},
		"operator is nobody":       {"incomplete", func(gs *state) { gs.Operators[0].Operator = "" }},
		"credit of nothing":        {"does not exist", func(gs *state) { gs.Credits[0].CollectionId = 9 }},
		"credit of zero":           {"not an amount", func(gs *state) { gs.Credits[0].Amount = coin(0) }},
		"credit without denom":     {"not an amount", func(gs *state) { gs.Credits[0].Amount = sdk.Coin{} }},
		"credit twice":             {"listed twice", func(gs *state) { gs.Credits = append(gs.Credits, gs.Credits[0]) }},
		"income of nothing":        {"does not exist", func(gs *state) { gs.Incomes[0].CollectionId = 9 }},
		"income of zero":           {"income of", func(gs *state) { gs.Incomes[0].Amount = coin(0) }},
		"income before time":       {"income of", func(gs *state) { gs.Incomes[0].DueHeight = -1 }},
		"income twice":             {"must ascend", func(gs *state) { gs.Incomes = append(gs.Incomes, gs.Incomes[0]) }},
		"negative price":           {"negative coin amount", func(gs *state) { find(gs, listed).Listing.Price.Amount = math.NewInt(-1) }},
		"price above 2^120":        {"between 0 and 2^120", func(gs *state) { find(gs, listed).Listing.Price.Amount = settlement.MaxPrice().AddRaw(1) }},
		"fee above its bound":      {"protocol fee", func(gs *state) { find(gs, listed).Listing.ProtocolFeeBps = 1_001 }},
		"unlogged of nothing":      {"does not exist", func(gs *state) { gs.Unlogged[0].CollectionId = 9 }},
		"unlogged twice":           {"tokens must ascend", func(gs *state) { gs.Unlogged[1] = gs.Unlogged[0] }},
		"unlogged and nothing due": {"nothing is due", func(gs *state) { gs.Unlogged[0].Unlogged = types.Unlogged{Owner: ownerOf(gs, gs.Unlogged[0].TokenId)} }},
		"unlogged short id":        {"want 32 bytes", func(gs *state) { gs.Unlogged[0].TokenId = []byte{1} }},
		"unlogged result while pending": {"no such content", func(gs *state) {
			for i := range gs.Unlogged {
				gs.Unlogged[i].Unlogged.Result = true
			}
		}},
		"unlogged owner is no address": {"invalid address", func(gs *state) { gs.Unlogged[0].Unlogged.Owner = "somebody" }},
		"owner is no address":          {"invalid address", func(gs *state) { g := find(gs, pending); g.Ownership.Owner, g.Ownership.OwnerPosition = "somebody", 0 }},
	}
	for name, tc := range cases {
		t.Run("fails: "+name, func(t *testing.T) {
			bz, err := good.Marshal()
			require.NoError(t, err)
			var gs types.GenesisState
			require.NoError(t, gs.Unmarshal(bz))
			tc.breakIt(&gs)
			fresh := newFixture(t)
			require.ErrorContains(t, fresh.k.InitGenesis(fresh.ctx, &gs), tc.want)
		})
	}
	require.NoError(t, good.Validate())
}

// ownerOf is the owner of a token in a state, empty if it has none.
func ownerOf(gs *types.GenesisState, id []byte) string {
	for _, g := range gs.Tokens {
		if string(g.Token.TokenId) == string(id) && g.Ownership != nil {
			return g.Ownership.Owner
		}
	}
	return ""
}
