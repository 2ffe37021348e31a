package keeper_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/store"
	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storev2 "github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/x/revshare"
	"github.com/imochain/imod/x/revshare/keeper"
	"github.com/imochain/imod/x/revshare/types"
)

const (
	share  = "model-7"
	aimo   = "aimo"
	usdc   = "ibc/USDC"
	weth   = "weth"
	issuer = "imo"    // the module account that mints; excluded from revenue
	faucet = "faucet" // mints revenue coins
	blocks = 10       // of an epoch
	parts  = 4        // of a drip
)

// tester is what testing.T, testing.B and rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
}

// fixture is the keeper on a real store with the real auth and bank keepers; only what
// lies in other modules is faked, and the fakes keep balances of their own kind.
type fixture struct {
	t      tester
	ctx    sdk.Context
	keeper *keeper.Keeper
	bank   bankkeeper.BaseKeeper
	auth   authkeeper.AccountKeeper
	msg    types.MsgServer
	query  types.QueryServer
	module revshare.AppModule
	enc    moduletestutil.TestEncodingConfig
	lazy   *lazyShares
	escrow *transfers
	code   contracts
	ops    *operations

	blocked map[string]bool
}

// lazyShares stands for x/imo.
type lazyShares struct {
	amount map[string]math.Int
	since  map[string]uint64
}

func (l *lazyShares) LazyShares(_ context.Context, denom string, account sdk.AccAddress) (math.Int, uint64, error) {
	if a, ok := l.amount[string(account)]; ok && denom == share {
		return a, l.since[string(account)], nil
	}
	return math.ZeroInt(), 0, nil
}

func (l *lazyShares) VirtualTotal(_ context.Context, denom string) (math.Int, error) {
	sum := math.ZeroInt()
	for _, a := range l.amount {
		if denom == share {
			sum = sum.Add(a)
		}
	}
	return sum, nil
}

// transfers stands for IBC transfer: it escrows as ibc-go does, send first, total after.
type transfers struct {
	bank  bankkeeper.BaseKeeper
	total map[string]math.Int
}

func (x *transfers) GetTotalEscrowForDenom(_ sdk.Context, denom string) sdk.Coin {
	if a, ok := x.total[denom]; ok {
		return sdk.Coin{Denom: denom, Amount: a}
	}
	return sdk.NewInt64Coin(denom, 0)
}

func (x *transfers) out(ctx context.Context, from, escrow sdk.AccAddress, coin sdk.Coin) error {
	if err := x.bank.SendCoins(ctx, from, escrow, sdk.NewCoins(coin)); err != nil {
		return err
	}
	x.total[coin.Denom] = x.GetTotalEscrowForDenom(sdk.Context{}, coin.Denom).Amount.Add(coin.Amount)
	return nil
}

func (x *transfers) back(ctx context.Context, escrow, to sdk.AccAddress, coin sdk.Coin) error {
	if err := x.bank.SendCoins(ctx, escrow, to, sdk.NewCoins(coin)); err != nil {
		return err
	}
	x.total[coin.Denom] = x.total[coin.Denom].Sub(coin.Amount)
	return nil
}

type contracts map[string]bool

func (c contracts) HasCode(_ context.Context, addr sdk.AccAddress) bool { return c[string(addr)] }

var (
	tokenPrefix   = []byte{0xd2, 0x5d, 0x71, 0x34, 0xe5, 0x5a, 0x6d, 0x5b, 0x23, 0xef, 0xba, 0x78}
	escrowAccount = sdk.AccAddress(bytes.Repeat([]byte{0xee}, 20))
)

func tokenAddress(denom string) (sdk.AccAddress, bool) {
	id, err := strconv.ParseUint(strings.TrimPrefix(denom, "model-"), 10, 64)
	if err != nil || !strings.HasPrefix(denom, "model-") {
		return nil, false
	}
	return binary.BigEndian.AppendUint64(bytes.Clone(tokenPrefix), id), true
}

func reserved(addr sdk.AccAddress) bool { return bytes.HasPrefix(addr, tokenPrefix) }

// account is a 20-byte address that no rule treats specially.
func account(n byte) sdk.AccAddress {
	return sdk.AccAddress(bytes.Repeat([]byte{0x40 + n}, types.AccountLength))
}

// testParams are short epochs, a short drip, no minimum and three revenue denoms.
func testParams() types.Params {
	one := math.OneInt()
	return types.Params{
		EpochBlocks: blocks, DripEpochs: parts, MinEligible: one,
		RevenueDenoms: []types.RevenueDenom{{Denom: aimo, MinDrip: one}, {Denom: usdc, MinDrip: one}, {Denom: weth, MinDrip: one}},
		ClaimableBps:  types.BasisPoints, RedeemCapBps: types.BasisPoints,
	}
}

func newFixture(t tester) *fixture {
	t.Helper()
	return newFixtureWith(t, storetypes.StoreTypeIAVL, types.GenesisState{Params: testParams()})
}

// newContext is a context on a multistore; a plain database in place of the tree is twice
// as fast, which the property test needs.
func newContext(t tester, db dbm.DB, keys map[string]*storetypes.KVStoreKey, kind storetypes.StoreType) sdk.Context {
	cms := storev2.NewCommitMultiStore(db, log.NewNopLogger())
	for _, key := range keys {
		cms.MountStoreWithDB(key, kind, nil) // under a prefix of its own in db
	}
	require.NoError(t, cms.LoadLatestVersion())
	return sdk.NewContext(cms, cmtproto.Header{}, false, log.NewNopLogger())
}

func newFixtureWith(t tester, kind storetypes.StoreType, gs types.GenesisState) *fixture {
	t.Helper()
	return newFixtureOn(t, dbm.NewMemDB(), kind, gs)
}

func newFixtureOn(t tester, db dbm.DB, kind storetypes.StoreType, gs types.GenesisState) *fixture {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(authtypes.StoreKey, banktypes.StoreKey, types.StoreKey)
	enc := moduletestutil.MakeTestEncodingConfig(revshare.AppModule{})
	authtypes.RegisterInterfaces(enc.InterfaceRegistry)
	codec := addresscodec.NewBech32Codec("imo")
	authority, err := codec.BytesToString(authtypes.NewModuleAddress("gov"))
	require.NoError(t, err)
	perms := map[string][]string{
		issuer: {authtypes.Minter, authtypes.Burner}, faucet: {authtypes.Minter, authtypes.Burner}, "gov": nil,
		types.ModuleName: {authtypes.Burner},
	}
	auth := authkeeper.NewAccountKeeper(enc.Codec, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, perms, codec, "imo", authority)
	blocked := map[string]bool{}
	for name := range perms {
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	bank := bankkeeper.NewBaseKeeper(enc.Codec, runtime.NewKVStoreService(keys[banktypes.StoreKey]), auth, blocked, authority, log.NewNopLogger())
	f := &fixture{
		t: t, bank: bank, auth: auth, enc: enc, code: contracts{}, blocked: blocked,
		lazy:   &lazyShares{amount: map[string]math.Int{}, since: map[string]uint64{}},
		escrow: &transfers{bank: bank, total: map[string]math.Int{}},
		ctx:    newContext(t, db, keys, kind),
	}
	f.ops = &operations{inner: runtime.NewKVStoreService(keys[types.StoreKey])}
	f.keeper = keeper.NewKeeper(enc.Codec, f.ops, keeper.Dependencies{
		Bank: bank, Accounts: auth, Transfer: f.escrow, Code: f.code, AddressCodec: codec,
		TokenAddress: tokenAddress, Reserved: reserved, Excluded: []sdk.AccAddress{authtypes.NewModuleAddress(issuer), authtypes.NewModuleAddress(types.ModuleName)},
	}, authority)
	f.keeper.SetLazyShares(f.lazy)
	bank.AppendSendRestriction(f.keeper.SendRestriction)
	f.msg, f.query, f.module = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper), revshare.NewAppModule(f.keeper)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, gs))
	return f
}

// commit writes what was done on the store itself, not on a branch of it, to the database.
func (f *fixture) commit() {
	f.t.Helper()
	db, ok := f.ctx.MultiStore().(storetypes.CommitMultiStore)
	require.True(f.t, ok)
	db.Commit()
}

// branch is the fixture on a branch of its store. Fakes are shared: use one branch at a
// time and reset them, or leave them alone.
func (f *fixture) branch(t tester) *fixture {
	out := *f
	out.t = t
	out.ctx, _ = f.ctx.CacheContext()
	return &out
}

func (f *fixture) resetFakes() {
	clear(f.lazy.amount)
	clear(f.lazy.since)
	clear(f.escrow.total)
	clear(f.code)
}

// epoch moves to the first block of an epoch.
func (f *fixture) epoch(n uint64) {
	f.ctx = f.ctx.WithBlockHeight(int64(n * blocks))
}

func (f *fixture) text(addr sdk.AccAddress) string {
	s, err := addresscodec.NewBech32Codec("imo").BytesToString(addr)
	require.NoError(f.t, err)
	return s
}

// fund mints revenue coins.
func (f *fixture) fund(to sdk.AccAddress, coins ...sdk.Coin) {
	f.t.Helper()
	require.NoError(f.t, f.bank.MintCoins(f.ctx, faucet, sdk.NewCoins(coins...)))
	require.NoError(f.t, f.bank.SendCoins(f.ctx, authtypes.NewModuleAddress(faucet), to, sdk.NewCoins(coins...)))
}

// issue mints shares the way x/imo does: touch, mint into its account, send on.
func (f *fixture) issue(to sdk.AccAddress, amount math.Int) {
	f.t.Helper()
	coins := sdk.NewCoins(sdk.NewCoin(share, amount))
	require.NoError(f.t, f.keeper.Touch(f.ctx, share))
	require.NoError(f.t, f.bank.MintCoins(f.ctx, issuer, coins))
	require.NoError(f.t, f.bank.SendCoins(f.ctx, authtypes.NewModuleAddress(issuer), to, coins))
}

// burn burns shares the way x/imo does.
func (f *fixture) burn(from sdk.AccAddress, amount math.Int) {
	f.t.Helper()
	coins := sdk.NewCoins(sdk.NewCoin(share, amount))
	require.NoError(f.t, f.bank.SendCoins(f.ctx, from, authtypes.NewModuleAddress(issuer), coins))
	require.NoError(f.t, f.keeper.Touch(f.ctx, share))
	require.NoError(f.t, f.bank.BurnCoins(f.ctx, issuer, coins))
}

func (f *fixture) send(from, to sdk.AccAddress, amount int64) {
	f.t.Helper()
	require.NoError(f.t, f.bank.SendCoins(f.ctx, from, to, sdk.NewCoins(sdk.NewInt64Coin(share, amount))))
}

// deposit funds a payer and deposits.
func (f *fixture) deposit(coin sdk.Coin) {
	f.t.Helper()
	payer := account(60)
	f.fund(payer, coin)
	require.NoError(f.t, f.keeper.Deposit(f.ctx, payer, share, coin, types.SourceKind_SOURCE_KIND_INFERENCE))
}

func (f *fixture) balance(addr sdk.AccAddress, denom string) math.Int {
	return f.bank.GetBalance(f.ctx, addr, denom).Amount
}

// check is the invariant of all pools.
func (f *fixture) check() {
	f.t.Helper()
	require.NoError(f.t, f.keeper.CheckInvariants(f.ctx))
}

// pooled is a fixture in epoch 1 with a pool and two holders of 128 and 384.
func pooled(t tester) *fixture {
	f := newFixture(t)
	f.epoch(1)
	require.NoError(t, f.keeper.CreatePool(f.ctx, share))
	f.issue(account(1), math.NewInt(128))
	f.issue(account(2), math.NewInt(384))
	f.epoch(2)
	return f
}

// operations counts what the keeper asks of its own store, and can fail at a chosen one.
type operations struct {
	inner                      store.KVStoreService
	get, has, set, del, ranges int
	failAt, done               int
}

var errStore = errors.New("the store fails")

func (o *operations) reset() { o.get, o.has, o.set, o.del, o.ranges, o.done = 0, 0, 0, 0, 0, 0 }

func (o *operations) counts() [5]int { return [5]int{o.get, o.has, o.set, o.del, o.ranges} }

func (o *operations) count(what *int) error {
	*what++
	o.done++
	if o.done == o.failAt {
		return errStore
	}
	return nil
}

// OpenKVStore opens a counting store.
func (o *operations) OpenKVStore(ctx context.Context) store.KVStore {
	return counted{KVStore: o.inner.OpenKVStore(ctx), o: o}
}

type counted struct {
	store.KVStore
	o *operations
}

func (c counted) Get(key []byte) ([]byte, error) {
	if err := c.o.count(&c.o.get); err != nil {
		return nil, err
	}
	return c.KVStore.Get(key)
}

func (c counted) Has(key []byte) (bool, error) {
	if err := c.o.count(&c.o.has); err != nil {
		return false, err
	}
	return c.KVStore.Has(key)
}

func (c counted) Set(key, value []byte) error {
	if err := c.o.count(&c.o.set); err != nil {
		return err
	}
	return c.KVStore.Set(key, value)
}

func (c counted) Delete(key []byte) error {
	if err := c.o.count(&c.o.del); err != nil {
		return err
	}
	return c.KVStore.Delete(key)
}

func (c counted) Iterator(start, end []byte) (store.Iterator, error) {
	if err := c.o.count(&c.o.ranges); err != nil {
		return nil, err
	}
	return c.KVStore.Iterator(start, end)
}

func (c counted) ReverseIterator(start, end []byte) (store.Iterator, error) {
	if err := c.o.count(&c.o.ranges); err != nil {
		return nil, err
	}
	return c.KVStore.ReverseIterator(start, end)
}

// block makes an address unable to receive, as an upgrade could.
func (f *fixture) block(addr sdk.AccAddress) {
	f.blocked[addr.String()] = true
}
