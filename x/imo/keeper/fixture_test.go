package keeper_test

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/store/v2"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/merkle"
	revsharetypes "github.com/imochain/imod/x/revshare/types"

	"github.com/imochain/imod/x/imo"
	"github.com/imochain/imod/x/imo/keeper"
	"github.com/imochain/imod/x/imo/types"
)

const (
	aimo     = "aimo"
	usdc     = "uusdc"
	faucet   = "faucet"
	saleTime = 1000 * time.Second // length of the sale of goodOffering
	exitTime = 100 * time.Second  // its exit window
)

var begin = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// tester is what testing.T and rapid.T have in common.
type tester interface {
	require.TestingT
	Helper()
}

// fixture is the keeper on a real store with the real auth and bank keepers. Neighbours of our own are faked: they
// move real coins and record what they were told.
type fixture struct {
	t         tester
	ctx       sdk.Context
	keeper    *keeper.Keeper
	bank      bankkeeper.BaseKeeper
	auth      authkeeper.AccountKeeper
	msg       types.MsgServer
	query     types.QueryServer
	module    imo.AppModule
	enc       moduletestutil.TestEncodingConfig
	revshare  *revenue
	proofs    *proofs
	tokens    *tokens
	blocked   map[string]bool
	refused   map[string]bool // accounts whose bank receipts fail, as with a reverting restriction
	contracts contracts
	authority string
}

// revenue stands for x/revshare. Pools keep their coins in an account of their own.
type revenue struct {
	bank bankkeeper.BaseKeeper
	lazy interface {
		LazyShares(ctx context.Context, denom string, account sdk.AccAddress) (math.Int, uint64, error)
	}
	pools   map[string]bool
	auto    map[string]bool                 // accounts that are paid without a claim
	earned  map[string]map[uint64]sdk.Coins // by account and epoch, for ClaimThrough
	claimed map[string]uint64
	held    map[string]math.Int // at the record date, by account
	voters  math.Int            // eligible supply at the record date
	touches []touch
	epoch   uint64
	broken  error // what every call answers, when set
	panics  bool
}

// touch is what revshare saw at the time of a call.
type touch struct {
	denom   string
	account string
	supply  math.Int
	lazy    math.Int
}

var poolAccount = sdk.AccAddress(strings.Repeat("\x01", 20))

func (r *revenue) CreatePool(_ context.Context, denom string) error {
	if r.pools[denom] {
		return revsharetypes.ErrInvalidAmount.Wrap("pool exists")
	}
	r.pools[denom] = true
	return r.broken
}

func (r *revenue) HasPool(_ context.Context, denom string) (bool, error) {
	return r.pools[denom], r.broken
}

func (r *revenue) Touch(ctx context.Context, denom string, accounts ...sdk.AccAddress) error {
	if r.panics {
		panic("touched")
	}
	supply := r.bank.GetSupply(ctx, denom).Amount
	if len(accounts) == 0 {
		r.touches = append(r.touches, touch{denom: denom, supply: supply, lazy: math.ZeroInt()})
	}
	for _, a := range accounts {
		lazy, _, err := r.lazy.LazyShares(ctx, denom, a)
		if err != nil {
			return err
		}
		r.touches = append(r.touches, touch{denom: denom, account: string(a), supply: supply, lazy: lazy})
	}
	return r.broken
}

func (r *revenue) Burn(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) error {
	if err := r.Touch(ctx, burnt.Denom, holder); err != nil {
		return err
	}
	if err := r.bank.SendCoinsFromAccountToModule(ctx, holder, types.ModuleName, sdk.Coins{burnt}); err != nil {
		return err
	}
	return r.bank.BurnCoins(ctx, types.ModuleName, sdk.Coins{burnt})
}

func (r *revenue) MaterializeLazy(ctx context.Context, denom string, account sdk.AccAddress, amount math.Int) error {
	lazy, _, err := r.lazy.LazyShares(ctx, denom, account)
	if err != nil {
		return err
	}
	if lazy.LT(amount) {
		return revsharetypes.ErrInvalidAmount.Wrapf("lazy is %s, wanted %s", lazy, amount)
	}
	return r.Touch(ctx, denom, account)
}

func (r *revenue) Deposit(
	ctx context.Context, from sdk.AccAddress, denom string, amount sdk.Coin, _ revsharetypes.SourceKind, _ ...revsharetypes.PaidBy,
) error {
	if !r.pools[denom] {
		return revsharetypes.ErrInvalidAmount.Wrap("no pool")
	}
	if r.broken != nil {
		return r.broken
	}
	return r.bank.SendCoins(ctx, from, poolAccount, sdk.NewCoins(amount))
}

func (r *revenue) SetAutoPayout(ctx context.Context, holder sdk.AccAddress, denom string, enabled bool) error {
	if r.auto[string(holder)] == enabled || !r.bank.GetBalance(ctx, holder, denom).IsPositive() {
		return revsharetypes.ErrAutoRefused
	}
	r.auto[string(holder)] = enabled
	return r.broken
}

func (r *revenue) ClaimableRevenue(_ context.Context, _ string, holder sdk.AccAddress, upTo uint64) (sdk.Coins, error) {
	sum := sdk.NewCoins()
	for epoch := r.claimed[string(holder)] + 1; epoch <= min(upTo, r.epoch-1); epoch++ {
		sum = sum.Add(r.earned[string(holder)][epoch]...)
	}
	return sum, r.broken
}

func (r *revenue) ClaimThrough(ctx context.Context, holder sdk.AccAddress, denom string, upTo uint64) (sdk.Coins, uint64, error) {
	coins, err := r.ClaimableRevenue(ctx, denom, holder, upTo)
	if err != nil {
		return nil, 0, err
	}
	r.claimed[string(holder)] = upTo
	return coins, upTo, r.bank.SendCoins(ctx, poolAccount, holder, coins)
}

// RecordDate and HeldAt are this moment, unless a test says what was held: balances do not move between them.
func (r *revenue) RecordDate(ctx context.Context, denom string) (uint64, math.Int, error) {
	if r.voters.IsPositive() {
		return r.epoch, r.voters, r.broken
	}
	return r.epoch, r.bank.GetSupply(ctx, denom).Amount, r.broken
}

func (r *revenue) HeldAt(ctx context.Context, denom string, account sdk.AccAddress, _ uint64) (math.Int, error) {
	if r.voters.IsPositive() {
		if held, ok := r.held[string(account)]; ok {
			return held, nil
		}
		return math.ZeroInt(), nil
	}
	lazy, _, err := r.lazy.LazyShares(ctx, denom, account)
	return lazy.Add(r.bank.GetBalance(ctx, account, denom).Amount), err
}

func (r *revenue) CurrentEpoch(context.Context) (uint64, error) { return r.epoch, r.broken }

// proofs stands for x/oracle: it pulls the fee and remembers what it was asked to prove.
type proofs struct {
	bank   bankkeeper.BaseKeeper
	opened []uint64
	broken error
}

var feeAccount = sdk.AccAddress(strings.Repeat("\x02", 20))

func (p *proofs) AfterVersionSubmitted(ctx context.Context, modelID uint64, _ uint32, payer sdk.AccAddress, fee sdk.Coin) error {
	if p.broken != nil {
		return p.broken
	}
	p.opened = append(p.opened, modelID)
	return p.bank.SendCoins(ctx, payer, feeAccount, sdk.NewCoins(fee))
}

// tokens stands for the app's EVM wiring.
type tokens struct{ created []string }

func (t *tokens) AfterTokenCreated(_ context.Context, _ uint64, denom string) error {
	t.created = append(t.created, denom)
	return nil
}

// contracts are the accounts with EVM code.
type contracts map[string]bool

func (c contracts) HasCode(_ context.Context, addr sdk.AccAddress) bool { return c[string(addr)] }

// community stands for the community pool.
type community struct{ bank bankkeeper.BaseKeeper }

var communityAccount = sdk.AccAddress(strings.Repeat("\x03", 20))

func (c community) FundCommunityPool(ctx context.Context, amount sdk.Coins, sender sdk.AccAddress) error {
	return c.bank.SendCoins(ctx, sender, communityAccount, amount)
}

// testParams are small fees and short times, so that tests read well.
func testParams() types.Params {
	p := types.DefaultParams()
	p.RegistrationDeposit = sdk.NewInt64Coin(aimo, 1_000)
	p.FeePerByte = math.NewInt(1)
	p.FeePerWorkUnit = math.NewInt(2)
	p.PaymentDenoms = []string{aimo, usdc}
	p.MinSaleDuration = 10 * time.Second
	p.CancelGap = 100 * time.Second
	p.MinExitWindow = exitTime
	p.MaxFirstTrancheBps = types.BasisPoints
	p.MinTreasuryWindow = exitTime
	p.MaxBundleBytes = 10_000
	p.MaxWorkUnits = 1_000
	p.MaxPeakMemory = 5_000
	p.LateWindow, p.MaxExtensions = 30*time.Second, 3
	return p
}

func newFixture(t tester) *fixture {
	t.Helper()
	return newFixtureWith(t, types.GenesisState{Params: testParams(), NetworkKind: types.NETWORK_KIND_TEST})
}

func newFixtureWith(t tester, g types.GenesisState) *fixture {
	t.Helper()
	return newFixtureOn(t, dbm.NewMemDB(), g)
}

// newFixtureOn is newFixtureWith on a database.
func newFixtureOn(t tester, db dbm.DB, g types.GenesisState) *fixture {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(authtypes.StoreKey, banktypes.StoreKey, types.StoreKey)
	enc := moduletestutil.MakeTestEncodingConfig(imo.AppModule{})
	authtypes.RegisterInterfaces(enc.InterfaceRegistry)
	codec := addresscodec.NewBech32Codec("imo")
	authority, err := codec.BytesToString(authtypes.NewModuleAddress("gov"))
	require.NoError(t, err)
	permissions := map[string][]string{
		types.ModuleName: {authtypes.Minter, authtypes.Burner}, faucet: {authtypes.Minter}, "gov": nil,
	}
	auth := authkeeper.NewAccountKeeper(enc.Codec, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, permissions, codec, "imo", authority)
	f := &fixture{
		t: t, auth: auth, enc: enc, authority: authority, blocked: map[string]bool{}, refused: map[string]bool{}, contracts: contracts{},
		ctx: sdk.NewContext(stores(t, db, keys), cmtproto.Header{}, false, log.NewNopLogger()).WithBlockTime(begin).WithBlockHeight(1),
	}
	for name := range permissions {
		f.blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	f.bank = bankkeeper.NewBaseKeeper(enc.Codec, runtime.NewKVStoreService(keys[banktypes.StoreKey]), auth, f.blocked, authority, log.NewNopLogger())
	f.bank.AppendSendRestriction(func(_ context.Context, _, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
		if f.refused[string(to)] {
			return nil, banktypes.ErrSendDisabled.Wrap("the recipient refuses")
		}
		return to, nil
	})
	f.revshare = &revenue{bank: f.bank, pools: map[string]bool{}, epoch: 5, voters: math.ZeroInt(),
		auto: map[string]bool{}, earned: map[string]map[uint64]sdk.Coins{}, claimed: map[string]uint64{}, held: map[string]math.Int{}}
	f.proofs, f.tokens = &proofs{bank: f.bank}, &tokens{}
	f.keeper = keeper.NewKeeper(runtime.NewKVStoreService(keys[types.StoreKey]), enc.Codec, auth, f.bank, community{f.bank}, f.revshare, authority)
	f.keeper.SetHooks(f.proofs)
	f.keeper.SetTokenHooks(f.tokens)
	f.keeper.SetCodeChecker(f.contracts)
	f.revshare.lazy = f.keeper
	f.msg, f.query, f.module = keeper.NewMsgServer(f.keeper), keeper.NewQueryServer(f.keeper), imo.NewAppModule(f.keeper)
	require.NoError(t, f.keeper.InitGenesis(f.ctx, g))
	return f
}

// stores is a multistore on a database that can be committed.
func stores(t tester, db dbm.DB, keys map[string]*storetypes.KVStoreKey) storetypes.CommitMultiStore {
	t.Helper()
	root := store.NewCommitMultiStore(db, log.NewNopLogger())
	for _, key := range keys {
		root.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, root.LoadLatestVersion())
	return root
}

// branch is the fixture on a branch of its store. Fakes are shared: use one branch at a time.
func (f *fixture) branch(t tester) *fixture {
	out := *f
	out.t = t
	out.ctx, _ = f.ctx.CacheContext()
	return &out
}

// account is an address that no rule treats specially.
func account(n byte) sdk.AccAddress {
	addr := make(sdk.AccAddress, 20)
	for i := range addr {
		addr[i] = 0x40 + n
	}
	return addr
}

// text prints an address.
func text(addr sdk.AccAddress) string {
	s, err := addresscodec.NewBech32Codec("imo").BytesToString(addr)
	if err != nil {
		panic(err)
	}
	return s
}

// at moves the clock without ending a block.
func (f *fixture) at(since time.Duration) {
	f.ctx = f.ctx.WithBlockTime(begin.Add(since)).WithBlockHeight(f.ctx.BlockHeight() + 1)
}

// endBlock ends a block at a time.
func (f *fixture) endBlock(since time.Duration) {
	f.t.Helper()
	f.at(since)
	require.NoError(f.t, f.keeper.EndBlocker(f.ctx))
}

func (f *fixture) fund(to sdk.AccAddress, coins ...sdk.Coin) {
	f.t.Helper()
	require.NoError(f.t, f.bank.MintCoins(f.ctx, faucet, sdk.NewCoins(coins...)))
	require.NoError(f.t, f.bank.SendCoins(f.ctx, authtypes.NewModuleAddress(faucet), to, sdk.NewCoins(coins...)))
}

func (f *fixture) balance(addr sdk.AccAddress, denom string) int64 {
	return f.bank.GetBalance(f.ctx, addr, denom).Amount.Int64()
}

func (f *fixture) invariants() {
	f.t.Helper()
	require.NoError(f.t, f.keeper.CheckInvariants(f.ctx))
}

// hash is a digest in hex that differs by name.
func hash(name string) string {
	h := merkle.BytesRoot([]byte(name))
	return hex.EncodeToString(h[:])
}

// draft is a manifest of 4,000 bytes of bundle, 100 work units and one vector.
func draft(creator sdk.AccAddress, name string) *bundle.Manifest {
	m := &bundle.Manifest{
		Semantics: bundle.SemanticsV1, Creator: [20]byte(creator),
		Name: "Sample", Summary: "For tests.", Licence: "Apache-2.0", Domain: "four digits",
		WeightsRoot: merkle.BytesRoot([]byte(name)),
		IRBytes:     1_000, TableBytes: 1_000, WeightBytes: 2_000, TotalBytes: 4_000,
		WorkUnits: 100, PeakMemory: 1_000, MaxInputBytes: 4, MaxOutputBytes: 8,
		Pipeline: &descriptor.Tensor{
			Inputs:  []descriptor.Input{{Shape: descriptor.Shape{DType: merkle.U8, Dims: []uint64{4}}, Encoding: descriptor.Raw, HighInt: 9}},
			Outputs: []descriptor.Shape{{DType: merkle.F32, Dims: []uint64{2}}},
		},
		Vectors: []bundle.Vector{{Input: []byte{1, 2, 3, 4}, Seed: 5, OutputRoot: bundle.Hash{6}, Witness: bundle.Hash{7}}},
	}
	return m
}

const (
	sampleFee     = 4_000*1 + 100*(1+bundle.Challenges)*2
	sampleDeposit = 1_000
)

// goodModel registers successfully for a funded creator.
func goodModel(creator sdk.AccAddress, name string) *types.MsgRegisterModel {
	return &types.MsgRegisterModel{
		Creator: text(creator), Name: "Model " + name, MetadataUri: "https://models.example/card",
		BundleUris: []string{"https://models.example/bundle"}, Manifest: draft(creator, name).Encode(),
		Price: sdk.NewInt64Coin(aimo, 100),
	}
}

// register registers a model.
func (f *fixture) register(creator sdk.AccAddress, msg *types.MsgRegisterModel) uint64 {
	f.t.Helper()
	f.fund(creator, sdk.NewInt64Coin(aimo, sampleFee+sampleDeposit))
	res, err := f.msg.RegisterModel(f.ctx, msg)
	require.NoError(f.t, err)
	return res.ModelId
}

// model registers and proves a model with the given contributors.
func (f *fixture) model(creator sdk.AccAddress, name string, contributors ...types.Contributor) uint64 {
	f.t.Helper()
	msg := goodModel(creator, name)
	msg.Contributors = contributors
	id := f.register(creator, msg)
	require.NoError(f.t, f.keeper.RecordProof(f.ctx, id, 1, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED))
	return id
}
