package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

const iavl = storetypes.StoreTypeIAVL

func (f *fixture) export() string {
	return string(f.module.ExportGenesis(f.ctx, f.enc.Codec))
}

// lived is a pool with unclaimed revenue, residues, running drips, a payout address, and
// something that waits.
func lived(t tester) *fixture {
	f := pooled(t)
	f.deposit(coin(aimo, 1001))
	f.epoch(3)
	f.issue(account(4), math.NewInt(77))
	f.send(account(2), account(3), 11)
	f.deposit(coin(usdc, 3))
	f.epoch(5)
	_, err := f.keeper.Claim(f.ctx, account(1), share, 3)
	require.NoError(t, err)
	f.deposit(coin(aimo, 17))
	require.NoError(t, f.keeper.SetPayout(f.ctx, account(3), account(8)))
	require.NoError(t, f.keeper.CreatePool(f.ctx, "model-8"))
	payer := account(60)
	f.fund(payer, coin(weth, 5))
	require.NoError(t, f.keeper.Deposit(f.ctx, payer, "model-8", coin(weth, 5), types.SourceKind_SOURCE_KIND_IBC))
	f.check()
	return f
}

// restart imports the state and the balances of a chain into a new one at a height.
func (f *fixture) restart(t testing.TB, height int64) *fixture {
	t.Helper()
	var gs types.GenesisState
	f.enc.Codec.MustUnmarshalJSON([]byte(f.export()), &gs)
	next := newFixtureWith(t, iavl, types.GenesisState{Params: testParams()})
	next.ctx = next.ctx.WithBlockHeight(height)
	next.bank.InitGenesis(next.ctx, f.bank.ExportGenesis(f.ctx))
	require.NoError(t, f.module.ValidateGenesis(f.enc.Codec, nil, []byte(f.export())))
	next.module.InitGenesis(next.ctx, next.enc.Codec, []byte(f.export()))
	return next
}

// TestGenesisRoundTrip: export, import, export gives the same bytes, and both chains go on
// alike, on the next height as well as after a restart at height 1.
func TestGenesisRoundTrip(t *testing.T) {
	f := lived(t)
	again := f.restart(t, f.ctx.BlockHeight())
	require.Equal(t, f.export(), again.export())

	low := f.restart(t, 1)
	epoch, err := low.keeper.CurrentEpoch(low.ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(5), epoch, "epoch numbers go on")
	reference := f.ctx.BlockHeight()
	for _, ahead := range []int64{0, 10, 20, 30, 70} {
		f.ctx = f.ctx.WithBlockHeight(reference + ahead)
		again.ctx = again.ctx.WithBlockHeight(reference + ahead)
		low.ctx = low.ctx.WithBlockHeight(1 + ahead)
		for n := byte(1); n <= 4; n++ {
			want, wantErr := f.keeper.Claim(f.ctx, account(n), share, 1000)
			for _, other := range []*fixture{again, low} {
				got, err := other.keeper.Claim(other.ctx, account(n), share, 1000)
				require.Equal(t, wantErr == nil, err == nil)
				require.Equal(t, want, got, "%d blocks later, account %d", ahead, n)
			}
		}
		for _, x := range []*fixture{f, again, low} {
			x.check()
		}
	}
	require.Equal(t, f.export(), again.export())
	require.NoError(t, low.keeper.CreatePool(low.ctx, "model-9"))
	pool, err := low.query.Pool(low.ctx, &types.QueryPoolRequest{Denom: "model-9"})
	require.NoError(t, err)
	require.Equal(t, uint64(3), pool.Pool.Id, "ids go on")
}

func TestDefaultGenesis(t *testing.T) {
	f := newFixture(t)
	raw := f.module.DefaultGenesis(f.enc.Codec)
	require.NoError(t, f.module.ValidateGenesis(f.enc.Codec, nil, raw))
	require.Error(t, f.module.ValidateGenesis(f.enc.Codec, nil, []byte(`{"params":{}}`)))
	require.Error(t, f.module.ValidateGenesis(f.enc.Codec, nil, []byte(`{`)))
	f.module.InitGenesis(f.ctx, f.enc.Codec, raw)
	f.ctx = f.ctx.WithBlockHeight(7200)
	epoch, err := f.keeper.CurrentEpoch(f.ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(2), epoch, "height / 3600")
}

// TestGenesisRefuses: a state that the module could not have written does not start.
func TestGenesisRefuses(t *testing.T) {
	f := lived(t)
	for name, change := range map[string]func(*types.GenesisState){
		"params":             func(g *types.GenesisState) { g.Params.DripEpochs = 0 },
		"clock":              func(g *types.GenesisState) { g.Clock.EpochBlocks++ },
		"no clock":           func(g *types.GenesisState) { g.Clock = types.Clock{} },
		"clock height":       func(g *types.GenesisState) { g.Clock.Height = -1 },
		"clock epoch":        func(g *types.GenesisState) { g.Clock.Epoch = 1 << 40 },
		"pool order":         func(g *types.GenesisState) { g.Pools[0], g.Pools[1] = g.Pools[1], g.Pools[0] },
		"pool twice":         func(g *types.GenesisState) { g.Pools[1].Pool.ShareDenom = share },
		"pool denom":         func(g *types.GenesisState) { g.Pools[0].Pool.ShareDenom = "!" },
		"not a share":        func(g *types.GenesisState) { g.Pools[0].Pool.ShareDenom = "stone" },
		"pool address":       func(g *types.GenesisState) { g.Pools[0].Pool.Address = g.Pools[1].Pool.Address },
		"bps":                func(g *types.GenesisState) { g.Pools[0].Pool.ClaimableBps = 10_001 },
		"pool epoch":         func(g *types.GenesisState) { g.Pools[0].Pool.CreatedEpoch = 99 },
		"eligible":           func(g *types.GenesisState) { g.Pools[0].Pool.Eligible = math.NewInt(3) },
		"supply order":       func(g *types.GenesisState) { g.Pools[0].Supplies[1].Epoch = 1 },
		"stream order":       func(g *types.GenesisState) { swap(g.Pools[0].Streams) },
		"stream denom":       func(g *types.GenesisState) { g.Pools[0].Streams[0].Denom = "!" },
		"identity":           func(g *types.GenesisState) { bump(&g.Pools[0].Streams[0].Stream.Owed) },
		"absent amount":      func(g *types.GenesisState) { g.Pools[0].Streams[0].Stream.Carry = math.Int{} },
		"stream epoch":       func(g *types.GenesisState) { g.Pools[0].Streams[0].Stream.Epoch = 99 },
		"rate":               func(g *types.GenesisState) { bump(&g.Pools[0].Streams[0].Stream.Rate) },
		"expiry":             func(g *types.GenesisState) { bump(&g.Pools[0].Streams[0].Expiries[0].Amount) },
		"expiry epoch":       func(g *types.GenesisState) { g.Pools[0].Streams[0].Expiries[0].Epoch = 1 },
		"segment":            func(g *types.GenesisState) { g.Pools[0].Streams[0].Segments[0].Segment.Epochs = 0 },
		"segment order":      func(g *types.GenesisState) { swap(g.Pools[0].Streams[0].Segments) },
		"segment far":        func(g *types.GenesisState) { g.Pools[0].Streams[0].Segments[1].Epoch = 1 << 63 },
		"earnings kind":      func(g *types.GenesisState) { g.Pools[0].Streams[0].Earnings[0].Kind = 77 },
		"account twice":      func(g *types.GenesisState) { g.Pools[0].Accounts[1].Address = g.Pools[0].Accounts[0].Address },
		"account address":    func(g *types.GenesisState) { g.Pools[0].Accounts[0].Address = "imo1nobody" },
		"settled ahead":      func(g *types.GenesisState) { g.Pools[0].Accounts[0].Position.Settled = 5 },
		"residue":            func(g *types.GenesisState) { g.Pools[0].Accounts[0].Position.Residues[0].Amount = math.NewInt(-1) },
		"checkpoint order":   func(g *types.GenesisState) { swap(g.Pools[0].Accounts[1].Checkpoints) },
		"checkpoint ahead":   func(g *types.GenesisState) { g.Pools[0].Accounts[0].Checkpoints[0].Epoch = 99 },
		"payout":             func(g *types.GenesisState) { g.Payouts[0].Payout = "" },
		"payout address":     func(g *types.GenesisState) { g.Payouts[0].Payout = "imo1nobody" },
		"payout holder":      func(g *types.GenesisState) { g.Payouts[0].Holder = "imo1nobody" },
		"payout twice":       func(g *types.GenesisState) { g.Payouts = append(g.Payouts, g.Payouts[0]) },
		"share as revenue":   func(g *types.GenesisState) { g.Params.RevenueDenoms[2].Denom = "model-1" },
		"coins not there":    func(g *types.GenesisState) { unbacked(&g.Pools[0].Streams[0].Stream) },
		"two stream records": func(g *types.GenesisState) { g.Pools[0].Streams[1].Denom = g.Pools[0].Streams[0].Denom },
	} {
		var gs types.GenesisState
		f.enc.Codec.MustUnmarshalJSON([]byte(f.export()), &gs)
		change(&gs)
		next := newFixtureWith(t, storetypes.StoreTypeDB, types.GenesisState{Params: testParams()})
		next.ctx = next.ctx.WithBlockHeight(f.ctx.BlockHeight())
		next.bank.InitGenesis(next.ctx, f.bank.ExportGenesis(f.ctx))
		require.Error(t, next.keeper.InitGenesis(next.ctx, gs), name)
	}
}

func swap[T any](list []T) { list[0], list[1] = list[1], list[0] }

func bump(x *math.Int) { *x = x.AddRaw(1) }

func unbacked(s *types.Stream) {
	s.Deposited = s.Deposited.AddRaw(1_000_000)
	s.Waiting = s.Waiting.AddRaw(1_000_000)
}

// TestWithdrawAllAfterImport: what was exported can be claimed to the last unit.
func TestWithdrawAllAfterImport(t *testing.T) {
	f := lived(t).restart(t, 51)
	f.epoch(40)
	var holders []sdk.AccAddress
	for n := byte(1); n <= 4; n++ {
		holders = append(holders, account(n))
		if _, err := f.keeper.Claim(f.ctx, account(n), share, 1000); err != nil {
			require.ErrorIs(t, err, types.ErrNothingToClaim)
		}
	}
	left, err := f.keeper.CheckHolders(f.ctx, share, holders)
	require.NoError(t, err)
	for _, l := range left {
		require.Zero(t, l.Scaled.Sign(), "owed and the holders' fractions")
	}
	books, err := f.query.Solvency(f.ctx, &types.QuerySolvencyRequest{Denom: share})
	require.NoError(t, err)
	for _, d := range books.Pools[0].Denoms {
		require.Less(t, d.Deposited.Sub(d.Paid).Int64(), int64(len(holders)+1), "less than a unit each stays")
	}
}
