package keeper_test

import (
	"encoding/hex"
	"flag"
	"math/big"
	"os"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/address"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"

	"github.com/imochain/imod/x/aigc"
	"github.com/imochain/imod/x/aigc/keeper"
	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const (
	denom         = "aimo"
	usd           = "uusd"
	prefix        = "imo"
	modelID       = uint64(3)
	networkFee    = 100
	modelPrice    = 40
	commitDeposit = 13
	funds         = 1_000_000_000_000_000_000
)

// TestMain fixes what rapid does, unless the command line says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	set := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { set[f.Name] = true })
	defaults := map[string]string{"rapid.seed": "7641", "rapid.checks": "1000"}
	if testing.Short() {
		defaults["rapid.checks"] = "50"
	}
	for name, value := range defaults {
		if set[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

type fixture struct {
	ctx       sdk.Context
	k         *keeper.Keeper
	msgs      types.MsgServer
	queries   types.QueryServer
	bank      bankkeeper.BaseKeeper
	models    *fakeModels
	community *fakeCommunity
	oracle    *fakeOracle
	faults    *faults
	hooks     *fakeHooks
	codec     address.Codec
	blocked   map[string]bool
	encoding  moduletestutil.TestEncodingConfig

	creator, alice, bob, carol sdk.AccAddress
	authority                  string
}

// newFixture has real accounts and balances, a fake oracle that keeps its money, a
// fake registry with one servable model, and four people with funds.
func newFixture(t require.TestingT) *fixture {
	f := &fixture{
		codec:    addresscodec.NewBech32Codec(prefix),
		blocked:  map[string]bool{},
		encoding: moduletestutil.MakeTestEncodingConfig(auth.AppModuleBasic{}, bank.AppModuleBasic{}, aigc.AppModule{}),
		creator:  person(1), alice: person(2), bob: person(3), carol: person(4),
	}
	keys := storetypes.NewKVStoreKeys(authtypes.StoreKey, banktypes.StoreKey, types.StoreKey)
	stores := store.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger())
	for _, key := range keys {
		stores.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, stores.LoadLatestVersion())
	f.ctx = sdk.NewContext(stores, cmtproto.Header{Height: 10, ChainID: "imo-local-1"}, false, log.NewNopLogger())
	f.authority = f.text(person(99))

	permissions := map[string][]string{minttypes.ModuleName: {authtypes.Minter}}
	accounts := authkeeper.NewAccountKeeper(f.encoding.Codec, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, permissions, f.codec, prefix, f.authority)
	require.NoError(t, accounts.Params.Set(f.ctx, authtypes.DefaultParams()))
	f.bank = bankkeeper.NewBaseKeeper(f.encoding.Codec, runtime.NewKVStoreService(keys[banktypes.StoreKey]),
		accounts, f.blocked, f.authority, log.NewNopLogger())
	require.NoError(t, f.bank.SetParams(f.ctx, banktypes.DefaultParams()))

	f.community = &fakeCommunity{bank: f.bank}
	f.models = newFakeModels(f.bank, f.creator)
	f.oracle = newFakeOracle(f.bank, f.codec)
	f.hooks = &fakeHooks{}
	f.faults = &faults{}
	service := faultyService{runtime.NewKVStoreService(keys[types.StoreKey]), f.faults}
	f.k = keeper.NewKeeper(f.encoding.Codec, service, f.codec, faultyBank{f.bank, f.faults},
		f.community, f.models, f.oracle, f.authority)
	f.k.SetHooks(f.hooks)
	f.msgs, f.queries = keeper.NewMsgServer(f.k), keeper.NewQueryServer(f.k)

	genesis := types.DefaultGenesis()
	genesis.Params.AllowedDenoms = []string{denom, usd}
	genesis.Params.MaxRoyaltyBps = 10_000
	genesis.Params.DepositPerByte = sdk.NewInt64Coin(denom, 7)
	genesis.Params.CommitDeposit = sdk.NewInt64Coin(denom, commitDeposit)
	genesis.Params.ReportBond = sdk.NewInt64Coin(denom, reportBond)
	require.NoError(t, f.k.InitGenesis(f.ctx, genesis))
	for _, who := range []sdk.AccAddress{f.creator, f.alice, f.bob, f.carol} {
		f.fund(t, who, sdk.NewCoins(sdk.NewInt64Coin(denom, funds), sdk.NewInt64Coin(usd, funds)))
	}
	return f
}

func person(n byte) sdk.AccAddress {
	addr := make([]byte, 20)
	for i := range addr {
		addr[i] = n
	}
	return addr
}

func (f *fixture) text(addr sdk.AccAddress) string {
	out, err := f.codec.BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return out
}

func (f *fixture) fund(t require.TestingT, who sdk.AccAddress, coins sdk.Coins) {
	require.NoError(t, f.bank.MintCoins(f.ctx, minttypes.ModuleName, coins))
	require.NoError(t, f.bank.SendCoinsFromModuleToAccount(f.ctx, minttypes.ModuleName, who, coins))
}

// has is an account's balance in the base denom.
func (f *fixture) has(who sdk.AccAddress) int64 {
	return f.bank.GetBalance(f.ctx, who, denom).Amount.Int64()
}

// spent is what an account has less than at the start, in the base denom.
func (f *fixture) spent(who sdk.AccAddress) int64 { return funds - f.has(who) }

// events returns the typed events of one kind emitted so far, decoded.
func events[T proto.Message](t require.TestingT, f *fixture) []T {
	var out []T
	for _, event := range f.ctx.EventManager().ABCIEvents() {
		message, err := sdk.ParseTypedEvent(event)
		if err != nil {
			continue // bank's own events are not typed
		}
		if typed, ok := message.(T); ok {
			out = append(out, typed)
		}
	}
	return out
}

func (f *fixture) clearEvents() { f.ctx = f.ctx.WithEventManager(sdk.NewEventManager()) }

// collectionMsg is a valid message; change is applied before it is sent.
func (f *fixture) collectionMsg(change func(*types.MsgCreateCollection)) *types.MsgCreateCollection {
	msg := &types.MsgCreateCollection{
		Creator: f.text(f.creator), ModelId: modelID, Name: "Circles", Symbol: "CRC",
		RoyaltyPoolBps: 500, RoyaltyCreatorBps: 250, MintPrice: sdk.NewInt64Coin(denom, 1_000),
	}
	if change != nil {
		change(msg)
	}
	return msg
}

func (f *fixture) createCollection(t require.TestingT, change func(*types.MsgCreateCollection)) uint64 {
	resp, err := f.msgs.CreateCollection(f.ctx, f.collectionMsg(change))
	require.NoError(t, err)
	return resp.CollectionId
}

// mint makes a pending token of alice's.
func (f *fixture) mint(t require.TestingT, collection uint64, seed uint64) *types.MsgMintResponse {
	resp, err := f.msgs.Mint(f.ctx, f.mintMsg(f.alice, collection, seed))
	require.NoError(t, err)
	return resp
}

func (f *fixture) mintMsg(minter sdk.AccAddress, collection, seed uint64) *types.MsgMint {
	return &types.MsgMint{
		Minter: f.text(minter), CollectionId: collection, Seed: seed, Input: []byte("a red circle"),
		MaxFee: sdk.NewCoins(sdk.NewInt64Coin(denom, networkFee+modelPrice)),
	}
}

// output is the content that the fake oracle's model makes for a seed.
func output(seed uint64) []byte { return append([]byte("pixels of seed "), byte(seed)) }

// finalToken mints for alice, finalises the request and settles.
func (f *fixture) finalToken(t require.TestingT, collection, seed uint64) types.TokenID {
	resp := f.mint(t, collection, seed)
	f.oracle.finish(f.ctx, resp.RequestId, output(seed))
	_, err := f.msgs.Settle(f.ctx, &types.MsgSettle{Sender: f.text(f.carol), CollectionId: collection, TokenId: resp.TokenId})
	require.NoError(t, err)
	return tokenID(t, resp.TokenId)
}

func tokenID(t require.TestingT, text string) types.TokenID {
	id, err := types.ParseTokenID(text)
	require.NoError(t, err)
	return id
}

func (f *fixture) list(t require.TestingT, collection uint64, id types.TokenID, price sdk.Coin) {
	_, err := f.msgs.List(f.ctx, &types.MsgList{
		Owner: f.text(f.alice), CollectionId: collection, TokenId: id.String(), Price: price,
	})
	require.NoError(t, err)
}

func (f *fixture) setParams(t require.TestingT, change func(*types.Params)) {
	params, err := f.k.Params(f.ctx)
	require.NoError(t, err)
	change(&params)
	_, err = f.msgs.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: params})
	require.NoError(t, err)
}

// block makes the bank refuse an account, as it does module accounts; unblock undoes it.
func (f *fixture) block(who sdk.AccAddress)   { f.blocked[who.String()] = true }
func (f *fixture) unblock(who sdk.AccAddress) { delete(f.blocked, who.String()) }

func (f *fixture) invariants(t require.TestingT) {
	require.NoError(t, f.k.Invariants(f.ctx))
}

func coin(amount int64) sdk.Coin { return sdk.NewCoin(denom, math.NewInt(amount)) }

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func mustText(addr sdk.AccAddress) string {
	out, err := addresscodec.NewBech32Codec(prefix).BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return out
}

// Shorthands for numbers beyond 2^120.
type bigInt = big.Int

var one = big.NewInt(1)

func newBig(n int64) *big.Int { return big.NewInt(n) }

// ask makes an oracle request outside of any collection.
func (f *fixture) ask(t require.TestingT, who sdk.AccAddress, model uint64, version uint32, seed uint64) oracletypes.Request {
	request, err := f.oracle.CreateRequest(f.ctx, oracletypes.NewRequest{
		Requester: who, Payer: who, ModelID: model, Version: version, Input: []byte("a blue square"), Seed: seed,
		MaxFee: sdk.NewCoins(coin(networkFee + modelPrice)),
	})
	require.NoError(t, err)
	return request
}

// drain leaves an account with so much of the base denom.
func (f *fixture) drain(t require.TestingT, who sdk.AccAddress, leave int64) {
	require.NoError(t, f.bank.SendCoins(f.ctx, who, person(250), sdk.NewCoins(coin(f.has(who)-leave))))
}

// refused runs an action that must fail with want on a branch that is dropped, as
// a failing transaction's is.
func refused(t require.TestingT, f *fixture, want error, action func(sdk.Context) error) {
	branch, _ := f.ctx.CacheContext()
	require.ErrorIs(t, action(branch), want)
}

// endBlock runs the module's block code and goes on to the next block.
func (f *fixture) endBlock(t require.TestingT) {
	require.NoError(t, f.k.EndBlock(f.ctx))
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
}
