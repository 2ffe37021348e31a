package keeper_test

import (
	"context"
	"testing"
	"time"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"
	"cosmossdk.io/math"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	moduletestutil "github.com/cosmos/cosmos-sdk/types/module/testutil"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"

	"github.com/imochain/imod/x/imo"
	"github.com/imochain/imod/x/imo/keeper"
	"github.com/imochain/imod/x/imo/types"
)

// nothingElsewhere stands for IBC transfer and the EVM: no escrows, no code.
type nothingElsewhere struct{}

func (nothingElsewhere) GetTotalEscrowForDenom(_ sdk.Context, denom string) sdk.Coin {
	return sdk.NewInt64Coin(denom, 0)
}

func (nothingElsewhere) HasCode(context.Context, sdk.AccAddress) bool { return false }

// newRevenueFixture is the fixture with the real x/revshare below it: epochs of 10 blocks, a drip over 4 of them.
func newRevenueFixture(t *testing.T) (*fixture, *revsharekeeper.Keeper) {
	t.Helper()
	keys := storetypes.NewKVStoreKeys(authtypes.StoreKey, banktypes.StoreKey, types.StoreKey, revsharetypes.StoreKey)
	enc := moduletestutil.MakeTestEncodingConfig(imo.AppModule{})
	authtypes.RegisterInterfaces(enc.InterfaceRegistry)
	codec := addresscodec.NewBech32Codec("imo")
	authority := text(authtypes.NewModuleAddress("gov"))
	permissions := map[string][]string{types.ModuleName: {authtypes.Minter, authtypes.Burner}, faucet: {authtypes.Minter}, "gov": nil, revsharetypes.ModuleName: {authtypes.Burner}}
	auth := authkeeper.NewAccountKeeper(enc.Codec, runtime.NewKVStoreService(keys[authtypes.StoreKey]),
		authtypes.ProtoBaseAccount, permissions, codec, "imo", authority)
	bank := bankkeeper.NewBaseKeeper(enc.Codec, runtime.NewKVStoreService(keys[banktypes.StoreKey]), auth, nil, authority, log.NewNopLogger())
	revenue := revsharekeeper.NewKeeper(enc.Codec, runtime.NewKVStoreService(keys[revsharetypes.StoreKey]), revsharekeeper.Dependencies{
		Bank: bank, Accounts: auth, Transfer: nothingElsewhere{}, Code: nothingElsewhere{}, AddressCodec: codec,
		TokenAddress: types.TokenAddressFromDenom, Reserved: types.ReservedAddress,
		Excluded: []sdk.AccAddress{authtypes.NewModuleAddress(types.ModuleName), authtypes.NewModuleAddress(revsharetypes.ModuleName)},
	}, authority)
	bank.AppendSendRestriction(revenue.SendRestriction)
	k := keeper.NewKeeper(runtime.NewKVStoreService(keys[types.StoreKey]), enc.Codec, auth, bank, community{bank}, revenue, authority)
	revenue.SetLazyShares(k)
	k.SetHooks(&proofs{bank: bank})
	k.SetTokenHooks(&tokens{})
	f := &fixture{
		t: t, auth: auth, bank: bank, keeper: k, enc: enc, authority: authority, msg: keeper.NewMsgServer(k), query: keeper.NewQueryServer(k),
		ctx: sdk.NewContext(stores(t, dbm.NewMemDB(), keys), cmtproto.Header{}, false, log.NewNopLogger()).WithBlockTime(begin).WithBlockHeight(1),
	}
	require.NoError(t, k.InitGenesis(f.ctx, types.GenesisState{Params: testParams(), NetworkKind: types.NETWORK_KIND_TEST}))
	one := math.OneInt()
	require.NoError(t, revenue.InitGenesis(f.ctx, revsharetypes.GenesisState{Params: revsharetypes.Params{
		EpochBlocks: 10, DripEpochs: 4, MinEligible: one, RevenueDenoms: []revsharetypes.RevenueDenom{{Denom: aimo, MinDrip: one}},
		ClaimableBps: revsharetypes.BasisPoints, RedeemCapBps: revsharetypes.BasisPoints,
	}}))
	return f, revenue
}

// TestSharesEarnFromSettlement: with the real x/revshare, tokens earn in proportion from the settlement on, whether
// they were collected or not, are locked or not, and stop when they are burnt.
func TestSharesEarnFromSettlement(t *testing.T) {
	f, revenue := newRevenueFixture(t)
	id, denom := f.sold()
	epoch := func(n int64) {
		f.ctx = f.ctx.WithBlockHeight(10 * n).WithBlockTime(begin.Add(saleTime + time.Duration(n)*time.Second))
	}
	income := func() { // 950,000 after the community pool's 5 %
		f.fund(account(9), sdk.NewInt64Coin(aimo, 1_000_000))
		require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), f.offering(id).ModelId, sdk.NewInt64Coin(aimo, 1_000_000), 1))
	}
	owed := func(n byte, want int64) {
		t.Helper()
		got, err := revenue.ClaimableRevenue(f.ctx, denom, account(n), 1_000)
		require.NoError(t, err)
		require.InDelta(t, want, got.AmountOf(aimo).Int64(), 3, "account %d", n)
	}
	shares := map[byte]int64{10: 300, 11: 100, 1: 225, 2: 75, 30: 100} // of 800
	epoch(3)
	income()
	epoch(10)
	for n, share := range shares {
		owed(n, 950_000*share/800)
	}
	f.collect(id, account(10))
	for n, share := range shares {
		owed(n, 950_000*share/800) // collecting changes nothing
	}
	epoch(11)
	_, err := exit(f, account(10), denom, whole(100))
	require.NoError(t, err)
	shares[10] = 200
	epoch(12)
	income()
	epoch(20)
	for n, share := range shares {
		first := 950_000 * share / 800
		if n == 10 {
			first = 950_000 * 300 / 800
		}
		owed(n, first+950_000*share/700)
	}
	total := int64(0)
	for _, n := range []byte{10, 11, 1, 2, 30} {
		paid, err := revenue.Claim(f.ctx, account(n), denom, 1_000)
		require.NoError(t, err)
		total += paid.AmountOf(aimo).Int64()
	}
	require.InDelta(t, 1_900_000, total, 10)
	require.LessOrEqual(t, total, int64(1_900_000))
	f.invariants()
}
